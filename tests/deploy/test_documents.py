"""The production guide and the runbooks: what they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streams.cli.main import COMMANDS, load
from tests.deploy.places import DEPLOY, ROOT, RUNBOOKS, alarms, loaded

GUIDE = ROOT / "docs" / "howto" / "production.md"
CHANNELS = ROOT / "docs" / "reference" / "channels.md"
PAGES = [GUIDE, CHANNELS, *sorted(RUNBOOKS.glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([a-z0-9-]+))?\)")
SPOKEN = re.compile(r"\bil2watch ((?:[a-z]+)(?: [a-z][a-z0-9]*)?)((?: +--?[a-z-]+\b[^`|\n]*)?)")
SERVICES = re.compile(
    r"docker compose [^\n`]*?(?:up --detach(?: --[a-z-]+(?: [a-z]+=[0-9]+)?)*|ps|exec|logs(?: --tail "
    r"[0-9]+)?|build) ?(\w*)"
)
CODE = re.compile(r"```.*?```|`[^`]*`", re.S)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """The places within a page that can be linked to."""
    return {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", read(path), re.M)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(read(page)):
        if target.startswith("http"):
            continue
        found = (page.parent / target) if target else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_command_of_ours_that_is_named_is_there_with_its_options(page: Path) -> None:
    code = "\n".join(CODE.findall(read(page)))
    for words, options in SPOKEN.findall(code):
        command = next((name for name in (words, words.split()[0]) if name in COMMANDS), None)
        assert command, words
        known = load(COMMANDS[command].parser)().format_help()
        assert [option for option in re.findall(r"(?<=\s)(--[a-z-]+)", options) if option not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_service_that_is_named_to_compose_is_one(page: Path) -> None:
    services = loaded(DEPLOY / "compose.yaml")["services"]
    assert [name for name in SERVICES.findall(read(page)) if name and name not in services] == []


def test_the_guide_lists_every_alarm_with_its_severity_and_links_its_runbook() -> None:
    rows = dict(re.findall(r"^\| \[(\w+)\]\(\.\./runbooks/\1\.md\) \| `(\w+)` \|", read(GUIDE), re.M))
    assert rows == {name: alarm["labels"]["severity"] for name, alarm in alarms().items()}


def test_panels_that_a_page_names_are_there() -> None:
    import json

    titles = {}
    for path in (DEPLOY / "grafana" / "dashboards").glob("*.json"):
        board = json.loads(read(path))
        titles[board["title"]] = {panel["title"] for panel in board["panels"]}
    for page in PAGES:
        for board, panel in re.findall(r"\*(Alert rates|Ward|Pipeline): ([^*]+)\*", read(page)):
            assert panel in titles[board], f"{page.name}: {board}: {panel}"
