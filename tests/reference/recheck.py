"""`recheck/<signal>`: one reading past a limit asks for another (criteria.md 3.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import heart, oxygen, pressure
from .clock import MINUTE
from .knowledge import Knowledge, timeless
from .row import ABSOLUTE, CLEAR, PENDING, TECHNICAL
from .windows import Reading, confirmed

PAST, EXTREME = 15 * MINUTE, 3 * MINUTE
SIGNALS = ("heart-rate", "systolic-bp", "spo2")


@dataclass(frozen=True)
class Asked:
    """What a reading asks for: a level from an instant on, and since when it has been at that level."""

    level: str
    at: int

    def open_at(self, clock: int) -> bool:
        """Whether it has come to that."""
        return clock >= self.at


def recheck(k: Knowledge, at: int, signal: str) -> Asked | None:
    """The latest reading's demand: open, or pending until its instant; None if there is none."""
    found = _last(k, signal)
    if found is None or found.open_at(at):
        return found
    return Asked(PENDING, found.at)


@timeless
def _last(k: Knowledge, signal: str) -> Asked | None:
    readings, asks = _JUDGES[signal]
    asked: Asked | None = None
    for i, reading in enumerate(readings(k)):
        wanted = asks(k, i)
        if wanted is None:
            asked = None
        elif asked is not None and asked.at < reading.at:
            raised = wanted[0] == ABSOLUTE and asked.level != ABSOLUTE
            asked = Asked(ABSOLUTE, reading.at) if raised else asked
        else:
            asked = Asked(wanted[0], reading.at + wanted[1])
    return asked


def _heart(k: Knowledge, i: int) -> tuple[str, int] | None:
    readings = _pulse(k)
    value = readings[i].value
    if (value > 150 or value < 40) and not (value > 150 and heart.absolute_at(k, i)):
        fast = value > 150
        if confirmed(readings, i, lambda r: r.value > 150 if fast else r.value < 40):
            return ABSOLUTE, 0
        return TECHNICAL, EXTREME
    return (TECHNICAL, PAST) if value >= 120 and not heart.over120(k)[i].on else None


def _pressure(k: Knowledge, i: int) -> tuple[str, int] | None:
    value, (goal, _) = pressure.readings(k)[i].value, pressure.target(k)
    state = pressure.folds(k)[i].state
    if value <= goal - 10 and state != ABSOLUTE:
        return TECHNICAL, EXTREME
    return (TECHNICAL, PAST) if value <= goal and state == CLEAR else None


def _oxygen(k: Knowledge, i: int) -> tuple[str, int] | None:
    readings = _saturation(k)
    value, state = readings[i].value, oxygen.saturations(k)[i].state
    last = i == len(readings) - 1
    supply = oxygen.now(k) if last else oxygen.supply_at(k, readings[i].at)
    if value < oxygen.shifted(k, 88) and ABSOLUTE not in (state, oxygen.band(supply)):
        return TECHNICAL, EXTREME
    return (TECHNICAL, PAST) if value < oxygen.least(k) and state == CLEAR else None


def _pulse(k: Knowledge) -> list[Reading]:
    return heart.signal(k, "heart-rate")


def _saturation(k: Knowledge) -> list[Reading]:
    return heart.signal(k, "spo2")


_JUDGES: dict[
    str,
    tuple[
        Callable[[Knowledge], list[Reading]],
        Callable[[Knowledge, int], tuple[str, int] | None],
    ],
] = {
    "heart-rate": (_pulse, _heart),
    "systolic-bp": (pressure.readings, _pressure),
    "spo2": (_saturation, _oxygen),
}


def last_reading(k: Knowledge, signal: str) -> int | None:
    """The `at` of the latest reading of a signal."""
    readings = _JUDGES[signal][0](k)
    return readings[-1].at if readings else None
