"""Prepare and run a scenario: the patients and what happens to them, then the course, its chart and its
ground truth, chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

import numpy as np

from simulators.care.dosing import LEAD, Answer, Ask, DosingPlan, naive, scripted
from simulators.charting.chart import Charting
from simulators.charting.records import Placed, Record, unplaced
from simulators.charting.writer import DAY, HOUR, Vitals
from simulators.course.closed_loop import course
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort, drawn
from simulators.physiology.latent_state import CHUNK, Array, generator
from simulators.scenarios import SCENARIOS
from simulators.scenarios.scenario import Imposed, Policy, Scenario, Span
from simulators.truth.file import Truth
from simulators.truth.ground_truth import GroundTruth


class DoseConsultant(Protocol):
    """What decides about doses by the guideline: it gets all that is charted and is asked about each dose."""

    def chart(self, records: Iterable[Record]) -> None: ...

    def __call__(self, bed: int, minute: int) -> Answer: ...


Beds = tuple[int, int]
"""The beds of a part of the ward: from the first up to, not including, the second."""


class Prepared(NamedTuple):
    """A scenario's patients and plan; `scenarios`: each patient's own scenario, in the cohort's order."""

    scenarios: tuple[Scenario, ...]
    cohort: Cohort
    plan: DosingPlan

    def part(self, beds: Beds) -> Prepared:
        """Return what is of these beds, patients counted from the first of them."""
        return Prepared(self.scenarios[slice(*beds)], self.cohort.part(*beds), self.plan.part(*beds))


def prepare(
    scenario: Scenario, patients: int, seed: int, days: float | None = None, clock: int = 420
) -> Prepared:
    """Return the scenario for a number of patients; `clock`: minutes after midnight UTC at the origin.

    The same arguments give the same result.
    """
    rng = generator(seed, "mix")
    scenarios = scenarios_of(scenario, patients, rng)
    cohort = cohort_of(scenarios, seed, rng, icu=scenario.location == "icu")
    clinical_events = tuple(imposed_events(scenarios, cohort, generator(seed, "clinical-events")))
    return Prepared(
        scenarios,
        cohort,
        DosingPlan(
            minutes=length(scenario, days),
            doses=scenario.doses,
            clock=clock,
            clinical_events=clinical_events,
            norepinephrine=frozenset(b for b, one in enumerate(scenarios) if one.pressor == "norepinephrine"),
            accepted={bed: one.accepted for bed, one in enumerate(scenarios) if one.accepted},
            limits={bed: one.doses for bed, one in enumerate(scenarios) if one.doses != scenario.doses},
            fluid_only=frozenset(bed for bed, one in enumerate(scenarios) if one.pressor == "none"),
            returning=frozenset(bed for bed, one in enumerate(scenarios) if one.returns),
        ),
    )


def length(scenario: Scenario, days: float | None) -> int:
    """Return how long a scenario is simulated, in minutes; None: as long as it says."""
    return round((scenario.days if days is None else days) * DAY)


def scenarios_of(scenario: Scenario, patients: int, rng: np.random.Generator) -> tuple[Scenario, ...]:
    """Return each patient's scenario: the one, or a mix's in its shares to the nearest whole patient,
    shuffled.
    """
    if not scenario.mix:
        return (scenario,) * patients
    shares = np.cumsum(list(scenario.mix.values()))
    names = np.array(list(scenario.mix))[
        np.searchsorted(shares / shares[-1], (np.arange(patients) + 0.5) / patients)
    ]
    return tuple(SCENARIOS[str(name)] for name in rng.permutation(names))


def cohort_of(scenarios: Sequence[Scenario], seed: int, rng: np.random.Generator, *, icu: bool) -> Cohort:
    """Return the patients; the traits that their scenarios narrow are drawn between the narrower bounds."""
    usual = drawn(len(scenarios), generator(seed, "cohort"), icu=icu)
    names = sorted({name for scenario in scenarios for name in scenario.cohort})
    chances = {name: rng.random(len(scenarios)) for name in names}
    traits: Mapping[str, Array] = {
        name: np.array(list(traits_of(name, usual, scenarios, chances[name]))) for name in names
    }
    cohort = drawn(len(scenarios), generator(seed, "cohort"), traits, icu=icu)
    return replace(cohort, own_target=own_targets(scenarios, rng))


def own_targets(scenarios: Sequence[Scenario], rng: np.random.Generator) -> Array | None:
    """Return the systolic pressure that each patient's unit sets, NaN where it sets none; None: none does."""
    if all(scenario.target is None for scenario in scenarios):
        return None
    chances = rng.random(len(scenarios))
    return np.array(
        [
            np.nan if scenario.target is None else between(scenario.target, chance)
            for scenario, chance in zip(scenarios, chances, strict=True)
        ]
    )


