"""Derive timelines of infusions: what ran when, and the pressor load (criteria.md 3.3 and 6)."""

from collections.abc import Iterable, Iterator

import msgspec

from rules.chart.course import FOREVER, Span, merged
from rules.chart.facts import Rate, place
from rules.chart.weighing import Weighing
from rules.guideline.declarations import Pressors
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


def in_force(lines: Lines, agent: str) -> Iterator[tuple[Rate, int]]:
    """Yield each rate of an agent with the moment its force ends.

    A rate 0 without a line stops every line of the agent. A rate replaced at its own instant never was in
    force.
    """
    stops = [rate for rate in lines.get(key_of(agent, ""), []) if not ran(rate)]
    for key in sorted(lines):
        if agent_of(key) == agent:
            for rate, end in _in_line(lines[key], stops):
                if rate.at < end:
                    yield rate, end


def _in_line(rates: list[Rate], stops: list[Rate]) -> Iterator[tuple[Rate, int]]:
    ends = [*(rate.at for rate in rates[1:]), FOREVER]
    for rate, end in zip(rates, ends, strict=False):
        stop = next((stop.at for stop in stops if place(stop) > place(rate)), FOREVER)
        yield rate, min(end, stop)


def running(lines: Lines, agents: Iterable[str]) -> list[Span]:
    """Return the half-open spans in which any of `agents` ran, at whatever rate."""
    return merged((rate.at, end) for agent in agents for rate, end in in_force(lines, agent) if ran(rate))


def per_kg(rate: Rate, weighing: Weighing) -> float | None:
    """Return a rate in ug/kg/min; None when the weight it needs is unknown."""
    if rate.per_kg or rate.rate == 0:
        return rate.rate
    kg = weighing.kg(rate.at, rate.tie)
    return None if kg is None else round(rate.rate / kg, 4)


def pressor_loads(lines: Lines, pressors: Pressors, weighing: Weighing) -> list[Load]:
    """Return the pressor load over time, from the first rate of any pressor on."""
    starts: dict[int, list[tuple[str, Rate]]] = {}
    ends: dict[int, list[int]] = {}
    for agent in (*pressors.equivalents, *pressors.without):
        for rate, end in in_force(lines, agent):
            starts.setdefault(rate.at, []).append((agent, rate))
            ends.setdefault(end, []).append(rate.n)
    now: dict[int, tuple[str, Rate]] = {}
    out = []
    for t in sorted({*starts, *(end for end in ends if end < FOREVER)}):
        for n in ends.get(t, ()):
            now.pop(n, None)
        now.update((rate.n, (agent, rate)) for agent, rate in starts.get(t, ()))
        out.append(_load(t, list(now.values()), pressors, weighing))
    return out


def _load(t: int, rates: list[tuple[str, Rate]], pressors: Pressors, weighing: Weighing) -> Load:
    totals: dict[str, float] = {}
    unknown: dict[str, str] = {}
    for agent, rate in rates:
        if ran(rate):
            value, lacks = _read(agent, rate, pressors, weighing)
            totals[agent] = totals.get(agent, 0.0) + value
            if lacks is not None:
                unknown[agent] = lacks
    load = sum(_counted(agent, total, pressors) for agent, total in totals.items())
    return Load(
        t,
        round(load, 4),
        tuple(dict.fromkeys(unknown.values())),
        tuple((agent, None if agent in unknown else round(total, 4)) for agent, total in totals.items()),
        tuple(rate.reference for _, rate in rates if ran(rate)) or tuple(rate.reference for _, rate in rates),
    )


def _read(agent: str, rate: Rate, pressors: Pressors, weighing: Weighing) -> tuple[float, str | None]:
    """Return what of a rate can be read, and what is missing for it."""
    if agent in pressors.without:
        return 0.0, f"{agent}.{EQUIVALENT}"
    if rate.unread:
        return 0.0, f"{agent}.{UNREADABLE}"
    value = rate.rate if agent in pressors.in_units else per_kg(rate, weighing)
    return (0.0, WEIGHT) if value is None else (value, None)


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

    Of equal ones the latest; None when no pressor had been charted by then.
    """
    found: Load | None = None
    for load in reversed(loads):
        if load.at <= max(start, end):
            if found is None or load.load > found.load:
                found = load
            if load.at <= start:
                break
    return found
