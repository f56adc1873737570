"""The ticks of a replay, drawn: one letter a record or tick, in the order they are sent."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.ingest.decode import decode
from rules.wire.instants import DAY, HOUR, MINUTE, SECOND
from streams.replay.record import SILENCE, ReplayRecord, tick, ticked

START = 1_772_445_600_000  # 2026-03-02T10:00:00Z


def at(*offsets: int) -> list[ReplayRecord]:
    return [ReplayRecord(START + offset, "il2.vitals", "p1", b"") for offset in offsets]


def drawn(records: list[ReplayRecord]) -> list[str]:
    return [f"{'tick' if one.made else 'record'} {(one.known - START) / MINUTE:g}" for one in ticked(records)]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (at(), []),
        (at(0), ["record 0", "tick 0"]),
        (at(30 * SECOND), ["record 0.5", "tick 0.5"]),
        (at(0, MINUTE), ["record 0", "tick 0", "record 1", "tick 1"]),
        (at(0, 0), ["record 0", "record 0", "tick 0"]),
        (at(15 * SECOND, 135 * SECOND), ["record 0.25", "tick 1", "tick 2", "record 2.25", "tick 2.25"]),
        (at(0, 30 * SECOND), ["record 0", "tick 0", "record 0.5", "tick 0.5"]),
        (
            at(59 * SECOND, MINUTE, 61 * SECOND),
            ["record 0.983333", "record 1", "tick 1", "record 1.01667", "tick 1.01667"],
        ),
    ],
)
def test_a_tick_stands_at_each_whole_minute_after_its_records_and_at_the_end(
    records: list[ReplayRecord], expected: list[str]
) -> None:
    assert drawn(records) == expected


def test_a_silence_of_decades_is_not_ticked_through() -> None:
    made = [one for one in ticked(at(0, 36_500 * DAY)) if one.made]
    assert len(made) == SILENCE // MINUTE + 1


def test_two_days_are_ticked_through() -> None:
    assert len([one for one in ticked(at(0, 2 * DAY)) if one.made]) == 2 * 24 * 60 + 1


@given(some.lists(some.integers(0, 3 * HOUR), min_size=1))
def test_times_never_go_back_and_the_last_tick_is_the_last_instant(offsets: list[int]) -> None:
    found = list(ticked(at(*sorted(offsets))))
    assert all(one.known <= next_one.known for one, next_one in pairwise(found))
    assert [one.known for one in found if one.made][-1] == START + max(offsets)


def test_a_tick_is_one_for_all_that_the_worker_takes() -> None:
    made = tick(START)
    event, problems = decode(made.value, key="*", known=made.known)
    assert problems == ()
    assert (event.patient, event.at) == ("*", START)  # type: ignore[union-attr]
    assert made.everywhere
