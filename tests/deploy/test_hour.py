"""A real Prometheus holds a made-up hour in which all is well, and two in which everything fails in turn
(tests/deploy/hour.py).

Every panel and recording answers; every alarm is silent in the first hour and has its reason in the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.hour import START_S, STEP_S
from tests.deploy.hour_pictures import drawn
from tests.deploy.hour_played import CALM, LAST, played
from tests.deploy.places import BOARDS, Expression, alarms, panel_expressions, recordings
from tests.deploy.servers import Prometheus
from tests.deploy.test_names import exposed

pytestmark = [pytest.mark.prometheus, pytest.mark.slow, pytest.mark.xdist_group("hour")]

ALWAYS = {"Il2Watchdog"}


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with played(tmp_path_factory.mktemp("hours")) as started:
        yield started


@pytest.mark.parametrize("expression", [*panel_expressions(), *recordings()], ids=lambda one: one.place)
def test_an_expression_returns_data_after_an_hour(expression: Expression, hours: Prometheus) -> None:
    values = [float(series["value"][1]) for series in hours.at(expression.text, CALM)]
    assert [value for value in values if not math.isnan(value)], values


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.name)
def test_every_panel_of_a_board_has_series_to_draw_over_the_hour(board: Path, hours: Prometheus) -> None:
    panels = drawn(board, hours)
    assert panels
    assert [panel.title for panel in panels if not any(panel.series.values())] == []


def test_the_wards_patients_are_counted_in_the_hour_and_none_is_unreadable(hours: Prometheus) -> None:
    """A board of zeros shows nothing."""
    for expression, count in (("sum(il2_ward_patients)", 8), ("sum(il2_ward_unreadable_patients)", 0)):
        (one,) = hours.at(expression, CALM)
        assert float(one["value"][1]) == count, expression


@pytest.mark.parametrize("expression", recordings(), ids=lambda one: one.place)
def test_a_recording_is_there_under_its_name(expression: Expression, hours: Prometheus) -> None:
    assert hours.at(expression.place, CALM)


def test_no_metric_of_the_code_is_left_out_of_the_hours(hours: Prometheus) -> None:
    there = set(hours.get("label/__name__/values"))
    assert [name for name, names in exposed().items() if not names & there] == []


def lasted(hours: Prometheus, alarm: str, first: float, last: float) -> float:
    """For how long, in seconds, an alarm's expression was true at a stretch; -1: never."""
    longest = -1.0
    for series in hours.over(alarms()[alarm]["expr"], first, last, STEP_S):
        began = before = -math.inf
        for moment, _ in series["values"]:
            began = began if moment - before <= STEP_S else moment
            before = moment
            longest = max(longest, moment - began)
    return longest


def seconds(duration: str) -> float:
    """`2m`, `30s`, `1h` as Prometheus writes them."""
    return float(duration[:-1]) * {"s": 1, "m": 60, "h": 3600}[duration[-1]]


@pytest.mark.parametrize("alarm", sorted(alarms().keys() - ALWAYS))
def test_an_alarm_is_silent_in_the_hour_in_which_all_is_well(alarm: str, hours: Prometheus) -> None:
    assert lasted(hours, alarm, START_S, CALM) < seconds(alarms()[alarm].get("for", "0s"))


@pytest.mark.parametrize("alarm", sorted(alarms()))
def test_an_alarm_has_its_reason_in_the_hour_in_which_everything_fails(alarm: str, hours: Prometheus) -> None:
    assert lasted(hours, alarm, CALM, LAST) >= 0
