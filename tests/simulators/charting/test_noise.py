"""How far a reading is from the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.wire.vocabulary import LABS, VITALS
from simulators.charting.noise import NOISE, observed, reach, rounded
from simulators.physiology.latent_state import LABS as LATENT_LABS
from simulators.physiology.latent_state import VITALS as LATENT_VITALS


def test_whatever_is_measured_of_the_latent_course_has_its_noise() -> None:
    assert {*LATENT_LABS, *LATENT_VITALS} <= set(NOISE) <= {*LABS, *VITALS}


@given(code=st.sampled_from(sorted(NOISE)), value=st.floats(0.01, 400), seed=st.integers(0, 99))
def test_no_reading_is_further_from_the_truth_than_the_noise_reaches(
    code: str, value: float, seed: int
) -> None:
    readings = observed(code, np.full(200, value), np.random.default_rng(seed))
    assert np.abs(readings - value).max() <= reach(code, value) + 1e-9


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("temperature", 37.2999, "37.3"),
        ("creatinine", 1.10499, "1.1"),
        ("heart-rate", 88.4, "88.0"),
        ("inr", 1.0 / 3, "0.33"),
    ],
)
def test_a_reading_has_the_digits_of_its_device(code: str, value: float, shown: str) -> None:
    assert str(rounded(code, np.array([value])).tolist()[0]) == shown


def test_noise_has_no_bias() -> None:
    readings = observed("systolic-bp", np.full(40_000, 110.3), np.random.default_rng(1))
    assert abs(readings.mean() - 110.3) < 0.1
