"""Medicines that must not be given, and premedication that is missing (criteria.md section 7.1; Table 6)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, iso, states_at, table, timed


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


def open_at(course: Course, at: str, code: str) -> bool:
    return code in states_at(course, at)["advice"]


def text_at(course: Course, at: str, code: str) -> str:
    text: str = states_at(course, at)["advice"][code]["text"]
    return text


def infected(at: str = "09:00") -> Course:
    """A steroid at 08:00, then an infection: a stop rule stands."""
    return start().drug("hydrocortisone", "08:00", "IV").finding("infection", at)


FORBIDDEN = {
    "a steroid is forbidden until a stop rule stands": (infected(), "08:59:59.999", True),
    "then it may be the rescue": (infected(), "09:00", False),
    "an antihypertensive may not": (infected().drug("metoprolol", "10:00"), "10:00", True),
    "a stop that is resumed forbids it again": (
        infected().finding("infection", "09:30", False).resume("infection", "10:00"),
        "10:00",
        True,
    ),
}


@table(FORBIDDEN)
def test_no_advice_against_a_steroid_while_a_stop_rule_stands(
    course: Course, at: str, expected: bool
) -> None:
    """criteria.md section 7.1, forbidden-medication."""
    assert open_at(course, at, "forbidden-medication") is expected


def test_a_forbidden_medicine_is_named() -> None:
    """criteria.md section 10."""
    text = text_at(
        start().drug("dexamethasone", "08:00").drug("lisinopril", "09:00"), "09:00", "forbidden-medication"
    )
    assert "Dexamethasone" in text
    assert "Lisinopril" in text
    assert "no steroids by any route" in text
    assert "no antihypertensives" in text


def given(at: str = "00:30", *, less: str = "") -> Course:
    """All four at one time, less one of them."""
    drawn = start()
    for agent in ("acetaminophen", "indomethacin", "famotidine", "ondansetron"):
        if agent != less:
            drawn.drug(agent, at)
    return drawn


BEFORE = {
    "nothing charted says nothing": (start(), "01:00", False),
    "a charted medicine of another kind says that they are charted here": (
        start().drug("cefazolin", "00:30"),
        "00:30",
        True,
    ),
    "all of them": (given(), "01:00", False),
    "no acetaminophen": (given(less="acetaminophen"), "01:00", True),
    "no indomethacin": (given(less="indomethacin"), "01:00", True),
    "no H2 blocker": (given(less="famotidine"), "01:00", True),
    "no antiemetic": (given(less="ondansetron"), "01:00", True),
    "the antiemetic is less than 4 h old": (given(), "04:29:59.999", False),
    "it is 4 h old": (given(), "04:30", True),
    "the others are less than 12 h old": (given().drug("granisetron", "12:00"), "12:29:59.999", False),
    "they are 12 h old": (given().drug("granisetron", "12:00"), "12:30", True),
    "indomethacin that would harm is not missing": (
        given(less="indomethacin").labs("00:40", platelets=50),
        "01:00",
        False,
    ),
    "not after dose 1": (given().dose("04:00"), "04:30", False),
}


def planned(at: str) -> Course:
    """A baseline that plans dose 1, before any cycle-start; one medicine is charted."""
    return (
        Course()
        .encounter("admit", "-12:00")
        .baseline("-12:00", **{"dose-1-planned": iso(at)})
        .drug("cefazolin", "-12:00")
    )


PLANNED = {
    "8 h before dose 1 is due": (planned("08:00"), "00:00", True),
    "not before": (planned("08:00"), "-00:01", False),
    "not without a plan": (
        Course().encounter("admit", "-12:00").baseline("-12:00").drug("cefazolin", "-12:00"),
        "00:00",
        False,
    ),
    "the later of plan and start": (planned("12:00").encounter("cycle-start", "02:00"), "03:59", False),
    "8 h before it": (planned("12:00").encounter("cycle-start", "02:00"), "04:00", True),
}


@table({**BEFORE, **PLANNED})
def test_premedication_before_dose_1(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7.1: in the 12 h, an antiemetic in the 4 h, from 8 h before dose 1 is due."""
    assert open_at(course, at, "premedication") is expected


def dosed(**agents: str) -> Course:
    """Dose 1 at 08:00, and each of the three at its time."""
    drawn = start().dose("08:00")
    for agent, at in agents.items():
        drawn.drug(agent, at)
    return drawn


