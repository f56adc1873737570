"""Read what is drawn of one patient from the events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rules.chart import derived
from rules.chart.corrections import settled
from rules.chart.volumes import Collection
from rules.guideline import Guideline
from rules.wire.events import IO, Dose, Encounter, Event, Labs, Vitals

Series = list[tuple[int, float]]


@dataclass
class PlottedCourse:
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


def course(patient: str, events: Iterable[Event], guideline: Guideline) -> PlottedCourse:
    """Reads one patient's events, which stand in order of `known`; artefacts (criteria.md, section 8) are
    left out.
    """
    made = PlottedCourse(patient)
    facts = settled(event for event in events if event.patient == patient)
    for fact in facts:
        add_fact(fact, made, guideline)
    made.baseline = derived.baseline(facts)
    made.urine = derived.urine_collections(facts, guideline)
    made.pressor = derived.phenylephrine_rates(facts, made.of("weight"), made.baseline.get("weight"))
    return made


def add_fact(fact: Event, made: PlottedCourse, guideline: Guideline) -> None:
    """Puts one fact where it is drawn."""
    match fact:
        case Vitals() | Labs():
            readings(fact, made, guideline)
        case IO(kind="iv-bolus"):
            made.boluses.append((fact.at, fact.volume))
        case Dose():
            made.doses.append((fact.at, fact.given))
        case Encounter():
            encounter(fact, made)
    made.instants.append(fact.at)


def readings(fact: Vitals | Labs, made: PlottedCourse, guideline: Guideline) -> None:
    """The numbers of a record by code, and the oxygen device by name."""
    for code, value, *_ in fact.readings:
        if isinstance(value, str):
            made.devices.append((fact.at, value))
        elif guideline.usable(code, value):
            made.add(code, fact.at, value)


def encounter(fact: Encounter, made: PlottedCourse) -> None:
    """Cycle and end of therapy."""
    if fact.event == "cycle-start":
        made.cycles.append(fact.at)
    elif fact.event == "therapy-end":
        made.therapy_ends.append(fact.at)
