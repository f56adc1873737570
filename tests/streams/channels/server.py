"""A receiver on loopback that answers as it is told: with a status, not at all, or with a reset.

It keeps what it was asked.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiohttp import web

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Asked(NamedTuple):
    """A request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """`script`: how the next requests are answered, in order; then `otherwise`."""

    def __init__(self, otherwise: Reply) -> None:
        self.script: deque[Reply] = deque()
        self.otherwise = otherwise
        self.asked: list[Asked] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.method, request.path_qs, request.headers, await request.read()))
        reply = self.script.popleft() if self.script else self.otherwise
        return await reply(request)


def says(status: int, body: Any = None, **headers: str) -> Reply:
    """Answers with a status, a body (text, or what becomes JSON) and headers (`Retry_After="3"`)."""
    text = body if isinstance(body, str) else json.dumps(body)

    async def reply(_: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text="" if body is None else text, headers=named)

    return reply


async def never(_: web.Request) -> web.Response:
    """Holds the request until the other side hangs up."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def reset(request: web.Request) -> web.Response:
    """Ends the connection with a reset, no answer."""
    cut(request)
    return web.Response()


def cut(request: web.Request) -> None:
    """Resets the connection of a request: closed with nothing lingering, TCP sends RST."""
    assert request.transport is not None
    found = request.transport.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def endless(request: web.Request) -> web.StreamResponse:
    """A body that does not end until the other side hangs up."""
    response = web.StreamResponse(status=200)
    await response.prepare(request)
    while True:
        await response.write(b" " * 65_536)


@asynccontextmanager
async def serving(otherwise: Reply | None = None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server on a free port of loopback; `otherwise` is 202 unless told otherwise."""
    server = Server(otherwise or says(202, {"status": "success"}))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        server.url = f"http{'s' if tls else ''}://localhost:{runner.addresses[0][1]}"
        yield server
    finally:
        await end(runner)


async def end(runner: web.AppRunner) -> None:
    """Takes nobody in any more, waits for whoever is in the door, and closes all.

    aiohttp closes only the connections it knows, and asyncio leaves open what it has accepted for a server
    that is closed a moment later.
    """
    loop = asyncio.get_running_loop()
    for site in runner.sites:
        # asyncio's server; aiohttp has no other way to it
        for listening in site._server.sockets:  # type: ignore[attr-defined]
            loop.remove_reader(listening.fileno())
    for _ in range(10):
        await asyncio.sleep(0)
    await runner.cleanup()
