"""How fast a replay goes: when each record is due, on a clock that is given."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from streams.errors import UsageError

MAX = "max"


class Pace(NamedTuple):
    """`speed` times real time (inf: no waiting), counted from `first` (ms of the file), which is due at `began` (seconds of the clock)."""

    speed: float
    began: float
    first: int

    def due(self, known: int) -> float:
        """When a record known at `known` is due, in seconds of the clock. Never moved by lateness: who is late catches up."""
        return self.began + (known - self.first) / 1000 / self.speed

    @property
    def waits(self) -> bool:
        return self.speed != inf


def speed(text: str) -> float:
    """`--speed` as a number: `120`, `0.5` or `max`. Raises UsageError."""
    if text == MAX:
        return inf
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < inf:
        raise UsageError(f"{text!r} is no speed; give times real time, like 120, or max")
    return found
