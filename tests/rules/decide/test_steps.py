"""Steps: an acknowledged episode is told again when its value is worse by a step (criteria.md section 9)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, alerts, clock, table


def id_of(course: Course, subject: str) -> str:
    found: str = next(a["id"] for a in reversed(alerts(course)) if a["subject"] == subject)
    return found


def acked(course: Course, subject: str, at: str) -> Course:
    return course.ack(id_of(course, subject), at)


def steps(course: Course, subject: str) -> list[dict[str, Any]]:
    return [
        a
        for a in alerts(course)
        if a["subject"] == subject and a["transition"] == "worsened" and "acknowledged" in a["context"]
    ]


def step_texts(course: Course, subject: str) -> list[str]:
    """`9.5 from 12 at 09:00`."""
    return [
        f"{a['value']:g} from {a['context']['acknowledged']:g} at {clock(a['at'])}"
        for a in steps(course, subject)
    ]


def started() -> Course:
    return Course().start("00:00")


def lab(code: str, first: float) -> Course:
    return acked(started().labs("08:00", **{code: first}), code, "08:05")


LABS = {
    "creatinine by 0.5": (
        lab("creatinine", 3.1).labs("09:00", creatinine=3.6),
        "creatinine",
        ["3.6 from 3.1 at 09:00"],
    ),
    "not by less": (lab("creatinine", 3.1).labs("09:00", creatinine=3.5999), "creatinine", []),
    "by 0.5 in two": (
        lab("creatinine", 3.1).labs("09:00", creatinine=3.4).labs("10:00", creatinine=3.6),
        "creatinine",
        ["3.6 from 3.1 at 10:00"],
    ),
    "than the worst, not than the latest at the acknowledgement": (
        acked(
            started().labs("07:00", creatinine=3.6).labs("08:00", creatinine=3.1), "creatinine", "08:05"
        ).labs("09:00", creatinine=4.0),
        "creatinine",
        [],
    ),
    "also at level relative": (
        lab("creatinine", 2.3 + 0.2).labs("09:00", creatinine=2.9).labs("10:00", creatinine=3.0),
        "creatinine",
        [],
    ),
    "bilirubin by 2": (lab("bilirubin", 8).labs("09:00", bilirubin=10), "bilirubin", ["10 from 8 at 09:00"]),
    "bilirubin not by less": (lab("bilirubin", 8).labs("09:00", bilirubin=9.9), "bilirubin", []),
    "platelets by a third": (
        lab("platelets", 27).labs("09:00", platelets=18),
        "platelets",
        ["18 from 27 at 09:00"],
    ),
    "platelets not by less": (lab("platelets", 27).labs("09:00", platelets=18.01), "platelets", []),
    "known after the acknowledgement, charted before it": (
        lab("creatinine", 3.1).labs("08:04", known="09:00", creatinine=3.8),
        "creatinine",
        ["3.8 from 3.1 at 08:04"],
    ),
    "known with the acknowledgement it is none, and the bar": (
        lab("creatinine", 3.1).labs("08:05", creatinine=3.8).labs("09:00", creatinine=4.2),
        "creatinine",
        [],
    ),
    "a corrected value was never the worst": (
        acked(
            started().labs("07:00", "l", creatinine=9.0).labs("08:00", creatinine=3.1), "creatinine", "08:05"
        )
        .correct("l", "08:30", creatinine=3.0)
        .labs("09:00", creatinine=3.6),
        "creatinine",
        ["3.6 from 3.1 at 09:00"],
    ),
    "a correction of the acknowledged value is none": (
        acked(started().labs("08:00", "l", creatinine=3.1), "creatinine", "08:05").correct(
            "l", "08:30", creatinine=4.0
        ),
        "creatinine",
        [],
    ),
    "a final with another time than its preliminary was never the worst": (
        acked(
            started()
            .labs("08:00", status="preliminary", bilirubin=7.5)
            .labs("08:02", "l", status="preliminary", bilirubin=9.4),
            "bilirubin",
            "08:05",
        )
        .labs("07:30", "l", known="08:30", bilirubin=12)
        .labs("09:00", bilirubin=12),
        "bilirubin",
        ["12 from 7.5 at 09:00"],
    ),
    "a correction of something older takes nothing from the worst": (
        acked(
            started()
            .labs("-03:00", "old", creatinine=1.0)
            .labs("08:00", creatinine=3.6)
            .labs("08:02", creatinine=3.1),
            "creatinine",
            "08:05",
        )
        .correct("old", "08:30", creatinine=1.1)
        .labs("09:00", creatinine=3.7),
        "creatinine",
        [],
    ),
    "nor does it add what is known since": (
        acked(
            started().labs("-03:00", "old", creatinine=1.0).labs("08:00", creatinine=3.1),
            "creatinine",
            "08:05",
        )
        .labs("09:00", creatinine=3.5)
        .correct("old", "09:30", creatinine=1.1)
        .labs("10:00", creatinine=3.7),
        "creatinine",
        ["3.7 from 3.1 at 10:00"],
    ),
    "a result known since is a step once the worst is corrected": (
        acked(
            started().labs("08:00", creatinine=3.1).labs("08:02", "l", creatinine=3.6), "creatinine", "08:05"
        )
        .labs("09:00", creatinine=3.8)
        .correct("l", "09:30", creatinine=3.2),
        "creatinine",
        ["3.8 from 3.2 at 09:00"],
    ),
    "charted late, behind a later one": (
        lab("creatinine", 3.1).labs("10:00", creatinine=3.2).labs("09:00", known="10:30", creatinine=4.0),
        "creatinine",
        ["4 from 3.1 at 09:00"],
    ),
    "charted late, behind a later one, it is the worst": (
        acked(
            started()
            .labs("08:00", creatinine=3.1)
            .labs("10:00", creatinine=3.2)
            .labs("09:00", known="10:30", creatinine=4.0),
            "creatinine",
            "11:00",
        ).labs("12:00", creatinine=3.8),
        "creatinine",
        [],
    ),
    "stale when it became known it is none": (
        lab("creatinine", 3.1).labs("40:00", creatinine=3.2).labs("09:00", known="48:00", creatinine=4.0),
        "creatinine",
        [],
    ),
    "with a comparator that bounds the worse": (
        lab("creatinine", 3.1).labs("09:00", creatinine={"value": 3.6, "comparator": ">"}),
        "creatinine",
        ["3.6 from 3.1 at 09:00"],
    ),
    "not with one that bounds the better": (
        lab("creatinine", 3.1).labs("09:00", creatinine={"value": 3.6, "comparator": "<"}),
        "creatinine",
        [],
    ),
    "urine: a correction of something older takes nothing from the worst": (
        acked(
            started().urine("06:00", 100, start="05:00", id="old").urine("08:00", 8, start="07:00"),
            "urine-hour",
            "08:05",
        )
        .urine("09:00", 5, start="08:00")
        .urine("06:00", 90, start="05:00", id="old", known="09:30", status="corrected")
        .urine("10:00", 3.5, start="09:00"),
        "urine-hour",
        ["3.5 from 8 at 10:00"],
    ),
    "after a step the episode is unacknowledged, and no further one is told": (
        lab("creatinine", 3.1).labs("09:00", creatinine=3.7).labs("10:00", creatinine=4.9),
        "creatinine",
        ["3.7 from 3.1 at 09:00"],
    ),
    "unacknowledged there is none": (
        started().labs("08:00", creatinine=3.1).labs("09:00", creatinine=4.9),
        "creatinine",
        [],
    ),
    "when the acknowledgement has run out there is none": (
        acked(started().urine("08:00", 8, start="07:00"), "urine-hour", "08:05").urine(
            "10:05", 1, start="09:00"
        ),
        "urine-hour",
        [],
    ),
    "urine to half": (
        acked(started().urine("08:00", 8, start="07:00"), "urine-hour", "08:05").urine(
            "09:00", 4, start="08:00"
        ),
        "urine-hour",
        ["4 from 8 at 09:00"],
    ),
    "urine not to more than half": (
        acked(started().urine("08:00", 8, start="07:00"), "urine-hour", "08:05").urine(
            "09:00", 4.1, start="08:00"
        ),
        "urine-hour",
        [],
    ),
    "stool by 500 mL": (
        acked(started().stool("08:00", 1000), "diarrhea", "08:05").stool("09:00", 500),
        "diarrhea",
        ["1500 from 1000 at 09:00"],
    ),
    "stool not by less": (
        acked(started().stool("08:00", 1000), "diarrhea", "08:05").stool("09:00", 499),
        "diarrhea",
        [],
    ),
    "weight by 5 points": (
        acked(started().vitals("08:00", weight=81.2), "weight-gain", "08:05").vitals("09:00", weight=84.7),
        "weight-gain",
        ["21 from 16 at 09:00"],
    ),
    "pressors by 0.3": (
        acked(
            started().dose("07:00").phenylephrine("08:00", 1.6), "phenylephrine-maximum", "08:05"
        ).phenylephrine("09:00", 1.9),
        "phenylephrine-maximum",
        ["1.9 from 1.6 at 09:00"],
    ),
    "pressors not by less": (
        acked(
            started().dose("07:00").phenylephrine("08:00", 1.6), "phenylephrine-maximum", "08:05"
        ).phenylephrine("09:00", 1.89),
        "phenylephrine-maximum",
        [],
    ),
}


@table(LABS, "course subject expected")
def test_steps_of_a_value(course: Course, subject: str, expected: list[str]) -> None:
    """criteria.md section 9: worse by at least a step than the worst so far at the acknowledgement."""
    assert step_texts(course, subject) == expected


def low(first: float, at: str = "08:05") -> Course:
    """Severe hypotension by hand, acknowledged."""
    return acked(started().vitals("08:00", sbp=first), "hypotension", at)


PRESSURE = {
    "by 10 mm[Hg]": (low(79).vitals("09:00", sbp=69), ["69 from 79 at 09:00"]),
    "not by less": (low(79).vitals("09:00", sbp=70), []),
    "step by step": (low(79).vitals("08:30", sbp=72).vitals("09:00", sbp=69), ["69 from 79 at 09:00"]),
    "than the worst so far": (
        acked(started().vitals("08:00", sbp=79).vitals("08:10", sbp=65), "hypotension", "08:15").vitals(
            "09:00", sbp=58
        ),
        [],
    ),
    "a monitor's single low reading counts as the better of two": (
        low(79).vitals("08:58", sbp=78).vitals("09:00", sbp=60),
        [],
    ),
    "the next one confirms it": (
        low(79).vitals("08:58", sbp=78).vitals("09:00", sbp=60).vitals("09:02", sbp=62),
        ["62 from 79 at 09:02"],
    ),
    "5 min apart a reading stands alone": (
        low(79).vitals("08:55", sbp=78).vitals("09:00", sbp=60),
        ["60 from 79 at 09:00"],
    ),
    "a late reading with its own at": (
        low(79).vitals("09:00", sbp=78).vitals("08:30", sbp=60, known="09:30"),
        ["60 from 79 at 08:30"],
    ),
    "one that was stale when it became known is none": (
        low(79).vitals("09:00", sbp=78).vitals("08:30", sbp=60, known="16:30"),
        [],
    ),
    "one from before the episode is none": (
        low(79).vitals("09:00", sbp=78).vitals("07:30", sbp=60, known="09:30"),
        [],
    ),
    "known before the acknowledgement it is none": (
        acked(started().vitals("08:00", sbp=79).vitals("08:04", sbp=79), "hypotension", "08:05").vitals(
            "09:00", sbp=78
        ),
        [],
    ),
    "a mean that stands in is no measure": (low(79).vitals("09:00", mean_bp=40), []),
    "withdrawn, a reading was never the worst": (
        acked(started().vitals("08:00", sbp=79).vitals("08:10", "v", sbp=60), "hypotension", "08:15")
        .withdraw("v", "08:20")
        .vitals("09:00", sbp=69),
        ["69 from 79 at 09:00"],
    ),
}


@table(PRESSURE, "course expected")
def test_steps_of_pressure(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: for signals a reading's confirmed value, with that reading's `at`."""
    assert step_texts(course, "hypotension") == expected


