"""The board's page of the handover: its figures are those of the command, its lines link to what they come from."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.wire.instants import parse
from rules.wire.pages import ACKNOWLEDGED, Audit, encode
from rules.wire.topics import PAGES
from streams.board.access.auth_settings import AuthSettings, Proxy
from streams.board.access.session import patient_key
from streams.board.board_state import BoardState, DisplaySettings
from streams.board.request_handlers import handed_over
from streams.cli import main
from streams.projections.patients import TopicRecord
from tests.streams.board.board_here import Served, serving
from tests.streams.board.wards import at, oliguria, published
from tests.streams.handover.wards import SHIFTS, simulated, written

TICK = {"type": "tick", "id": "t1", "patient": "*", "at": at(430)}


def test_the_figures_on_the_board_are_those_of_the_command(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    end, later = SHIFTS[2], "2026-03-04T04:00:00Z"
    all_of_it = simulated(tmp_path, 2.0, 4)
    known = [one for one in all_of_it if parse(one.get("known", one["at"])) <= parse(end)]
    path = written(
        [*known, {"type": "tick", "id": "end", "patient": "*", "at": end}], tmp_path / "known.jsonl"
    )
    capsysbinary.readouterr()
    assert main.main(["handover", path, "-o", "json"]) == 0
    command = json.loads(capsysbinary.readouterr().out)
    state = BoardState(SCHWARTZENTRUBER_2001, DisplaySettings(wall=False), partial(patient_key, b"s" * 32))
    state.apply(published([json.loads(line) for line in Path(path).read_text().splitlines()], end))
    state.apply(accepted(known))
    board, units = asyncio.run(handed_over(state, None))
    shown = json.loads(msgspec.json.encode(board))
    assert units == sorted({one["unit"] for one in command["sheets"]})
    assert [one["patient"] for one in shown["sheets"]] == [one["patient"] for one in command["sheets"]]
    for one, other in zip(shown["sheets"], command["sheets"], strict=True):
        assert figures(one) == figures(other)
        for name in ("dose", "open", "ended", "answers", "in-force", "ahead", "figures", "labs"):
            assert texts(one, name) == texts(other, name), (one["patient"], name)
    since = [one for one in all_of_it if parse(one.get("known", one["at"])) <= parse(later)]
    state.apply(published([*since, {"type": "tick", "id": "later", "patient": "*", "at": later}], later))
    after, _ = asyncio.run(handed_over(state, None))
    assert (after.end, after.at) == (board.end, board.at)
    for one, other in zip(json.loads(msgspec.json.encode(after))["sheets"], shown["sheets"], strict=True):
        assert (one["patient"], one["advised"], "as_of" in one) == (other["patient"], other["advised"], False)
        for name in ("dose", "open", "ended", "answers", "in-force", "attention", "ahead"):
            assert texts(one, name) == texts(other, name), (one["patient"], name)


def accepted(events: list[dict[str, Any]]) -> list[TopicRecord]:
    """What a pager says that took every acknowledgement."""
    return [
        TopicRecord(
            PAGES,
            one["patient"].encode(),
            encode(
                Audit(
                    when=parse(one["at"]), outcome=ACKNOWLEDGED, patient=one["patient"],
                    alert=one["alert"], command=one["id"],
                )
            ),
            parse(one["at"]),
        )
        for one in events
        if one["type"] == "ack"
    ]  # fmt: skip


def figures(sheet: dict[str, Any]) -> dict[str, Any]:
    lines = [line for section in sheet["sections"] for line in section["lines"]]
    return {one["code"]: (one["value"], one["at"]) for line in lines for one in line.get("figures", ())}


def texts(sheet: dict[str, Any], name: str) -> list[tuple[str, str]]:
    return [
        (line["text"], line.get("note", ""))
        for section in sheet["sections"]
        if section["name"] == name
        for line in section["lines"]
    ]


def test_the_page_is_served_under_the_boards_own_policy_and_names_nobody_in_its_title() -> None:
    async def look(board: Served) -> None:
        async with board.browser.get(board.url("/handover")) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert "style-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "<title>Handover</title>" in page
        assert "Urine 8 mL/h, below 10" in page
        assert f'/patient/{await board.key()}#alerts"' in page
        assert "style=" not in page
        assert "<style" not in page
        async with board.browser.get(board.url("/static/handover.css")) as answer:
            assert answer.status == 200

    serving(published([*oliguria(), TICK], at(430)), look, ways=DisplaySettings(wall=False))


def test_a_unit_may_be_chosen_and_an_unknown_one_is_not_found() -> None:
    ways = DisplaySettings(wall=False, units=(("w4-*", "4 West"),))

    async def look(board: Served) -> None:
        page = await board.text("/handover?unit=4%20West")
        assert 'data-patient="w4-1"' in page
        assert 'data-patient="p1"' not in page
        async with board.browser.get(board.url("/handover?unit=West")) as answer:
            assert answer.status == 404
            assert "there are 4 West, ward" in await answer.text()

    serving(published([*oliguria(), *oliguria("w4-1"), TICK], at(430)), look, ways=ways)


def test_it_is_refused_to_whom_no_proxy_identified() -> None:
    async def look(board: Served) -> None:
        async with board.browser.get(board.url("/handover")) as answer:
            assert answer.status == 401

    door = AuthSettings(proxy=Proxy("X-User", ("10.0.0.7",)))
    serving(published([*oliguria(), TICK], at(430)), look, door)
