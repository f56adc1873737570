"""Run one long-running service: open, work in parts until told to stop or stuck, close.

It ends with an exit code that tells a supervisor what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from aiohttp import web

from streams.errors import UsageError
from streams.service import metrics
from streams.service.exit_codes import DONE, INTERRUPTED, STUCK, version
from streams.service.lifecycle import ProgressMonitor, ProgressSample

LOOK_S = 2.0
Part = Coroutine[Any, Any, None]


class Service:
    """One service. Subclasses define it in `open`, `parts`, `begin`, `look` and `close`.

    `stopping` is set once it is to end, with `code`.

    `log`: its own; `listen`, `port`: where health and metrics are served (port 0: nowhere); `patience`:
    seconds without progress before it gives up.
    """

    def __init__(
        self, log: logging.Logger, listen: str = "", port: int = 0, patience: float = math.inf
    ) -> None:
        self.stopping = asyncio.Event()
        self.code = DONE
        self.log, self.listen, self.port, self.patience = log, listen, port, patience
        self.fault: str | None = None
        self.runners: list[Any] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        """Work until told to stop, or until it cannot go on. Return the exit code; raises UsageError."""
        self._listen()
        metrics.BUILD.info({"version": version()})
        try:
            await self.open()
            self.tasks = [asyncio.create_task(self._must(part)) for part in self.parts()]
            await self.begin()
            await self._watch()
        finally:
            await self.close()
        return self.code

    async def open(self) -> None:
        """Serve and connect what must be there before anything works. Raises UsageError."""
        await self.serve_health()

    def parts(self) -> Iterable[Part]:
        """Return the coroutines that run concurrently until the end."""
        return ()

    async def begin(self) -> None:
        """Start what works on its own, once the parts run."""

    async def close(self) -> None:
        """Stop everything that was started."""
        await self.end_parts(self.tasks)
        for runner in self.runners:
            await runner.cleanup()

    async def serve_health(self) -> None:
        """Serve health and metrics, unless the port is 0. Raises UsageError when the port is taken."""
        if self.port:
            pages = health_pages(self.healthy, self.ready)
            self.runners.append(await serve(pages, self.listen, self.port))

    def healthy(self) -> str | None:
        """Return its fault; None while it goes on."""
        return self.fault

    def ready(self) -> str | None:
        """Return what it waits for before it does its work; None once it does."""
        return self.fault

    def crashed(self) -> str | None:
        """Return why it cannot go on, if it is known."""
        return None

    async def look(self) -> ProgressSample:
        """Return what there is to wait for, and how much is done.

        A service that waits for nothing is well.
        """
        return ProgressSample(None, 0)

    def give_up(self, fault: str) -> None:
        """End with a fault, to be started again."""
        self.fault = fault
        self.log.critical("stops: %s", fault)
        self._end(STUCK)

    def broken(self, fault: Exception) -> None:
        """End because a part has failed: without it the service would show a state that no longer changes."""
        self.log.critical("stops", exc_info=fault)
        self._end(STUCK)

    async def end_parts(self, tasks: Iterable[asyncio.Task[None]]) -> None:
        """Cancel parts and wait for them."""
        ended = list(tasks)
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGTERM, DONE), (signal.SIGINT, INTERRUPTED)):
            loop.add_signal_handler(number, self._end, code)

    def _end(self, code: int) -> None:
        self.code = code
        self.stopping.set()

    async def _must(self, part: Part) -> None:
        try:
            await part
        except Exception as fault:
            self.broken(fault)

    async def _watch(self) -> None:
        """Check every other second whether there is progress."""
        progress = ProgressMonitor(self.patience, time.monotonic())
        while not await self._stopping_within(LOOK_S):
            fault = self.crashed() or progress.seen(await self.look(), time.monotonic())
            if fault is not None and not self.stopping.is_set():
                self.give_up(fault)

    async def _stopping_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)
        return self.stopping.is_set()


Answer = Callable[[], str | None]
"""Returns None if all is well, else one line that says what is not."""


def health_pages(healthy: Answer, ready: Answer) -> web.Application:
    """Return the application that serves `/-/healthy`, `/-/ready` and `/metrics`.

    Nothing of a patient is served.
    """
    app = web.Application()
    app.router.add_get("/-/healthy", _page(healthy))
    app.router.add_get("/-/ready", _page(ready))
    app.router.add_get("/metrics", _metrics)
    return app


def _page(ask: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def page(_: web.Request) -> web.Response:
        fault = ask()
        return web.Response(status=200 if fault is None else 503, text=f"{fault or 'ok'}\n")

    return page


async def _metrics(_: web.Request) -> web.Response:
    return web.Response(
        body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Serve until the runner's `cleanup`. Raises UsageError when the port is taken."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise UsageError(f"--metrics-port {port}: {error.strerror}; name another, or 0 for none") from None
    return runner