def traits_of(name: str, usual: Cohort, scenarios: Sequence[Scenario], chances: Array) -> Iterator[float]:
    """Yield one trait of every patient, replaced where the patient's scenario narrows it."""
    values = (
        usual.sensitivity[name]
        if name in usual.sensitivity
        else usual.labs[name]
        if name in usual.labs
        else getattr(usual, name)
    )
    for scenario, value, chance in zip(scenarios, values, chances, strict=True):
        yield between(scenario.cohort[name], chance) if name in scenario.cohort else float(value)


def between(span: Span, chance: float) -> float:
    """Return the point of the span at a fraction of 0 to 1."""
    return float(span[0] + (span[1] - span[0]) * chance)


def imposed_events(
    scenarios: Sequence[Scenario], cohort: Cohort, rng: np.random.Generator
) -> Iterator[ClinicalEvent]:
    """Yield the clinical events imposed on each patient, their hours counted from the patient's own cycle
    start.
    """
    for patient, scenario in enumerate(scenarios):
        start = int(cohort.admitted[patient]) + LEAD
        yield from (imposed_event(patient, start, imposed, rng.random(3)) for imposed in scenario.imposed)


def imposed_event(patient: int, cycle_start: int, imposed: Imposed, chances: Array) -> ClinicalEvent:
    """Return one clinical event, its numbers drawn between the bounds of their spans."""
    start_h, lasts_h, size = (
        between(span, chance) for span, chance in zip(imposed[1:], chances, strict=True)
    )
    start = cycle_start + round(start_h * HOUR)
    return ClinicalEvent(patient, imposed.kind, start, start + round(lasts_h * HOUR), round(size, 3))


class SimulationRequest(NamedTuple):
    """What is to be simulated; None: as the scenario has it.

    `origin`: the instant of minute 0, aware, on a full quarter of an hour. `script`: for the policy
    `scripted`, by patient (index), the answers and the minutes from which they hold
    (`simulators.care.dosing.scripted`).
    """

    scenario: Scenario
    patients: int
    seed: int
    origin: datetime
    days: float | None = None
    vitals: Vitals | None = None
    policy: Policy | None = None
    script: Mapping[int, Sequence[tuple[int, Answer]]] = MappingProxyType({})

    @property
    def minutes(self) -> int:
        """How long the ward is watched."""
        return length(self.scenario, self.days)

    @property
    def chunks(self) -> int:
        """How many lists of records `Simulation.run` yields before the last."""
        return -(-self.minutes // CHUNK)


class Simulation:
    """One ward, or the patients of some of its beds, prepared and ready to run once.

    The same request and the same answers about doses give the same bytes. `beds`: None for all; else two or
    more, whose patients have the same course, records and truth as among all. (numpy adds up a single column
    in another order than one of several.)
    """

    def __init__(self, request: SimulationRequest, *, truth: bool = False, beds: Beds | None = None) -> None:
        self.request = request
        clock = request.origin.hour * 60 + request.origin.minute
        ward = prepare(request.scenario, request.patients, request.seed, request.days, clock)
        self.scenarios, self.cohort, self.plan = ward if beds is None else ward.part(beds)
        charting = [request.vitals or scenario.vitals for scenario in self.scenarios]
        self.charting = Charting(self.cohort, self.plan, request.seed, request.origin, charting)
        self.ground_truth = GroundTruth(
            self.cohort,
            request.origin,
            [scenario.name for scenario in self.scenarios],
            self.plan.clinical_events,
            charting,
        )
        self.with_truth = truth

    def run(self, ask: Ask) -> Iterator[list[Record]]:
        """Yield the records in order of `known`, one chunk at a time.

        `ask` decides for the patients who are dosed by the guideline; it may be given each list before the
        next one is made.
        """
        yield from map(unplaced, self.placed(ask))

    def placed(self, ask: Ask) -> Iterator[list[Placed]]:
        """Yield the same records, each with its place in the feed of the whole ward."""
        for chunk in course(self.cohort, self.plan, self.request.seed, self.policy(ask)):
            if self.with_truth:
                self.ground_truth.see(chunk)
            yield self.charting.placed(chunk)
        yield self.charting.rest_placed()

    def policy(self, consultant: Ask) -> Ask:
        """Return a function that asks the dosing policy of each patient."""
        policies: Mapping[Policy, Ask] = {
            "guideline": consultant,
            "naive": naive,
            "scripted": scripted(
                {bed - self.cohort.first: answers for bed, answers in self.request.script.items()}
            ),
        }
        chosen = [policies[self.request.policy or scenario.policy] for scenario in self.scenarios]
        return lambda patient, minute: chosen[patient](patient, minute)

    def truths(self) -> Iterator[Truth]:
        """Yield what truly happened, patient by patient; after the run, if the truth was recorded."""
        return self.ground_truth.truths()
