"""What is planned for a course, before anything is known of how it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from simulators.happenings import Happening

Answer = Literal["give", "hold", "stop"]
Ask = Callable[[int, int], Answer]
"""Of a patient (index) whose dose is due at a minute: give it, hold it (asked again within the hour), or end therapy. Facts up to the minute may
be used."""

LEAD: Final = 480
"""Minutes from admission to the first dose: premedication starts 8-12 h before (paper, Pretherapy intervention)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`minutes`: how long the course is watched; `doses`: the most that are given; `interval`: minutes between doses; `amount`: IU/kg; `clock`:
    minutes after midnight UTC at the origin."""

    minutes: int
    doses: int = 14
    interval: int = 480
    amount: int = 600_000
    clock: int = 420
    happenings: Sequence[Happening] = ()
