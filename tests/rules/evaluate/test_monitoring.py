"""Table 1: what must have been looked at, and when it is overdue (criteria.md section 6)."""

from __future__ import annotations

from typing import Any

import pytest

from rules.wire.instants import HOUR, text
from tests.rules.courses import Course, alerts, clock, ms, states_at, table, timed

LABS = {
    "blood-count": {"platelets": 200, "hematocrit": 35},
    "chemistry": {"sodium": 140, "urea": 15, "creatinine": 1, "glucose": 100},
    "liver": {"alt": 20, "ast": 20, "bilirubin": 1},
    "minerals": {"calcium": 9, "magnesium": 2, "phosphate": 3},
    "coagulation": {"pt": 12, "ptt": 30},
    "creatine-kinase": {"ck": 100},
}
HOURS = {
    "vital-signs": (4, 1),
    "intake-output": (4, 1),
    "weight": (24, 24),
    "mental-status": (8, 8),
    "iv-site": (8, 8),
    "blood-count": (24, 12),
    "chemistry": (24, 12),
    "liver": (24, 24),
    "minerals": (24, 24),
    "coagulation": (24, 24),
    "creatine-kinase": (24, 24),
}
TECHNICAL = ("vital-signs", "intake-output")
EACH_CYCLE = ("thyroid", "urinalysis", "ecg", "chest-xray")


def look(course: Course, what: str, at: str) -> Course:
    """Charts what makes an item of Table 1 seen."""
    if what == "vital-signs":
        return course.vitals(at, hr=90, sbp=118)
    if what == "intake-output":
        return course.urine(at, 100, start=clock(text(ms(at) - HOUR)))
    if what == "weight":
        return course.vitals(at, weight=70)
    if what == "mental-status":
        return course.mental(at, "normal")
    return course.finding(what, at) if what not in LABS else course.labs(at, **LABS[what])


def at_hours(hours: float, less: int = 0) -> str:
    return str(clock(text(ms("00:00") + round(hours * HOUR) - less)))


def overdue(course: Course, at: str, what: str) -> bool:
    found: bool = states_at(course, at)["monitoring"][what]["overdue"]
    return found


def due(course: Course, at: str, what: str) -> tuple[str | None, str | None]:
    line = states_at(course, at)["monitoring"][what]
    return clock(line["last"]), clock(line["due"])


WHERE = [(what, where, hours[where == "icu"]) for what, hours in HOURS.items() for where in ("ward", "icu")]
where = pytest.mark.parametrize(
    ("what", "location", "hours"), WHERE, ids=[f"{what} in the {where}" for what, where, _ in WHERE]
)


@where
def test_overdue_at_the_interval_and_a_quarter_after_it_was_last_seen(
    what: str, location: str, hours: float
) -> None:
    """criteria.md section 6: overdue at last seen + interval + 25 %, reached at the instant itself."""
    late = 2 + hours * 1.25
    drawn = look(Course().start("00:00", location=location), what, "02:00")
    assert due(drawn, "02:00", what) == ("02:00", at_hours(2 + hours))
    assert not overdue(drawn, at_hours(late, 1), what)
    assert overdue(drawn, at_hours(late), what)


@where
def test_never_seen_it_counts_from_cycle_start(what: str, location: str, hours: float) -> None:
    """criteria.md section 6: never seen: from `cycle-start`; coagulation in ward mode never before
    cycle-start + 30 h.
    """
    drawn = Course().start("00:00", location=location)
    assert not overdue(drawn, at_hours(hours * 1.25, 1), what)
    assert overdue(drawn, at_hours(hours * 1.25), what)


@where
def test_it_opens_at_its_deadline_and_ends_when_seen(what: str, location: str, hours: float) -> None:
    """criteria.md sections 6 and 9: a deadline's `at`; vital signs and intake-output are technical, the rest
    advisory.
    """
    drawn = Course().start("00:00", location=location)
    late, seen_at = at_hours(hours * 1.25), at_hours(hours * 1.25 + 0.5)
    level = "technical" if what in TECHNICAL else "advisory"
    lines = timed(look(drawn, what, seen_at), f"monitoring/{what}", str(clock(text(ms(seen_at) + 1000))))
    assert lines[0] == f"opened {level} {late}"
    lingers = [] if what in TECHNICAL else [["resolved", "clear"]]
    assert [line.split()[:2] for line in lines] == [["opened", level], *lingers]


