"""Numbers as they are read on a screen."""

from __future__ import annotations

import pytest

from rules.wire.written import written
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


@pytest.mark.parametrize(
    ("unit", "own", "others"),
    [
        ("mg/dL", {2.5, 3.0, 7.0}, {0.5, 0.8, 1.0, 1.5, 3.6, 15.0}),
        ("%", {15.0, 10.0, 28.0, 95.0, 90.0}, {1.5, 2.5, 3.6, 7.0}),
        ("ug/kg/min", {0.5, 0.8, 1.0, 1.5}, {2.5, 3.6, 7.0}),
        ("mmol/L", {3.6, 5.5, 6.0, 18.0, 20.0}, {1.5, 2.5, 7.0}),
        ("mL/h", {10.0, 20.0}, {1.5, 3.6, 15.0}),
        ("/min", {120.0, 130.0}, {1.5, 3.6, 15.0}),
        ("Cel", {38.0, 38.5}, {1.5, 3.6, 15.0}),
    ],
)
def test_the_thresholds_of_a_unit_are_those_judged_in_it(
    unit: str, own: set[float], others: set[float]
) -> None:
    found = set(thresholds(GUIDELINE, unit))
    assert own <= found
    assert not others & found


def test_a_number_near_the_limit_of_another_unit_has_three_figures() -> None:
    assert written(1.4986, "%", *thresholds(GUIDELINE, "%")) == "1.5 %"
    assert written(1.4986, "ug/kg/min", *thresholds(GUIDELINE, "ug/kg/min")) == "1.4986 mcg/kg/min"
    assert written(3.6012, "%", *thresholds(GUIDELINE, "%")) == "3.6 %"
