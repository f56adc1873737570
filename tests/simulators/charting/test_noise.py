"""How far a reading is from the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.wire.vocabulary import LABS, VITALS
from simulators.charting.noise import BOUND, NOISE, Draws, observed, reach, rounded
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


NAMES = st.tuples(
    st.integers(0, 199), st.sampled_from(["urine", "creatinine", "weight"]), st.integers(0, 9999)
)


@given(names=st.lists(NAMES, min_size=2, max_size=9, unique=True), seed=st.integers(0, 10**70))
def test_a_number_depends_on_its_seed_and_name_alone_and_never_on_its_turn(
    names: list[tuple[int, str, int]], seed: int
) -> None:
    draws = Draws(seed)
    found = {name: draws.uniform(*name) for name in names}
    assert {name: Draws(seed).uniform(*name) for name in reversed(names)} == found
    assert len(set(found.values())) == len(names)
    assert all(0 < number < 1 and abs(draws.normal(*name)) <= BOUND for name, number in found.items())
    assert all(Draws(seed + 1).uniform(*name) != number for name, number in found.items())
    for patient, kind, minute in names:
        assert list(draws.normals(kind, [patient], [minute])) == [draws.normal(patient, kind, minute)]
        assert draws.uniform(np.int64(patient), kind, minute) == found[patient, kind, minute]  # type: ignore[arg-type]


def test_the_numbers_of_a_seed_are_these_on_every_machine() -> None:
    draws = Draws(1)
    assert draws.uniform(0, "urine", 60) == pytest.approx(0.9732553664097718, abs=1e-15)
    assert draws.between(30, 90, 3, "labs", "renal", 3600) == pytest.approx(82.29227271794147, abs=1e-12)
    assert draws.normal(0, "urine", 60) == pytest.approx(1.9309497479654032, abs=1e-12)


def test_drawn_errors_have_no_bias_and_the_spread_of_a_standard_deviation() -> None:
    drawn = Draws(1).normals("weight", [0] * 20_000, list(range(20_000)))
    assert abs(drawn.mean()) < 0.02
    assert 0.95 < drawn.std() < 1.0
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.02