def charted(*times: str, location: str = "ward", known: dict[str, str] | None = None) -> Course:
    """Heart rate and pressure at these times, from a cycle that starts at 00:00."""
    drawn = Course().start("00:00", location=location)
    for at in times:
        drawn.vitals(at, known=(known or {}).get(at), hr=90, sbp=118)
    return drawn


LAPSES = {
    "on the ward it ends 8 h after the lapse": (
        charted("06:00", "10:00", "13:00"),
        "14:00",
        ["opened technical 05:00", "resolved clear 14:00"],
    ),
    "and not just before": (
        charted("06:00", "10:00", "13:00"),
        "13:59:59.999",
        ["opened technical 05:00"],
    ),
    "a lapse within these 8 h begins them again": (
        charted("06:00", "11:30", "15:00", "19:00"),
        "19:30",
        ["opened technical 05:00", "resolved clear 19:30"],
    ),
    "in intensive care after 4 h, for twice the interval is less": (
        charted("02:00", "03:00", "04:00", "05:00", location="icu"),
        "06:00",
        ["opened technical 01:15", "resolved clear 06:00"],
    ),
    "late charting ends the lapse when it is known, and does not undo it": (
        charted("04:00", "08:00", "12:00", known={"04:00": "06:00"}),
        "14:00",
        ["opened technical 05:00", "resolved clear 14:00"],
    ),
}


@table(LAPSES, "course until expected")
def test_charting_that_keeps_lapsing_is_one_episode(course: Course, until: str, expected: list[str]) -> None:
    """criteria.md section 6: it ends once the item has not stood as overdue for twice its interval, 4 h at
    least, since the decision that last saw it end.
    """
    assert timed(course, "monitoring/vital-signs", until) == expected


def test_the_list_goes_by_the_moment_while_the_episode_lingers() -> None:
    """criteria.md section 6: the list's `overdue` goes by the moment."""
    assert [overdue(charted("06:00"), at, "vital-signs") for at in ("05:59", "06:00", "11:00")] == [
        True,
        False,
        True,
    ]


def test_a_technical_alert_is_paged_as_medium() -> None:
    """criteria.md section 9: level -> priority; wire.md: kind `monitoring`, subject `monitoring/<what>`."""
    by_subject = {a["subject"]: a for a in alerts(Course().start("00:00").tick("31:00"))}
    assert {what: by_subject[f"monitoring/{what}"]["priority"] for what in HOURS} == {
        w: "medium" if w in TECHNICAL else "low" for w in HOURS
    }
    assert by_subject["monitoring/weight"]["kind"] == "monitoring"


@pytest.mark.parametrize("what", EACH_CYCLE)
def test_each_cycle_items_are_listed_and_never_overdue(what: str) -> None:
    """criteria.md section 6."""
    drawn = Course().start("00:00")
    line = states_at(drawn, "200:00")["monitoring"][what]
    assert (line["last"], line["due"], line["overdue"]) == (None, None, False)
    seen = drawn.labs("09:00", tsh=2, free_t4=1) if what == "thyroid" else drawn.finding(what, "09:00")
    assert clock(states_at(seen, "10:00")["monitoring"][what]["last"]) == "09:00"


def icu_at(time: str, seen: str = "00:00") -> Course:
    return Course().start("00:00").vitals(seen, hr=90, sbp=118).transfer(time, "icu")