def fast(*rates: float) -> Course:
    drawn = started()
    for i, rate in enumerate(rates):
        drawn.vitals(f"{8 + i // 2:02}:{30 * (i % 2):02}", hr=rate)
    return drawn


SIGNALS = {
    "heart rate by 10": (
        acked(fast(135, 136), "sinus-tachycardia", "08:35").vitals("09:00", hr=146),
        "sinus-tachycardia",
        ["146 from 136 at 09:00"],
    ),
    "heart rate not by less": (
        acked(fast(135, 136), "sinus-tachycardia", "08:35").vitals("09:00", hr=145),
        "sinus-tachycardia",
        [],
    ),
    "of the run that opened it the worst": (
        acked(fast(140, 135), "sinus-tachycardia", "08:35").vitals("09:00", hr=149),
        "sinus-tachycardia",
        [],
    ),
    "flow by 2": (
        acked(
            started().vitals("08:00", device="nasal-cannula", flow=5, spo2=97), "oxygen-requirement", "08:05"
        ).vitals("09:00", flow=7),
        "oxygen-requirement",
        ["7 from 5 at 09:00"],
    ),
    "flow not by less": (
        acked(
            started().vitals("08:00", device="nasal-cannula", flow=5, spo2=97), "oxygen-requirement", "08:05"
        ).vitals("09:00", flow=6.9),
        "oxygen-requirement",
        [],
    ),
    "fio2 by 10": (
        acked(
            started().vitals("08:00", device="mask", fio2=50, spo2=97), "oxygen-requirement", "08:05"
        ).vitals("09:00", fio2=60),
        "oxygen-requirement",
        ["60 from 50 at 09:00"],
    ),
    "a first value of a measure is no step": (
        acked(
            started().vitals("08:00", device="nasal-cannula", flow=5, spo2=97), "oxygen-requirement", "08:05"
        ).vitals("09:00", device="mask", fio2=80),
        "oxygen-requirement",
        [],
    ),
    "spo2 by 3": (
        acked(
            started().vitals("08:00", device="mask", fio2=50, spo2=93), "oxygen-requirement", "08:05"
        ).vitals("09:00", spo2=90),
        "oxygen-requirement",
        ["90 from 93 at 09:00"],
    ),
    "each measure against its own worst": (
        acked(
            started().vitals("08:00", device="mask", fio2=50, spo2=93), "oxygen-requirement", "08:05"
        ).vitals("09:00", spo2=91, fio2=59),
        "oxygen-requirement",
        [],
    ),
}


