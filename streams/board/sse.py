"""Server-sent events: a beat each second, and what changed.

A page that was away says which revision it has, and is sent the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from streams.board.board_state import BoardState
from streams.board.cell_store import CellStore

LAST = re.compile(r"([0-9a-f]{8})-([0-9]{1,15})")
BEAT_S = 1.0
GATHER_S = 0.15
RETRY_MS = 1000
SLOWEST_S = 10.0
log = logging.getLogger("il2watch.board")


def revision(request: web.Request, epoch: str) -> int:
    """Which revision a page has: of this run of the board, or none at all."""
    value = request.headers.get("Last-Event-ID") or request.query.get("since", "")
    found = LAST.fullmatch(value)
    return int(found[2]) if found is not None and found[1] == epoch else 0


def event(name: str, data: bytes, id: str | None = None) -> bytes:
    """One event; its data is JSON, on one line."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + data + b"\n\n"


async def stream(
    request: web.Request,
    state: BoardState,
    cells: Callable[[], CellStore | None],
    admitted: Callable[[], bool],
) -> web.StreamResponse:
    """Sends until the page or the board goes away, or whoever looks is not admitted any more.

    `shown`: what the page shows; None: it is gone.
    """
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    await response.write(f"retry: {RETRY_MS}\n\n".encode())
    with contextlib.suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
        await asyncio.gather(
            _beats(response, state, admitted),
            _patches(response, state, cells, revision(request, state.epoch)),
        )
    return response


async def _beats(response: web.StreamResponse, state: BoardState, admitted: Callable[[], bool]) -> None:
    while True:
        if not admitted():
            raise ConnectionError
        await _write(response, event("beat", state.heartbeat()))
        await asyncio.sleep(BEAT_S)


async def _patches(
    response: web.StreamResponse, state: BoardState, cells: Callable[[], CellStore | None], known: int
) -> None:
    """Changes that come close together go together."""
    while True:
        found = cells()
        if found is None:
            await _write(response, event("gone", b"{}"))
        elif found.revision != known:
            await _write(response, event("patch", patch(found, known), f"{state.epoch}-{found.revision}"))
            known = found.revision
        await state.changed.wait(BEAT_S * 5)
        await asyncio.sleep(GATHER_S)


def patch(cells: CellStore, known: int) -> bytes:
    changed: dict[str, Any] = cells.since(known)
    return msgspec.json.encode(changed)


async def _write(response: web.StreamResponse, data: bytes) -> None:
    """A page that takes nothing is let go: it will come back and say what it has."""
    await asyncio.wait_for(response.write(data), SLOWEST_S)