THREE = {"acetaminophen": "08:00", "indomethacin": "08:00", "famotidine": "08:00"}
DURING = {
    "all of them, less than 6 h": (dosed(**THREE), "13:59:59.999", False),
    "acetaminophen 6 h old": (dosed(**THREE), "14:00", True),
    "given again": (dosed(**THREE).drug("acetaminophen", "14:30"), "14:30", False),
    "indomethacin 12 h old": (
        dosed(**{**THREE, "acetaminophen": "19:00", "famotidine": "19:00"}),
        "20:00",
        True,
    ),
    "an H2 blocker 12 h old": (
        dosed(**{**THREE, "acetaminophen": "19:00", "indomethacin": "19:00"}),
        "20:00",
        True,
    ),
    "one that was never charted": (dosed(acetaminophen="08:00", indomethacin="08:00"), "08:00", True),
    "no antiemetic is asked for": (dosed(**THREE), "13:00", False),
    "not after therapy-end": (dosed(**THREE).end("15:00"), "15:00", False),
    "until therapy-end": (dosed(**THREE).end("15:00"), "14:59:59.999", True),
    "not while a stop stands": (dosed(**THREE).finding("infection", "15:00"), "15:00", False),
    "nothing charted says nothing": (start().dose("08:00"), "30:00", False),
}


@table(DURING)
def test_premedication_during_the_cycle(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 7.1: not charted for 1.5 x its Table 6 interval, never charted included."""
    assert open_at(course, at, "premedication") is expected


ALERTS = {
    "opens at its deadline and closes at the medicine": (
        dosed(**THREE).drug("acetaminophen", "14:30", known="14:40"),
        ["opened advisory 14:00", "resolved clear 14:30 @14:40"],
    ),
    "opens when the first medicine is charted": (
        start().drug("acetaminophen", "02:00", known="02:10"),
        ["opened advisory 02:00 @02:10"],
    ),
    "a first medicine up to 15 min ahead counts at once": (
        start().drug("hydrocortisone", "02:05", known="02:00"),
        ["opened advisory 02:05 @02:00"],
    ),
    "indomethacin that harms no longer is missing from then on": (
        given(less="indomethacin").labs("00:10", platelets=40).labs("02:00", known="02:10", platelets=60),
        ["opened advisory 02:00 @02:10"],
    ),
    "of a therapy that never ended it is missing since it was": (
        start().drug("acetaminophen", "02:00").end("03:00", id="over").withdraw("over", "05:00"),
        ["opened advisory 02:00", "resolved clear 03:00", "opened advisory 02:00 @05:00"],
    ),
    "closes at dose 1": (
        given(less="famotidine").dose("04:00").drug("famotidine", "04:00"),
        ["opened advisory 00:30", "resolved clear 04:00"],
    ),
}


@table(ALERTS, "course expected")
def test_what_is_said_of_premedication(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: the `at` of the medicine, or the deadline."""
    assert timed(course, "premedication") == expected


def test_premedication_says_what_is_missing() -> None:
    """criteria.md section 7.1: what is missing; maintenance fluid 50-100 mL/h."""
    text = text_at(given(less="famotidine"), "01:00", "premedication")
    assert "H2 blocker" in text
    assert "acetaminophen" not in text
    assert "maintenance fluid 50-100 mL/h" in text
    assert "last 6:00 h ago" in text_at(dosed(**THREE), "14:00", "premedication")


def test_premedication_that_would_harm_is_not_named() -> None:
    """criteria.md section 7.3."""
    drawn = start().drug("cefazolin", "00:30").labs("00:30", platelets=40)
    assert "indomethacin" not in text_at(drawn, "01:00", "premedication")
    after = Course().start("00:00").dose("08:00").labs("09:00", creatinine=3).end("20:00")
    assert "indomethacin" not in text_at(after, "34:00", "continue-premedication")


def message(course: Course, code: str) -> str:
    from tests.rules.courses import alerts

    text: str = [a for a in alerts(course) if a["subject"] == code][-1]["message"]
    return text


ENDED = {
    "a steroid": (
        start().drug("dexamethasone", "08:00").tick("40:00"),
        "forbidden-medication",
        "Steroid (dexamethasone): last one 24 h ago",
    ),
    "potassium": (
        start().labs("08:00", potassium=3.4).labs("09:00", potassium=3.7),
        "hypokalemia",
        "Potassium 3.7 mmol/L",
    ),
    "chills": (start().finding("chills", "08:00").tick("11:00"), "chills", "not charted again for 2 h"),
    "fever": (start().vitals("08:00", temp=39).vitals("09:00", temp=37.2), "fever", "37.2 °C"),
    "fever not measured": (start().vitals("08:00", temp=39).tick("13:00"), "fever", "not measured for 4 h"),
    "weight": (
        start().vitals("08:00", weight=80).vitals("09:00", weight=76),
        "edema-caution",
        "76 kg, 8.57 % over baseline",
    ),
}


@table(ENDED, "course code expected")
def test_an_ended_advice_says_what_ended(course: Course, code: str, expected: str) -> None:
    """criteria.md section 10: not the advice negated."""
    assert expected in message(course, code)
