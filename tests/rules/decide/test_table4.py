"""Table 4: the recommendation, its reasons and its own episode (criteria.md section 4)."""

from __future__ import annotations

import pytest

from tests.rules.courses import NORMAL, Course, alerts, seen, states_at, table, timed


def ready(at: str = "08:00") -> Course:
    """Started at midnight, everything of the dosing minimum seen and normal at `at`."""
    return Course().start("00:00").complete(at)


RELATIVES = ("vivid-dreams", "emotional-lability", "dyspnea-at-rest")


def with_relatives(count: int) -> Course:
    drawn = ready()
    for code in RELATIVES[:count]:
        drawn.finding(code, "08:30")
    return drawn


LINES = {
    "all seen and clear: proceed": (ready(), "09:00", "proceed", []),
    "one relative: correct": (with_relatives(1), "09:00", "correct", ["vivid-dreams"]),
    "two relative: correct": (with_relatives(2), "09:00", "correct", ["vivid-dreams", "emotional-lability"]),
    "three relative: delay": (
        with_relatives(3),
        "09:00",
        "delay",
        ["vivid-dreams", "emotional-lability", "dyspnea"],
    ),
    "one absolute: delay": (ready().finding("ecg-ischemia", "08:30"), "09:00", "delay", ["ecg-ischemia"]),
    "absolute before relative, each in table order": (
        with_relatives(2)
        .finding("severe-abdominal-pain", "08:30")
        .finding("extremity-paresthesias", "08:30"),
        "09:00",
        "delay",
        ["abdominal-pain", "extremities", "vivid-dreams", "emotional-lability"],
    ),
    "low pressure relative: correct": (
        ready().vitals("08:30", sbp=88).vitals("08:40", sbp=88),
        "09:00",
        "correct",
        ["hypotension"],
    ),
    "low pressure absolute: delay": (ready().vitals("08:30", sbp=70), "09:00", "delay", ["hypotension"]),
    "low pressure is no relative criterion: two and it are not three": (
        with_relatives(2).vitals("08:40", sbp=88).vitals("08:50", sbp=88),
        "09:00",
        "correct",
        ["vivid-dreams", "emotional-lability", "hypotension"],
    ),
    "after the criteria": (
        with_relatives(1).vitals("08:40", sbp=70),
        "09:00",
        "delay",
        ["vivid-dreams", "hypotension"],
    ),
    "a stop rule over low pressure": (
        ready().vitals("08:30", sbp=70).finding("infection", "08:40"),
        "09:00",
        "stop",
        ["stop-rule:infection", "infection", "hypotension"],
    ),
    "a fast rate beside atrial fibrillation does not count": (
        ready().vitals("08:10", hr=135).vitals("08:40", hr=136).finding("atrial-fibrillation", "08:45"),
        "09:00",
        "stop",
        ["stop-rule:arrhythmia", "atrial-fibrillation"],
    ),
    "beside ventricular arrhythmia it does": (
        ready().vitals("08:10", hr=135).vitals("08:40", hr=136).finding("ventricular-arrhythmia", "08:45"),
        "09:00",
        "stop",
        ["stop-rule:arrhythmia", "sinus-tachycardia", "ventricular-arrhythmia"],
    ),
    "a stop rule first": (
        with_relatives(1).finding("infection", "08:30"),
        "09:00",
        "stop",
        ["stop-rule:infection", "infection", "vivid-dreams"],
    ),
    "nothing seen: cannot tell, in table order, blood pressure last": (
        Course().start("00:00"),
        "01:00",
        "cannot-tell",
        [
            "sinus-tachycardia",
            "platelets",
            "mental-status",
            "oxygen-requirement",
            "urine-hour",
            "creatinine",
            "blood-pressure",
        ],
    ),
    "a relative outweighs not seeing": (
        Course().start("00:00").finding("vivid-dreams", "00:30"),
        "01:00",
        "correct",
        ["vivid-dreams"],
    ),
    "two relative rows of one group count once": (
        ready().urine("15:00", 98, start="08:00").vitals("15:00", **NORMAL).finding("vivid-dreams", "15:00"),
        "15:00",
        "correct",
        ["vivid-dreams", "urine-hour"],
    ),
    "a stale tripped state counts": (ready().labs("09:00", creatinine=3.2), "46:00", "delay", ["creatinine"]),
    "bilirubin and weight unseen do not matter": (
        Course()
        .start("00:00")
        .vitals("08:00", **NORMAL)
        .urine("08:00", 100, start="07:00")
        .labs("08:00", creatinine=1.0, platelets=200)
        .mental("08:00", "normal"),
        "09:00",
        "proceed",
        [],
    ),
}


