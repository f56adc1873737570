"""Typical patients under the guideline, 120 of them and in the campaign 500, do what has been published of
high-dose IL-2.

Sources, beside the paper (Schwartzentruber 2001, Overview):

- doses: "generally 8-12 doses in the first cycle" (the paper); the median went from 13 to 7 over twelve years
  (Cancer 83:797, 1998: 1241 patients).
- weight: +4.0 kg on average over five days (Textor et al., Am J Med 83:1055, 1987: 12 patients); the paper's
  own caution begins at 10 %.
- creatinine: +1.9 mg/dL on average (Shalmi et al., 10 patients), to 3.4 (Belldegrun et al., 99 patients with
  the doses of then), kidney injury in 13 % (Guleria et al., 199 patients), as listed in J Am Soc Nephrol
  29:2039, 2018, Table 2.
- platelets: below 30 x10^3/uL in 2.2 % of cycles (Cancer 75:1030, 1995: 199 patients); a fall of 32 % on
  average even where no toxicity could be graded (Paciucci et al., Am J Med 1990: 76 patients, continuous
  infusion).
- pressors: hypotension of grade 3 or 4 in 31-81 % (Cancer 83:797, 1998).

The tolerances are wider than these ranges by what a model of first-order compartments deserves.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.simulators.course.cycles import EVERY, Cycles, lived

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published-course")]
DAYS = 9.0
HOUR = 60
ONE = 1
"""Patients by which a count may miss a published share that the model lies close to: one more or less of 120 is
chance.
"""


@pytest.fixture(scope="module", params=[120, pytest.param(500, marks=pytest.mark.campaign("simulators"))])
def cycles(request: pytest.FixtureRequest) -> Cycles:
    return lived("typical-course", request.param, seed=1, days=DAYS)


def test_pressure_is_deepest_4_to_6_hours_after_doses(cycles: Cycles) -> None:
    """In the mean of all doses' 8 hours; and dose by dose, fluid and pressors at work, in the median and in
    three of five.
    """
    stretches = [
        cycles.stretch("systolic-bp", patient, dose, 8 * HOUR)
        for patient, doses in cycles.doses.items()
        for dose in doses
    ]
    whole = np.stack([stretch for stretch in stretches if len(stretch) == 8 * HOUR // EVERY])
    assert 4 <= whole.mean(axis=0).argmin() * EVERY / HOUR <= 6
    deepest = whole.argmin(axis=1) * EVERY / HOUR
    assert 4 <= np.median(deepest) <= 6
    assert np.mean((deepest >= 4) & (deepest <= 6)) >= 0.6
    assert np.mean((deepest >= 3) & (deepest <= 6.5)) >= 0.85


def test_8_to_12_doses_are_tolerated(cycles: Cycles) -> None:
    given = [len(cycles.doses[patient]) for patient in range(cycles.patients)]
    assert 8 <= np.median(given) <= 12
    assert max(given) <= 14


def test_weight_rises_by_some_4_kg_and_seldom_beyond_15_per_cent(cycles: Cycles) -> None:
    gain = cycles.latent["weight"].max(axis=0) - cycles.cohort.weight
    assert 3 <= np.median(gain) <= 6
    assert np.mean(gain > 0.15 * cycles.cohort.weight) < 0.05


def test_creatinine_rises_by_1_to_2_and_a_half(cycles: Cycles) -> None:
    peak = cycles.latent["creatinine"].max(axis=0)
    assert 1.0 <= np.median(peak - cycles.cohort.labs["creatinine"]) <= 2.5
    assert 0.05 <= np.mean(peak >= 3) <= 0.35


def test_platelets_fall_by_a_half_or_more_and_rarely_below_30(cycles: Cycles) -> None:
    lowest = cycles.latent["platelets"].min(axis=0)
    assert 0.4 <= np.median(1 - lowest / cycles.cohort.labs["platelets"]) <= 0.8
    assert np.mean(lowest < 30) <= 0.05


def test_a_third_to_four_fifths_need_phenylephrine(cycles: Cycles) -> None:
    needed = np.count_nonzero(cycles.phenylephrine.max(axis=0) > 0)
    assert 0.31 * cycles.patients <= needed <= 0.81 * cycles.patients


def test_fever_begins_2_to_3_hours_after_the_first_dose(cycles: Cycles) -> None:
    begins = []
    for patient in range(cycles.patients):
        warm = np.flatnonzero(
            cycles.stretch("temperature", patient, cycles.start(patient), 16 * HOUR) >= 38.0
        )
        begins += [(warm[0] + 1) * EVERY / HOUR] if len(warm) else []
    assert len(begins) >= 0.9 * cycles.patients
    assert 2 <= np.median(begins) <= 3
    assert np.mean((np.array(begins) >= 1.5) & (np.array(begins) <= 3.5)) >= 0.85


def test_urine_falls_within_the_first_8_hours(cycles: Cycles) -> None:
    starts = [cycles.start(patient) for patient in range(cycles.patients)]
    before = np.array(
        [
            cycles.stretch("urine-rate", patient, start - 2 * HOUR, 2 * HOUR).mean()
            for patient, start in enumerate(starts)
        ]
    )
    lowest = np.array(
        [cycles.stretch("urine-rate", patient, start, 8 * HOUR).min() for patient, start in enumerate(starts)]
    )
    assert np.median(lowest / before) < 0.75
    assert np.mean(lowest < before) == 1


@pytest.mark.parametrize(
    "code",
    [
        "systolic-bp",
        "heart-rate",
        "temperature",
        "spo2",
        "weight",
        "creatinine",
        "platelets",
        "bilirubin",
        "bicarbonate",
        "hematocrit",
    ],
)
def test_all_is_within_10_per_cent_of_baseline_72_hours_after_therapy(cycles: Cycles, code: str) -> None:
    """The mean of the 24 h around hour 72 (a day has its own rhythm), in at least 98 of 100 patients whose 84
    h lie before the end.
    """
    usual = {"systolic-bp": "systolic", "heart-rate": "heart_rate"}.get(code, code)
    baseline = cycles.cohort.labs[code] if code in cycles.cohort.labs else getattr(cycles.cohort, usual)
    seen = [patient for patient, end in cycles.ended.items() if end + 84 * HOUR <= DAYS * 24 * HOUR]
    assert len(seen) >= cycles.patients / 2
    off = [
        abs(
            cycles.stretch(code, patient, cycles.ended[patient] + 60 * HOUR, 24 * HOUR).mean()
            / baseline[patient]
            - 1
        )
        for patient in seen
    ]
    # Bilirubin falls the slowest.
    share, chance = (0.97, ONE) if code == "bilirubin" else (0.98, 0)
    assert np.count_nonzero(np.array(off) <= 0.10) >= share * len(seen) - chance
