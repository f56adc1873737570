"""Cycles: begun by a cycle-start or by a dose, taken over, gone on with after therapy (criteria.md section 1)."""

from __future__ import annotations

from typing import Any

import pytest

from rules.chart.course import Cycle
from tests.rules.courses import Course, alerts, clock, folded, ms, states_at, table, timed, transitions


def admitted() -> Course:
    return Course().encounter("admit", "00:00", location="ward").baseline("00:00")


def cycle(course: Course) -> Cycle:
    (patient,) = folded(course).patients.values()
    found: Cycle = patient.chart.cycle
    return found


CYCLES = {
    "none before anything": (admitted(), None, 0, False),
    "begun by its cycle-start": (admitted().encounter("cycle-start", "08:00"), "08:00", 1, False),
    "begun by a dose": (admitted().dose("08:00"), "08:00", 1, True),
    "not by a dose that was held": (admitted().dose("08:00", given=False), None, 0, False),
    "not by a dose with a cycle-start before it": (
        admitted().encounter("cycle-start", "07:00").dose("08:00"),
        "07:00",
        1,
        False,
    ),
    "a cycle-start at the dose's instant is its own": (
        admitted().encounter("cycle-start", "08:00").dose("08:00"),
        "08:00",
        1,
        False,
    ),
    "a cycle-start charted late takes it over": (
        admitted().dose("08:00").encounter("cycle-start", "10:00"),
        "08:00",
        1,
        False,
    ),
    "one before the dose makes the cycle begin there": (
        admitted().dose("08:00").encounter("cycle-start", "07:00", known="10:00"),
        "07:00",
        1,
        False,
    ),
    "at most 8 h after the dose": (
        admitted().dose("08:00").encounter("cycle-start", "16:00"),
        "08:00",
        1,
        False,
    ),
    "a later one begins a new cycle": (
        admitted().dose("08:00").encounter("cycle-start", "16:00:00.001"),
        "16:00:00.001",
        2,
        False,
    ),
    "counted from the dose that began it": (
        admitted().dose("08:00").dose("15:00").encounter("cycle-start", "17:00"),
        "17:00",
        2,
        False,
    ),
    "a second cycle-start is not taken over": (
        admitted().dose("08:00").encounter("cycle-start", "09:00").encounter("cycle-start", "10:00"),
        "10:00",
        2,
        False,
    ),
    "a dose after therapy begins a cycle's clocks": (
        admitted().encounter("cycle-start", "00:00").end("10:00").dose("10:00:00.001"),
        "10:00:00.001",
        1,
        True,
    ),
    "a dose at therapy's end is of the old cycle": (
        admitted().encounter("cycle-start", "00:00").end("10:00").dose("10:00"),
        "00:00",
        1,
        False,
    ),
    "so is one charted late": (
        admitted().encounter("cycle-start", "00:00").end("10:00").dose("09:00", known="12:00"),
        "00:00",
        1,
        False,
    ),
    "a cycle-start takes over what a dose began after therapy, as a new cycle": (
        admitted()
        .encounter("cycle-start", "00:00")
        .end("10:00")
        .dose("20:00")
        .encounter("cycle-start", "21:00"),
        "20:00",
        2,
        False,
    ),
}


@table(CYCLES, "course start number by_dose")
def test_what_begins_a_cycle(course: Course, start: str | None, number: int, by_dose: bool) -> None:
    """criteria.md section 1."""
    found = cycle(course)
    assert (found.start, found.number, found.by_dose) == (
        None if start is None else ms(start),
        number,
        by_dose,
    )


def test_a_withdrawn_dose_began_nothing() -> None:
    """criteria.md section 1: as if it had never been recorded."""
    assert cycle(admitted().dose("08:00", id="d").withdraw("d", "09:00")).start is None


def test_a_dose_without_cycle_start_is_watched() -> None:
    """criteria.md sections 1 and 9: alerts are given from it on, its `at` on."""
    drawn = admitted().labs("07:00", platelets=20).dose("08:00", known="08:10")
    assert timed(drawn, "platelets") == ["opened absolute 08:00 @08:10"]
    assert states_at(drawn, "08:10")["dose"]["number"] == 1


def test_taking_over_ends_nothing() -> None:
    """criteria.md section 1: the dose is its first."""
    drawn = (
        admitted().labs("07:00", platelets=20).dose("08:00").encounter("cycle-start", "09:00").tick("09:30")
    )
    assert transitions(drawn, "platelets") == ["opened absolute"]
    assert states_at(drawn, "09:30")["dose"]["number"] == 1