@table(LINES, "course at word reasons")
def test_the_recommendation(course: Course, at: str, word: str, reasons: list[str]) -> None:
    """criteria.md section 4: the first line of Table 4 that holds, with its reasons."""
    found = states_at(course, at)
    assert (found["recommendation"], found["reasons"]) == (word, reasons)


def without(part: str) -> Course:
    drawn = ready()
    for record in drawn.records:
        if "readings" in record and record.get("event") != "baseline":
            record["readings"] = [r for r in record["readings"] if r["code"] != part]
    drawn.records = [r for r in drawn.records if r.get("kind") != part and r.get("code") != part]
    return drawn


MINIMUM = {
    "urine-hour": ("urine", "urine-hour"),
    "creatinine": ("creatinine", "creatinine"),
    "platelets": ("platelets", "platelets"),
    "oxygen-requirement": ("spo2", "oxygen-requirement"),
    "sinus-tachycardia": ("heart-rate", "sinus-tachycardia"),
    "mental-status": ("mental-status", "mental-status"),
    "blood pressure": ("systolic-bp", "blood-pressure"),
}


@table(MINIMUM, "part reason")
def test_each_of_the_dosing_minimum_unseen_means_cannot_tell(part: str, reason: str) -> None:
    """criteria.md section 4, `cannot-tell`."""
    found = states_at(without(part), "09:00")
    assert (found["recommendation"], found["reasons"]) == ("cannot-tell", [reason])


def test_a_stale_pressure_means_cannot_tell() -> None:
    """criteria.md section 4: or blood pressure is stale or never seen."""
    drawn = ready().vitals("15:00", hr=90, spo2=98).urine("15:00", 500, start="08:00")
    assert states_at(drawn, "15:59:59.999")["recommendation"] == "proceed"
    assert states_at(drawn, "16:00")["reasons"] == ["blood-pressure"]


def test_enzymes_whose_limit_is_unknown_mean_cannot_tell() -> None:
    """criteria.md section 4: `cardiac-enzymes` belongs to the dosing minimum."""
    found = states_at(ready().labs("08:30", troponin_t=0.05), "09:00")
    assert (found["recommendation"], found["reasons"]) == ("cannot-tell", ["cardiac-enzymes"])


def test_a_rate_that_needs_a_weight_means_cannot_tell() -> None:
    """criteria.md section 4: either phenylephrine row belongs to the dosing minimum."""
    drawn = Course().start("00:00", weight=None).complete("08:00").phenylephrine("08:30", 20, "ug/min")
    assert "phenylephrine-maximum" in states_at(drawn.tick("09:00"), "09:00")["reasons"]


def test_phenylephrine_rows_count_apart() -> None:
    """criteria.md section 3: peak need and inability to wean are two facts."""
    found = states_at(ready().dose("08:00").phenylephrine("09:00", 1.2), "16:00")
    states = [found["criteria"][code]["state"] for code in ("phenylephrine-maximum", "phenylephrine-minimum")]
    assert (states, found["absolute"], found["relative"]) == (["relative", "absolute"], 1, 1)


