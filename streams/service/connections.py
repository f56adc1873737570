"""Serve HTTP to strangers: half-sent requests are cut, and a form that cannot be read is refused.

Every HTTP server of the project runs in a `GuardedRunner`, and calls itself `il2watch`, no more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web

HALF_OPEN_S = 10.0
LOOK_S = 1.0
SERVER = "il2watch"


class NamedRequest(web.Request):
    """A request whose answer names the server without versions, also where no handler was found for it."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        response.headers["Server"] = SERVER
        await super()._prepare_hook(response)


class GuardedRunner(web.AppRunner):
    """A runner that cuts connections which wait for a request, or for the rest of one, for so many seconds.

    aiohttp has no time limit for the headers of a request. A stream of events is an answer, and stays.
    """

    def __init__(self, app: web.Application, patience_s: float = HALF_OPEN_S, **options: Any) -> None:
        super().__init__(app, access_log=None, **options)
        self.patience_s = patience_s
        self._waiting: dict[Any, float] = {}
        self._cutting: asyncio.Task[None] | None = None

    async def setup(self) -> None:
        """Set up, and begin to look for half-open connections."""
        await super().setup()
        assert self.server is not None
        self.server.request_factory = partial(self.app._make_request, _cls=NamedRequest)
        self._cutting = asyncio.create_task(self._cut_for_ever())

    async def cleanup(self) -> None:
        """Stop looking, and clean up."""
        if self._cutting is not None:
            self._cutting.cancel()
        await super().cleanup()

    async def _cut_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.cut(time.monotonic())

    def cut(self, at: float) -> None:
        """Close the connections that have waited for that long before a time (s)."""
        connections = list(getattr(self.server, "connections", ()))
        waiting = [one for one in connections if one._current_request is None]
        self._waiting = {one: self._waiting.get(one, at) for one in waiting}
        for one, since in self._waiting.items():
            if at - since >= self.patience_s:
                one.force_close()


async def form_of(request: web.Request) -> Mapping[str, str]:
    """Return a posted form as text. Raises HTTPBadRequest for one that is unreadable or too slow."""
    try:
        async with asyncio.timeout(HALF_OPEN_S):
            return {name: str(value) for name, value in (await request.post()).items()}
    except web.HTTPException:
        raise
    except Exception:
        raise web.HTTPBadRequest(text="The form cannot be read.\n") from None


async def body_of(request: web.Request) -> bytes:
    """Return a posted body. Raises HTTPRequestTimeout when it comes too slowly."""
    try:
        async with asyncio.timeout(HALF_OPEN_S):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body did not come in time.\n") from None
