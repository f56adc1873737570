"""From a scenario to a course that can be run: who plays which part, who they are, what befalls each of them and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from simulators.cohort import Cohort, drawn
from simulators.course.plan import LEAD, Plan
from simulators.happenings import Happening
from simulators.scenario import Imposed, Scenario, Span
from simulators.scenarios import SCENARIOS
from simulators.seeds import Array, generator

HOUR, DAY = 60, 1440


class Staged(NamedTuple):
    """`cast`: each patient's own scenario, in the cohort's order."""

    cast: tuple[Scenario, ...]
    cohort: Cohort
    plan: Plan


def stage(scenario: Scenario, patients: int, seed: int, days: float | None = None, clock: int = 420) -> Staged:
    """The scenario with so many patients; `clock`: minutes after midnight UTC at the origin. The same arguments stage the same."""
    rng = generator(seed, "mix")
    parts = cast(scenario, patients, rng)
    cohort = cast_cohort(parts, seed, rng, icu=scenario.location == "icu")
    happenings = tuple(happen(parts, cohort, generator(seed, "happenings")))
    minutes = round((scenario.days if days is None else days) * DAY)
    return Staged(parts, cohort, Plan(minutes=minutes, doses=scenario.doses, clock=clock, happenings=happenings))


def cast(scenario: Scenario, patients: int, rng: np.random.Generator) -> tuple[Scenario, ...]:
    """Everyone's scenario: the one, or a mix's in its shares to the nearest whole patient, shuffled."""
    if not scenario.mix:
        return (scenario,) * patients
    shares = np.cumsum(list(scenario.mix.values()))
    names = np.array(list(scenario.mix))[np.searchsorted(shares / shares[-1], (np.arange(patients) + 0.5) / patients)]
    return tuple(SCENARIOS[str(name)] for name in rng.permutation(names))


def cast_cohort(parts: Sequence[Scenario], seed: int, rng: np.random.Generator, *, icu: bool) -> Cohort:
    """The patients, each with the traits that their scenario narrows drawn between its ends."""
    usual = drawn(len(parts), generator(seed, "cohort"), icu=icu)
    names = sorted({name for part in parts for name in part.cohort})
    chances = {name: rng.random(len(parts)) for name in names}
    traits: Mapping[str, Array] = {name: np.array(list(traits_of(name, usual, parts, chances[name]))) for name in names}
    return drawn(len(parts), generator(seed, "cohort"), traits, icu=icu)


def traits_of(name: str, usual: Cohort, parts: Sequence[Scenario], chances: Array) -> Iterator[float]:
    """One trait of every patient, narrowed where the part does so."""
    values = usual.sensitivity[name] if name in usual.sensitivity else usual.labs[name] if name in usual.labs else getattr(usual, name)
    for part, value, chance in zip(parts, values, chances, strict=True):
        yield between(part.cohort[name], chance) if name in part.cohort else float(value)


def between(span: Span, chance: float) -> float:
    """A chance of 0 to 1 as a place in the span."""
    return float(span[0] + (span[1] - span[0]) * chance)


def happen(parts: Sequence[Scenario], cohort: Cohort, rng: np.random.Generator) -> Iterator[Happening]:
    """What befalls each patient, their hours counted from their own cycle start."""
    for patient, part in enumerate(parts):
        start = int(cohort.admitted[patient]) + LEAD
        yield from (befalls(patient, start, imposed, rng.random(3)) for imposed in part.imposed)


def befalls(patient: int, cycle_start: int, imposed: Imposed, chances: Array) -> Happening:
    """One happening, its numbers drawn between the ends of their spans."""
    start_h, lasts_h, size = (between(span, chance) for span, chance in zip(imposed[1:], chances, strict=True))
    start = cycle_start + round(start_h * HOUR)
    return Happening(patient, imposed.kind, start, start + round(lasts_h * HOUR), round(size, 3))
