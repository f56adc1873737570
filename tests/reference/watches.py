"""Doses, and watches beyond the paper (criteria.md 7.2)."""

from __future__ import annotations

from fractions import Fraction

from . import eligibility, heart, stops
from .clock import DAY, HOUR, MINUTE
from .facts import Fact
from .knowledge import Knowledge, timeless
from .labs import Bands
from .row import ABSOLUTE, ADVISORY, CLEAR, RELATIVE
from .scene import Condition, Judged, Scene, closed, opened
from .units import rounded
from .values import level_of
from .windows import vitals, weight_at

EARLY = 7 * HOUR
MOST = 792_000
PUBLISHED = (600_000, 720_000)


@timeless
def amount(k: Knowledge, dose: Fact) -> Fraction | None:
    """The amount of a dose in [iU]/kg; None if none was charted, or it needs a weight."""
    rate = dose.record.rate
    if rate is None or dose.record.unit_of_rate is None:
        return rate
    weight = weight_at(k, dose.at)
    return None if weight is None else rounded(rate / weight)


@timeless
def errors(k: Knowledge) -> list[Fact]:
    """The doses of the cycle in error."""
    found: list[Fact] = []
    for dose in k.doses:
        before = [d for d in k.all_doses if d.rank < dose.rank]
        early = bool(before) and dose.at < before[-1].at + EARLY
        if early or _too_much(k, dose, found):
            found.append(dose)
    return found


def _too_much(k: Knowledge, dose: Fact, wrong: list[Fact]) -> bool:
    given, first = amount(k, dose), k.doses[0]
    if given is None:
        return False
    nearer = min(PUBLISHED, key=lambda p: abs(given - p))
    far = abs(given - nearer) * 2 > nearer
    model = None if dose is first or first in wrong else amount(k, first)
    return given > MOST or (far and (model is None or abs(given - model) * 2 > model))


def dose_error(s: Scene) -> Judged:
    """Doses in error, at most 24 h from the decision that found them."""
    ends = {d.id: s.erred.get(d.id, int(s.at)) + DAY for d in errors(s.k)}
    lasting = [d for d in errors(s.k) if s.at < ends[d.id]]
    if not lasting:
        return closed(max(ends.values(), default=None))
    return opened(max(d.at for d in lasting), lasting, ABSOLUTE)


def dose_changed(s: Scene) -> Judged:
    """The latest dose differs from the cycle's first by more than 10 %."""
    doses = [(d, a) for d in s.k.doses if (a := amount(s.k, d)) is not None]
    first = amount(s.k, s.k.doses[0]) if s.k.doses else None
    if not doses or first is None:
        return closed()
    differs = [abs(a - first) * 10 > first for _, a in doses]
    i = len(differs) - 1
    while i > 0 and differs[i - 1] == differs[-1]:
        i -= 1
    last = doses[-1][0]
    return opened(doses[i][0].at, [last]) if differs[-1] else closed(doses[i][0].at, (last.id,))


def dose_against_advice(s: Scene) -> Judged:
    """A dose given against what the monitor said, for 8 h from the decision that found it."""
    doses = [(d, s.against[d.id]) for d in s.k.all_doses if d.id in s.against]
    lasting = [d for d, decided in doses if s.at < decided + 8 * HOUR]
    if lasting:
        return opened(lasting[-1].at, lasting)
    return closed(max((decided + 8 * HOUR for _, decided in doses), default=None))


def dose_count(s: Scene) -> Judged:
    """12 doses, 14 doses."""
    doses, end = s.k.doses, s.k.therapy_end
    if len(doses) < 12 or end is not None:
        return closed(end.at if end is not None else None)
    if len(doses) < 14:
        return opened(doses[11].at, doses)
    return opened(doses[13].at, doses, RELATIVE)


def cycle_ends_soon(s: Scene) -> Judged:
    """The next dose has been due for 20 h."""
    doses, end = s.k.doses, s.k.therapy_end
    if not doses or end is not None:
        return closed(end.at if end is not None else None)
    last = doses[-1].at
    since, until = last + stops.DUE + 20 * HOUR, last + stops.DUE + stops.DELAY
    if since <= s.at < until:
        return opened(since, doses[-1:])
    return closed(last if s.at < since else until)


def bradycardia(s: Scene) -> Judged:
    """HR below 50 sustained, clears at 55."""
    states = heart.below50(s.k)
    if not states or states[-1].since is None:
        return closed()
    last = states[-1]
    assert last.since is not None
    return Judged(last.since.at, tuple(r.id for r in last.run), RELATIVE if last.on else CLEAR)


@timeless
def fast_breathing(k: Knowledge) -> tuple[bool, int | None, tuple[str, ...]]:
    """Two readings of 30 or more at least 15 min apart, none below between, until one below 25."""
    on, since = False, None
    ids: tuple[str, ...] = ()
    run: list[tuple[int, str]] = []
    for value in vitals(k, "respiratory-rate"):
        run = [*run, (value.at, value.id)] if value.value >= 30 else []
        if not on and run and run[-1][0] - run[0][0] >= 15 * MINUTE:
            on, since, ids = True, value.at, tuple(i for _, i in run)
        elif on and value.value < 25:
            on, since, ids = False, value.at, (value.id,)
    return on, since, ids


def tachypnea(s: Scene) -> Judged:
    """Respiratory rate of 30 or more."""
    on, since, ids = fast_breathing(s.k)
    return Judged(since, ids, RELATIVE if on else CLEAR)


def hyperkalemia(s: Scene) -> Judged:
    """Potassium 6.0 or more; advisory from 5.5."""
    level, since, last = level_of(s.k, "potassium", lambda v: POTASSIUM)
    return Judged(since, (last,) if last else (), level)


def _potassium(v: Fraction) -> str:
    return RELATIVE if v >= 6 else ADVISORY if v >= Fraction("5.5") else CLEAR


POTASSIUM = Bands(_potassium, (Fraction(6), Fraction("5.5")))


def not_eligible(s: Scene) -> Judged:
    """Items not met, from cycle-start until dose 1."""
    if s.k.cycle is None or s.k.doses or not eligibility.not_met(s.k):
        return closed()
    return opened()


TABLE: list[tuple[str, Condition]] = [
    ("dose-error", dose_error),
    ("dose-changed", dose_changed),
    ("dose-against-advice", dose_against_advice),
    ("dose-count", dose_count),
    ("cycle-ends-soon", cycle_ends_soon),
    ("bradycardia", bradycardia),
    ("tachypnea", tachypnea),
    ("hyperkalemia", hyperkalemia),
]
RELATIVE_WATCHES = ("dose-count", "bradycardia", "tachypnea", "hyperkalemia")
