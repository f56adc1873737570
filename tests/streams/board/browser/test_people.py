"""For everybody: axe-core finds nothing on any view, by day or night, from phone to wall; one page on paper;
who may not act cannot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from rules.wire.topics import COMMANDS, PAGES
from tests.streams.board.browser.conftest import ILL
from tests.streams.board.browser.pages import Installation
from tests.streams.worker.published import records

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.slow]
Look = Callable[..., Any]
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
SIZES = {"phone": (390, 844), "tablet": (834, 1112), "desk": (1440, 900), "wall": (2560, 1440)}


def violations(page: Any) -> list[str]:
    """What axe-core finds, each with where."""
    from axe_playwright_python.base import AXE_FILE_PATH

    # Our own policy keeps scripts from elsewhere out, so it is put in by the debugger, not by the page.
    page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8") + "\n;0")
    found = page.evaluate("async options => (await axe.run(document, options)).violations", RULES)
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found
        for node in one["nodes"]
    ]


def at_rest(page: Any, view: str) -> None:
    if view == "unit":
        return
    page.get_by_role("link", name=ILL).click()
    page.wait_for_selector("body.patient.alive #sheet svg")
    if view == "acting":
        page.get_by_role("button", name="Acknowledge").first.click()
    elif view == "why":
        page.get_by_role("button", name="Platelets").click()
        expect(page.get_by_role("dialog", name="Why")).to_contain_text("Rule")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("view", ["unit", "patient", "acting", "why"])
def test_axe_finds_nothing(board: str, look: Look, view: str, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    page = look(board, viewport={"width": width, "height": height}, color_scheme=scheme)
    at_rest(page, view)
    assert violations(page) == []


def test_axe_finds_nothing_on_a_page_that_is_not_live(board: str, look: Look) -> None:
    page = look(board)
    page.context.set_offline(True)
    page.route("**/events*", lambda route: route.abort())
    page.evaluate(
        "document.body.classList.replace('alive', 'dead'); document.getElementById('trust').hidden = false"
    )
    assert violations(page) == []


@pytest.mark.parametrize(
    ("hour", "theme"), [(6, "night"), (7, "day"), (19, "day"), (20, "night"), (0, "night")]
)
def test_a_page_is_of_the_sites_hour_from_its_first_sight(
    board: str, look: Look, hour: int, theme: str
) -> None:
    # By night a page that is white first dazzles, and what fades from day to night cannot be read meanwhile.
    page = look(board)
    page.clock.set_fixed_time(datetime.now(UTC).replace(hour=hour, minute=0))
    page.add_init_script(
        "new MutationObserver(() => (window.themes ??= []).push(document.documentElement.dataset.theme))"
        ".observe(document, {attributeFilter: ['data-theme'], subtree: true})"
    )
    page.reload()
    assert set(page.evaluate("window.themes")) == {theme}
    assert violations(page) == []


@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("view", ["unit", "patient"])
def test_nothing_runs_off_the_side(board: str, look: Look, view: str, size: str) -> None:
    width, height = SIZES[size]
    page = look(board, viewport={"width": width, "height": height})
    at_rest(page, view)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_patient_is_one_page_on_paper(board: str, look: Look) -> None:
    page = look(board)
    at_rest(page, "patient")
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_units_stand_with_every_value(board: str, look: Look) -> None:
    page = look(board)
    at_rest(page, "patient")
    measured = page.locator("tr.crit td[data-value]").evaluate_all(
        "cells => cells.map(cell => [cell.dataset.value, cell.innerText])"
    )
    numbers = [(value, shown) for value, shown in measured if re.fullmatch(r"[0-9.]+", value)]
    assert numbers
    assert [shown for value, shown in numbers if shown == value] == []


def test_a_user_without_the_role_cannot_act(installation: Installation, look: Look) -> None:
    url = installation.board("login", "--config", str(installation.users))
    page = look(url, live=False)
    page.get_by_label("User").fill("visitor")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.get_by_label("User").fill("visitor")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector("body.alive")
    at_rest(page, "patient")
    page.get_by_role("button", name="Acknowledge").first.click()
    expect(page.locator("#act")).to_have_count(0)
    tried = page.evaluate(
        """async () => (await fetch('/act/ack', {method: 'POST', body: new URLSearchParams({token: document.body.dataset.token,
        patient: document.body.dataset.key, alert: document.querySelector('[data-alert]').dataset.alert, reason: 'x'})})).status"""
    )
    assert tried == 403
    audits = [json.loads(one.value) for one in records(installation.broker, PAGES) if one.value]
    assert [one["by"] for one in audits if one["outcome"] == "board-refused"] == ["visitor"]
    installation.end("login")


def test_a_forged_request_without_the_token_is_refused(
    installation: Installation, board: str, look: Look
) -> None:
    page = look(board)
    at_rest(page, "patient")
    before = len(records(installation.broker, COMMANDS))
    tried = page.evaluate(
        """async () => (await fetch('/act/ack', {method: 'POST', body: new URLSearchParams({patient: document.body.dataset.key,
        alert: document.querySelector('[data-alert]').dataset.alert, by: 'x', reason: 'y'})})).status"""
    )
    assert tried == 403
    assert len(records(installation.broker, COMMANDS)) == before
