"""The laboratory."""

from __future__ import annotations

from typing import Any

import pytest

from rules.wire.instants import MINUTE, parse
from rules.wire.vocabulary import LABS
from simulators.care.labs import PANELS
from simulators.charting.laboratory import LIMITS
from simulators.charting.noise import reach
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.latent_state import Act
from tests.simulators.charting.chunks import bodies, charted

DRAWN = Act(70, 0, "lab-draw", {"panels": tuple(PANELS)})


def platelets_fall(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
    latent["platelets"] += 200 - start


def test_each_panel_comes_back_30_to_90_min_after_it_was_drawn() -> None:
    results = [one for seed in range(6) for one in bodies(charted(4, acts=[DRAWN], seed=seed), type="labs")]
    late = [(parse(one["known"]) - parse(one["at"])) / MINUTE for one in results]
    assert {one["source"] for one in results} == set(PANELS)
    assert 30 <= min(late) < 40 < 80 < max(late) <= 90


def test_a_result_is_of_the_minute_in_which_it_was_drawn() -> None:
    [count] = bodies(charted(4, acts=[DRAWN], change=platelets_fall), type="labs", source="blood-count")
    [platelets] = [reading["value"] for reading in count["readings"] if reading["code"] == "platelets"]
    assert abs(platelets - (1 + 200 - 60)) <= reach("platelets", 141)


@pytest.mark.parametrize("code", [code for panel in PANELS.values() for code in panel])
def test_a_result_has_its_unit_and_the_limits_of_the_laboratory(code: str) -> None:
    [found] = [
        reading
        for one in bodies(charted(4, acts=[DRAWN]), type="labs")
        for reading in one["readings"]
        if reading["code"] == code
    ]
    assert (found["unit"], found.get("low"), found.get("high")) == (LABS[code], *LIMITS[code])


@pytest.mark.parametrize(("size", "back"), [(1, False), (2, True), (3, True), (4, False)])
def test_what_is_missed_in_a_silence_of_the_laboratory_never_comes_back(size: float, back: bool) -> None:
    missed = ClinicalEvent(0, "missed-charting", 60, 120, size)
    assert bool(bodies(charted(4, acts=[DRAWN], happenings=[missed]), type="labs")) == back