SWITCHES = {
    "the shorter interval counts from the switch": (icu_at("02:00"), "03:14:59.999", False),
    "and is overdue at switch + its own grace": (icu_at("02:00"), "03:15", True),
    "the longer one's own limit goes on applying": (icu_at("04:30"), "04:59:59.999", False),
    "the earlier of the two": (icu_at("04:30"), "05:00", True),
    "back on the ward the longer one holds": (
        icu_at("02:00").transfer("02:30", "ward"),
        "04:59:59.999",
        False,
    ),
    "and then is overdue": (icu_at("02:00").transfer("02:30", "ward"), "05:00", True),
    "back on the ward what was overdue is so no longer": (
        icu_at("02:00").transfer("04:00", "ward"),
        "04:00",
        False,
    ),
    "a vasopressor makes the mode intensive": (
        Course().start("00:00").vitals("00:00", hr=90, sbp=118).phenylephrine("01:00", 0.3),
        "02:15",
        True,
    ),
    "and for 4 h after it stops": (
        Course()
        .start("00:00")
        .phenylephrine("01:00", 0.3)
        .phenylephrine("02:00", 0)
        .vitals("04:40", hr=90, sbp=118),
        "05:55",
        True,
    ),
    "and no longer": (
        Course()
        .start("00:00")
        .phenylephrine("01:00", 0.3)
        .phenylephrine("02:00", 0)
        .vitals("05:00", hr=90, sbp=118),
        "09:59:59.999",
        False,
    ),
}


@table(SWITCHES)
def test_a_switch_of_mode(course: Course, at: str, expected: bool) -> None:
    """criteria.md section 6: nothing is overdue by a shorter interval earlier than switch + its own grace;
    the longer one's limit goes on.
    """
    assert overdue(course, at, "vital-signs") is expected


PRESSORS = ("phenylephrine", "dopamine", "norepinephrine", "epinephrine")


@pytest.mark.parametrize("agent", PRESSORS)
def test_the_mode_is_intensive_while_a_vasopressor_runs_and_4_h_after(agent: str) -> None:
    """criteria.md section 6."""
    drawn = Course().start("00:00").infusion(agent, "01:00", 0.1).infusion(agent, "02:00", 0)
    found = [
        states_at(drawn, at)["mode"]
        for at in ("00:59:59.999", "01:00", "02:00", "05:59:59.999", "06:00:00.001")
    ]
    assert found == ["ward", "intensive", "intensive", "intensive", "ward"]


SEEN: dict[str, tuple[Any, ...]] = {
    "vital signs: the older of heart rate and pressure": (
        Course().start("00:00").vitals("01:00", sbp=118).vitals("02:00", hr=90),
        "vital-signs",
        "01:00",
    ),
    "vital signs: one alone was never seen": (
        Course().start("00:00").vitals("01:00", hr=90),
        "vital-signs",
        None,
    ),
    "blood count: platelets alone were not enough": (
        Course().start("00:00").labs("01:00", platelets=200),
        "blood-count",
        None,
    ),
    "blood count: hemoglobin does for hematocrit": (
        Course().start("00:00").labs("01:00", platelets=200, hemoglobin=12),
        "blood-count",
        "01:00",
    ),
    "blood count: the later of hemoglobin and hematocrit": (
        Course()
        .start("00:00")
        .labs("01:00", platelets=200, hematocrit=35)
        .labs("03:00", platelets=190)
        .labs("02:00", hemoglobin=12),
        "blood-count",
        "02:00",
    ),
    "chemistry: potassium does for sodium": (
        Course().start("00:00").labs("01:00", potassium=4, urea=15, creatinine=1, glucose=99),
        "chemistry",
        "01:00",
    ),
    "chemistry: glucose is needed": (
        Course().start("00:00").labs("01:00", potassium=4, urea=15, creatinine=1),
        "chemistry",
        None,
    ),
    "coagulation: INR does for PT": (
        Course().start("00:00").labs("01:00", inr={"value": 1.1}, ptt=30),
        "coagulation",
        "01:00",
    ),
    "coagulation: PTT is needed": (Course().start("00:00").labs("01:00", pt=12), "coagulation", None),
    "liver: all three": (
        Course().start("00:00").labs("01:00", alt=20, ast=20).labs("02:00", bilirubin=1),
        "liver",
        "01:00",
    ),
    "minerals: all three": (Course().start("00:00").labs("01:00", calcium=9, magnesium=2), "minerals", None),
    "thyroid: both": (Course().start("00:00").labs("01:00", tsh=2), "thyroid", None),
    "the weight of the baseline was not looked at in the course": (Course().start("00:00"), "weight", None),
    "what was seen before cycle-start counts": (
        Course().vitals("-03:00", weight=70).start("00:00"),
        "weight",
        "-03:00",
    ),
    "a late fact counts by its at": (
        Course().start("00:00").vitals("01:00", known="03:00", weight=70),
        "weight",
        "01:00",
    ),
    "a withdrawn one was not seen": (
        Course().start("00:00").vitals("01:00", "v", weight=70).withdraw("v", "02:00"),
        "weight",
        None,
    ),
}


