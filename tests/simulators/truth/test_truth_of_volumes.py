"""Urine and stool as criteria.md section 3 defines them: by the hour lived, and by shifts that end at 07:00,
15:00 and 23:00.
"""

from __future__ import annotations

import pytest

from tests.simulators.truth.lived import levels, lived, spans

SHIFT = 480


@pytest.mark.parametrize(
    ("rate", "found"), [(20.1, []), (20, ["relative"]), (10, ["relative"]), (9.9, ["absolute"])]
)
def test_the_last_hour_decides_once_an_hour_was_lived(rate: float, found: list[str]) -> None:
    assert levels(lived(90, {"urine-rate": rate}), "urine-hour") == found
    assert levels(lived(59, {"urine-rate": rate}), "urine-hour") == []


def test_the_hour_is_the_one_that_ends_now() -> None:
    found = spans(lived(180, {"urine-rate": [(0, 60), (60, 0)]}), "urine-hour")
    assert found == [(100, 111, "relative"), (111, 180, "absolute")]


@pytest.mark.parametrize(
    ("volume", "found"), [(161, []), (160, ["relative"]), (80, ["relative"]), (79, ["absolute"])]
)
def test_a_shift_is_judged_when_it_ends_until_the_next_has_given_enough(
    volume: float, found: list[str]
) -> None:
    course = {"urine-rate": [(0, volume / 8), (SHIFT, 60)]}
    assert levels(lived(SHIFT + 60, course), "urine-shift") == found
    if found:
        later = spans(lived(2 * SHIFT + 60, course), "urine-shift")
        assert later[0][0] == SHIFT
        assert later[-1][1:] == (SHIFT + 161, "relative")


def test_a_shift_improves_at_80_and_clears_over_160_of_the_running_one() -> None:
    course = {"urine-rate": [(0, 5), (SHIFT, 60)]}
    assert spans(lived(2 * SHIFT, course), "urine-shift") == [
        (SHIFT, SHIFT + 80, "absolute"),
        (SHIFT + 80, SHIFT + 161, "relative"),
    ]


def test_a_scant_hour_clears_only_when_two_hours_are_above_the_limit() -> None:
    course = {"urine-rate": [(0, 60), (60, 9), (240, 24)]}
    assert spans(lived(420, course), "urine-hour") == [
        (108, 119, "relative"),
        (119, 244, "absolute"),
        (244, 329, "relative"),
    ]


@pytest.mark.parametrize(
    ("shifts", "found"),
    [
        ([999, 0, 0], []),
        ([1000, 0, 0], [(SHIFT, 2 * SHIFT, "relative")]),
        ([1000, 1000, 0], [(SHIFT, 2 * SHIFT, "relative"), (2 * SHIFT, 3 * SHIFT, "absolute")]),
        ([1000, 999, 1000], [(SHIFT, 2 * SHIFT, "relative"), (3 * SHIFT, 3 * SHIFT + 60, "relative")]),
    ],
)
def test_a_litre_of_stool_in_a_shift_is_relative_and_in_two_in_a_row_absolute(
    shifts: list[float], found: list[tuple[int, int, str]]
) -> None:
    course = [(0, 0.0)]
    for number, volume in enumerate(shifts):
        last_minute = (number + 1) * SHIFT - 1
        course += [(last_minute, volume * 60), (last_minute + 1, 0.0)]
    assert spans(lived(3 * SHIFT + 60, {"stool-rate": course}), "diarrhea") == found


def test_the_running_shift_counts_as_soon_as_it_has_reached_a_litre() -> None:
    litre_and_a_bit = {"stool-rate": [(0, 200), (330, 0)]}
    assert spans(lived(3 * SHIFT, litre_and_a_bit), "diarrhea") == [(300, 2 * SHIFT, "relative")]


def test_a_second_litre_is_absolute_before_its_shift_ends_and_relative_once_a_shift_without_has_passed() -> (
    None
):
    two_litres = {"stool-rate": [(0, 200), (330, 0), (SHIFT, 200), (SHIFT + 330, 0)]}
    found = spans(lived(4 * SHIFT, two_litres), "diarrhea")
    assert found == [(300, SHIFT + 300, "relative"), (SHIFT + 300, 3 * SHIFT, "absolute")]
