"""The dose interval: when a dose is due, until it is given (criteria.md 1)."""

from .clock import FOREVER, HOUR
from .facts import Fact
from .knowledge import Cycle, Knowledge, timeless

INTERVAL = 8 * HOUR


@timeless
def planned(k: Knowledge) -> int | None:
    """The latest baseline's `dose-1-planned`."""
    found = [f.record.start for f in k.baselines if f.record.start is not None]
    return found[-1] if found else None


def first_due(k: Knowledge, cycle: Cycle) -> int:
    """When the first dose of a cycle is due."""
    at = planned(k)
    return cycle.start if at is None else max(cycle.start, at)


def due(k: Knowledge) -> int | None:
    """When the next dose is due."""
    if k.cycle is None:
        return None
    return k.doses[-1].at + INTERVAL if k.doses else first_due(k, k.cycle)


@timeless
def overdue_periods(k: Knowledge) -> list[tuple[int, int]]:
    """When a dose was due and not yet given, as [start, end) pieces."""
    return [piece for cycle in k.cycles for piece in _of_cycle(k, cycle)]


def _of_cycle(k: Knowledge, cycle: Cycle) -> list[tuple[int, int]]:
    later = [c.start for c in k.cycles if c.start > cycle.start]
    end = min([*later, FOREVER if cycle.end is None else cycle.end.at])
    starts = [first_due(k, cycle), *(d.at + INTERVAL for d in cycle.doses)]
    ends = [*(d.at for d in cycle.doses), end]
    return [(a, min(b, end)) for a, b in zip(starts, ends, strict=True) if a < min(b, end)]


def due_between(k: Knowledge, start: int, at: int) -> bool:
    """Whether a dose was due at some instant of [start, at]."""
    return any(a <= at and b > start for a, b in overdue_periods(k))


def last_dose(k: Knowledge) -> Fact | None:
    """The last dose of the cycle; where it had none, its `therapy-end` stands for it."""
    return k.doses[-1] if k.doses else k.therapy_end


def phase(k: Knowledge, at: int) -> str | None:
    """Where in the dose interval an instant lies; null before the first dose."""
    before = [d for d in k.doses if at >= d.at]
    if not before:
        return None
    elapsed = at - before[-1].at
    return "before-peak" if elapsed < 4 * HOUR else "peak" if elapsed < 6 * HOUR else "after-peak"
