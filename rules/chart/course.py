"""Where in the treatment a patient is: cycles, doses of the cycle, location (criteria.md sections 1 and 4)."""

import msgspec

from rules.chart.facts import Dose, Place
from rules.chart.mode import FOREVER, Span, merged


class Cycle(msgspec.Struct, frozen=True):
    """The cycle in force. `start` None: not started; `number`: how many starts; `end`: its first therapy-end."""

    start: int | None = None
    number: int = 0
    end: int | None = None
    reference: tuple[str, int] | None = None

    def holds(self, t: int) -> bool:
        """Whether a fact charted by exception at `t` belongs to this cycle. The first start resets nothing."""
        return self.number < 2 or self.start is None or t >= self.start


def cycle_of(places: list[Place]) -> Cycle:
    starts = [place for place in places if place.event == "cycle-start"]
    if not starts:
        return Cycle()
    last = starts[-1]
    ends = [place.at for place in places if place.event == "therapy-end" and place.at >= last.at]
    return Cycle(last.at, len(starts), ends[0] if ends else None, last.reference)


def began_anew(number: int, start: int | None, cycle: Cycle) -> bool:
    """Whether a second or later cycle has begun since there were `number` starts, the last at `start`."""
    return start is not None and cycle.start is not None and cycle.number > number and cycle.start > start


def doses_of(doses: list[Dose], cycle: Cycle) -> list[Dose]:
    """Doses given in the cycle, in order; a dose without a cycle-start before it is of no cycle."""
    return [] if cycle.start is None else [dose for dose in doses if dose.at >= cycle.start]


def intensive_care(places: list[Place]) -> list[Span]:
    """Half-open spans in which the encounter's location was an ICU."""
    located = [place for place in places if place.location is not None]
    ends = [*(place.at for place in located[1:]), FOREVER]
    return merged((place.at, end) for place, end in zip(located, ends, strict=False) if place.location == "icu")