ALERTS = {
    "a cycle that starts blind and proceeds says nothing": (ready(), []),
    "it opens when it leaves proceed": (ready().finding("vivid-dreams", "09:00"), ["opened relative 09:00"]),
    "a cycle that starts blind opens on what it leaves for": (
        Course().start("00:00").finding("vivid-dreams", "01:00"),
        ["opened relative 01:00"],
    ),
    "along its words and resolved on proceed": (
        with_relatives(1)
        .finding("emotional-lability", "08:40")
        .finding("dyspnea-at-rest", "08:50")
        .finding("dyspnea-at-rest", "08:55", False)
        .finding("emotional-lability", "08:56", False)
        .finding("vivid-dreams", "08:57", False),
        [
            "opened relative 08:30",
            "worsened absolute 08:50",
            "improved relative 08:55",
            "resolved clear 08:57",
        ],
    ),
    "delay to stop is worsened": (
        ready().finding("ecg-ischemia", "08:30").finding("infection", "08:40"),
        ["opened absolute 08:30", "worsened absolute 08:40"],
    ),
    "correct to cannot-tell is improved": (
        Course().start("00:00").finding("vivid-dreams", "01:00").finding("vivid-dreams", "01:10", False),
        ["opened relative 01:00", "improved advisory 01:10"],
    ),
    "proceed to cannot-tell opens advisory, right after the limit": (
        ready().tick("17:00"),
        ["opened advisory 16:00"],
    ),
    "a correction resolves it, never amends": (
        ready().finding("vivid-dreams", "09:00", id="f").withdraw("f", "09:10"),
        ["opened relative 09:00", "resolved clear 09:10"],
    ),
    "a correction improves it, never amends": (
        ready()
        .finding("vivid-dreams", "09:00")
        .finding("ecg-ischemia", "09:00", id="f")
        .withdraw("f", "09:10"),
        ["opened absolute 09:00", "improved relative 09:10"],
    ),
    "a second cycle that starts with cannot-tell is silent again": (
        Course().start("00:00").finding("vivid-dreams", "01:00").encounter("cycle-start", "02:00"),
        ["opened relative 01:00", "resolved clear 02:00"],
    ),
    "a cycle that has said nothing yet says nothing when a therapy-end is taken back": (
        Course().start("00:00").end("02:00", id="end").withdraw("end", "03:00"),
        [],
    ),
    "one that came to more meanwhile does": (
        Course().start("00:00").end("02:00", id="end").finding("infection", "02:30").withdraw("end", "03:00"),
        ["opened absolute 03:00"],
    ),
    "a cycle that starts seen and clear then goes blind opens": (
        Course().complete("-01:00").start("00:00").tick("08:00"),
        ["opened advisory 07:00"],
    ),
}


@table(ALERTS, "course expected")
def test_what_is_said_of_the_recommendation(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: an alert of its own; resolves only on proceed; silent while a cycle starts with
    cannot-tell; never amended.
    """
    assert timed(course, "recommendation") == expected


def test_the_recommendation_comes_last_in_its_instant_with_its_kind() -> None:
    """criteria.md section 9: kind and subject `recommendation`, after monitoring."""
    found = [a for a in alerts(ready().finding("infection", "09:00")) if a["decided"].endswith("09:00:00Z")]
    assert [a["subject"] for a in found] == ["infection", "recommendation"]
    assert (found[-1]["kind"], found[-1]["level"], found[-1]["priority"]) == (
        "recommendation",
        "absolute",
        "high",
    )


@pytest.mark.parametrize("code", ["urine-hour", "creatinine"])
def test_an_indeterminate_of_the_minimum_is_not_counted(code: str) -> None:
    """criteria.md section 4: `relative` and `absolute` count tripped groups only."""
    found = states_at(Course().start("00:00"), "01:00")
    assert (found["relative"], found["absolute"]) == (0, 0)
    assert seen(Course().start("00:00"), "01:00", code).startswith("indeterminate")
