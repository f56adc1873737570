"""Pulse and pressure as criteria.md sections 3 and 5 define them, on noise-free minutes."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.truth.vital_sign_criteria import target
from tests.simulators.truth.lived import START, dose, levels, lived, patient, spans

DOSED = (START, dose(0))


@pytest.mark.parametrize(("baseline", "above"), [(99, 80), (100, 85), (120, 85), (121, 90)])
def test_the_target_goes_by_the_baselines_class(baseline: float, above: float) -> None:
    assert target(np.array([float(baseline)])) == [above]


@pytest.mark.parametrize(
    ("pressure", "found"),
    [
        ([(0, 120), (60, 91)], []),
        ([(0, 120), (60, 90)], ["relative"]),
        ([(0, 120), (60, 80.5)], ["relative"]),
        ([(0, 120), (60, 80)], ["absolute"]),
        ([(0, 120), (60, 90), (65, 120)], []),
        ([(0, 120), (60, 90), (66, 120)], ["relative"]),
        ([(0, 120), (60, 80), (61, 120)], ["absolute", "relative"][:1]),
    ],
)
def test_hypotension_is_relative_after_5_minutes_and_absolute_at_once(
    pressure: list[tuple[int, float]], found: list[str]
) -> None:
    assert levels(lived(120, {"systolic-bp": pressure}), "hypotension") == found


def test_a_deep_fall_becomes_relative_after_5_minutes_above_its_line_and_clears_after_5_above_target_and_5() -> (
    None
):
    course = [(0, 120), (60, 79), (70, 84), (80, 95), (90, 96)]
    assert spans(lived(120, {"systolic-bp": course}), "hypotension") == [
        (61, 76, "absolute"),
        (76, 96, "relative"),
    ]


def test_a_baseline_is_taken_as_it_is_charted() -> None:
    low = {"systolic-bp": [(0, 120), (60, 88)]}
    assert levels(lived(120, low, who=patient(120.4)), "hypotension") == []
    assert levels(lived(120, low, who=patient(120.6)), "hypotension") == ["relative"]


@pytest.mark.parametrize(
    ("pulse", "found"),
    [
        (119.9, []),
        (120, ["relative"]),
        (130, ["relative"]),
        (130.1, ["absolute"]),
    ],
)
def test_a_pulse_counts_once_it_has_lasted_half_an_hour(pulse: float, found: list[str]) -> None:
    assert levels(lived(120, {"heart-rate": [(0, 80), (60, pulse)]}), "sinus-tachycardia") == found
    assert levels(lived(90, {"heart-rate": [(0, 80), (60, pulse)]}), "sinus-tachycardia") == []


@pytest.mark.parametrize(("back", "ends"), [(115, 240), (114.9, 151)])
def test_a_fast_pulse_clears_only_after_half_an_hour_below_115(back: float, ends: int) -> None:
    assert spans(lived(240, {"heart-rate": [(0, 80), (60, 125), (120, back)]}), "sinus-tachycardia") == [
        (91, ends, "relative")
    ]


@pytest.mark.parametrize(("back", "ends"), [(125, 240), (124.9, 151)])
def test_over_130_clears_only_after_half_an_hour_below_125(back: float, ends: int) -> None:
    found = spans(lived(240, {"heart-rate": [(0, 80), (60, 140), (120, back)]}), "sinus-tachycardia")
    assert found[0] == (91, ends, "absolute")


@pytest.mark.parametrize(
    ("latent", "support"),
    [({"temperature": 38.0}, {}), ({"systolic-bp": 90}, {}), ({}, {"dopamine": 2})],
    ids=["fever", "hypotension", "dopamine"],
)
def test_over_130_with_a_cause_to_correct_is_relative(
    latent: dict[str, float], support: dict[str, float]
) -> None:
    fast = {"heart-rate": 140} | latent
    assert levels(lived(120, fast, support, DOSED), "sinus-tachycardia") == ["relative"]


def test_no_cause_excuses_a_fast_pulse_while_a_dose_is_due() -> None:
    hot = {"heart-rate": 140.0, "temperature": 39.0}
    assert spans(lived(600, hot, acts=(*DOSED, dose(520))), "sinus-tachycardia") == [
        (31, 480, "relative"),
        (480, 521, "absolute"),
        (521, 600, "relative"),
    ]
    assert levels(lived(120, hot), "sinus-tachycardia") == ["absolute"], "the first dose is due at once"


@pytest.mark.parametrize(("pulse", "found"), [(150, "relative"), (150.1, "absolute")])
def test_no_cause_excuses_a_pulse_over_150(pulse: float, found: str) -> None:
    hot = {"heart-rate": pulse, "temperature": 39.0}
    assert levels(lived(120, hot, acts=DOSED), "sinus-tachycardia") == [found]


@pytest.mark.parametrize(("stays", "ends"), [(91, 212), (90.1, 212), (90, 300)])
def test_a_pressure_just_over_target_clears_after_two_hours(stays: float, ends: int) -> None:
    course = {"systolic-bp": [(0, 120), (60, 85), (91, stays)]}
    assert spans(lived(300, course), "hypotension") == [(66, ends, "relative")]


@pytest.mark.parametrize(
    ("low", "found"),
    [
        (88, [(305, 431, "relative")]),
        (75, [(300, 316, "absolute"), (316, 431, "relative")]),
    ],
)
def test_the_good_hours_before_a_fall_are_no_recovery(low: float, found: list[tuple[int, int, str]]) -> None:
    course = {"systolic-bp": [(0, 120.0), (300, low), (311, 92.0)]}
    lasted = spans(lived(600, course), "hypotension")
    assert lasted == [(start + 1, end + 1, level) for start, end, level in found]


@pytest.mark.parametrize(("every", "found"), [(4, [(66, "relative")]), (3, [])])
def test_four_of_five_minutes_at_or_below_target_are_enough(every: int, found: list[tuple[int, str]]) -> None:
    course = [(0, 120.0)] + [(m, 120.0 if (m - 60) % every == every - 1 else 88.0) for m in range(60, 120)]
    assert [(start, level) for start, _, level in spans(lived(120, {"systolic-bp": course}), "hypotension")][
        :1
    ] == found


def test_a_temperature_below_38_excuses_nothing() -> None:
    assert levels(lived(120, {"heart-rate": 140, "temperature": 37.9}), "sinus-tachycardia") == ["absolute"]
