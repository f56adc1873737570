"""In every scenario what it promises truly happens, and the engine alerts on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rules.wire.alerts import Alert
from simulators.scenarios import SCENARIOS
from simulators.scenarios.scenario import Expected
from simulators.truth.file import Interval
from tests.simulators.scenarios.rehearsed import EACH, LEVELS, NAMES, Rehearsal, rehearsals

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("rehearsals")]

EXPECTED = [(scenario.name, expected) for scenario in SCENARIOS.values() for expected in scenario.expected]
ALERTS = [(scenario.name, subject) for scenario in SCENARIOS.values() for subject in scenario.alerts]


def test_each_scenario_is_played_by_as_many() -> None:
    assert {name: len(found) for name, found in rehearsals().items()} == dict.fromkeys(NAMES, EACH)


@pytest.mark.parametrize(
    ("name", "expected"),
    EXPECTED,
    ids=[f"{name}: {expected.code} {expected.level}" for name, expected in EXPECTED],
)
def test_what_a_scenario_expects_truly_occurs_and_the_engine_alerts_on_it(
    name: str, expected: Expected
) -> None:
    for one in rehearsals()[name]:
        true = [LEVELS[interval.level] for interval in one.truth.criteria.get(expected.code, [])]
        assert max(true, default=0) >= LEVELS[expected.level], f"{one.truth.patient}: it did not occur"
        assert one.worst(expected.code) >= LEVELS[expected.level], f"{one.truth.patient}: no alert"


@pytest.mark.parametrize(("name", "subject"), ALERTS)
def test_the_engine_says_what_a_scenario_rehearses(name: str, subject: str) -> None:
    assert [one.truth.patient for one in rehearsals()[name] if subject not in one.subjects()] == []


def test_the_uneventful_course_meets_no_absolute_criterion_and_pages_nobody_for_one() -> None:
    for one in rehearsals()["uneventful"]:
        assert "absolute" not in {
            interval.level for found in one.truth.criteria.values() for interval in found
        }
        assert "absolute" not in {alert.level for alert in one.alerts}


def test_a_fever_excuses_the_fast_pulse_all_along() -> None:
    for one in rehearsals()["tachycardia-with-fever"]:
        assert {interval.level for interval in one.truth.criteria["sinus-tachycardia"]} == {"relative"}
        assert one.worst("sinus-tachycardia") == LEVELS["relative"]


def test_no_charting_leaves_a_gap_that_truth_tells_of() -> None:
    for one in rehearsals()["missed-charting"]:
        (start, end), *more = one.truth.uncharted
        assert not more
        assert 10 <= (end - start).total_seconds() / 3600 <= 14


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_misses_nothing_that_was_distinct(name: str) -> None:
    missed = [
        (one.truth.patient, code, interval)
        for one in rehearsals()[name]
        for code, intervals in one.truth.criteria.items()
        for interval in intervals
        if interval.distinct and worst_within(one, code, interval) < LEVELS[interval.level]
    ]
    assert missed == []


def worst_within(one: Rehearsal, code: str, interval: Interval) -> int:
    """The worst state the engine gave the criterion for some time of the interval."""
    mine = [alert for alert in one.alerts if alert.subject == code and alert.level in LEVELS]
    until = [at(alert) for alert in mine[1:]] + [datetime.max.replace(tzinfo=UTC)]
    return max(
        (
            LEVELS[alert.level]
            for alert, end in zip(mine, until, strict=True)
            if at(alert) < interval.end and end > interval.start
        ),
        default=0,
    )


def at(alert: Alert) -> datetime:
    return datetime.fromtimestamp(alert.at / 1000, UTC)
