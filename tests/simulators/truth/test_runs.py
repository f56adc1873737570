"""Runs and latches: whatever the chunks, what one minute after another would say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.truth.runs import Run, SustainedTruth, TruthLatch
from simulators.truth.volume_criteria import trailing_sum

flags = st.lists(st.booleans(), min_size=1, max_size=60)
cuts = st.lists(st.integers(1, 20), min_size=1, max_size=60)


def chunks(minutes: list[bool], lengths: list[int]) -> Iterator[np.ndarray]:
    column, start = np.array(minutes)[:, None], 0
    for length in [*lengths, len(minutes)]:
        if start < len(minutes):
            yield column[start : start + length]
            start += length


@given(flags, cuts)
def test_a_run_counts_the_minutes_in_a_row(minutes: list[bool], lengths: list[int]) -> None:
    run, counted, found = Run(1), 0, []
    for held in minutes:
        counted = counted + 1 if held else 0
        found.append(counted)
    assert np.concatenate([run(chunk) for chunk in chunks(minutes, lengths)])[:, 0].tolist() == found


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60), cuts)
def test_a_latch_is_on_from_a_trip_until_a_clear(
    minutes: list[tuple[bool, bool]], lengths: list[int]
) -> None:
    latch, on, found = TruthLatch(1), False, []
    for trip, clear in minutes:
        on = trip or (on and not clear)
        found.append(on)
    trips, clears = ([pair[which] for pair in minutes] for which in range(2))
    parts = zip(chunks(trips, lengths), chunks(clears, lengths), strict=True)
    assert np.concatenate([latch(trip, clear) for trip, clear in parts])[:, 0].tolist() == found


@pytest.mark.parametrize(("rows", "found"), [(5, False), (6, True)])
def test_five_minutes_have_six_ends(rows: int, found: bool) -> None:
    assert SustainedTruth(1, 5)(np.ones((rows, 1), dtype=bool))[-1, 0] == found


@given(st.lists(st.floats(0, 100), min_size=4, max_size=30), st.integers(1, 3))
def test_a_trailing_sum_is_that_of_the_last_values(values: list[float], width: int) -> None:
    found = trailing_sum(np.array(values)[:, None], width)[:, 0]
    assert np.allclose(found, [sum(values[end - width : end]) for end in range(width + 1, len(values) + 1)])


def test_a_trailing_sum_with_an_unknown_in_it_is_unknown() -> None:
    assert np.isnan(trailing_sum(np.array([np.nan, 1.0, 2.0, 3.0])[:, None], 2)[:, 0]).tolist() == [
        False,
        False,
    ]
    assert np.isnan(trailing_sum(np.array([1.0, np.nan, 2.0, 3.0])[:, None], 2)[:, 0]).tolist() == [
        True,
        False,
    ]
