"""What doses start: when each wave peaks, and how they add up."""

from __future__ import annotations

from itertools import pairwise
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.physiology.dose_response import Cascade, Drive


@given(st.integers(2, 8), st.floats(20, 120))
def test_a_unit_impulse_peaks_at_one_after_the_stages_but_one(stages: int, tau: float) -> None:
    cascade = Cascade(1, stages, tau)
    cascade.impulse(np.ones(1))
    levels = []
    for _ in range(round(3 * stages * tau)):
        cascade.step()
        levels.append(float(cascade.level[0]))
    # A minute's step is coarse for a short time constant: the peak may be off by the discretisation, one step
    # in tau.
    assert max(levels) == pytest.approx(1, rel=1.2 / tau)
    assert np.argmax(levels) + 1 == pytest.approx((stages - 1) * tau, abs=stages)


def after(doses: int, minutes: int, every: int = 480) -> list[tuple[float, float, float]]:
    """Wave, toxicity and fever at each minute since the first of so many doses; index 0 is the end of minute
    1.
    """
    drive, found = Drive(1), []
    for minute in range(minutes):
        if minute % every == 0 and minute // every < doses:
            drive.dose(np.ones(1))
        drive.step()
        found.append((float(drive.wave[0]), float(drive.toxicity[0]), float(drive.fever[0])))
    return found


def test_the_wave_of_a_dose_is_deepest_4_to_6_hours_after_it_and_felt_at_2() -> None:
    wave = [row[0] for row in after(1, 960)]
    assert 240 <= np.argmax(wave) <= 360
    assert wave[119] > 0.1 * max(wave)


def test_fever_is_half_grown_2_to_3_hours_after_the_first_dose() -> None:
    fever = [row[2] for row in after(1, 480)]
    half = next(minute for minute, value in enumerate(fever, 1) if value > max(fever) / 2)
    assert 105 <= half <= 180


def test_each_dose_adds_to_toxicity_and_primes_the_next() -> None:
    toxicity = [row[1] for row in after(12, 12 * 480)]
    troughs = toxicity[479::480]
    assert all(later > earlier for earlier, later in pairwise(troughs))
    steps = np.diff(np.array(after(12, 12 * 480))[:, 0].reshape(12, 480).max(axis=1))
    assert np.all(steps > 0)


def test_three_days_after_the_last_dose_one_per_cent_of_the_toxicity_is_left() -> None:
    toxicity = [row[1] for row in after(10, 9 * 480 + 72 * 60)]
    assert toxicity[-1] < 0.01 * max(toxicity)
    assert toxicity[-1] == pytest.approx(toxicity[-721] * exp(-1), rel=0.1)
