"""Derive where in the treatment a patient is: cycles, doses, location, and ward or intensive mode.

Source: criteria.md sections 1, 4 and 6.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import msgspec

from rules.chart.facts import DoseFact, Fact, Place
from rules.wire.events import Reference

Span = tuple[int, int]
FOREVER = 1 << 62


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return half-open spans in order, joined where they touch or overlap."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        elif start < end:
            out.append((start, end))
    return out


def runs(spans: list[Span], t: int) -> bool:
    """Return whether one of the spans contains moment `t`."""
    return any(start <= t < end for start, end in spans)


def first_difference(a: list[Span], b: list[Span]) -> int | None:
    """Return the first moment at which the two timelines differ; None when they are equal."""
    for one, other in zip(a, b, strict=False):
        if one[0] != other[0]:
            return min(one[0], other[0])
        if one[1] != other[1]:
            return min(one[1], other[1])
    rest = a[len(b) :] or b[len(a) :]
    return rest[0][0] if rest else None


class Mode:
    """The timeline of ward and intensive mode: the intensive spans of a stay, half-open, in ms."""

    __slots__ = ("_starts", "spans")

    def __init__(self, spans: list[Span] | None = None) -> None:
        self.spans: list[Span] = spans or []
        self._starts = [start for start, _ in self.spans]

    def since(self, t: int) -> int | None:
        """Return the start of the intensive span that contains moment `t`; None in ward mode."""
        i = bisect_right(self._starts, t) - 1
        return self.spans[i][0] if i >= 0 and t < self.spans[i][1] else None

    def next_switch(self, t: int) -> int | None:
        """Return the next moment after `t` at which the mode changes; None when none is known."""
        for start, end in self.spans:
            if start > t:
                return start
            if end > t:
                return end if end < FOREVER else None
        return None

    def interval(self, t: int, ward: int, intensive: int) -> int:
        """Return the interval of the mode in force at `t`."""
        return ward if not self.spans or self.since(t) is None else intensive

    def limit(self, seen: int, t: int, ward: int, intensive: int) -> int:
        """Return when what was seen at `seen` reaches its limit, judged at moment `t`.

        A shorter limit counts from the switch of mode; the longer one goes on applying, so the earlier of the
        two applies.
        """
        start = self.since(t) if self.spans else None
        if start is None:
            return seen + ward
        return min(seen + ward, max(seen, start) + intensive)


class Cycle(msgspec.Struct, frozen=True):
    """The cycle in force.

    `start`: when its clocks start (None: not started); `number`: how many cycles began; `end`: its first
    therapy-end; `since`: from when on stop rules, findings and acceptances are its own; `by_dose`: a dose
    began it, and no cycle-start has been charted for it; `carried`: that dose came after a therapy-end, so
    stop rules, findings, acceptances and episodes are still those of the cycle before.
    """

    start: int | None = None
    number: int = 0
    end: int | None = None
    reference: tuple[str, int] | None = None
    since: int | None = None
    by_dose: bool = False
    carried: bool = False

    def holds(self, t: int) -> bool:
        """Return whether a fact charted by exception at `t` belongs to this cycle.

        The first start resets nothing.
        """
        return self.number < 2 or self.since is None or t >= self.since

    def dosing(self, t: int) -> bool:
        """Return whether `t` is in the cycle's therapy: started, and not ended."""
        return self.start is not None and (self.end is None or t < self.end)


Mark = tuple[int, int, Fact]
"""What moves the course: (at, its place among those of one instant, the fact)."""


def cycle_of(places: list[Place], doses: list[DoseFact], takes_over: int) -> Cycle:
    """Return the cycle in force after all of the course.

    `takes_over` (ms): how long after the dose that began a cycle a cycle-start is still that cycle's own.
    """
    cycle = Cycle()
    for found in _cycles(places, doses, takes_over):
        cycle = found
    return cycle


def cycles_in(places: list[Place], doses: list[DoseFact], takes_over: int) -> dict[int, Cycle]:
    """Return each cycle of the course as it was left, by its start, in order.

    One that a cycle-start took over is there once.
    """
    found = _cycles(places, doses, takes_over)
    return {cycle.start: cycle for cycle in found if cycle.start is not None}


def _cycles(places: list[Place], doses: list[DoseFact], takes_over: int) -> Iterator[Cycle]:
    """Yield the cycle in force after each of what moves the course."""
    marks: list[Mark] = [
        (place.at, MARKS.index(place.event), place) for place in places if place.event in MARKS
    ]
    marks.extend((dose.at, MARKS.index(DOSE), dose) for dose in doses)
    cycle = Cycle()
    for at, mark, fact in sorted(marks, key=lambda one: one[:2]):
        if MARKS[mark] == "cycle-start":
            cycle = _started(cycle, at, fact.reference, takes_over)
        elif MARKS[mark] == DOSE:
            cycle = _dosed(cycle, at, fact.reference)
        elif cycle.start is not None and cycle.end is None:
            cycle = msgspec.structs.replace(cycle, end=at)
        yield cycle


DOSE = "dose"
MARKS = ("cycle-start", DOSE, "therapy-end")
"""In their order within one instant: the dose of a cycle-start's instant is its first dose, that of a
therapy-end's instant its last."""


def _started(cycle: Cycle, at: int, reference: Reference, takes_over: int) -> Cycle:
    """Return the cycle after a cycle-start, which takes over one that a dose began shortly before."""
    if not cycle.by_dose or cycle.start is None or cycle.end is not None or at - cycle.start > takes_over:
        return Cycle(at, cycle.number + 1, None, reference, at)
    number = cycle.number + 1 if cycle.carried else cycle.number
    return Cycle(cycle.start, number, None, reference, cycle.start)


def _dosed(cycle: Cycle, at: int, reference: Reference) -> Cycle:
    """Return the cycle after a dose, which begins one where none runs."""
    if cycle.start is None:
        return Cycle(at, 1, None, reference, at, by_dose=True)
    if cycle.end is None:
        return cycle
    return Cycle(at, cycle.number, None, reference, cycle.since, by_dose=True, carried=True)


def next_cycle_began(number: int, since: int | None, cycle: Cycle) -> bool:
    """Return whether a second or later cycle began after the one with this `number` and `since`."""
    return since is not None and cycle.since is not None and cycle.number > number and cycle.since > since


def doses_of(doses: list[DoseFact], cycle: Cycle) -> list[DoseFact]:
    """Return the doses given in the cycle, in order."""
    return [] if cycle.start is None else [dose for dose in doses if dose.at >= cycle.start]


def intensive_care(places: list[Place]) -> list[Span]:
    """Return the half-open spans in which the encounter's location was an ICU."""
    located = [place for place in places if place.location is not None]
    ends = [*(place.at for place in located[1:]), FOREVER]
    return merged(
        (place.at, end) for place, end in zip(located, ends, strict=False) if place.location == "icu"
    )
