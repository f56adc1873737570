"""Which route takes an alert, and when working hours begin."""

from __future__ import annotations

import pytest

from rules.wire.instants import DAY, HOUR, parse
from streams.pager.policy.routes import (
    Choice,
    EscalationStep,
    Match,
    Paging,
    PagingRoute,
    WorkingHours,
    choose,
    matches,
    opens,
    within,
)
from tests.streams.pager.policy.telling import alert

STEP = (EscalationStep(0, ("nurse",)),)
WEEKDAYS = WorkingHours(frozenset(range(5)), 7 * 60, 15 * 60)
NIGHTS = WorkingHours(frozenset({4}), 22 * 60, 6 * 60)  # Friday night


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(level=("absolute", "relative")), True),
        (Match(level=("relative",)), False),
        (Match(kind=("criterion",), system=("renal",)), True),
        (Match(system=("cardiac",)), False),
        (Match(subject=("urine-*", "creatinine")), True),
        (Match(subject=("urine",)), False),
        (Match(unit=("4 West",)), True),
        (Match(unit=("5 East",)), False),
    ],
)
def test_a_route_takes_what_meets_every_condition_it_sets(match: Match, fits: bool) -> None:
    transition = alert("opened", "absolute", subject="urine-hour", system="renal").transition
    assert matches(match, transition, "4 West") == fits


@pytest.mark.parametrize(
    ("hours", "at", "open_then"),
    [
        (WEEKDAYS, "2026-03-02T07:00:00Z", True),
        (WEEKDAYS, "2026-03-02T06:59:59Z", False),
        (WEEKDAYS, "2026-03-02T15:00:00Z", False),
        (WEEKDAYS, "2026-03-01T10:00:00Z", False),
        (NIGHTS, "2026-03-06T23:00:00Z", True),
        (NIGHTS, "2026-03-07T05:59:00Z", True),
        (NIGHTS, "2026-03-07T06:00:00Z", False),
        (NIGHTS, "2026-03-06T05:00:00Z", False),
    ],
)
def test_hours_are_the_sites_and_may_pass_midnight(hours: WorkingHours, at: str, open_then: bool) -> None:
    assert within(hours, parse(at), "UTC") == open_then
    assert within(hours, parse(at) - 9 * HOUR, "Asia/Tokyo") == open_then


@pytest.mark.parametrize(
    ("at", "begin"),
    [
        ("2026-03-02T06:00:00Z", "2026-03-02T07:00:00Z"),
        ("2026-03-02T07:00:00Z", "2026-03-03T07:00:00Z"),
        ("2026-03-06T16:00:00Z", "2026-03-09T07:00:00Z"),
    ],
)
def test_hours_begin_again_on_the_next_of_their_days(at: str, begin: str) -> None:
    assert opens(WEEKDAYS, parse(at), "UTC") == parse(begin)


def test_hours_begin_by_the_clock_on_the_wall_though_clocks_change() -> None:
    assert opens(
        WorkingHours(frozenset(range(7)), 7 * 60, 15 * 60), parse("2026-03-28T20:00:00Z"), "Europe/Berlin"
    ) == parse("2026-03-29T05:00:00Z")


def test_the_first_route_in_its_hours_takes_it_and_else_the_first_to_open() -> None:
    day, rest = PagingRoute("day", STEP, hours=WEEKDAYS), PagingRoute("rest", STEP)
    transition, monday, sunday = (
        alert("opened", "relative").transition,
        parse("2026-03-02T10:00:00Z"),
        parse("2026-03-01T10:00:00Z"),
    )
    assert choose(Paging((day, rest)), transition, monday) == Choice(day)
    assert choose(Paging((day, rest)), transition, sunday) == Choice(rest)
    assert choose(Paging((day,)), transition, sunday) == Choice(None, parse("2026-03-02T07:00:00Z"))
    assert choose(Paging(()), transition, monday) == Choice(None)


def test_alarms_of_the_machine_never_take_a_clinical_route() -> None:
    transition = alert("opened", "technical", kind="system").transition
    assert choose(Paging((PagingRoute("all", STEP),)), transition, DAY) == Choice(None)
