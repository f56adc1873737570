"""The hemodynamic rows: the highest load of the last 8 h of a dose interval, and of half an hour at dosing."""

from __future__ import annotations

import pytest

from simulators.physiology.latent_state import Act
from tests.simulators.truth.lived import START, Course, dose, levels, lived, spans

DOSED = (START, dose(0))


@pytest.mark.parametrize(
    ("rate", "found"), [(0.99, []), (1.0, ["relative"]), (1.49, ["relative"]), (1.5, ["absolute"])]
)
def test_the_highest_rate_of_the_interval_is_graded(rate: float, found: list[str]) -> None:
    assert levels(lived(120, {}, {"phenylephrine": rate}, DOSED), "phenylephrine-maximum") == found


def test_the_maximum_is_kept_until_the_next_dose_and_starts_from_the_rate_carried_in() -> None:
    rates = [(0, 0), (60, 1.6), (70, 1.2), (540, 0.3)]
    found = spans(
        lived(700, {}, {"phenylephrine": rates}, (*DOSED, dose(500), dose(600))), "phenylephrine-maximum"
    )
    assert found == [(61, 501, "absolute"), (501, 601, "relative")]


def test_a_held_dose_is_no_dose() -> None:
    rates = [(0, 0), (60, 1.6), (70, 0.2)]
    assert spans(
        lived(600, {}, {"phenylephrine": rates}, (*DOSED, dose(500, given=False))), "phenylephrine-maximum"
    ) == [(61, 550, "absolute")]


@pytest.mark.parametrize(
    ("running", "found"),
    [
        ({"norepinephrine": 0.0999}, []),
        ({"norepinephrine": 0.1}, ["relative"]),
        ({"norepinephrine": 0.15}, ["absolute"]),
        ({"phenylephrine": 0.8, "norepinephrine": 0.02}, ["relative"]),
        ({"phenylephrine": 0.9, "dopamine": 2.5}, []),
        ({"phenylephrine": 0.9, "dopamine": 2.6}, ["relative"]),
    ],
)
def test_every_pressor_counts_by_its_equivalent_and_renal_dopamine_does_not(
    running: dict[str, float], found: list[str]
) -> None:
    assert levels(lived(120, {}, running, DOSED), "phenylephrine-maximum") == found


def test_what_is_8_hours_past_no_longer_counts() -> None:
    rates = [(0, 0), (60, 1.2), (100, 0)]
    assert spans(lived(700, {}, {"phenylephrine": rates}, DOSED), "phenylephrine-maximum") == [
        (61, 580, "relative")
    ]


@pytest.mark.parametrize(
    "acts", [(), (START, dose(0), Act(1, 0, "therapy-end", {}))], ids=["before the cycle", "after therapy"]
)
def test_outside_the_cycle_no_rate_counts(acts: tuple[Act, ...]) -> None:
    truth = lived(600, {}, {"phenylephrine": [(0, 0), (60, 2.0)]}, acts)
    assert levels(truth, "phenylephrine-maximum") == levels(truth, "phenylephrine-minimum") == []


@pytest.mark.parametrize(
    ("rates", "found"),
    [
        (0.5, []),
        (0.51, [(480, 520, "relative")]),
        (0.8, [(480, 520, "relative")]),
        (0.81, [(480, 520, "absolute")]),
        ([(0, 0.4), (455, 0.9)], [(480, 520, "absolute")]),
        ([(0, 0.9), (460, 0.4)], [(480, 490, "absolute")]),
        ([(0, 0.9), (500, 0), (505, 0.9)], [(480, 520, "absolute")]),
    ],
)
def test_the_minimum_is_what_half_an_hour_did_without_from_8_hours_after_the_dose(
    rates: Course | float, found: list[tuple[int, int, str]]
) -> None:
    assert spans(lived(520, {}, {"phenylephrine": rates}, DOSED), "phenylephrine-minimum") == found


def test_the_minimum_is_not_judged_before_the_first_dose_nor_after_the_next() -> None:
    assert levels(lived(600, {}, {"phenylephrine": 0.9}), "phenylephrine-minimum") == []
    assert spans(lived(600, {}, {"phenylephrine": 0.9}, (*DOSED, dose(500))), "phenylephrine-minimum") == [
        (480, 501, "absolute")
    ]
