"""Derive what ran when from the rates of infusions, and keep that up to date (criteria.md 3.3 and 6).

The latest rate changes only what runs on.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator

import msgspec

from rules.chart.course import FOREVER, Span
from rules.chart.facts import AT, LONG_AGO, FactList, Rate, edits_of, place
from rules.chart.weighing import Weighing
from rules.guideline.declarations import Pressors
from rules.wire.events import Infusion

Lines = dict[str, list[Rate]]
"""Rates of each `agent|line`, in order of `at`."""


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
    """A rate of an agent, the moment its force ends, and the key of its line."""

    agent: str
    rate: Rate
    end: int
    line: str


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
                out.append(Force(agent, rate, end, key))
    return out


def _stopped(rate: Rate, stops: list[Rate]) -> int:
    return next((stop.at for stop in stops if place(stop) > place(rate)), FOREVER)


def by_weight(rate: Rate, agent: str, pressors: Pressors) -> bool:
    """Return whether a rate can be counted only with the patient's weight."""
    counted = agent in pressors.equivalents and agent not in pressors.in_units
    return counted and not rate.per_kg and rate.rate > 0


def per_kg(rate: Rate, weighing: Weighing) -> float | None:
    """Return a rate in ug/kg/min; None when the weight it needs is unknown."""
    if rate.per_kg or rate.rate == 0:
        return rate.rate
    kg = weighing.kg(rate.at)
    return None if kg is None else round(rate.rate / kg, 4)


Place = tuple[int, int, int]


class Ran:
    """The spans, in order, in which any of some agents ran, as far as they have ended."""

    __slots__ = ("agents", "spans")

    def __init__(self, agents: Container[str]) -> None:
        self.agents, self.spans = agents, list[Span]()

    def add(self, one: Force) -> None:
        """Add a rate that ended after those before."""
        if one.agent in self.agents and ran(one.rate):
            _join(self.spans, one.rate.at, one.end)

    def cut(self, t: int) -> None:
        """Forget what ran from moment `t` on."""
        while self.spans and self.spans[-1][1] > t:
            start, _ = self.spans.pop()
            if start < t:
                self.spans.append((start, t))

    def until(self, running: list[Force]) -> list[Span]:
        """Return the spans, those of what runs on included."""
        out = self.spans[:]
        for one in running:
            if one.agent in self.agents and ran(one.rate):
                _join(out, one.rate.at, one.end)
        return out


def _running(lines: Lines, t: int) -> Iterator[Force]:
    """Yield what runs just before moment `t`: the last rate of each line, but where its agent was stopped."""
    for key, rates in lines.items():
        count = bisect_left(rates, t, key=AT)
        if not count:
            continue
        agent, rate = agent_of(key), rates[count - 1]
        own = lines.get(key_of(agent, ""), [])
        first = bisect_right(own, place(rate), key=place) if own is not rates else len(own)
        if all(ran(one) for one in own[first : bisect_left(own, t, key=AT)]):
            yield Force(agent, rate, FOREVER, key)


def _join(spans: list[Span], start: int, end: int) -> None:
    """Join a span to others, in order, all of which end no later."""
    while spans and spans[-1][1] >= start:
        start = min(start, spans.pop()[0])
    spans.append((start, end))


class Timeline:
    """The rates that ended, and those that run on: in force until another comes.

    `latest`: the place of the last rate; `counts`, `edits`: of each line, as far as it is known here.
    """

    __slots__ = ("counts", "edits", "latest", "rans", "running")

    def __init__(self, rans: tuple[Ran, ...] = ()) -> None:
        self.rans, self.running = rans, list[Force]()
        self.counts: dict[str, int] = {}
        self.edits: dict[str, int] = {}
        self.latest: Place | None = None

    def begin(self, lines: Lines, forces: list[Force]) -> None:
        """Begin anew with all rates in force."""
        for one in sorted((one for one in forces if one.end < FOREVER), key=lambda one: one.end):
            self._end(one)
        self.running = [one for one in forces if one.end == FOREVER]
        self.latest = max((place(rates[-1]) for rates in lines.values() if rates), default=None)
        self._know(lines)

    def changed_from(self, lines: Lines) -> int | None:
        """Return the earliest moment of which a rate was added, edited or removed since it was known here."""
        moments = []
        for key, rates in lines.items():
            if not isinstance(rates, FactList):
                return LONG_AGO
            at, count = rates.edited_from(self.edits.get(key, 0)), self.counts.get(key, 0)
            moments += [] if at is None else [at]
            moments += [rates[count].at] if count < len(rates) else []
        return min(moments, default=None)

    def rewind(self, lines: Lines, t: int) -> list[tuple[str, Rate]]:
        """Go back to before moment `t`, and return the rates from then on with their lines, in order."""
        for each in self.rans:
            each.cut(t)
        self.running = list(_running(lines, t))
        later = [
            (key, rate) for key, rates in lines.items() for rate in rates[bisect_left(rates, t, key=AT) :]
        ]
        self._know(lines)
        return sorted(later, key=lambda one: place(one[1]))

    def _know(self, lines: Lines) -> None:
        self.counts = {key: len(rates) for key, rates in lines.items()}
        self.edits = {key: edits_of(rates) for key, rates in lines.items()}

    def added(self, lines: Lines) -> tuple[str, Rate] | None:
        """Return the rate that was added behind all others, with its line, if nothing else has changed."""
        if any(edits_of(rates) != self.edits.get(key, 0) for key, rates in lines.items()):
            return None
        new = [key for key, rates in lines.items() if len(rates) != self.counts.get(key, 0)]
        if len(new) != 1 or len(lines[new[0]]) != self.counts.get(new[0], 0) + 1:
            return None
        rate = lines[new[0]][-1]
        return None if self.latest is not None and place(rate) < self.latest else (new[0], rate)

    def go_on(self, lines: Lines, key: str, rate: Rate) -> list[Force]:
        """Let the rate that was added come into force; return what changes: it and what it ends."""
        ended = list(self._ended_by(key, rate))
        changed = [*ended, Force(agent_of(key), rate, FOREVER, key)]
        self.running = [*(one for one in self.running if one not in ended), changed[-1]]
        for one in ended:
            if one.rate.at < rate.at:
                self._end(Force(one.agent, one.rate, rate.at, one.line))
        self.latest = place(rate)
        self._know(lines)
        return changed

    def _ended_by(self, key: str, rate: Rate) -> Iterator[Force]:
        """Yield what a rate ends: that of its line; a rate 0 without a line all of its agent."""
        agent = agent_of(key)
        stops = key == key_of(agent, "") and not ran(rate)
        yield from (one for one in self.running if one.line == key or (stops and one.agent == agent))

    def _end(self, one: Force) -> None:
        for each in self.rans:
            each.add(one)