@table(SIGNALS, "course subject expected")
def test_steps_of_other_signals(course: Course, subject: str, expected: list[str]) -> None:
    """criteria.md section 9: HR 10, SpO2 3, o2-flow 2, fio2 10."""
    assert step_texts(course, subject) == expected


def test_a_step_says_the_reading_and_its_evidence() -> None:
    """criteria.md section 9; wire.md, Alert."""
    (found,) = steps(low(79).vitals("09:00", "worse", sbp=66), "hypotension")
    assert (found["level"], found["priority"]) == ("absolute", "high")
    assert (found["value"], found["unit"], found["evidence"]) == (66, "mm[Hg]", ["worse"])
    assert found["message"] == "Systolic pressure 66 mmHg, at or below 80; 79 mmHg when acknowledged"


def test_a_step_begins_the_acknowledgements_again_with_2_h() -> None:
    """criteria.md section 9."""
    drawn = low(79).ack("x", "08:06")
    drawn = acked(drawn, "hypotension", "10:06").vitals("11:00", sbp=60)
    drawn = acked(drawn, "hypotension", "11:05").tick("13:25")
    last = [
        clock(a["decided"]) for a in alerts(drawn) if a["transition"] == "reminder" and a["kind"] != "advice"
    ]
    assert last[-1] == "13:20"
