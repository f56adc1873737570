"""A silence is bounded by the pager's clock, whatever the clock of the machine that it was typed on."""

from __future__ import annotations

import pytest

from rules.wire.events import Silence
from rules.wire.instants import HOUR, MINUTE, parse
from streams.pager.policy.commands import end_of

NOW = parse("2026-03-02T10:00:00Z")


def silence(at: int, length: int, known: int | None = None, level: str = "absolute") -> Silence:
    return Silence(
        "s", "p1", at, at if known is None else known, "final", "hypotension", level, at + length, "rn", "so"
    )


@pytest.mark.parametrize(
    ("asked", "end"),
    [
        (silence(NOW, 30 * MINUTE), NOW + 30 * MINUTE),
        (silence(NOW + 10 * HOUR, 30 * MINUTE), NOW + 30 * MINUTE),
        (silence(NOW + 10 * HOUR, 5 * HOUR), NOW + HOUR),
        (silence(NOW, 8766 * HOUR, known=NOW + 8766 * HOUR), NOW + HOUR),
        (silence(NOW + 8766 * HOUR, HOUR, known=NOW + 8766 * HOUR), NOW + HOUR),
        (silence(NOW - 10 * HOUR, 30 * MINUTE), NOW - 570 * MINUTE),
        (silence(NOW - 30 * MINUTE, 2 * HOUR), NOW + 30 * MINUTE),
    ],
    ids=["right", "10 h ahead", "ahead and too long", "known next year", "sent next year", "behind", "late"],
)
def test_a_silence_ends_by_the_clock_of_the_pager(asked: Silence, end: int) -> None:
    assert end_of(asked, NOW) == end
    assert end_of(asked, NOW) <= NOW + HOUR, "an absolute is silent for an hour at most"
