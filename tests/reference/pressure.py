"""Blood pressure (criteria.md 5): target, hypotension with its hysteresis, phase of the dose interval."""

from dataclasses import dataclass

from .clock import HOUR, MINUTE
from .facts import Knowledge, Value, timeless
from .row import ABSOLUTE, CLEAR, RELATIVE, Row, ids, unknown
from .windows import STALE_VITAL, run_to, stale, sustained, vitals

SPAN = 5 * MINUTE


@dataclass(frozen=True)
class Fold:
    """Where the readings leave hypotension, since which reading, by which run."""

    state: str
    since: Value | None
    run: tuple[Value, ...]


def target(k: Knowledge) -> tuple[int, bool]:
    """Target systolic pressure and whether it is assumed for want of a baseline (Table 2)."""
    baseline = k.baseline("systolic-bp")
    if baseline is None:
        return 90, True
    return (80 if baseline < 100 else 85 if baseline <= 120 else 90), False


@timeless
def fold(k: Knowledge) -> Fold:
    """Hypotension over the readings in order of `at`."""
    goal, _ = target(k)
    values = vitals(k, "systolic-bp")
    result = Fold(CLEAR, None, ())
    for i in range(len(values)):
        result = _step(k, values, i, goal, result)
    return result


def _step(k: Knowledge, values: list[Value], i: int, goal: int, was: Fold) -> Fold:
    value = values[i]
    if value.value <= goal - 10:
        return was if was.state == ABSOLUTE else Fold(ABSOLUTE, value, (value,))
    low, off_floor, well = (
        run_to(k, values, i, holds)
        for holds in (lambda v: v.value <= goal, lambda v: v.value > goal - 10, lambda v: v.value > goal + 5)
    )
    if was.state != CLEAR and sustained(well, SPAN):
        return Fold(CLEAR, value, tuple(well))
    if was.state == ABSOLUTE and sustained(off_floor, SPAN):
        return Fold(RELATIVE, value, tuple(off_floor))
    if was.state == CLEAR and sustained(low, SPAN):
        return Fold(RELATIVE, value, tuple(low))
    return was


def hypotension(k: Knowledge, at: int) -> Row:
    """The state of `blood_pressure`; a stale hypotension keeps its state."""
    values, latest = vitals(k, "systolic-bp"), k.latest("systolic-bp")
    value = latest.value if latest else None
    if not values:
        return unknown("systolic-bp", value=value)
    old, state = stale(k, values[-1].at, STALE_VITAL, at), fold(k)
    if old and state.state == CLEAR:
        return unknown("systolic-bp", value=value)
    since = state.since or values[0]
    return Row(state.state, value, "mm[Hg]", old, evidence=ids(state.run or values[-1:]), at=since.at)


def phase(k: Knowledge, at: int) -> str | None:
    """Where in the dose interval an instant lies; null before the first dose."""
    if not k.doses:
        return None
    elapsed = at - k.doses[-1].at
    return "before-peak" if elapsed < 4 * HOUR else "peak" if elapsed < 6 * HOUR else "after-peak"
