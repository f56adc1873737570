"""Ten pages in ten minutes are a flood."""

from __future__ import annotations

import pytest

from simulators.score.tally import floods
from tests.simulators.score.timelines import minute


@pytest.mark.parametrize(
    ("minutes", "number"),
    [
        ([], 0),
        ([0] * 9, 0),
        ([0] * 10, 1),
        (range(10), 1),
        ([0, 10] * 5, 0),
        ([*range(0, 9), 9.99], 1),
        ([*range(0, 9), 10], 0),
        ([0] * 30, 1),
        ([*[0] * 10, *[60] * 10], 2),
        (range(0, 40), 1),
        ([*[0] * 10, *[9] * 10, *[18] * 10], 1),
    ],
)
def test_a_flood_begins_with_the_tenth_page_in_ten_minutes_and_lasts_while_there_are_ten(
    minutes: list[float], number: int
) -> None:
    assert floods(minute(one) for one in minutes) == number


def test_the_order_in_which_pages_are_told_does_not_matter() -> None:
    assert floods(minute(one) for one in (9, 0, 3, 1, 2, 8, 4, 7, 5, 6)) == 1
