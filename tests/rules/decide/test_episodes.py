"""Episodes: transitions, ids, order, reminders, and how they end (criteria.md section 9)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from rules.decide.engine import assessments
from tests.rules.courses import Course, alerts, clock, folded, iso, states_at, table, timed, transitions


def started() -> Course:
    return Course().start("00:00")


def platelets(*values: tuple[str, float]) -> Course:
    drawn = started()
    for time, value in values:
        drawn.labs(time, id=time, platelets=value)
    return drawn


def alerts_of(course: Course, subject: str) -> list[dict[str, Any]]:
    return [a for a in alerts(course) if a["subject"] == subject]


TRANSITIONS = {
    "opened relative, worsened, improved, resolved": (
        platelets(("08:00", 45), ("08:05", 20), ("08:10", 40), ("08:15", 100)),
        ["opened relative", "worsened absolute", "improved relative", "resolved clear"],
    ),
    "opened absolute, resolved": (
        platelets(("08:00", 20), ("08:10", 100)),
        ["opened absolute", "resolved clear"],
    ),
    "the same level again says nothing": (
        platelets(("08:00", 20), ("08:10", 10), ("08:14", 25)),
        ["opened absolute"],
    ),
    "clear values say nothing": (platelets(("08:00", 100), ("08:10", 200)), []),
    "not telling opens nothing": (started().tick("20:00"), []),
    "a second episode opens anew": (
        platelets(("08:00", 45), ("08:05", 100), ("08:10", 45)),
        ["opened relative", "resolved clear", "opened relative"],
    ),
    "a correction that lowers is amended": (
        platelets(("08:00", 20)).correct("08:00", "08:05", platelets=45),
        ["opened absolute", "amended relative"],
    ),
    "a correction that ends is amended to clear": (
        platelets(("08:00", 20)).correct("08:00", "08:05", platelets=90),
        ["opened absolute", "amended clear"],
    ),
    "a withdrawal that leaves nothing to tell is amended to clear": (
        platelets(("08:00", 20)).withdraw("08:00", "08:05"),
        ["opened absolute", "amended clear"],
    ),
    "a correction that makes it worse is worsened": (
        platelets(("08:00", 45)).correct("08:00", "08:05", platelets=20),
        ["opened relative", "worsened absolute"],
    ),
    "a correction that leaves the level prints nothing": (
        platelets(("08:00", 20)).correct("08:00", "08:05", platelets=15),
        ["opened absolute"],
    ),
    "a correction that trips is opened": (
        platelets(("08:00", 100)).correct("08:00", "08:05", platelets=45),
        ["opened relative"],
    ),
    "a final in place of a preliminary is no amendment": (
        started()
        .labs("08:00", "l", status="preliminary", platelets=20)
        .labs("08:00", "l", known="08:05", platelets=90),
        ["opened absolute", "resolved clear"],
    ),
    "a new value in the instant of a correction of something older resolves": (
        platelets(("07:00", 90), ("08:00", 20))
        .labs("08:05", platelets=100)
        .correct("07:00", "08:05", platelets=95),
        ["opened absolute", "resolved clear"],
    ),
    "a new value in the instant of its correction that would do it alone resolves": (
        platelets(("08:00", 20)).labs("08:05", platelets=100).correct("08:00", "08:05", platelets=60),
        ["opened absolute", "resolved clear"],
    ),
    "one that would improve alone what the correction improves too": (
        platelets(("08:00", 20)).labs("08:05", platelets=40).correct("08:00", "08:05", platelets=60),
        ["opened absolute", "improved relative"],
    ),
    "one that would not, beside a withdrawal that does, is amended": (
        platelets(("07:00", 100), ("08:00", 20))
        .labs("07:30", known="08:05", platelets=90)
        .withdraw("08:00", "08:05"),
        ["opened absolute", "amended clear"],
    ),
    "a correction that does what the new value does not do alone is amended": (
        platelets(("08:00", 20))
        .labs("08:05", "l", platelets=40)
        .labs("08:06", "m", platelets=20)
        .labs("08:07", known="08:10", platelets=45)
        .labs("08:08", "n", known="08:09", platelets=20)
        .withdraw("n", "08:10"),
        ["opened absolute", "improved relative", "worsened absolute", "amended relative"],
    ),
    "after an amendment to clear the next is a new episode": (
        platelets(("08:00", 20)).withdraw("08:00", "08:05").labs("08:10", platelets=20),
        ["opened absolute", "amended clear", "opened absolute"],
    ),
}


@table(TRANSITIONS, "course expected")
def test_the_transitions_of_an_episode(course: Course, expected: list[str]) -> None:
    """criteria.md section 9, `opened` and `amended`."""
    assert transitions(course, "platelets") == expected


def racing(**corrected: Any) -> Course:
    """A rate over 130 without a cause, and a record `v` that is corrected at 09:00."""
    drawn = started().dose("07:00").vitals("08:10", hr=135).vitals("08:40", hr=135)
    return drawn.vitals("08:40", "v", sbp=118).correct("v", "09:00", **corrected)


ADDED = {
    "a code that is added and would do it alone is new": (
        racing(sbp=119, temp=39.0),
        "sinus-tachycardia",
        ["opened absolute", "improved relative"],
    ),
    "nothing but the code that is added": (
        racing(temp=39.0),
        "sinus-tachycardia",
        ["opened absolute", "improved relative"],
    ),
    "one that would not, beside the correction that does, is amended": (
        racing(sbp=75, temp=36.5),
        "sinus-tachycardia",
        ["opened absolute", "amended relative"],
    ),
    "a reading of a baseline that is added": (
        Course()
        .encounter("admit", "00:00", location="ward")
        .baseline("00:00", sbp=None, id="b")
        .encounter("cycle-start", "00:00")
        .vitals("08:00", sbp=88)
        .vitals("08:05", sbp=88)
        .add(
            "encounter",
            "00:00",
            "b",
            "09:00",
            "corrected",
            event="baseline",
            readings=[
                {"code": "weight", "value": 71, "unit": "kg"},
                {"code": "systolic-bp", "value": 95, "unit": "mm[Hg]"},
            ],
        ),
        "hypotension",
        ["opened relative", "resolved clear"],
    ),
    "what was charted of something else is new": (
        started()
        .urine("09:00", 5, start="08:00")
        .stool("09:30", 300, id="u", start="09:00")
        .add(
            "io",
            "11:00",
            "u",
            "11:00",
            "corrected",
            direction="out",
            kind="urine",
            volume=300,
            unit="mL",
            start=iso("09:00"),
        ),
        "urine-hour",
        ["opened absolute", "resolved clear"],
    ),
    "what was charted of it is corrected": (
        started()
        .urine("09:00", 5, start="08:00", id="u")
        .add(
            "io",
            "09:00",
            "u",
            "11:00",
            "corrected",
            direction="out",
            kind="stool",
            volume=300,
            unit="mL",
        ),
        "urine-hour",
        ["opened absolute", "amended clear"],
    ),
}


@table(ADDED, "course subject expected")
def test_what_a_correction_adds_is_new(course: Course, subject: str, expected: list[str]) -> None:
    """criteria.md sections 1 and 9: a code a record does not name is added; a corrected one amends."""
    assert transitions(course, subject) == expected


def test_not_telling_never_closes() -> None:
    """criteria.md section 9: `indeterminate` never opens a clinical episode and never closes one."""
    drawn = started().urine("09:00", 5, start="08:00").urine("34:00", 100, start="09:30")
    assert timed(drawn, "urine-hour") == ["opened absolute 09:00"]
    seen_again = drawn.urine("35:00", 100, start="34:00").urine("36:00", 100, start="35:00")
    assert timed(seen_again, "urine-hour") == [
        "opened absolute 09:00",
        "improved relative 35:00",
        "resolved clear 36:00",
    ]


def test_a_corrected_baseline_amends_hypotension() -> None:
    """criteria.md section 9: a corrected fact lowered or removed its basis."""
    drawn = (
        Course()
        .baseline("00:00", id="b")
        .encounter("cycle-start", "00:00")
        .vitals("08:00", sbp=88)
        .vitals("08:05", sbp=88)
    )
    assert transitions(drawn.correct("b", "08:10", sbp=110), "hypotension") == [
        "opened relative",
        "amended clear",
    ]


def test_the_id_is_of_patient_kind_subject_and_opening() -> None:
    """criteria.md section 9: the first 16 hex digits of SHA-256 over `patient|kind|subject|opened`."""
    one, two = alerts_of(platelets(("08:00", 45), ("09:00", 20)), "platelets")[:2]
    assert (
        one["id"]
        == two["id"]
        == hashlib.sha256(b"p1|criterion|platelets|2026-03-02T08:00:00Z").hexdigest()[:16]
        == "8f66aa37e5428adb"
    )


def test_the_number_grows_by_one_a_patient() -> None:
    """criteria.md section 9: `seq` (per patient, +1 each)."""
    found = alerts(platelets(("08:00", 45), ("09:00", 20)).tick("40:00"))
    assert [a["seq"] for a in found] == list(range(1, len(found) + 1))


def test_a_transition_carries_why_and_what_to_do() -> None:
    """criteria.md section 9; wire.md, Alert."""
    (opened,) = alerts_of(platelets(("08:00", 45)), "platelets")
    assert (opened["value"], opened["unit"], opened["limit"], opened["evidence"]) == (
        45,
        "10*3/uL",
        "<=50",
        ["08:00"],
    )
    assert (opened["kind"], opened["system"], opened["level"], opened["priority"]) == (
        "criterion",
        "hemorrhagic",
        "relative",
        "medium",
    )
    assert opened["action"]
    assert set(opened["guideline"]) == {"id", "version", "sha256"}


LEVELS = {
    "absolute is high": (platelets(("08:00", 20)), "platelets", "high"),
    "relative is medium": (platelets(("08:00", 45)), "platelets", "medium"),
    "technical is medium": (started().tick("05:00"), "monitoring/vital-signs", "medium"),
    "advisory is low": (started().labs("08:00", potassium=3), "hypokalemia", "low"),
}


@table(LEVELS, "course subject expected")
def test_level_gives_priority(course: Course, subject: str, expected: str) -> None:
    """criteria.md section 9, level -> priority."""
    assert alerts_of(course, subject)[0]["priority"] == expected


def test_the_end_of_an_episode_is_of_low_priority() -> None:
    """criteria.md section 9: advisory and `clear`: `low`."""
    assert alerts_of(platelets(("08:00", 20), ("08:10", 100)), "platelets")[-1]["priority"] == "low"


def test_order_within_an_instant() -> None:
    """criteria.md section 9: criteria in table order, hypotension, advice, monitoring, recommendation."""
    drawn = (
        started()
        .urine("04:59", 100, start="04:00")
        .tick("04:59:59.999")
        .labs("05:00", creatinine=3.2, platelets=20, potassium=3)
    )
    drawn.finding("infection", "05:00").vitals("05:00", sbp=75).finding("atrial-fibrillation", "05:00")
    subjects = [a["subject"] for a in alerts(drawn) if a["decided"] == iso("05:00")]
    assert subjects == [
        "atrial-fibrillation", "platelets", "infection", "creatinine", "hypotension", "fluid-bolus", "hypokalemia",
        "monitoring/vital-signs", "recommendation",
    ]  # fmt: skip


def test_before_cycle_start_nothing_is_said_and_at_never_precedes_it() -> None:
    """criteria.md section 9: alerts are given from `cycle-start`; `at` never precedes it."""
    drawn = Course().labs("-10:00", platelets=20).start("00:00")
    assert [(a["subject"], clock(a["at"])) for a in alerts(drawn) if a["kind"] != "advice"] == [
        ("platelets", "00:00"),
        ("recommendation", "00:00"),
    ]
    assert alerts(Course().labs("-10:00", platelets=20).tick("10:00")) == []


def test_since_of_a_tripped_state_is_never_before_cycle_start() -> None:
    """wire.md, Assessment: `since`."""
    row = states_at(Course().labs("-10:00", platelets=20).start("00:00"), "01:00")["criteria"]["platelets"]
    assert clock(row["since"]) == "00:00"


def test_since_is_the_at_of_the_transition_into_the_present_state() -> None:
    """wire.md, Assessment: `since`."""
    row = states_at(platelets(("08:00", 45), ("09:00", 20), ("10:00", 10)), "11:00")["criteria"]["platelets"]
    assert clock(row["since"]) == "09:00"


def test_a_new_cycle_resolves_and_what_carries_over_opens_again() -> None:
    """criteria.md section 4: open episodes resolve (reason `new-cycle`); everything else carries over until
    charted again.
    """
    drawn = platelets(("08:00", 45)).finding("vivid-dreams", "08:00").encounter("cycle-start", "20:00")
    assert timed(drawn, "platelets") == [
        "opened relative 08:00",
        "resolved clear 20:00",
        "opened relative 20:00",
    ]
    assert timed(drawn, "vivid-dreams") == ["opened relative 08:00", "resolved clear 20:00"]
    ended = [a for a in alerts(drawn) if a["decided"] == iso("20:00") and a["transition"] == "resolved"]
    assert ended
    assert {a["context"]["reason"] for a in ended} == {"new-cycle"}


def test_discharge_resolves_and_drops() -> None:
    """criteria.md section 9: `discharge` resolves every open episode (reason `discharged`); `assess` prints
    no line.
    """
    drawn = platelets(("08:00", 20)).encounter("discharge", "08:10").tick("40:00")
    last = [a for a in alerts(drawn) if a["decided"] == iso("08:10")]
    ends = {(a["transition"], a["level"], a["context"]["reason"]) for a in last}
    assert ends == {("resolved", "clear", "discharged")}
    assert {"platelets", "recommendation"} <= {a["subject"] for a in last}
    assert alerts(drawn)[-1]["decided"] == iso("08:10")
    assert assessments(folded(drawn)) == []


AFTER = {
    "what shares its instant opens nothing": (
        platelets().encounter("discharge", "08:10").labs("08:10", platelets=20),
        [],
    ),
    "a withdrawal starts no stay": (
        platelets(("08:00", 20)).encounter("discharge", "08:10").withdraw("08:00", "09:00"),
        ["opened absolute", "resolved clear"],
    ),
    "a fact starts no stay": (
        platelets(("08:00", 20)).encounter("discharge", "08:10").labs("09:00", platelets=20),
        ["opened absolute", "resolved clear"],
    ),
    "what was charted before the next stay is of no stay": (
        platelets(("08:00", 20))
        .encounter("discharge", "08:10")
        .labs("09:00", platelets=20)
        .encounter("cycle-start", "10:00"),
        ["opened absolute", "resolved clear"],
    ),
    "a cycle-start begins a stay from nothing": (
        platelets(("08:00", 20))
        .encounter("discharge", "08:10")
        .encounter("cycle-start", "10:00")
        .labs("11:00", platelets=20),
        ["opened absolute", "resolved clear", "opened absolute"],
    ),
}


@table(AFTER, "course expected")
def test_after_discharge(course: Course, expected: list[str]) -> None:
    """criteria.md section 1: facts after it and before the next admit, baseline, cycle-start or dose belong to
    no stay; section 9: what shares its instant opens nothing.
    """
    assert transitions(course, "platelets") == expected


@pytest.mark.parametrize("command", ["tick", "ack", "resume"])
def test_a_command_after_discharge_starts_no_stay(command: str) -> None:
    """criteria.md section 9: ticks, commands and withdrawals after it start no stay."""
    drawn = platelets(("08:00", 20)).encounter("discharge", "08:10")
    {
        "tick": drawn.tick,
        "ack": lambda at: drawn.ack("x", at),
        "resume": lambda at: drawn.resume("infection", at),
    }[command]("09:00")
    assert assessments(folded(drawn)) == []
