"""The share of dead letters over the last five minutes, and the alert that opens and closes with it."""

from __future__ import annotations

from collections import deque

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.wire.instants import MINUTE
from streams.worker.dead_letter_alarm import GRAINS, DeadLetterAlarm, Share, share

Counts = tuple[int, int, int]


def after(*counts: Counts, of: Share | None = None) -> Share:
    found = of or Share()
    for now, records, refused in counts:
        found = share(found, now, records, refused)
    return found


def turn(alarm: DeadLetterAlarm, counts: Counts) -> str | None:
    """The transition of the alert that the counts give; None: no alert."""
    out = alarm.after(*counts)
    return None if out is None else str(msgspec.json.decode(out.value or b"")["transition"])


@pytest.mark.parametrize(
    ("counts", "open"),
    [
        ([], False),
        ([(0, 0, 0)], False),
        ([(0, 100, 5)], False),
        ([(0, 100, 6)], True),
        ([(0, 1, 1)], True),
        ([(0, 50, 0), (MINUTE, 50, 5)], False),
        ([(0, 50, 0), (MINUTE, 50, 6)], True),
        ([(0, 1000, 0), (6 * MINUTE, 50, 6)], True),
    ],
    ids=[
        "nothing",
        "no record",
        "at the limit",
        "above it",
        "the only record",
        "at it together",
        "above together",
        "the good ones too old",
    ],
)
def test_it_opens_above_five_percent_over_five_minutes(counts: list[Counts], open: bool) -> None:
    assert after(*counts).open is open


@pytest.mark.parametrize(
    ("then", "turned"),
    [
        ((MINUTE, 0, 0), None),
        ((MINUTE, 19, 0), "resolved"),
        ((MINUTE, 18, 0), None),
        ((6 * MINUTE, 0, 0), None),
        ((6 * MINUTE, 1, 0), "resolved"),
        ((600 * MINUTE, 0, 0), None),
    ],
    ids=[
        "nothing more",
        "diluted to the limit",
        "nearly diluted",
        "out of the window, in silence",
        "out of the window, one good",
        "a long silence",
    ],
)
def test_it_closes_on_records_and_never_on_silence(then: Counts, turned: str | None) -> None:
    alarm = DeadLetterAlarm("one", Share())
    assert turn(alarm, (0, 1, 1)) == "opened"
    assert turn(alarm, then) == turned


def test_the_turn_is_told_once() -> None:
    alarm = DeadLetterAlarm("one", Share())
    assert turn(alarm, (0, 1, 1)) == "opened"
    assert turn(alarm, (1, 1, 1)) is None


def test_the_limit_and_window_are_the_sites() -> None:
    loose = Share(limit=0.5, window=MINUTE)
    assert not after((0, 2, 1), of=loose).open
    assert after((0, 2, 1), (MINUTE + 1, 1, 1), of=loose).value == 1.0


def test_a_clock_that_steps_back_loses_no_count() -> None:
    assert after((10 * MINUTE, 5, 1), (MINUTE, 5, 1)).value == 0.2


steps = some.lists(
    some.tuples(some.integers(0, 2 * MINUTE), some.integers(0, 50), some.integers(0, 3)), max_size=60
)


@given(steps)
def test_it_is_the_share_of_the_window_to_within_a_grain(steps: list[Counts]) -> None:
    found, now, seen = Share(), 0, deque[Counts]()
    for later, good, refused in steps:
        now += later
        seen.append((now, good + refused, refused))
        found = share(found, now, good + refused, refused)
        grain = found.window // GRAINS
        least = sum(records for at, records, _ in seen if at > now - found.window + grain)
        most = sum(records for at, records, _ in seen if at > now - found.window - grain)
        assert least <= found.records <= most
        assert len(found.grains) <= GRAINS + 1
