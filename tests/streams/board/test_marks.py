"""Shadow and marks on the board: whom the pager would have paged, and what clinicians think of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.wire import pages
from rules.wire.topics import PAGES
from streams.projections.patients import TopicRecord
from tests.streams.board.board_here import Served, serving
from tests.streams.board.wards import ms, oliguria, published

WARD = published(oliguria())
ALERT = next(
    found["id"]
    for record in WARD
    if record.topic == "il2.alerts" and (found := json.loads(record.value or b""))["subject"] == "urine-hour"
)


def wrote(outcome: str, minutes: float = 125, patient: str = "p1", **fields: Any) -> TopicRecord:
    audit = pages.Audit(when=ms(minutes), outcome=outcome, patient=patient, **fields)
    return TopicRecord(PAGES, patient.encode(), pages.encode(audit), ms(minutes))


UNSENT = wrote(
    pages.WOULD_HAVE_PAGED,
    alert=ALERT,
    key=f"{ALERT}:absolute",
    action="trigger",
    channel="oncall",
    level="absolute",
    subject="urine-hour",
    message="Urine 8 mL/h, below 10",
)
MODE = wrote(pages.MODE, patient="*", reason="shadow")


def test_a_page_in_shadow_is_shown_as_one_that_would_have_been_sent() -> None:
    async def test(board: Served) -> None:
        page = await board.text(f"/patient/{await board.key()}")
        assert "would have paged oncall, Urine 8 mL/h, below 10" in page
        assert page.count('data-act="mark"') == 2
        assert board.state.notices() == [
            "The pager is in shadow: nobody here is paged. It writes whom it would have paged."
        ]

    serving([*WARD, MODE, UNSENT], test)


@pytest.mark.parametrize(
    ("mode", "says"),
    [("live", []), ("shadow: 4 East", ["of 4 East"]), ("shadow", ["here"])],
)
def test_the_board_says_who_is_not_paged(mode: str, says: list[str]) -> None:
    async def test(board: Served) -> None:
        assert [notice.split(" is paged")[0] for notice in board.state.notices()] == [
            f"The pager is in shadow: nobody {who}" for who in says
        ]

    serving([*WARD, wrote(pages.MODE, patient="*", reason=mode)], test)


def test_an_alert_that_nobody_was_paged_of_is_not_marked() -> None:
    async def test(board: Served) -> None:
        key = await board.key()
        assert 'data-act="mark"' not in await board.text(f"/patient/{key}")
        form = {"token": await board.token(), "patient": key, "alert": ALERT, "by": "rn-14"}
        assert await board.act("mark", reason="Useful", **form) == (
            409,
            {"error": "No page of that alert is known here."},
        )
        assert board.kept.records == []

    serving(WARD, test)


def test_a_mark_is_written_beside_the_pages_and_shown() -> None:
    async def test(board: Served) -> None:
        key = await board.key()
        form = {"token": await board.token(), "patient": key, "alert": ALERT, "by": "rn-14"}
        assert (await board.act("mark", reason="splendid", **form)) == (
            400,
            {"error": "Say useful, useless or late."},
        )
        assert (await board.act("mark", reason="Late", **form)) == (200, {"well": True, "became": "Marked."})
        [record] = board.kept.records
        written = json.loads(record.value)
        assert record.topic == PAGES
        assert (written["mark"], written["by"], written["alert"]) == ("late", "rn-14", ALERT)
        assert (written["level"], written["subject"]) == ("absolute", "urine-hour")
        board.state.apply([TopicRecord(PAGES, record.key, record.value, ms(130))])
        assert "Page marked late by rn-14" in await board.text(f"/patient/{key}")

    serving([*WARD, UNSENT], test)


def test_a_test_patient_is_on_no_board() -> None:
    async def test(board: Served) -> None:
        assert board.state.patients.patients == {}

    serving(published(oliguria("il2watch-test-1")), test)
