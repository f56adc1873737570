"""Patient-hours: right, false and missed, and the PhysioNet/CinC 2015 score of them."""

from __future__ import annotations

import pytest

from simulators.score.alarm_hours import AlarmHours, covered, hour_counts, hours_in
from simulators.score.detection import AlarmSpan
from simulators.score.true_spans import LevelSpan
from tests.simulators.score.timelines import START, minute


@pytest.mark.parametrize(
    ("hours", "score"),
    [
        (AlarmHours(10, 90, 0, 0), 100.0),
        (AlarmHours(0, 90, 10, 0), 90.0),
        (AlarmHours(0, 90, 0, 10), 100 * 90 / 140),
        (AlarmHours(10, 80, 5, 5), 100 * 90 / 120),
        (AlarmHours(0, 0, 0, 3), 0.0),
        (AlarmHours(), None),
    ],
)
def test_a_missed_hour_counts_five_times_a_false_one(hours: AlarmHours, score: float | None) -> None:
    assert hours.score == score


@pytest.mark.parametrize(
    ("span", "numbers"),
    [
        ((0, 60), {0}),
        ((59, 60), {0}),
        ((60, 61), {1}),
        ((59, 61), {0, 1}),
        ((0, 480), set(range(8))),
        ((-30, 10), {0}),
        ((-30, 0), set()),
        ((470, 600), {7}),
        ((480, 500), set()),
        ((30, 30), {0}),
    ],
)
def test_a_span_covers_the_hours_it_shares_a_moment_with(span: tuple[int, int], numbers: set[int]) -> None:
    assert covered(START, minute(480), [(minute(span[0]), minute(span[1]))]) == numbers


@pytest.mark.parametrize(("minutes", "hours"), [(0, 0), (1, 1), (60, 1), (61, 2), (480, 8), (-5, 0)])
def test_a_begun_hour_is_an_hour(minutes: int, hours: int) -> None:
    assert hours_in(START, minute(minutes)) == hours


def test_an_hour_is_true_by_what_held_and_in_alarm_by_what_was_known() -> None:
    true = [LevelSpan(minute(50), minute(130))]
    alarm = [AlarmSpan(at=minute(50), until=minute(130), decided=minute(70), cleared=minute(200))]
    found = hour_counts(START, minute(480), true, [], alarm)
    assert found.true == {0, 1, 2}
    assert found.alarmed == {1, 2, 3}
    assert found.hours.of(8) == AlarmHours(tp=2, tn=4, fp=1, fn=1)


def test_hours_that_could_not_be_told_are_counted_apart() -> None:
    true = [LevelSpan(minute(0), minute(60), distinct=False), LevelSpan(minute(120), minute(180))]
    possible = [LevelSpan(minute(100), minute(200))]
    alarm = [
        AlarmSpan(minute(110), minute(119), minute(110), minute(119)),
        AlarmSpan(minute(300), minute(301), minute(300), minute(301)),
    ]
    found = hour_counts(START, minute(480), true, possible, alarm)
    assert found.undecided == {0, 1, 3}
    assert found.decided.of(8 - len(found.undecided)) == AlarmHours(tp=0, tn=3, fp=1, fn=1)
    assert found.hours.of(8) == AlarmHours(tp=0, tn=4, fp=2, fn=2)
