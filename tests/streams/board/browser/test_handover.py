"""The board's handover for everybody: axe-core finds nothing, nothing runs off the side, the keyboard gets to
what a line comes from.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.streams.board.browser.conftest import ILL, WELL
from tests.streams.board.browser.test_people import SIZES, Look, violations

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.slow]


def handed_over(board: str, look: Look, **options: Any) -> Any:
    """The page, by the link at the top of every live one."""
    page = look(board, **options)
    page.get_by_role("link", name="Handover").click()
    page.wait_for_selector("body.handover article")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_axe_finds_nothing(board: str, look: Look, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    page = handed_over(board, look, viewport={"width": width, "height": height}, color_scheme=scheme)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("size", list(SIZES))
def test_a_mark_stands_beside_the_first_of_its_lines(board: str, look: Look, size: str) -> None:
    width, height = SIZES[size]
    page = handed_over(board, look, viewport={"width": width, "height": height})
    beside, words = page.evaluate("""() => {
      const marked = [...document.querySelectorAll('.handed li')].filter(one => one.querySelector('.shape') && one.querySelector('a'));
      const middle = box => (box.top + box.bottom) / 2;
      return [marked.length, marked.filter(one => Math.abs(middle(one.querySelector('.shape').getBoundingClientRect())
        - middle(one.querySelector('a').getClientRects()[0])) > 8).map(one => one.innerText)];
    }""")
    assert beside > 0
    assert words == []


def test_the_keyboard_leads_from_a_line_to_what_it_comes_from(board: str, look: Look) -> None:
    page = handed_over(board, look)
    sheet = page.locator("article", has_text=ILL)
    sheet.get_by_role("link", name=ILL).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-section]').dataset.section") == "dose"
    page.keyboard.press("Enter")
    page.wait_for_selector("body.patient.alive")
    expect(page.locator("h1")).to_contain_text(ILL)


def test_the_ill_patient_stands_before_the_well_one_with_figures(board: str, look: Look) -> None:
    """As of the shift's end: the well one may not have been there yet."""
    page = handed_over(board, look)
    names = page.locator("article h2").all_inner_texts()
    assert names.index(ILL) < (names.index(WELL) if WELL in names else len(names))
    expect(page.locator("article", has_text=ILL).locator("[data-section=figures]")).to_contain_text("Urine")
