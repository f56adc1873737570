"""Blood pressure (criteria.md 5): target, means that stand in, hypotension with its hysteresis."""

from dataclasses import dataclass
from fractions import Fraction

from .clock import HOUR, MINUTE
from .facts import Value
from .knowledge import Knowledge, timeless
from .row import ABSOLUTE, CLEAR, RELATIVE, Row, ids, unknown
from .windows import BEHIND, STALE_VITAL, Reading, confirmed, confirming, counted, stale, sustained

SPAN, RECOVERS = 5 * MINUTE, 2 * HOUR


def target(k: Knowledge) -> tuple[int, bool]:
    """Target systolic pressure and whether it is assumed for want of a baseline (Table 2)."""
    baseline = k.baseline("systolic-bp")
    if baseline is None:
        return 90, True
    return (80 if baseline < 100 else 85 if baseline <= 120 else 90), False


@timeless
def charted(k: Knowledge) -> list[Reading]:
    """Systolic pressures and the means that stand in for one, in order of `at`, whatever their age."""
    systolic = k.series("systolic-bp")
    alone = [m for m in k.series("mean-bp") if not any(m.at - SPAN < s.at <= m.at for s in systolic)]
    found = sorted([*systolic, *alone], key=lambda v: v.rank)
    return [Reading(_counts_as(k, v), v.at, v.first, v.id, v) for v in found]


def _counts_as(k: Knowledge, value: Value) -> Fraction:
    if value.code == "systolic-bp":
        return Fraction(value.value)
    goal, _ = target(k)
    if value.value < (50 if goal == 80 else 55):
        return Fraction(goal - 10)
    return Fraction(goal if value.value < (55 if goal == 80 else 60) else goal + 6)


@timeless
def readings(k: Knowledge) -> list[Reading]:
    """Those that trip and clear."""
    return counted(k, [r for r in charted(k) if r.first - r.at <= BEHIND], STALE_VITAL)


@dataclass(frozen=True)
class Fold:
    """Where the readings leave hypotension, since which reading, by which run."""

    state: str
    since: Reading | None = None
    run: tuple[Reading, ...] = ()


@timeless
def folds(k: Knowledge) -> list[Fold]:
    """Hypotension after each reading in order of `at`."""
    state, found = Fold(CLEAR), []
    for i in range(len(readings(k))):
        state = _step(k, i, state)
        found.append(state)
    return found


def _step(k: Knowledge, i: int, was: Fold) -> Fold:
    values, (goal, _) = readings(k), target(k)
    if confirmed(values, i, lambda r: r.value <= goal - 10):
        return was if was.state == ABSOLUTE else Fold(ABSOLUTE, values[i], confirming(values, i))
    if was.state == CLEAR:
        low = sustained(k, values, i, SPAN, lambda r: r.value <= goal)
        return Fold(RELATIVE, values[i], tuple(low)) if low else was
    well = sustained(k, values, i, SPAN, lambda r: r.value > goal + 5)
    well = well or sustained(k, values, i, RECOVERS, lambda r: r.value > goal)
    if well:
        return Fold(CLEAR, values[i], tuple(well))
    off = sustained(k, values, i, SPAN, lambda r: r.value > goal - 10)
    return Fold(RELATIVE, values[i], tuple(off)) if off and was.state == ABSOLUTE else was


def hypotension(k: Knowledge, at: int) -> Row:
    """The state of `blood_pressure`; a stale hypotension keeps its state."""
    values, shown = readings(k), charted(k)
    value = shown[-1].shown.value if shown else None
    if not values:
        return unknown("systolic-bp", value=value, stale=bool(shown))
    old, state = stale(k, values[-1].at, STALE_VITAL, at), folds(k)[-1]
    if old and state.state == CLEAR:
        return unknown("systolic-bp", value=value, stale=True)
    evidence = ids(state.run or values[-1:])
    return Row(state.state, value, "mm[Hg]", old, evidence=evidence, at=state.since and state.since.at)


def latest_low(k: Knowledge) -> bool:
    """Whether the latest pressure, stale or not, is at or below target."""
    shown = charted(k)
    return bool(shown) and shown[-1].value <= target(k)[0]
