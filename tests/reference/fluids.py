"""Advice on fluids and pressors (criteria.md 7.1), and when fluid is spent or harmful (7.3)."""

from __future__ import annotations

import itertools
from fractions import Fraction

from . import pressors
from .clock import DAY, HOUR
from .facts import Fact
from .knowledge import Knowledge, timeless
from .row import ADVISORY, RELATIVE
from .scene import Judged, Scene, closed, opened
from .windows import runs_at

LINGERS = 4 * HOUR


def total(facts: list[Fact]) -> Fraction:
    """The volume of these facts in mL."""
    return sum((f.record.volume or Fraction(0) for f in facts), Fraction(0))


@timeless
def extra(k: Knowledge) -> list[Fact]:
    """Volumes above maintenance in order of `at`."""
    return k.volumes("in", "iv-bolus", "blood-product")


def above_maintenance(k: Knowledge, at: int) -> list[Fact]:
    """Volumes above maintenance of the last 24 h; one charted ahead counts at once."""
    return [f for f in extra(k) if f.at > at - DAY]


@timeless
def spells(k: Knowledge, limit: int) -> list[tuple[int, int]]:
    """When the intake of the 24 h before was at or over a limit, as [start, end) pieces."""
    marks = sorted({f.at + d for f in extra(k) for d in (0, DAY)})
    found = []
    for start, end in itertools.pairwise(marks):
        if total([f for f in extra(k) if start - DAY < f.at <= start]) >= limit:
            found.append((start, end))
    return found


def lately(k: Knowledge, at: int, limit: int) -> bool:
    """Whether the intake has been at or over a limit within the last 4 h."""
    return any(b + LINGERS > at for _, b in spells(k, limit))


def fluid_limit(s: Scene) -> Judged:
    """From 1000 mL; from 1500 at level relative; each until 4 h below it."""
    if not lately(s.k, s.at, 1000):
        return closed()
    level = RELATIVE if lately(s.k, s.at, 1500) else ADVISORY
    return opened(facts=above_maintenance(s.k, s.at), level=level)


def heavier(k: Knowledge, share: Fraction) -> bool:
    """Whether the latest weight is more than a share over baseline."""
    weight, baseline = k.latest("weight"), k.baseline("weight")
    return weight is not None and baseline is not None and weight.value > baseline * (1 + share)


def spent(s: Scene) -> bool:
    """Whether fluid is spent or harmful."""
    wet = ("oxygen-requirement", "rales", "intubation", "pleural-effusion")
    return (
        lately(s.k, s.at, 1500)
        or heavier(s.k, Fraction(1, 10))
        or any(s.rows[code].tripped for code in wet)
        or pressors.load_at(s.k, s.at) > Fraction(1, 2)
        or s.k.therapy_end is not None
    )


def dry(s: Scene) -> bool:
    """Whether a urine criterion is tripped."""
    return s.rows["urine-hour"].tripped or s.rows["urine-shift"].tripped


def fluid_bolus(s: Scene) -> Judged:
    """Hypotension or urine-hour tripped, and fluid neither spent nor harmful."""
    needed = s.low.tripped or s.rows["urine-hour"].tripped
    return opened() if needed and not spent(s) else closed()


def _boluses(s: Scene, since: int, code: str) -> Judged:
    given = [f for f in s.k.volumes("in", "iv-bolus") if f.at > since]
    if code in s.stays or total(given) >= 1000 or spent(s):
        return opened(facts=given, amount=total(given))
    return closed()


def add_pressor(s: Scene) -> Judged:
    """Hypotension despite 1000 mL, or with fluid spent, and no pressor runs."""
    if not s.low.tripped or pressors.pressor_runs(s.k, s.at):
        return closed()
    return _boluses(s, s.opened["hypotension"], "add-pressor")


def titrate_pressor(s: Scene) -> Judged:
    """Hypotension while a pressor runs."""
    return opened() if s.low.tripped and pressors.pressor_runs(s.k, s.at) else closed()


def add_dopamine(s: Scene) -> Judged:
    """Little urine despite 1000 mL, or with fluid spent, and no dopamine runs."""
    if s.k.therapy_end is not None or not dry(s) or runs_at(s.k, s.at, "dopamine"):
        return closed()
    since = min(s.opened[c] for c in ("urine-hour", "urine-shift") if c in s.opened)
    return _boluses(s, since, "add-dopamine")


def fluid_futile(s: Scene) -> Judged:
    """Fluid spent or harmful, and what would come next runs already."""
    if not spent(s):
        return closed()
    low = s.low.tripped and pressors.pressor_runs(s.k, s.at)
    wet = s.k.therapy_end is not None or runs_at(s.k, s.at, "dopamine")
    return opened() if low or (dry(s) and wet) else closed()