def carried() -> Course:
    """A stop rule, a finding and an episode of a cycle that has ended; then a dose."""
    return (
        admitted()
        .encounter("cycle-start", "00:00")
        .dose("00:30")
        .finding("infection", "08:00")
        .end("10:00")
        .dose("20:00")
    )


def test_after_therapy_a_dose_starts_the_clocks_and_nothing_else() -> None:
    """criteria.md section 1: stop rules, findings, acceptances and episodes go on until a cycle-start."""
    drawn = carried().tick("20:30")
    assert transitions(drawn, "infection") == ["opened absolute"]
    found = states_at(drawn, "20:30")
    assert found["dose"]["number"] == 1
    assert found["recommendation"] == "stop"
    assert found["criteria"]["infection"]["state"] == "absolute"


def test_the_recommendation_is_told_again_from_a_dose_after_therapy() -> None:
    """criteria.md section 9: resolved at therapy-end; no transitions until the next cycle, one by a dose too."""
    assert timed(carried(), "recommendation", "20:30") == [
        "opened absolute 08:00",
        "resolved clear 10:00",
        "opened absolute 20:00",
    ]


def test_a_cycle_start_then_ends_what_went_on() -> None:
    """criteria.md sections 1 and 4."""
    drawn = carried().encounter("cycle-start", "21:00").tick("21:30")
    assert transitions(drawn, "infection") == ["opened absolute", "resolved clear"]
    assert reasons(drawn, "infection")[-1] == "new-cycle"
    assert states_at(drawn, "21:30")["criteria"]["infection"]["state"] == "clear"


def reasons(course: Course, subject: str) -> list[Any]:
    return [a["context"].get("reason") for a in alerts(course) if a["subject"] == subject]


def test_the_recommendation_ends_with_therapy() -> None:
    """criteria.md section 9: reason `therapy-end`; the assessment goes on computing it."""
    drawn = admitted().encounter("cycle-start", "00:00").finding("infection", "08:00").end("10:00")
    drawn.finding("intubation", "11:00").tick("12:00")
    assert timed(drawn, "recommendation") == ["opened absolute 08:00", "resolved clear 10:00"]
    assert reasons(drawn, "recommendation")[-1] == "therapy-end"
    assert states_at(drawn, "12:00")["recommendation"] == "stop"


def test_therapy_end_taken_back_opens_the_recommendation_again() -> None:
    """criteria.md section 1: a withdrawn fact is as if it had never been recorded."""
    drawn = admitted().encounter("cycle-start", "00:00").finding("infection", "08:00").end("10:00", id="t")
    assert timed(drawn.withdraw("t", "11:00"), "recommendation")[-1] == "opened absolute 11:00"


def test_the_phase_counts_from_the_dose_that_began_the_cycle() -> None:
    """criteria.md section 5."""
    drawn = admitted().dose("08:00").vitals("12:30", sbp=70)
    (opened,) = [a for a in alerts(drawn) if a["subject"] == "hypotension"]
    assert (opened["context"]["phase"], opened["context"]["dose"], clock(opened["at"])) == (
        "peak",
        1,
        "12:30",
    )


LATE_START = {
    "oxygen": ({"device": "ventilator", "spo2": 98}, "oxygen-requirement"),
    "a heart rate": ({"hr": 160}, "sinus-tachycardia"),
    "a pressure": ({"sbp": 70}, "hypotension"),
}


@pytest.mark.parametrize("what", LATE_START)
def test_what_was_so_before_the_cycles_start_was_known_has_its_own_at(what: str) -> None:
    """criteria.md section 9: `at` is when it became true, never before the start of the cycle."""
    values, subject = LATE_START[what]
    drawn = admitted().vitals("07:00", **values).vitals("07:30", **values)
    drawn.encounter("cycle-start", "06:00", known="08:00")
    [found] = [a for a in alerts(drawn, "08:00") if a["subject"] == subject]
    at = "07:30" if subject == "sinus-tachycardia" else "07:00"
    assert (found["transition"], clock(found["at"]), clock(found["decided"])) == ("opened", at, "08:00")


def test_a_pressor_load_opens_again_at_the_cycle_start_that_takes_a_dose_over() -> None:
    """criteria.md sections 4 and 9: `at` of the phenylephrine rows is the instant decided."""
    drawn = carried().phenylephrine("19:00", 1.0).encounter("cycle-start", "20:30").tick("20:40")
    assert timed(drawn, "phenylephrine-maximum") == [
        "opened relative 20:00",
        "resolved clear 20:00 @20:30",
        "opened relative 20:30",
    ]
