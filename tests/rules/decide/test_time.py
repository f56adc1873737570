"""Time: known and at, late and ahead, one decision an instant (criteria.md section 1)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.decide.engine import assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from tests.rules.courses import (
    NORMAL,
    Course,
    alerts,
    clock,
    decoded,
    folded,
    iso,
    ms,
    seen,
    states_at,
    table,
    timed,
    transitions,
)


def start(**more: Any) -> Course:
    return Course().start("00:00", **more)


KNOWN = {
    "a result is not known before its known": (
        start().labs("06:00", known="07:05", platelets=20),
        "07:04:59.999",
        "indeterminate missing platelets",
    ),
    "at its known it is": (start().labs("06:00", known="07:05", platelets=20), "07:05", "absolute"),
    "without a known it is known at its at": (start().labs("06:00", platelets=20), "06:00", "absolute"),
    "15 min ahead counts at once": (start().labs("09:15", known="09:00", platelets=20), "09:00", "absolute"),
}


@table(KNOWN)
def test_a_fact_counts_from_its_known(course: Course, at: str, expected: str) -> None:
    """criteria.md section 1: decisions are made at the clock; `--at T` takes only facts known at or
    before T.
    """
    assert seen(course, at, "platelets") == expected


def test_an_offset_from_utc_is_taken() -> None:
    """wire.md, Events: RFC 3339 with offset; outputs are UTC."""
    drawn = start().labs("06:00", platelets=20)
    drawn.records[-1]["at"] = "2026-03-02T08:00:00+02:00"
    assert timed(drawn, "platelets") == ["opened absolute 06:00"]


@pytest.mark.parametrize(("at", "reasons"), [("09:15", []), ("09:15:00.001", ["from-the-future"])])
def test_more_than_15_min_ahead_of_known_is_refused(at: str, reasons: list[str]) -> None:
    """criteria.md section 1: [choice] 15 min."""
    (record,) = Course().labs(at, known="09:00", platelets=20).records
    _, problems = decode(json.dumps(record))
    assert [found.reason for found in problems] == reasons


def test_an_alert_of_a_fact_ahead_carries_its_at() -> None:
    """criteria.md section 9: a latest-value row's `at` is the fact's; `decided` the clock."""
    assert timed(start().labs("09:15", known="09:00", platelets=20), "platelets") == [
        "opened absolute 09:15 @09:00"
    ]


def test_a_dose_ahead_counts_at_once() -> None:
    """criteria.md section 1: up to 15 min ahead it counts at once."""
    assert states_at(start().dose("09:10", known="09:00"), "09:00")["dose"]["number"] == 1


INSTANT = {
    "a finding charted and denied in one instant says nothing": (
        start().finding("infection", "08:00").finding("infection", "08:00", False),
        "infection",
        [],
    ),
    "two facts of one known are taken together": (
        start().labs("07:00", known="08:00", platelets=20).labs("07:30", known="08:00", platelets=200),
        "platelets",
        [],
    ),
    "a deadline and a fact of one instant are taken together": (
        start().mental("08:00", "changed").mental("10:00", "normal"),
        "mental-status",
        [],
    ),
    "a correction in the instant of its fact says nothing": (
        start().labs("08:00", "l", platelets=20).correct("l", "08:00", platelets=200),
        "platelets",
        [],
    ),
    "a deadline is decided before a later fact": (
        start().mental("08:00", "changed").mental("10:00:00.001", "normal"),
        "mental-status",
        ["opened absolute", "resolved clear"],
    ),
    "a late fact does not undo what was decided in time": (
        start().mental("08:00", "changed").mental("09:00", "normal", known="10:00:00.001"),
        "mental-status",
        ["opened absolute", "resolved clear"],
    ),
}


@table(INSTANT, "course subject expected")
def test_one_decision_an_instant(course: Course, subject: str, expected: list[str]) -> None:
    """criteria.md section 1: all facts with the same `known`, and every deadline on it, are taken
    together.
    """
    assert transitions(course, subject) == expected


def busy() -> Course:
    drawn = (
        start()
        .complete("01:00")
        .dose("01:00")
        .vitals("02:00", hr=135, sbp=75, spo2=93)
        .vitals("02:30", hr=135, sbp=85, spo2=93, temp=38.6)
    )
    drawn.urine("03:00", 8).mental("03:00", "changed").phenylephrine("03:10", 1.2).bolus("03:20", 1000).stool(
        "03:30", 1100
    )
    return (
        drawn.labs("03:00", known="04:10", creatinine=2.7, platelets=28)
        .phenylephrine("09:00", 0.9)
        .tick("34:00")
    )


@pytest.mark.parametrize("minutes", [7, 61, 480])
def test_ticks_in_between_change_nothing(minutes: int) -> None:
    """criteria.md section 1: with or without extra ticks in between, the same alerts."""
    ticked = busy()
    for minute in range(0, 34 * 60, minutes):
        ticked.tick(f"{minute // 60:02}:{minute % 60:02}", "*")
    assert alerts(ticked) == alerts(busy())


def test_the_order_of_facts_that_share_an_instant_changes_no_alert() -> None:
    """criteria.md section 1: whatever the order of facts that share an instant."""
    turned = busy()
    turned.records = turned.records[::-1]
    assert alerts(turned) == alerts(busy())


def test_every_decision_is_at_its_own_instant_in_order() -> None:
    """criteria.md section 1: deadlines are decided at their own instant, in order, before later facts."""
    decided = [a["decided"] for a in alerts(busy())]
    assert decided == sorted(decided)


def test_without_a_time_all_are_assessed_at_the_last_instant_of_the_file() -> None:
    """criteria.md section 1: without `--at` T is the file's last instant, for every patient."""
    one, two = Course("p1").start("00:00"), Course("p2").start("00:00").labs("09:30", platelets=200)
    found = assessments(fold(decoded([one, two]), SCHWARTZENTRUBER_2001))
    assert [(a.patient, a.at) for a in found] == [("p1", iso("09:30")), ("p2", iso("09:30"))]


