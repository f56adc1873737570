"""The dashboards: written from their boards, valid for Grafana, readable by people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.boards.panels import WIDE
from deploy.grafana.write import FOLDER, files
from tests.deploy.places import BOARDS, DEPLOY, loaded, panels

register_default_plugins()
TITLES = {"Alert rates", "Ward", "Pipeline", "Feeds"}


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_the_committed_dashboards_are_what_their_boards_say() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert written == files(), "stale: run `make docs`"


def test_there_are_the_dashboards_each_with_an_address_of_its_own() -> None:
    boards = [read(path) for path in BOARDS]
    assert {board["title"] for board in boards} == TITLES
    assert len({board["uid"] for board in boards}) == len(boards)


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.name)
def test_a_dashboard_is_one_by_grafanas_schema(path: Path) -> None:
    decoded = Dashboard.from_json(read(path))
    assert json.loads(JSONEncoder().encode(decoded)) == read(path)


def test_the_schemas_models_notice_a_panel_that_is_none() -> None:
    broken = read(BOARDS[0])
    broken["panels"][1]["gridPos"] = "wide"
    with pytest.raises((TypeError, AttributeError, KeyError)):
        Dashboard.from_json(broken)


def test_every_panel_says_what_it_answers_and_asks_the_provisioned_data_source() -> None:
    (source,) = loaded(DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yml")["datasources"]
    for _, panel in panels():
        assert panel["description"].endswith(".")
        asked = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert {(one["type"], one["uid"]) for one in asked} == {("prometheus", source["uid"])}


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.name)
def test_panels_are_numbered_once_and_do_not_overlap(path: Path) -> None:
    board = read(path)
    numbers = [panel["id"] for panel in board["panels"] if panel["type"] != "row"]
    assert len(set(numbers)) == len(numbers)
    taken = [cell for panel in board["panels"] for cell in cells(panel["gridPos"])]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < WIDE


def cells(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    across, down = (
        range(place.get("x", 0), place.get("x", 0) + place["w"]),
        range(place.get("y", 0), place.get("y", 0) + place["h"]),
    )
    return ((x, y) for x in across for y in down)


def test_no_dashboard_asks_for_or_shows_a_patient() -> None:
    for path in BOARDS:
        assert "patient}}" not in path.read_text(encoding="utf-8")
        assert "by (patient" not in path.read_text(encoding="utf-8")
