"""Identity: duplicates, preliminary and final, corrections and withdrawals in any order of arrival
(criteria.md section 1).
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from rules.decide.engine import assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001
from tests.rules.courses import Course, alerts, decoded, folded, iso, ms, seen, table, timed, transitions

RECORDS = {"preliminary": 45, "final": 100, "corrected": 20}


def course(*records: tuple[str, str, float | None]) -> Course:
    """(status, known, platelets) of one id, sampled at 08:00; a value of None is a withdrawal."""
    drawn = Course().start("00:00")
    for status, known, value in records:
        drawn.labs("08:00", "L", known=known, status=status, platelets=value)
        if value is None:
            drawn.records[-1].pop("readings")
    return drawn


GONE = "indeterminate missing platelets"
CASES: dict[str, tuple[Any, ...]] = {
    "final after final is a duplicate": ([("final", "08:00", 20), ("final", "09:00", 200)], "absolute"),
    "preliminary after final is a duplicate": (
        [("final", "08:00", 20), ("preliminary", "09:00", 200)],
        "absolute",
    ),
    "preliminary after preliminary is a duplicate": (
        [("preliminary", "08:00", 20), ("preliminary", "09:00", 200)],
        "absolute",
    ),
    "final replaces preliminary": ([("preliminary", "08:00", 20), ("final", "09:00", 200)], "clear"),
    "corrected replaces final": ([("final", "08:00", 20), ("corrected", "09:00", 200)], "clear"),
    "corrected replaces preliminary": ([("preliminary", "08:00", 20), ("corrected", "09:00", 200)], "clear"),
    "entered-in-error withdraws": ([("final", "08:00", 20), ("entered-in-error", "09:00", None)], GONE),
    "a correction outranks a later final": ([("corrected", "08:00", 200), ("final", "09:00", 20)], "clear"),
    "a withdrawal outranks a later final": (
        [("entered-in-error", "08:00", None), ("final", "09:00", 20)],
        GONE,
    ),
    "of corrections the later known rules": (
        [("corrected", "09:00", 200), ("corrected", "10:00", 20)],
        "absolute",
    ),
    "a later withdrawal rules over a correction": (
        [("corrected", "09:00", 200), ("entered-in-error", "10:00", None)],
        GONE,
    ),
    "a later correction rules over a withdrawal": (
        [("entered-in-error", "09:00", None), ("corrected", "10:00", 20)],
        "absolute",
    ),
    "a correction alone counts": ([("corrected", "09:00", 20)], "absolute"),
}


@table(CASES, "records expected")
def test_the_same_id_again(records: list[tuple[str, str, float | None]], expected: str) -> None:
    """criteria.md section 1: same `(patient, id)` again."""
    assert seen(course(*records), "11:00", "platelets") == expected


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_the_order_of_lines_in_the_file_does_not_matter(order: tuple[int, ...]) -> None:
    """criteria.md section 1: the offline commands fold in order of `known`."""
    lines = [
        ("preliminary", "08:00", 45.0),
        ("final", "08:30", 100.0),
        ("corrected", "09:00", 20.0),
        ("corrected", "10:00", 40.0),
    ]
    assert seen(course(*(lines[i] for i in order)), "11:00", "platelets") == "relative"


@pytest.mark.parametrize("times", list(permutations(["08:10", "09:00", "10:00"])), ids=" ".join)
def test_a_correction_outranks_in_whatever_order_they_arrive(times: tuple[str, str, str]) -> None:
    """criteria.md section 1: a correction or withdrawal outranks a `final` of the same id in whatever order
    they arrive.
    """
    preliminary, final, corrected = times
    drawn = course(("preliminary", preliminary, 45), ("final", final, 100), ("corrected", corrected, 20))
    assert seen(drawn, "11:00", "platelets") == "absolute"


def test_a_duplicate_changes_nothing_but_moves_the_clock() -> None:
    """criteria.md section 1: a duplicate moves the clock."""
    drawn = course(("final", "08:00", 20), ("final", "09:30", 20))
    (patient,) = folded(drawn).patients.values()
    assert patient.now == decoded([drawn])[-1].known
    assert timed(drawn, "platelets") == ["opened absolute 08:00"]
    assert [a for a in folded(drawn).alerts if a.transition == "reminder" and a.subject == "platelets"]
    assert folded(drawn).refused == []


def test_a_conflict_is_refused_and_moves_nothing() -> None:
    """criteria.md section 1: a `final` with another content under an id already used; the first stands."""
    drawn = course(("final", "08:00", 20), ("final", "09:30", 200))
    outcome = folded(drawn)
    (patient,) = outcome.patients.values()
    assert patient.now == ms("08:00")
    assert [(event.known, reason) for event, reason in outcome.refused] == [(ms("09:30"), "id-conflict")]
    assert seen(drawn, "11:00", "platelets") == "absolute"


def test_the_same_id_of_another_patient_is_another_fact() -> None:
    """criteria.md section 1: same `(patient, id)`."""
    one, two = course(("final", "08:00", 20)), Course("p2").start("00:00").labs("08:00", "L", platelets=200)
    found = assessments(fold(decoded([one, two]), SCHWARTZENTRUBER_2001))
    states = {a.patient: next(c.state for c in a.criteria if c.code == "platelets") for a in found}
    assert states == {"p1": "absolute", "p2": "clear"}


def test_a_new_value_counts_as_known_since_its_id_first_was() -> None:
    """criteria.md section 1: so a correction that comes when the value is stale trips all the same, and is
    stale.
    """
    drawn = course(("final", "08:30", 200), ("corrected", "50:00", 20))
    assert seen(drawn, "50:00", "platelets") == "absolute stale"
    alone = course(("corrected", "50:00", 20))
    assert seen(alone, "50:00", "platelets") == GONE


def test_ties_in_at_go_by_known_and_a_correction_by_its_own() -> None:
    """criteria.md section 1: ties: later `known`, then later in the log; a corrected value's tie goes by its
    own `known`.
    """
    drawn = (
        Course()
        .start("00:00")
        .labs("08:00", "a", known="08:10", platelets=20)
        .labs("08:00", "b", known="08:20", platelets=45)
    )
    assert seen(drawn, "08:30", "platelets") == "relative"
    assert seen(drawn.correct("a", "08:30", platelets=25), "08:30", "platelets") == "absolute"


def test_ties_in_at_and_known_go_to_the_later_in_the_log() -> None:
    """criteria.md section 1."""
    drawn = Course().start("00:00").labs("08:00", platelets=20).labs("08:00", platelets=45)
    assert seen(drawn, "08:30", "platelets") == "relative"


LATCHED = {
    "a reading of a run corrected": (
        Course()
        .start("00:00")
        .vitals("08:00", "a", hr=125)
        .vitals("08:30", hr=125)
        .correct("a", "09:00", hr=90),
        "clear",
    ),
    "the reading that broke a clearing run withdrawn": (
        Course()
        .start("00:00")
        .vitals("08:00", hr=125)
        .vitals("08:30", hr=125)
        .vitals("09:00", hr=100)
        .vitals("09:15", "x", hr=118)
        .vitals("09:30", hr=100)
        .withdraw("x", "10:00"),
        "clear",
    ),
    "a correction moved in time": (
        Course()
        .start("00:00")
        .vitals("08:00", hr=125)
        .vitals("08:10", "a", hr=125)
        .correct("a", "09:00", at="08:30"),
        "relative",
    ),
    "a correction back to the old value restores the old state": (
        Course()
        .start("00:00")
        .vitals("08:00", hr=125)
        .vitals("08:30", "a", hr=125)
        .correct("a", "09:00", hr=90)
        .correct("a", "10:00", hr=125),
        "relative",
    ),
}


@table(LATCHED, "course expected")
def test_a_corrected_fact_is_as_if_its_old_value_had_never_been_recorded(
    course: Course, expected: str
) -> None:
    """criteria.md section 1: for runs, hysteresis, latches and stop rules too."""
    assert seen(course, "10:00", "sinus-tachycardia") == expected


def test_a_withdrawal_needs_only_type_id_patient_and_at() -> None:
    """criteria.md section 1; wire.md, status."""
    drawn = Course().start("00:00").labs("08:00", "L", platelets=20)
    drawn.records.append(
        {
            "type": "labs",
            "id": "L",
            "patient": "p1",
            "at": iso("08:00"),
            "known": iso("09:00"),
            "status": "entered-in-error",
        }
    )
    assert seen(drawn, "09:00", "platelets") == GONE


def test_a_withdrawn_cycle_start_takes_back_every_alert() -> None:
    """criteria.md section 9: alerts are given from `cycle-start`; a correction that removes their ground
    amends them.
    """
    course = (
        Course()
        .encounter("admit", "00:00")
        .encounter("cycle-start", "00:00", id="c")
        .labs("06:00", platelets=20)
        .withdraw("c", "07:00")
    )
    assert transitions(course, "platelets") == ["opened absolute", "amended clear"]
    assert transitions(course, "recommendation")[-1] == "resolved clear"


def test_a_withdrawn_acknowledgement_brings_the_reminder_back() -> None:
    """criteria.md sections 1 and 9: as if it had never been recorded."""
    course = Course().start("00:00").labs("06:00", platelets=20)
    alert = next(a for a in alerts(course) if a["subject"] == "platelets")["id"]
    acked = course.ack(alert, "06:05", id="seen")
    assert not [
        a for a in alerts(acked, "06:20") if a["subject"] == "platelets" and a["transition"] == "reminder"
    ]
    withdrawn = acked.withdraw("seen", "06:10")
    assert [
        a["at"]
        for a in alerts(withdrawn, "06:30")
        if a["subject"] == "platelets" and a["transition"] == "reminder"
    ] == [iso("06:15")]
