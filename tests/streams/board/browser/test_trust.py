"""The page is unmistakably not live when it is not, and live again by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.streams.board.browser.pages import Installation
from tests.suspended import suspended

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.slow]
Look = Callable[..., Any]
TEN_S = 10_000
HEALS_MS = 90_000


def not_live(page: Any, why: str, within: float = TEN_S) -> None:
    """The banner, the title and the pill all say so, and say why."""
    expect(page.get_by_role("alert").filter(has_text="Not live")).to_contain_text(why, timeout=within)
    assert page.title().startswith("NOT LIVE")
    expect(page.locator("#pill")).to_contain_text("not live")


def live(page: Any) -> None:
    page.wait_for_selector("body.alive", timeout=HEALS_MS)
    expect(page.locator("#trust")).to_be_hidden()


def test_a_killed_worker_turns_the_page_not_live_and_a_new_one_heals_it(
    installation: Installation, board: str, look: Look
) -> None:
    unit, patient = look(board), look(board)
    patient.locator(".name").first.click()
    patient.wait_for_selector("body.patient.alive")
    installation.end("worker")
    not_live(unit, "worker")
    not_live(patient, "worker")
    installation.worker()
    live(unit)
    live(patient)


def test_a_board_that_is_gone_turns_the_page_not_live_and_its_return_heals_it(
    installation: Installation, look: Look
) -> None:
    page = look(installation.board("second"))
    installation.end("second")
    not_live(page, "The board does not answer")
    installation.board("second")
    live(page)
    installation.end("second")


def test_a_board_that_hangs_turns_the_page_not_live(installation: Installation, look: Look) -> None:
    page = look(installation.board("third"))
    with suspended(installation.running["third"]):
        not_live(page, "The board does not answer")
    live(page)
    installation.end("third")


def test_a_feed_that_falls_silent_turns_the_page_not_live_and_its_next_word_heals_it(
    installation: Installation, look: Look
) -> None:
    page = look(installation.board("young", "--history", "0.01"))
    assert installation.beats is not None
    # Sixty beats of a second each, and the board holds the feed to them.
    expect(page.locator("#newest")).to_have_attribute("data-patience", re.compile(r"^[56]"), timeout=HEALS_MS)
    installation.beats.paused = True
    try:
        # On a busy machine beats come late, and the board has more patience for it.
        not_live(page, "Nothing has been charted for anybody", HEALS_MS)
    finally:
        installation.beats.paused = False
    live(page)
    installation.end("young")


def test_without_its_script_a_page_says_that_it_is_not_live(board: str, look: Look) -> None:
    page = look(board, live=False, java_script_enabled=False)
    expect(page.get_by_role("alert")).to_contain_text("Not live")


def test_a_screen_whose_clock_is_wrong_is_told_and_counts_by_the_servers(board: str, look: Look) -> None:
    page = look(board, live=False)
    page.clock.install()
    page.clock.set_system_time("2001-01-01T00:00:00Z")
    page.reload()
    page.clock.resume()
    expect(page.locator("#skew")).to_contain_text("slow", timeout=TEN_S)
    expect(page.locator("#newest")).to_contain_text(" ago")
    assert " d ago" not in page.locator("#newest").inner_text()
