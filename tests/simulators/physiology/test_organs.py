"""Laws that hold organ by organ, whatever the patient."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.physiology.blood import ROW, Blood
from simulators.physiology.circulation import Circulation, pressor_effect
from simulators.physiology.clinical_events import EventLatch, Pathology
from simulators.physiology.cohort import drawn
from simulators.physiology.fluids import BodyFluids, Kidney, Lungs
from simulators.physiology.latent_state import Array, generator

WELL = Pathology(1)
PATIENT = drawn(
    1,
    generator(1, "cohort"),
    {"creatinine": 1.0, "systolic": 122.0, "weight": 80.0, "spo2": 98.0, "renal": 1.0, "age": 51.0},
)


def one(value: float) -> Array:
    return np.array([value])


@given(st.floats(0, 3), st.floats(0, 40), st.floats(0, 20), st.integers(1, 300))
def test_water_is_neither_made_nor_lost(toxicity: float, intake: float, output: float, minutes: int) -> None:
    """The weight changes by what comes in less what goes out, however it is shared between vessels and
    tissues.
    """
    volumes = BodyFluids(PATIENT)
    for _ in range(minutes):
        volumes.step(one(toxicity), one(0), one(intake), one(output))
    balance = minutes * (intake - output - volumes.insensible)
    assert (volumes.body_weight - PATIENT.weight) * 1000 == pytest.approx(balance, abs=1e-6)


def test_a_leak_empties_the_vessels_into_the_tissues() -> None:
    volumes = BodyFluids(PATIENT)
    for _ in range(600):
        volumes.step(one(2), one(0), volumes.insensible, one(0))
    assert volumes.filling[0] < -0.05
    assert volumes.tissue[0] == pytest.approx(-volumes.plasma[0])


ROUNDING = 1e-12
"""What the last binary places of two ratios may differ by."""


@given(st.floats(0, 2), st.floats(0, 2), st.floats(0, 3))
def test_more_phenylephrine_never_tightens_less_and_a_toxic_vessel_answers_less(
    low: float, more: float, toxicity: float
) -> None:
    effect = pressor_effect(one(low), one(0), one(toxicity))
    assert pressor_effect(one(low + more), one(0), one(toxicity)) >= effect - ROUNDING
    assert pressor_effect(one(low), one(0), one(toxicity + 0.5)) <= effect + ROUNDING


def settled(
    wave: float = 0.0, filling: float = 0.0, phenylephrine: float = 0.0, warm: float = 0.0
) -> Circulation:
    """The circulation after an hour of the same."""
    circulation = Circulation(PATIENT)
    for _ in range(60):
        pressors = (one(phenylephrine), one(0), one(0))
        circulation.step(
            one(wave), one(0), one(filling), PATIENT.temperature + warm, pressors, WELL, 0.0, np.zeros((2, 1))
        )
    return circulation


@pytest.mark.parametrize(
    ("change", "lower", "faster"),
    [
        ({"wave": 1.0}, True, True),
        ({"filling": -0.1}, True, True),
        ({"warm": 1.0}, False, True),
        ({"phenylephrine": 1.5, "wave": 1.0}, False, False),
    ],
)
def test_pressure_and_pulse_go_the_way_of_physiology(
    change: dict[str, float], lower: bool, faster: bool
) -> None:
    rest, now = settled(), settled(**change)
    assert (now.systolic[0] < rest.systolic[0] - 3) == lower
    assert (now.heart_rate[0] > rest.heart_rate[0] + 3) == faster


def kept(
    toxicity: float = 0.0, filling: float = 0.0, mean: float = 90.0, dopamine: float = 0.0, wave: float = 0.0
) -> Kidney:
    kidney = Kidney(PATIENT)
    for _ in range(1440):
        kidney.step(one(wave), one(toxicity), one(filling), one(mean), one(dopamine), WELL)
    return kidney


@pytest.mark.parametrize("worse", [{"toxicity": 1.0}, {"filling": -0.1}, {"mean": 60.0}, {"wave": 1.0}])
def test_urine_falls_with_toxicity_volume_pressure_and_each_dose(worse: dict[str, float]) -> None:
    assert kept(**worse).rate[0] < 0.9 * kept().rate[0]


def test_dopamine_at_the_renal_dose_raises_urine() -> None:
    assert kept(toxicity=1.0, dopamine=2.0).rate[0] > 1.2 * kept(toxicity=1.0).rate[0]


@pytest.mark.parametrize("filtration", [0.4, 0.7, 1.0])
def test_creatinine_settles_where_it_is_cleared_as_fast_as_made(filtration: float) -> None:
    blood = Blood(PATIENT)
    for _ in range(4 * 1440):
        blood.step(one(0), one(filtration), one(0), WELL)
    assert blood.level[ROW["creatinine"]][0] == pytest.approx(1.0 / filtration, rel=0.02)


@given(st.floats(21, 95), st.floats(1, 5), st.floats(0, 6000))
def test_more_oxygen_never_saturates_less(fio2: float, more: float, tissue: float) -> None:
    less, enough = Lungs(PATIENT), Lungs(PATIENT)
    for lungs, breathed in ((less, fio2), (enough, fio2 + more)):
        lungs.step(one(0), one(tissue), PATIENT.temperature, one(breathed), one(0), WELL)
    assert enough.spo2[0] >= less.spo2[0]


def test_a_sign_stays_between_the_level_at_which_it_goes_and_that_at_which_it_comes() -> None:
    latch = EventLatch(1, comes=2.0, goes=1.0)
    seen = []
    for cause in (0.5, 1.5, 2.5, 1.5, 0.5, 1.5):
        latch.step(one(cause))
        seen.append(float(latch.on[0]))
    assert seen == [0, 0, 1, 1, 0, 0]
