from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rules.wire.instants import DAY, HOUR, MINUTE
from streams.projections.charted import MOST, ReadingSeries, mark, thinned

readings = st.lists(st.tuples(st.integers(0, 4 * DAY), st.floats(30, 260)), max_size=60)


def filled(points: list[tuple[int, float]]) -> ReadingSeries:
    series = ReadingSeries()
    for number, (at, value) in enumerate(points):
        series.add(at, value, mark(f"v{number}"))
    return series


@given(readings)
def test_readings_stand_in_order_of_time_however_they_arrive(points: list[tuple[int, float]]) -> None:
    assert filled(points).between(0, 5 * DAY) == sorted(points, key=lambda point: point[0])


def test_a_second_a_reading_for_days_stays_bounded() -> None:
    series = filled([(second * 1000, 100.0 + second % 7) for second in range(20_000)])
    assert len(series) <= MOST


def test_thinning_keeps_the_deepest_trough_and_the_highest_peak() -> None:
    points = [(minute * MINUTE, 100.0) for minute in range(3 * 24 * 60)]
    points[500], points[900] = (500 * MINUTE, 61.0), (900 * MINUTE, 188.0)
    found = filled(points)
    assert len(found) <= MOST
    assert {61.0, 188.0} <= {value for _, value in found.between(0, 4 * DAY)}


def test_the_last_hours_are_not_thinned_at_a_reading_a_minute() -> None:
    found = filled([(minute * MINUTE, float(minute % 50)) for minute in range(3000)])
    newest = 2999 * MINUTE
    assert len(found.between(newest - 7 * HOUR, newest)) == 7 * 60 + 1


def test_what_came_from_a_withdrawn_event_is_taken_out() -> None:
    series = filled([(1, 90.0), (2, 80.0), (3, 70.0)])
    series.drop(mark("v1"))
    assert series.between(0, 9) == [(1, 90.0), (3, 70.0)]


def test_the_readings_of_an_alerts_evidence_are_found() -> None:
    assert list(filled([(1, 90.0), (2, 80.0), (3, 70.0)]).of([mark("v2"), mark("v0")])) == [
        (1, 90.0),
        (3, 70.0),
    ]


@given(readings, st.integers(4, 40))
def test_a_picture_gets_no_more_points_than_it_has_room_for_and_none_made_up(
    points: list[tuple[int, float]], most: int
) -> None:
    ordered = sorted(points)
    shown = thinned(ordered, most)
    assert len(shown) <= most + 1
    assert set(shown) <= set(ordered)
    assert all(before[0] <= after[0] for before, after in pairwise(shown))
    if ordered:
        assert min(value for _, value in shown) == min(value for _, value in ordered)
