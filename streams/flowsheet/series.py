"""Read what is drawn of one patient from the events, and the limits drawn beside it from the guideline in
force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rules.chart.derived import plausible, pressor, settled
from rules.guideline import Guideline
from rules.wire.events import IO, Dose, Encounter, Event, Labs, Vitals
from rules.wire.instants import DAY, HOUR


class Line(NamedTuple):
    """A limit in the panel's unit, and the level that it opens."""

    value: float
    level: str


def limits(guideline: Guideline, code: str) -> list[Line]:
    """The relative and absolute ends of a row's bands (Table 3)."""
    row: Any = guideline.row[code]
    found = ((getattr(row, level), level) for level in ("relative", "absolute"))
    return [Line(getattr(band, "trip", band).value, level) for band, level in found if band is not None]


def advised(guideline: Guideline, code: str) -> list[Line]:
    """The limits from which an advice opens."""
    advice = guideline.advises[code]
    return [Line(limit.value, "advisory") for limit in (advice.limit, advice.second) if limit is not None]


Series = list[tuple[int, float]]


@dataclass(frozen=True)
class Collection:
    """A urine collection; `start` None when nobody can know when it began, and so its rate is unknown."""

    start: int | None
    end: int
    volume: float

    @property
    def rate(self) -> float | None:
        """mL/h, taken as evenly spread."""
        return (
            None
            if self.start is None or self.start >= self.end
            else self.volume * HOUR / (self.end - self.start)
        )


@dataclass
class Course:
    """One patient's facts in order of `at`; times in ms, values in canonical units."""

    patient: str
    series: dict[str, Series] = field(default_factory=dict)
    devices: list[tuple[int, str]] = field(default_factory=list)
    urine: list[Collection] = field(default_factory=list)
    boluses: Series = field(default_factory=list)
    doses: list[tuple[int, bool]] = field(default_factory=list)
    pressor: Series = field(default_factory=list)
    cycles: list[int] = field(default_factory=list)
    therapy_ends: list[int] = field(default_factory=list)
    baseline: dict[str, float] = field(default_factory=dict)
    instants: list[int] = field(default_factory=list)

    def of(self, code: str) -> Series:
        """The readings of a code; none when it was never charted."""
        return self.series.get(code, [])

    @property
    def drawable(self) -> bool:
        """Whether any panel would show something."""
        return bool(self.series or self.urine or self.doses or self.pressor or self.devices or self.boluses)

    def add(self, code: str, at: int, value: float) -> None:
        self.series.setdefault(code, []).append((at, value))


def course(patient: str, events: Iterable[Event], guideline: Guideline) -> Course:
    """Reads one patient's events, which stand in order of `known`; artefacts (criteria.md, section 8) are
    left out.
    """
    made = Course(patient)
    facts = settled(event for event in events if event.patient == patient)
    for fact in facts:
        take(fact, made, guideline)
    made.pressor = pressor(facts, made.of("weight"), made.baseline.get("weight"))
    return made


def take(fact: Event, made: Course, guideline: Guideline) -> None:
    """Puts one fact where it is drawn."""
    match fact:
        case Vitals() | Labs():
            readings(fact, made, guideline)
        case IO(kind="urine", direction="out"):
            made.urine.append(Collection(began(fact, made.urine), fact.at, fact.volume))
        case IO(kind="iv-bolus"):
            made.boluses.append((fact.at, fact.volume))
        case Dose():
            made.doses.append((fact.at, fact.given))
        case Encounter():
            encounter(fact, made)
    made.instants.append(fact.at)


def readings(fact: Vitals | Labs, made: Course, guideline: Guideline) -> None:
    """The numbers of a record by code, and the oxygen device by name."""
    for code, value, *_ in fact.readings:
        if isinstance(value, str):
            made.devices.append((fact.at, value))
        elif plausible(code, value, guideline):
            made.add(code, fact.at, value)


def began(fact: IO, earlier: list[Collection]) -> int | None:
    """When a collection began: as charted, else where the latest one before it ended, if that is no more than
    24 h ago.
    """
    if fact.start is not None:
        return fact.start
    ended = max((collection.end for collection in earlier if collection.end < fact.at), default=None)
    return ended if ended is not None and fact.at - ended <= DAY else None


def encounter(fact: Encounter, made: Course) -> None:
    """Cycle, end of therapy and baseline."""
    if fact.event == "cycle-start":
        made.cycles.append(fact.at)
    elif fact.event == "therapy-end":
        made.therapy_ends.append(fact.at)
    elif fact.event == "baseline":
        made.baseline |= {code: value for code, value in fact.vitals if not isinstance(value, str)}
