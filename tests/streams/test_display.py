"""Numbers as they are read on a screen."""

from __future__ import annotations

import pytest

from streams import measurements
from streams.flowsheet.limits import thresholds
from tests.streams.plot.test_plot import GUIDELINE


@pytest.mark.parametrize(
    ("value", "limits", "shown"),
    [
        pytest.param(3.6601, (15.0,), "3.66", id="three figures"),
        pytest.param(2.4, (2.5,), "2.4", id="no needless zero"),
        pytest.param(0.2351, (), "0.235", id="below one"),
        pytest.param(1234.56, (), "1235", id="a whole number has all its digits"),
        pytest.param(600000.0, (), "600000", id="never an exponent"),
        pytest.param(2.996, (3.0,), "2.996", id="not on a limit that it has not reached"),
        pytest.param(119.6, (120.0,), "119.6", id="nor a whole one"),
        pytest.param(80.04, (80.0,), "80.04", id="nor on one that it has passed"),
        pytest.param(3.0, (3.0,), "3", id="on a limit that it has reached"),
    ],
)
def test_a_number_has_three_figures_and_stays_on_its_side_of_a_limit(
    value: float, limits: tuple[float, ...], shown: str
) -> None:
    assert measurements.figures(value, limits) == shown


def test_the_thresholds_are_those_of_every_row() -> None:
    assert {10.0, 20.0, 2.5, 3.0, 7.0, 15.0, 30.0, 50.0, 120.0, 130.0} <= set(thresholds(GUIDELINE))
