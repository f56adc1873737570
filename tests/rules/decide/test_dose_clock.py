"""The dose clock: due, delay, readiness and blockers (criteria.md section 4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.courses import NORMAL, Course, clock, states_at, table


def fine(*hours: str, **baseline: Any) -> Course:
    """Started at midnight and everything seen and normal at midnight and at each hour."""
    drawn = Course().start("00:00", **baseline).complete("00:00")
    for hour in hours:
        drawn.complete(hour)
    return drawn


def dose(course: Course, at: str) -> dict[str, Any]:
    return states_at(course, at)["dose"]


READINESS = {
    "no cycle-start": (Course().baseline("00:00").complete("00:00"), "01:00", "not-started"),
    "at cycle-start the first dose is due": (fine(), "00:00", "ready"),
    "before the dose is due": (fine("07:00").dose("00:00"), "07:59:59.999", "waiting"),
    "due and nothing in the way": (fine("07:00").dose("00:00"), "08:00", "ready"),
    "waiting though an absolute stands": (
        fine("07:00").dose("00:00").finding("ecg-ischemia", "07:00"),
        "07:30",
        "waiting",
    ),
    "delay holds": (fine("07:00").dose("00:00").finding("ecg-ischemia", "07:00"), "08:00", "hold"),
    "correct is to decide": (fine("07:00").dose("00:00").finding("vivid-dreams", "07:00"), "08:00", "decide"),
    "cannot-tell is unknown": (Course().start("00:00"), "00:00", "unknown"),
    "proceed with a blocker is to decide": (
        fine("07:00").dose("00:00").mental("07:30", "changed"),
        "08:00",
        "decide",
    ),
    "stop is finished": (fine("07:00").dose("00:00").finding("infection", "07:00"), "07:30", "finished"),
    "therapy-end is finished": (fine("07:00").dose("00:00").end("07:00"), "08:00", "finished"),
    "just before therapy-end it is not": (
        fine("07:00").dose("00:00").end("07:30"),
        "07:29:59.999",
        "waiting",
    ),
    "a second cycle-start starts afresh": (
        fine("19:00").dose("00:00").end("07:00").encounter("cycle-start", "20:00"),
        "20:00",
        "ready",
    ),
    "stop before the first cycle-start is not-started": (
        Course().finding("infection", "01:00"),
        "02:00",
        "not-started",
    ),
}


@table(READINESS)
def test_dose_readiness(course: Course, at: str, expected: str) -> None:
    """criteria.md section 4, dose readiness: the first that holds."""
    assert dose(course, at)["readiness"] == expected


BLOCKERS = {
    "none": (fine("07:00").dose("00:00"), "08:00", []),
    "reasons without stop rules": (
        fine("07:00").dose("00:00").finding("infection", "07:00").finding("vivid-dreams", "07:00"),
        "08:00",
        ["infection", "vivid-dreams"],
    ),
    "what cannot be told": (
        Course().start("00:00").complete("00:00").dose("00:00"),
        "08:00:00.001",
        ["sinus-tachycardia", "oxygen-requirement", "urine-hour", "blood-pressure"],
    ),
    "one pressure at target": (fine("07:00").dose("00:00").vitals("07:30", sbp=90), "08:00", ["hypotension"]),
    "one pressure above target does not": (
        fine("07:00").dose("00:00").vitals("07:30", sbp=90.1),
        "08:00",
        [],
    ),
    "an open hypotension though the latest is above": (
        fine("07:00").dose("00:00").vitals("07:30", sbp=75).vitals("07:40", sbp=110),
        "08:00",
        ["hypotension"],
    ),
    "phenylephrine above 0.5": (
        fine("07:00").dose("00:00").phenylephrine("07:45", 0.51),
        "08:00",
        ["phenylephrine"],
    ),
    "phenylephrine at 0.5 does not": (fine("07:00").dose("00:00").phenylephrine("07:45", 0.5), "08:00", []),
    "also before the first dose": (fine().phenylephrine("00:30", 0.6), "01:00", ["phenylephrine"]),
    "stopped it does not": (
        fine("07:00").dose("00:00").phenylephrine("07:30", 0.9).phenylephrine("07:45", 0),
        "08:00",
        [],
    ),
    "changed, not yet 2 h": (
        fine("07:00").dose("00:00").mental("07:30", "changed"),
        "08:00",
        ["mental-status-watch"],
    ),
    "after 2 h the criterion itself": (
        fine("07:00", "09:00").dose("00:00").mental("09:30", "changed"),
        "11:30",
        ["mental-status"],
    ),
    "all, in order": (
        fine("07:00")
        .dose("00:00")
        .vitals("07:30", sbp=85)
        .phenylephrine("07:45", 0.7)
        .mental("07:30", "changed")
        .finding("vivid-dreams", "07:00"),
        "08:00",
        ["vivid-dreams", "hypotension", "phenylephrine", "mental-status-watch"],
    ),
}


@table(BLOCKERS)
def test_dose_blockers(course: Course, at: str, expected: list[str]) -> None:
    """criteria.md section 4: reasons without stop rules, then hypotension, phenylephrine,
    mental-status-watch.
    """
    assert dose(course, at)["blockers"] == expected


def test_a_rate_that_needs_a_weight_blocks() -> None:
    """criteria.md section 4: or at a rate that needs a weight."""
    drawn = fine(weight=None).phenylephrine("00:30", 20, "ug/min").tick("00:31")
    assert "phenylephrine" in dose(drawn, "00:31")["blockers"]


CLOCK = {
    "not started": (Course().baseline("00:00"), "09:00", (None, 0, None, 0.0)),
    "before the first dose": (fine(), "00:00", (None, 0, "00:00", 0.0)),
    "the first dose is late from cycle-start": (fine(), "01:30", (None, 0, "00:00", 1.5)),
    "after a dose": (fine().dose("01:00"), "02:00", ("01:00", 1, "09:00", 0.0)),
    "at the due time": (fine().dose("01:00"), "09:00", ("01:00", 1, "09:00", 0.0)),
    "late": (fine().dose("01:00"), "10:15", ("01:00", 1, "09:00", 1.25)),
    "a held dose is none": (
        fine().dose("01:00").dose("09:00", given=False),
        "10:00",
        ("01:00", 1, "09:00", 1.0),
    ),
    "two doses": (fine().dose("01:00").dose("10:00"), "11:00", ("10:00", 2, "18:00", 0.0)),
    "a late charted dose counts by its at": (
        fine().dose("10:00").dose("01:00", known="11:00"),
        "11:00",
        ("10:00", 2, "18:00", 0.0),
    ),
    "a dose before cycle-start is of no cycle": (
        Course().dose("-01:00").start("00:00"),
        "01:00",
        (None, 0, "00:00", 1.0),
    ),
    "a dose at the instant of cycle-start is of it": (
        fine().dose("00:00"),
        "01:00",
        ("00:00", 1, "08:00", 0.0),
    ),
    "a second cycle counts afresh": (
        fine().dose("01:00").encounter("cycle-start", "20:00"),
        "21:00",
        (None, 0, "20:00", 1.0),
    ),
    "a duplicate is no second dose": (
        fine().dose("01:00", id="d").dose("01:30", id="d"),
        "02:00",
        ("01:00", 1, "09:00", 0.0),
    ),
    "withdrawn it was not given": (
        fine().dose("01:00", id="d").withdraw("d", "02:00"),
        "02:00",
        (None, 0, "00:00", 2.0),
    ),
}


@table(CLOCK)
def test_the_dose_clock(course: Course, at: str, expected: tuple[Any, ...]) -> None:
    """criteria.md sections 1 and 4: last, number, due, and delayed_h, which is 0 when not started, not due or
    finished.
    """
    found = dose(course, at)
    assert (clock(found["last"]), found["number"], clock(found["due"]), found["delayed_h"]) == expected


def test_a_finished_dose_is_not_delayed_by_therapy_end() -> None:
    """criteria.md section 4: `delayed_h` is 0 when finished."""
    assert dose(fine().dose("01:00").end("12:00"), "13:00")["delayed_h"] == 0.0


def test_a_finished_dose_is_not_delayed_by_a_stop() -> None:
    """criteria.md section 4: `finished` is therapy-end or recommendation `stop`; `delayed_h` is 0 when
    finished.
    """
    assert dose(fine().dose("01:00").finding("infection", "02:00"), "13:00")["delayed_h"] == 0.0


def test_the_first_therapy_end_of_the_cycle_counts() -> None:
    """criteria.md section 4."""
    drawn = fine("11:00").dose("01:00").end("12:00").end("20:00")
    assert dose(drawn, "13:00")["readiness"] == "finished"


@pytest.mark.parametrize("at", ["08:00", "31:00"])
def test_therapy_end_before_the_cycle_ends_nothing_in_it(at: str) -> None:
    """criteria.md section 4: the first `therapy-end` of the cycle; one before cycle-start is of another."""
    drawn = Course().end("-05:00").start("00:00").complete(at).vitals(at, **NORMAL)
    assert dose(drawn, at)["readiness"] == "ready"
