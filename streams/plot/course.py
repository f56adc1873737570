"""Collect from the events what is drawn of one patient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rules.chart import derived
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
        """Return the readings of a code; empty when it was never charted."""
        return self.series.get(code, [])

    @property
    def drawable(self) -> bool:
        """Whether any panel would show something."""
        return bool(self.series or self.urine or self.doses or self.pressor or self.devices or self.boluses)

    def add(self, code: str, at: int, value: float) -> None:
        """Append a reading."""
        self.series.setdefault(code, []).append((at, value))


def course(patient: str, events: Iterable[Event], guideline: Guideline) -> PlottedCourse:
    """Return the course of one patient from events in order of `known`.

    Artefacts (criteria.md, section 8) are left out.
    """
    plotted = PlottedCourse(patient)
    facts = derived.settled(event for event in events if event.patient == patient)
    for fact in facts:
        add_fact(fact, plotted, guideline)
    plotted.baseline = derived.baseline(facts)
    plotted.urine = derived.urine_collections(facts, guideline)
    weights, kg = plotted.of("weight"), plotted.baseline.get("weight")
    plotted.pressor = derived.pressor_load(facts, weights, kg, guideline)
    return plotted


def add_fact(fact: Event, plotted: PlottedCourse, guideline: Guideline) -> None:
    """Add one fact to the series in which it is drawn."""
    match fact:
        case Vitals() | Labs():
            readings(fact, plotted, guideline)
        case IO(kind="iv-bolus"):
            plotted.boluses.append((fact.at, fact.volume))
        case Dose():
            plotted.doses.append((fact.at, fact.given))
        case Encounter():
            encounter(fact, plotted)
    plotted.instants.append(fact.at)


def readings(fact: Vitals | Labs, plotted: PlottedCourse, guideline: Guideline) -> None:
    """Add the numbers of a record by code, and the oxygen device by name."""
    for code, value, *_ in fact.readings:
        if isinstance(value, str):
            plotted.devices.append((fact.at, value))
        elif guideline.usable(code, value):
            plotted.add(code, fact.at, value)


def encounter(fact: Encounter, plotted: PlottedCourse) -> None:
    """Add the start of a cycle or the end of therapy."""
    if fact.event == "cycle-start":
        plotted.cycles.append(fact.at)
    elif fact.event == "therapy-end":
        plotted.therapy_ends.append(fact.at)
