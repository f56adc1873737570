"""Stream server-sent events: a heartbeat each second, and what changed.

A page that reconnects sends the revision it has, and receives the changes since.
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
    """Return the revision a page has, of this run of the board; 0 when it has none."""
    value = request.headers.get("Last-Event-ID") or request.query.get("since", "")
    found = LAST.fullmatch(value)
    return int(found[2]) if found is not None and found[1] == epoch else 0


def event(name: str, data: bytes, id: str | None = None) -> bytes:
    """Encode one event; its data is JSON, on one line."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + data + b"\n\n"


async def stream(
    request: web.Request,
    state: BoardState,
    cells: Callable[[], CellStore | None],
    admitted: Callable[[], bool],
) -> web.StreamResponse:
    """Send events until the page or the board disconnects, or the viewer is no longer admitted.

    `cells`: returns what the page shows; None: it no longer exists.
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
    """Send a heartbeat each `BEAT_S`, until the viewer is no longer admitted."""
    while True:
        if not admitted():
            raise ConnectionError
        await _write(response, event("beat", state.heartbeat()))
        await asyncio.sleep(BEAT_S)


async def _patches(
    response: web.StreamResponse, state: BoardState, cells: Callable[[], CellStore | None], known: int
) -> None:
    """Send the changes; those that occur close together are sent as one event."""
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
    """Encode the changes since a revision."""
    changed: dict[str, Any] = cells.since(known)
    return msgspec.json.encode(changed)


async def _write(response: web.StreamResponse, data: bytes) -> None:
    """Write data; disconnect a page that does not accept it in time.

    It will reconnect with its revision.
    """
    await asyncio.wait_for(response.write(data), SLOWEST_S)
