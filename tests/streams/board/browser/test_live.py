"""The board as people have it: what they see is what is, as it comes; and whether it can be believed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rules.wire.topics import COMMANDS, PAGES
from tests.streams.board.browser.conftest import ILL, SCRIPT, WELL
from tests.streams.board.browser.pages import Installation, finding
from tests.streams.worker.published import records

pytestmark = [pytest.mark.browser, pytest.mark.embedded, pytest.mark.slow]
Look = Callable[..., Any]


def now() -> int:
    return time.time_ns() // 1_000_000


def row(page: Any, patient: str) -> Any:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=patient, exact=True))


def records_of(installation: Installation, topic: str, **wanted: str) -> list[dict[str, Any]]:
    """Records of a topic that say so."""
    found = [json.loads(one.value) for one in records(installation.broker, topic) if one.value]
    return [one for one in found if wanted.items() <= one.items()]


def test_the_most_urgent_patient_stands_first_with_why_in_words(board: str, look: Look) -> None:
    page = look(board)
    names = page.locator("#rows .name").all_text_contents()
    assert set(names) == {ILL, WELL, SCRIPT}
    ranks = [
        int(rank)
        for rank in page.locator("#rows .row").evaluate_all("rows => rows.map(row => row.dataset.rank)")
    ]
    assert ranks == sorted(ranks, reverse=True)
    expect(page.get_by_role("columnheader", name="Recommendation")).to_be_visible()


def test_a_patient_named_like_a_script_is_text(board: str, look: Look) -> None:
    page = look(board)
    expect(page.get_by_role("link", name=SCRIPT, exact=True)).to_be_visible()
    page.get_by_role("link", name=SCRIPT, exact=True).click()
    page.wait_for_selector("body.patient.alive")
    expect(page.get_by_role("heading", level=1)).to_contain_text(SCRIPT)
    assert page.title() == "Patient, il2watch"


def test_an_alert_appears_without_a_reload_and_is_acknowledged_by_phone(
    installation: Installation, board: str, look: Look
) -> None:
    desktop, phone = (
        look(board),
        look(board, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True),
    )
    desktop.evaluate("window.same = true")
    installation.send([finding(WELL, "atrial-fibrillation", now())])
    expect(row(desktop, WELL)).to_contain_text("Atrial fibrillation")
    assert desktop.evaluate("window.same")
    # A nurse's taps: the patient, Acknowledge, why. The name was typed once, on the first acknowledgement.
    row(phone, WELL).get_by_role("link", name=WELL).tap()
    phone.wait_for_selector("body.patient.alive")
    alert = phone.locator(".alert", has_text="Atrial fibrillation")
    expect(alert).to_contain_text("Stop IL-2")
    alert.get_by_role("button", name="Acknowledge").tap()
    phone.get_by_label("Your name").fill("rn-14")
    phone.get_by_role("button", name="Physician called").tap()
    expect(alert).to_contain_text("Acknowledged by rn-14")
    desktop.get_by_role("link", name=WELL).click()
    expect(desktop.locator(".alert", has_text="Atrial fibrillation")).to_contain_text("Acknowledged by rn-14")
    (command,) = records_of(installation, COMMANDS, type="ack", patient=WELL)
    assert (command["by"], command["reason"]) == ("rn-14", "Physician called")
    installation.wait(
        lambda: bool(
            records_of(installation, PAGES, outcome="acknowledged", alert=command["alert"], by="rn-14")
        ),
        "the pager's audit",
    )
    assert records_of(installation, PAGES, outcome="board-ack", alert=command["alert"], by="rn-14")


def test_a_stop_rule_is_resumed_and_a_silence_begun_and_ended(
    installation: Installation, board: str, look: Look
) -> None:
    installation.send([finding(WELL, "ventricular-arrhythmia", now())])
    page = look(board)
    page.get_by_role("link", name=WELL).click()
    alert = page.locator(".alert", has_text="Ventricular arrhythmia")
    alert.get_by_role("button", name="Silence").click()
    page.get_by_label("Your name").fill("dr-3")
    page.get_by_label("For how long").select_option("30")
    page.get_by_role("button", name="Known, being treated").click()
    quiet = page.locator(".orders li", has_text="silenced until")
    expect(quiet).to_contain_text("by dr-3")
    quiet.get_by_role("button", name="End").click()
    page.get_by_role("button", name="Not needed any more").click()
    expect(quiet).to_have_count(0)
    stop = page.locator(".orders li", has_text="Arrhythmia: stop IL-2")
    stop.get_by_role("button", name="Resume").click()
    page.get_by_label("Or in your own words").fill("single run, potassium 2.9, corrected")
    page.get_by_role("button", name="Do it").click()
    expect(stop).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="The stop rule is lifted.")).to_be_visible()
    expect(page.locator("ol.timeline")).to_contain_text(
        "resume after the stop rule arrhythmia, asked by dr-3: single run, potassium 2.9, corrected"
    )


def test_a_known_abnormality_is_accepted_shown_and_taken_up_again(
    installation: Installation, board: str, look: Look
) -> None:
    installation.send([finding(WELL, "supraventricular-tachycardia", now())])
    page = look(board)
    page.get_by_role("link", name=WELL).click()
    alert = page.locator(".alert", has_text="Supraventricular tachycardia")
    alert.get_by_role("button", name="Accept").click()
    page.get_by_label("Your name").fill("dr-3")
    expect(page.get_by_label("For how long")).to_be_hidden()
    page.get_by_label("Accepted until").select_option("1440")
    page.get_by_role("button", name="Chronic, known before therapy").click()
    expect(page.locator("#became")).to_contain_text("Accepted as known.")
    expect(alert).to_have_count(0)
    accepted = page.locator(
        ".orders li", has_text="Supraventricular tachycardia, up to absolute: not counted"
    )
    expect(accepted).to_contain_text("by dr-3: Chronic, known before therapy")
    row_of = page.locator('tr.crit[data-code="supraventricular-tachycardia"]')
    expect(row_of).to_contain_text(
        "accepted up to absolute by dr-3: Chronic, known before therapy; not counted"
    )
    (command,) = records_of(installation, COMMANDS, type="accept", patient=WELL)
    assert (command["by"], command["level"]) == ("dr-3", "absolute")
    assert records_of(installation, PAGES, outcome="board-accept", subject="supraventricular-tachycardia")
    accepted.get_by_role("button", name="End").click()
    page.get_by_role("button", name="Not as known any more").click()
    expect(page.locator("#became")).to_contain_text("The acceptance is over.")
    expect(alert).to_have_count(1)


def test_an_acknowledgement_says_what_the_pager_says_of_it(
    installation: Installation, board: str, look: Look
) -> None:
    installation.send([finding(WELL, "ecg-ischemia", now())])
    page = look(board)
    page.get_by_role("link", name=WELL).click()
    alert = page.locator(".alert", has_text="ECG changes of ischemia")
    alert.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Your name").fill("rn-14")
    page.get_by_role("button", name="Physician called").click()
    expect(page.locator("#became")).to_contain_text("Acknowledged.")


def test_every_criterion_is_read_by_role_and_name_and_tells_why(board: str, look: Look) -> None:
    page = look(board)
    page.get_by_role("link", name=ILL).click()
    page.wait_for_selector("body.patient.alive")
    rows = page.locator("tr.crit")
    assert rows.count() == 33
    for texts in rows.evaluate_all(
        "rows => rows.map(row => [row.querySelector('th').innerText, "
        "row.querySelector('[data-state]').innerText])"
    ):
        assert texts[0]
        assert re.sub("^[^a-z]+", "", texts[1]) in ("clear", "relative", "absolute", "cannot see")
    cells = page.get_by_role("row", name="Creatinine").first.get_by_role("cell")
    assert cells.count() >= 5
    page.get_by_role("button", name="Platelets").click()
    dialog = page.get_by_role("dialog", name="Why")
    expect(dialog).to_contain_text("Rule")
    expect(dialog).to_contain_text("Table 3")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_the_strip_is_read_by_role_and_name(board: str, look: Look) -> None:
    page = look(board)
    strip = row(page, ILL).get_by_role("img")
    names = strip.evaluate_all("found => found.map(one => one.getAttribute('aria-label'))")
    assert len(names) == 10
    assert all(
        name.partition(": ")[2].split(".")[0] in ("clear", "relative", "absolute", "cannot see")
        for name in names
    )


def test_the_keyboard_goes_everywhere(board: str, look: Look) -> None:
    page = look(board)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.locator("#rows .name").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#rows .name").nth(1)).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_selector("body.patient.alive #sheet svg")
    page.locator("#sheet").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#reading")).not_to_be_empty()
    page.get_by_role("button", name="24 h").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="24 h")).to_have_attribute("aria-pressed", "true")


def test_filters_and_search_leave_what_was_asked_for(board: str, look: Look) -> None:
    page = look(board)
    page.get_by_label("Search").fill("B-WELL")
    expect(page.locator("#rows .row:not([hidden])")).to_have_count(1)
    page.get_by_label("Search").fill("")
    row(page, WELL).get_by_role("button", name="Mine").click()
    page.locator("#mine").click()
    expect(page.locator("#rows .row:not([hidden])")).to_have_count(1)
    expect(page.locator("#matches")).to_contain_text("1 of 3")
