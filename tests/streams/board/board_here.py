"""The board's application on a port of this machine, fed with records instead of Kafka; what is appended is
kept to be looked at.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from rules.guideline import Guideline
from streams.board.access.auth_settings import AuthSettings
from streams.board.access.session import Sessions, patient_key
from streams.board.board_state import BoardState, DisplaySettings
from streams.board.request_handlers import Handlers, application
from streams.kafka.producer import OutgoingRecord
from streams.projections.patients import TopicRecord
from tests.streams.board.wards import GUIDE

TOKEN = re.compile(r'data-token="([-\w]+)"')
KEY = re.compile(r'href="/patient/([0-9a-f]{20})"')


class Kept:
    """An outlet that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[OutgoingRecord] = []

    async def append(self, records: Iterable[OutgoingRecord]) -> None:
        self.records += records


class Served:
    """A board that is served. `get` and `post` are those of a browser's session."""

    def __init__(
        self, state: BoardState, handlers: Handlers, kept: Kept, server: TestServer, browser: ClientSession
    ) -> None:
        self.state, self.handlers, self.kept, self.server, self.browser = (
            state,
            handlers,
            kept,
            server,
            browser,
        )

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def text(self, path: str, **options: Any) -> str:
        async with self.browser.get(self.url(path), **options) as answer:
            return await answer.text()

    async def token(self) -> str:
        found = TOKEN.search(await self.text("/"))
        assert found is not None
        return found[1]

    async def key(self) -> str:
        found = KEY.search(await self.text("/"))
        assert found is not None
        return found[1]

    async def act(
        self, what: str, headers: dict[str, str] | None = None, **form: str
    ) -> tuple[int, dict[str, Any]]:
        async with self.browser.post(self.url(f"/act/{what}"), data=form, headers=headers or {}) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def served(
    records: Iterable[TopicRecord],
    door: AuthSettings | None = None,
    ways: DisplaySettings | None = None,
    guideline: Guideline = GUIDE,
) -> AsyncIterator[Served]:
    sessions = Sessions([b"s" * 32])
    state = BoardState(guideline, ways or DisplaySettings(), partial(patient_key, b"s" * 32))
    state.apply(records)
    state.liveness.loading = None
    kept: Any = Kept()
    handlers = Handlers(state, door or AuthSettings(), sessions, kept, 0, patience=0)
    async with (
        TestServer(application(handlers)) as server,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser,
    ):
        yield Served(state, handlers, kept, server, browser)


def serving(
    records: Iterable[TopicRecord],
    test: Callable[[Served], Awaitable[None]],
    door: AuthSettings | None = None,
    ways: DisplaySettings | None = None,
    guideline: Guideline = GUIDE,
) -> None:
    """Runs a test against a board that is served."""

    async def run() -> None:
        async with served(records, door, ways, guideline) as board:
            await test(board)

    asyncio.run(run())
