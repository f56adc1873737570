"""Count the pressor load over time (criteria.md 3.3)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain

import msgspec

from rules.chart.course import FOREVER
from rules.chart.facts import AT, Rate
from rules.chart.infusions import Force, per_kg, ran
from rules.chart.weighing import Weighing
from rules.guideline.declarations import Pressors
from rules.guideline.edition import Guideline
from rules.wire.events import Reference

WEIGHT, UNREADABLE, EQUIVALENT = "weight", "unreadable", "equivalent"


class Load(msgspec.Struct, frozen=True):
    """The pressor load, ug/kg/min of phenylephrine, from `at` until the next one.

    `load`: of what can be read; `missing`: what is wanted to count the rest, as the assessment names it;
    `rates`: of the agents that run, over their lines (None: unknown); `evidence`: their infusions; `blind`:
    since when, without a break, something was missing; `dopamine`: as much of it as can be read, ug/kg/min.
    """

    at: int
    load: float
    missing: tuple[str, ...] = ()
    rates: tuple[tuple[str, float | None], ...] = ()
    evidence: tuple[Reference, ...] = ()
    blind: int | None = None
    dopamine: float = 0.0


class Loads(list[Load]):
    """The pressor load over time, in order of `at`, which finds the highest of a stretch in few steps.

    `_blocks`: by size, in powers of two, the index of the first highest load of each full block.
    """

    __slots__ = ("_blocks",)

    def __init__(self, loads: Iterable[Load] = ()) -> None:
        super().__init__()
        self._blocks: list[list[int]] = []
        for load in loads:
            self.add(load)

    def add(self, load: Load) -> None:
        """Add the next load."""
        self.append(load)
        best, size = len(self) - 1, len(self)
        for level, blocks in enumerate((*self._blocks, [])):
            if size % 2:
                break
            size //= 2
            before = self._blocks[level - 1][-2] if level else len(self) - 2
            best = before if self[before].load >= self[best].load else best
            if level == len(self._blocks):
                self._blocks.append(blocks)
            blocks.append(best)

    def cut(self, t: int) -> None:
        """Remove the loads from moment `t` on."""
        while self and self[-1].at >= t:
            self.pop()
        for level, blocks in enumerate(self._blocks):
            del blocks[len(self) >> level + 1 :]

    def highest(self, start: int, end: int) -> Load:
        """Return the first highest of the loads with an index of [start, end), which is not empty."""
        best = self[start]
        while start < end:
            level = 0
            while level < len(self._blocks) and not start % (2 << level) and start + (2 << level) <= end:
                level += 1
            found = self[self._blocks[level - 1][start >> level]] if level else self[start]
            best = found if found.load > best.load else best
            start += 1 << level
        return best


def pressor_loads(forces: Iterable[Force], guideline: Guideline, weighing: Weighing) -> Loads:
    """Return the pressor load over time, from the first rate of any pressor on."""
    pressors = guideline.pressors
    mine = [one for one in forces if is_pressor(one.agent, pressors)]
    mine.sort(key=lambda one: (one.rate.at, one.agent, one.rate.n))
    moments = {one.rate.at for one in mine} | {one.end for one in mine if one.end < FOREVER}
    out, i = Loads(), 0
    now: list[Force] = []
    for t in sorted(moments):
        now = [one for one in now if one.end > t]
        while i < len(mine) and mine[i].rate.at <= t:
            now.append(mine[i])
            i += 1
        out.add(load_of(t, now, guideline, weighing, out[-1] if out else None))
    return out


def is_pressor(agent: str, pressors: Pressors) -> bool:
    """Return whether an agent is part of the pressor load, whether it can be counted or not."""
    return agent in pressors.equivalents or agent in pressors.without


def load_of(
    t: int, forces: Sequence[Force], guideline: Guideline, weighing: Weighing, before: Load | None
) -> Load:
    """Return the load from a moment on, by the pressors in force then, in order, after another load."""
    pressors = guideline.pressors
    totals: dict[str, float] = {}
    unknown: dict[str, list[str]] = {}
    for one in forces:
        if ran(one.rate):
            value, lacks = _read(one.agent, one.rate, guideline, weighing)
            totals[one.agent] = totals.get(one.agent, 0.0) + value
            if lacks is not None:
                unknown.setdefault(one.agent, []).append(lacks)
    load = sum(_counted(agent, total, pressors) for agent, total in totals.items())
    ids = tuple(one.rate.reference for one in forces if ran(one.rate))
    missing = tuple(dict.fromkeys(chain.from_iterable(unknown.values())))
    return Load(
        t,
        round(load, 4),
        missing,
        tuple(
            (agent, None if agent in unknown else round(totals[agent], 4))
            for agent in (*pressors.equivalents, *pressors.without)
            if agent in totals
        ),
        ids or tuple(one.rate.reference for one in forces),
        _blind_since(t, before) if missing else None,
        round(totals.get("dopamine", 0.0), 4),
    )


def _blind_since(t: int, before: Load | None) -> int:
    return t if before is None or before.blind is None else before.blind


def _read(agent: str, rate: Rate, guideline: Guideline, weighing: Weighing) -> tuple[float, str | None]:
    """Return what of a rate can be read, and what is missing for it."""
    pressors = guideline.pressors
    if agent in pressors.without:
        return 0.0, f"{agent}.{EQUIVALENT}"
    if rate.unread:
        return 0.0, f"{agent}.{UNREADABLE}"
    value = rate.rate if agent in pressors.in_units else per_kg(rate, weighing)
    if value is None:
        return 0.0, WEIGHT
    return (value, None) if guideline.usable(agent, value) else (0.0, f"{agent}.{UNREADABLE}")


def _counted(agent: str, total: float, pressors: Pressors) -> float:
    """Return what a rate counts in phenylephrine: the dopamine that is given for the kidneys, nothing."""
    if agent == "dopamine" and round(total, 4) <= pressors.renal_dopamine:
        return 0.0
    return total * pressors.equivalents.get(agent, 0.0)


def load_at(loads: Sequence[Load], t: int) -> Load | None:
    """Return the load in force at moment `t`; None before the first rate of any pressor."""
    i = bisect_right(loads, t, key=AT)
    return loads[i - 1] if i else None


def load_in_force(loads: Loads, t: int) -> float | None:
    """Return the pressor load in force at moment `t`, ug/kg/min.

    0 when no pressor was ever charted, None when a running one cannot be counted.
    """
    load = load_at(loads, t)
    return 0.0 if load is None else None if load.missing else load.load


def blind_since(loads: Loads, t: int) -> int | None:
    """Return since when, without a break until `t`, a running pressor cannot be counted; None: all can."""
    load = load_at(loads, t)
    return None if load is None else load.blind


def highest(loads: Loads, start: int, end: int) -> Load | None:
    """Return the highest load in force at some moment of [start, end], one carried in from before included.

    Of equal ones the first; None when no pressor had been charted by then.
    """
    first, beyond = (bisect_right(loads, t, key=AT) for t in (start, max(start, end)))
    return loads.highest(max(first - 1, 0), beyond) if beyond else None
