"""Derive timelines of infusions: what ran when, and the pressor load (criteria.md 3.3 and 6)."""

from collections.abc import Container, Iterable, Sequence

import msgspec

from rules.chart.course import FOREVER, Span, merged
from rules.chart.facts import Rate, place
from rules.chart.weighing import Weighing
from rules.guideline.declarations import Pressors
from rules.guideline.edition import Guideline
from rules.wire.events import Infusion, Reference

Lines = dict[str, list[Rate]]
"""Rates of each `agent|line`, in order of `at`."""

WEIGHT, UNREADABLE, EQUIVALENT = "weight", "unreadable", "equivalent"


class Load(msgspec.Struct, frozen=True):
    """The pressor load, ug/kg/min of phenylephrine, from `at` until the next one.

    `load`: of what can be read; `missing`: what is wanted to count the rest, as the assessment names it;
    `rates`: of the agents that run, over their lines (None: unknown); `evidence`: their infusions.
    """

    at: int
    load: float
    missing: tuple[str, ...] = ()
    rates: tuple[tuple[str, float | None], ...] = ()
    evidence: tuple[Reference, ...] = ()


def line_key(event: Infusion) -> str:
    """Return the key of the line that an infusion runs in."""
    return key_of(event.agent, event.line)


def key_of(agent: str, line: str) -> str:
    """Return the key of an agent's line."""
    return f"{agent}|{line}"


def agent_of(key: str) -> str:
    """Return the agent of a line's key."""
    return key.partition("|")[0]


def ran(rate: Rate) -> bool:
    """Return whether something ran at this rate, read or not."""
    return rate.rate > 0 or rate.unread


class Force(msgspec.Struct, frozen=True):
    """A rate of an agent and the moment its force ends."""

    agent: str
    rate: Rate
    end: int


def in_force(lines: Lines) -> list[Force]:
    """Return each rate with the moment its force ends.

    A rate 0 without a line stops every line of the agent. A rate replaced at its own instant never was in
    force.
    """
    out = []
    for key, rates in lines.items():
        agent = agent_of(key)
        own = lines.get(key_of(agent, ""), [])
        stops = [] if own is rates else [rate for rate in own if not ran(rate)]
        ends = [*(rate.at for rate in rates[1:]), FOREVER]
        for rate, next_at in zip(rates, ends, strict=False):
            end = min(next_at, _stopped(rate, stops)) if stops else next_at
            if rate.at < end:
                out.append(Force(agent, rate, end))
    return out


def _stopped(rate: Rate, stops: list[Rate]) -> int:
    return next((stop.at for stop in stops if place(stop) > place(rate)), FOREVER)


def first_change(before: Sequence[Force], after: Sequence[Force]) -> int | None:
    """Return the first moment from which on the rates in force differ; None when they are the same."""
    old, new = ({one.rate.n: one for one in forces} for forces in (before, after))
    moments = [one.rate.at for n, one in old.items() if n not in new]
    for n, one in new.items():
        if n not in old:
            moments.append(one.rate.at)
        elif one.end != old[n].end:
            moments.append(min(one.end, old[n].end))
    return min(moments, default=None)


def by_weight(rate: Rate, agent: str, pressors: Pressors) -> bool:
    """Return whether a rate can be counted only with the patient's weight."""
    counted = agent in pressors.equivalents and agent not in pressors.in_units
    return counted and not rate.per_kg and rate.rate > 0


def running(forces: Iterable[Force], agents: Container[str]) -> list[Span]:
    """Return the half-open spans in which any of `agents` ran, at whatever rate."""
    return merged((one.rate.at, one.end) for one in forces if one.agent in agents and ran(one.rate))


def per_kg(rate: Rate, weighing: Weighing) -> float | None:
    """Return a rate in ug/kg/min; None when the weight it needs is unknown."""
    if rate.per_kg or rate.rate == 0:
        return rate.rate
    kg = weighing.kg(rate.at)
    return None if kg is None else round(rate.rate / kg, 4)


def pressor_loads(
    forces: Iterable[Force], guideline: Guideline, weighing: Weighing, known: Sequence[Load] = ()
) -> list[Load]:
    """Return the pressor load over time, from the first rate of any pressor on.

    `known`: the loads before the first rate that changed.
    """
    pressors = guideline.pressors
    mine = [one for one in forces if one.agent in pressors.equivalents or one.agent in pressors.without]
    after = known[-1].at if known else -FOREVER
    mine = [one for one in mine if one.end > after]
    mine.sort(key=lambda one: (one.rate.at, one.agent, one.rate.n))
    moments = {one.rate.at for one in mine} | {one.end for one in mine if one.end < FOREVER}
    out, i = list(known), 0
    now: list[Force] = []
    for t in sorted(moments):
        now = [one for one in now if one.end > t]
        while i < len(mine) and mine[i].rate.at <= t:
            now.append(mine[i])
            i += 1
        if t > after:
            out.append(_load(t, now, guideline, weighing))
    return out


def _load(t: int, forces: list[Force], guideline: Guideline, weighing: Weighing) -> Load:
    pressors = guideline.pressors
    totals: dict[str, float] = {}
    unknown: dict[str, str] = {}
    for one in forces:
        if ran(one.rate):
            value, lacks = _read(one.agent, one.rate, guideline, weighing)
            totals[one.agent] = totals.get(one.agent, 0.0) + value
            if lacks is not None:
                unknown[one.agent] = lacks
    load = sum(_counted(agent, total, pressors) for agent, total in totals.items())
    ids = tuple(one.rate.reference for one in forces if ran(one.rate))
    return Load(
        t,
        round(load, 4),
        tuple(dict.fromkeys(unknown.values())),
        tuple(
            (agent, None if agent in unknown else round(totals[agent], 4))
            for agent in (*pressors.equivalents, *pressors.without)
            if agent in totals
        ),
        ids or tuple(one.rate.reference for one in forces),
    )


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


def load_at(loads: list[Load], t: int) -> Load | None:
    """Return the load in force at moment `t`; None before the first rate of any pressor."""
    return next((load for load in reversed(loads) if load.at <= t), None)


def load_in_force(loads: list[Load], t: int) -> float | None:
    """Return the pressor load in force at moment `t`, ug/kg/min.

    0 when no pressor was ever charted, None when a running one cannot be counted.
    """
    load = load_at(loads, t)
    return 0.0 if load is None else None if load.missing else load.load


def blind_since(loads: list[Load], t: int) -> int | None:
    """Return since when, without a break until `t`, a running pressor cannot be counted; None: all can."""
    since = None
    for load in reversed(loads):
        if load.at <= t:
            if not load.missing:
                break
            since = load.at
    return since


def highest(loads: list[Load], start: int, end: int) -> Load | None:
    """Return the highest load in force at some moment of [start, end], one carried in from before included.

    Of equal ones the first; None when no pressor had been charted by then.
    """
    found: Load | None = None
    for load in reversed(loads):
        if load.at <= max(start, end):
            if found is None or load.load >= found.load:
                found = load
            if load.at <= start:
                break
    return found
