"""docs/reference/scenarios says what the registry says, and shows a small picture of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.scenarios import ALL, SCENARIOS
from simulators.scenarios.page import page, picture
from simulators.scenarios.scenario import Scenario

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "scenarios"
SMALL = 150_000


def test_the_page_is_up_to_date() -> None:
    assert (DOCS / "README.md").read_text(encoding="utf-8") == page(), "run make docs"


@pytest.mark.parametrize("scenario", ALL, ids=SCENARIOS)
def test_a_scenario_has_a_small_picture_that_the_page_shows(scenario: Scenario) -> None:
    assert 10_000 < (DOCS / picture(scenario)).stat().st_size < SMALL
    assert f"]({picture(scenario)})" in page()


def test_no_picture_is_of_a_scenario_that_is_gone() -> None:
    assert {path.name for path in DOCS.glob("*.png")} == {picture(scenario) for scenario in ALL}