LATE = {
    "a heart rate less than 8 h behind the clock makes a run": (
        start().vitals("00:30", hr=125).vitals("01:00", hr=125, known="08:59:59.999"),
        "08:59:59.999",
        "relative",
    ),
    "one further behind does not: it is stale when it becomes known": (
        start().vitals("00:30", hr=125).vitals("01:00", hr=125, known="09:00"),
        "09:01",
        "indeterminate missing heart-rate",
    ),
    "one further behind does not break a run either": (
        start()
        .vitals("00:30", hr=125)
        .vitals("01:10", hr=125)
        .vitals("04:00", hr=125)
        .vitals("07:00", hr=125)
        .vitals("00:50", hr=90, known="09:00"),
        "09:00",
        "relative",
    ),
}


@table(LATE)
def test_readings_over_8_h_behind_the_clock(course: Course, at: str, expected: str) -> None:
    """criteria.md section 1: HR, systolic pressure and SpO2 more than 8 h behind the clock may count only as
    latest values.
    """
    assert seen(course, at, "sinus-tachycardia") == expected


COUNT_HOWEVER_LATE = {
    "a lab": (start().labs("01:00", known="30:00", creatinine=3.2), "30:00", "creatinine", "absolute"),
    "a weight": (start().vitals("01:00", known="30:00", weight=82), "30:00", "weight-gain", "relative"),
    "a finding": (start().finding("infection", "01:00", known="90:00"), "90:00", "infection", "absolute"),
    "a rate": (
        start().phenylephrine("81:00", 1.6, known="90:00").phenylephrine("82:30", 0),
        "90:00",
        "phenylephrine-maximum",
        "absolute",
    ),
    "a volume": (start().stool("25:00", 1000, known="30:59"), "31:00", "diarrhea", "relative"),
}


