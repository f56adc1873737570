"""When a fact became known, where the source's storetime lies before its own time."""

from __future__ import annotations

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mimic_iv.fact import AHEAD, learned, moments, neat, stamp
from tests.simulators.mimic_iv.folder import ms


@pytest.mark.parametrize(
    ("stored", "known"),
    [
        (None, "17:00"),
        ("17:20", "17:20"),
        ("17:00", "17:00"),
        ("16:48", "16:48"),
        ("16:45", "16:45"),
        ("16:44", "17:00"),
        ("15:58", "17:00"),
    ],
)
def test_a_row_is_known_when_it_was_stored_unless_that_is_more_than_15_minutes_early(
    stored: str | None, known: str
) -> None:
    assert learned(ms("17:00"), None if stored is None else ms(stored)) == ms(known)


@given(at=st.integers(0, 10**13), stored=st.none() | st.integers(0, 10**13))
def test_nothing_is_known_so_early_that_the_wire_refuses_it(at: int, stored: int | None) -> None:
    assert learned(at, stored) >= at - AHEAD


def test_times_are_read_as_utc_and_what_is_none_is_none() -> None:
    assert moments(pandas.Series(["2150-03-01 09:00:00", None, "___"], dtype="str")) == [
        ms("09:00"),
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (ms("09:00"), "21500301T0900"),
        (ms("19:00") + 51_000, "21500301T190051"),
        (ms("00:00"), "21500301T0000"),
    ],
)
def test_an_instant_is_written_short_in_an_id(at: int, written: str) -> None:
    assert stamp(at) == written


@pytest.mark.parametrize(
    ("value", "written"), [(84.0, "84"), (0.7, "0.7"), (1.001001000404358, "1.001001000404358"), (54, "54")]
)
def test_whole_numbers_are_written_without_a_fraction(value: float, written: str) -> None:
    assert repr(neat(value)) == written
