"""From a scenario to a course: seeded, in its shares, within its spans."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from simulators.care.dosing import LEAD
from simulators.course.simulation import imposed_event, prepare
from simulators.scenarios import SCENARIOS
from simulators.scenarios.scenario import Imposed, Scenario


@pytest.mark.parametrize("patients", [1, 8, 200])
def test_the_same_seed_stages_the_same(patients: int) -> None:
    once, again, other = (prepare(SCENARIOS["ward"], patients, seed) for seed in (3, 3, 4))
    assert once.plan == again.plan
    assert [part.name for part in once.scenarios] == [part.name for part in again.scenarios]
    assert np.array_equal(once.cohort.weight, again.cohort.weight)
    assert not np.array_equal(once.cohort.weight, other.cohort.weight)


def test_a_mix_is_cast_in_its_shares_and_shuffled() -> None:
    scenarios = prepare(SCENARIOS["ward"], 200, 1).scenarios
    assert Counter(part.name for part in scenarios) == {
        name: round(200 * share) for name, share in SCENARIOS["ward"].mix.items()
    }
    assert [part.name for part in scenarios] != sorted(
        (part.name for part in scenarios), key=list(SCENARIOS).index
    )


def test_traits_are_narrowed_for_whom_the_scenario_says_and_for_nobody_else() -> None:
    narrow = Scenario(
        name="narrow", says="", cohort={"vascular": (0.1, 0.2), "creatinine": (1.0, 1.1), "age": (40, 41)}
    )
    usual, staged = prepare(SCENARIOS["typical-course"], 20, 5).cohort, prepare(narrow, 20, 5).cohort
    assert ((staged.sensitivity["vascular"] >= 0.1) & (staged.sensitivity["vascular"] <= 0.2)).all()
    assert ((staged.labs["creatinine"] >= 1.0) & (staged.labs["creatinine"] <= 1.1)).all()
    assert ((staged.age >= 40) & (staged.age <= 41)).all()
    assert np.array_equal(staged.weight, usual.weight)
    assert np.array_equal(staged.sensitivity["renal"], usual.sensitivity["renal"])


def test_what_befalls_is_counted_from_each_patients_own_cycle_start() -> None:
    late = Imposed("fever", (10, 10), (2, 2), (1.5, 1.5))
    staged = prepare(Scenario(name="late", says="", imposed=(late,)), 5, 2)
    starts = [int(admitted) + LEAD for admitted in staged.cohort.admitted]
    assert [(one.patient, one.start, one.end, one.size) for one in staged.plan.clinical_events] == [
        (patient, start + 600, start + 720, 1.5) for patient, start in enumerate(starts)
    ]


@pytest.mark.parametrize(
    ("chance", "found"), [(0.0, (60, 120, 1.0)), (0.5, (120, 240, 1.5)), (1.0, (180, 360, 2.0))]
)
def test_a_chance_is_a_place_in_the_span(chance: float, found: tuple[int, int, float]) -> None:
    imposed = Imposed("fever", (1, 3), (1, 3), (1.0, 2.0))
    one = imposed_event(0, 0, imposed, np.full(3, chance))
    assert (one.start, one.end, one.size) == found


def test_days_and_the_clock_are_taken_as_asked() -> None:
    assert prepare(SCENARIOS["ward"], 1, 1).plan.minutes == 7 * 1440
    plan = prepare(SCENARIOS["ward"], 1, 1, days=0.5, clock=60).plan
    assert (plan.minutes, plan.clock) == (720, 60)