@table(COUNT_HOWEVER_LATE, "course at code expected")
def test_what_counts_however_late(course: Course, at: str, code: str, expected: str) -> None:
    """criteria.md section 1: volumes, doses, rates, labs, weights and findings count however late, within the
    cycle.
    """
    assert seen(course, at, code) == expected


def test_a_late_dose_counts() -> None:
    """criteria.md section 1."""
    dose = states_at(start().dose("01:00", known="30:00"), "30:00")["dose"]
    assert (clock(dose["last"]), dose["number"]) == ("01:00", 1)


def test_times_are_printed_to_the_millisecond_without_a_zero_fraction() -> None:
    """criteria.md section 1."""
    found = states_at(start().vitals("08:00:00.120", **NORMAL), "08:30")
    assert (found["at"], found["monitoring"]["vital-signs"]["last"]) == (
        "2026-03-02T08:30:00Z",
        "2026-03-02T08:00:00.120Z",
    )


def test_what_changes_by_getting_older_is_printed_as_its_limit() -> None:
    """criteria.md section 1: every limit on an age is reached at the instant itself, and decided at it."""
    drawn = start().complete("08:00").tick("20:00")
    opened = next(a for a in alerts(drawn) if a["subject"] == "recommendation")
    assert (opened["at"], opened["decided"]) == (iso("16:00"), iso("16:00"))
    assert transitions(start().complete("08:00").tick("15:59:59.999"), "recommendation") == []


def test_a_rate_that_needs_a_weight_moves_the_clock() -> None:
    """criteria.md section 1: a record refused whole moves nothing; a rate that needs a weight does."""
    (patient,) = folded(start(weight=None).phenylephrine("09:00", 70, "ug/min")).patients.values()
    assert patient.now == ms("09:00")
    ((_, reason),) = folded(start(weight=None).phenylephrine("09:00", 70, "ug/min")).refused
    assert reason == "needs-weight"


GAP = {
    "31 days after the patient's last record it is taken": ("752:00", False, []),
    "later it is refused": ("752:00:00.001", False, ["from-the-future"]),
    "unless such gaps are meant": ("752:00:00.001", True, []),
}


@pytest.mark.parametrize(("at", "gaps", "expected"), list(GAP.values()), ids=list(GAP))
def test_a_gap_of_more_than_31_days_is_a_wrong_clock(at: str, gaps: bool, expected: list[str]) -> None:
    """criteria.md section 1: offline."""
    drawn = start().vitals("08:00", hr=90).vitals(at, hr=90)
    outcome = fold(decoded([drawn]), SCHWARTZENTRUBER_2001, gaps=gaps)
    assert [reason for _, reason in outcome.refused] == expected
    assert outcome.patients["p1"].now == ms("08:00" if expected else at)


def test_a_refused_record_is_not_the_last_one() -> None:
    """criteria.md section 1: more than 31 days after that of the last accepted record."""
    drawn = start().vitals("08:00", hr=90).vitals("800:00", hr=90).vitals("801:00", hr=90)
    assert len(fold(decoded([drawn]), SCHWARTZENTRUBER_2001).refused) == 2


def test_a_tick_for_all_is_a_record_of_every_patient() -> None:
    """wire.md, Events."""
    drawn = start().vitals("08:00", hr=90).tick("400:00", "*").vitals("800:00", hr=90)
    assert fold(decoded([drawn]), SCHWARTZENTRUBER_2001).refused == []


def test_times_before_1970_are_times() -> None:
    """wire.md, Events: years 1 to 9999."""
    drawn = Course().start("00:00").labs("08:00", platelets=20).tick("08:20")
    text = "\n".join(map(json.dumps, drawn.records)).replace("2026-03-02", "1969-03-02")
    log = [event for line in text.splitlines() if (event := decode(line)[0]) is not None]
    found = [a.transition for a in fold(log, SCHWARTZENTRUBER_2001).alerts if a.subject == "platelets"]
    assert found == ["opened", "reminder"]