@table(SEEN, "course what expected")
def test_when_an_item_was_last_seen(course: Course, what: str, expected: str | None) -> None:
    """criteria.md section 6, seen when; section 5: readings of a `baseline` event are the baseline only."""
    assert due(course, "04:00", what)[0] == expected


def test_coagulation_on_the_ward_is_not_overdue_before_30_h_though_seen_before() -> None:
    """criteria.md section 6: in ward mode never overdue before `cycle-start` + 30 h."""
    on_ward, in_icu = (
        look(Course(), "coagulation", "-10:00").start("00:00", location=where) for where in ("ward", "icu")
    )
    assert [overdue(on_ward, at, "coagulation") for at in ("29:59:59.999", "30:00")] == [False, True]
    assert [overdue(in_icu, at, "coagulation") for at in ("19:59:59.999", "20:00")] == [False, True]


def test_before_cycle_start_nothing_is_monitored() -> None:
    """criteria.md section 6: from `cycle-start` to `discharge`; before it `monitoring` is empty."""
    drawn = Course().baseline("-30:00").start("00:00").end("10:00")
    assert [bool(states_at(drawn, at)["monitoring"]) for at in ("-01:00", "00:00", "10:00", "50:00")] == [
        False,
        True,
        True,
        True,
    ]


ENDING = ("iv-site", "coagulation", "creatine-kinase")


@pytest.mark.parametrize("what", HOURS)
def test_after_therapy_end_monitoring_goes_on_but_for_what_therapy_needs(what: str) -> None:
    """criteria.md section 6: after `therapy-end` some items end, the others go on."""
    drawn = Course().start("00:00").end("06:00")
    assert overdue(drawn, "60:00", what) is (what not in ENDING)
    assert due(drawn, "60:00", what)[0] is None


def test_therapy_end_resolves_what_ends_with_it() -> None:
    """criteria.md section 6, "ends": what is open resolves at `therapy-end`."""
    drawn = Course().start("00:00").end("12:00").tick("60:00")
    assert timed(drawn, "monitoring/iv-site") == ["opened advisory 10:00", "resolved clear 12:00"]
    assert timed(drawn, "monitoring/vital-signs") == ["opened technical 05:00"]


AFTER_THERAPY = {
    "12 h in intensive care during therapy": (None, "16:59:59.999", False),
    "and overdue then": (None, "17:00", True),
    "24 h after it": ("16:00", "31:59:59.999", False),
    "and overdue by 24 h": ("16:00", "32:00", True),
}


@table(AFTER_THERAPY, "end at expected")
def test_blood_count_is_wanted_daily_after_therapy_in_intensive_care_too(
    end: str | None, at: str, expected: bool
) -> None:
    """criteria.md section 6: blood count and chemistry go on with 24 h."""
    drawn = look(Course().start("00:00", location="icu"), "blood-count", "02:00")
    assert overdue(drawn if end is None else drawn.end(end), at, "blood-count") is expected


def test_a_late_fact_resolves_and_a_withdrawal_opens_anew() -> None:
    """criteria.md section 1: what depends on a late fact is decided again; a withdrawal is as if it had never
    been recorded.
    """
    late = Course().start("00:00").mental("07:00", "normal", known="12:00")
    assert [line.split()[0] for line in timed(late, "monitoring/mental-status")] == ["opened", "resolved"]
    gone = Course().start("00:00").vitals("03:00", "v", hr=90, sbp=118).withdraw("v", "06:00")
    assert timed(gone, "monitoring/vital-signs") == ["opened technical 05:00 @06:00"]
