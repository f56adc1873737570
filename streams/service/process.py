"""Run one long-running service: open, work in parts until told to stop or stuck, close.

It ends with an exit code that tells a supervisor what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Any, NoReturn

from aiohttp import web

from streams.errors import Unanswered, UsageError
from streams.service import metrics
from streams.service.connections import GuardedRunner
from streams.service.exit_codes import DONE, INTERRUPTED, STUCK, version
from streams.service.lifecycle import ProgressMonitor, ProgressSample
from streams.service.supervision import Supervisor

LOOK_S = 2.0
RETRY_S = 1.0
CLOSE_S = 8.5
PATIENCE_S = 120.0
Part = Coroutine[Any, Any, None]


class Service:
    """One service. Subclasses define it in `open`, `parts`, `begin`, `look` and `close`.

    `stopping` is set once it is to end, with `code`.

    `log`: its own; `listen`, `port`: where health and metrics are served (port 0: nowhere); `patience`:
    seconds without progress before it gives up.
    """

    def __init__(
        self, log: logging.Logger, listen: str = "", port: int = 0, patience: float = PATIENCE_S
    ) -> None:
        self.stopping = asyncio.Event()
        self.supervisor = Supervisor(patience, log)
        self.code = DONE
        self.log, self.listen, self.port, self.patience = log, listen, port, patience
        self.fault: str | None = None
        self.waits: str | None = "it starts"
        self.runners: list[Any] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        """Work until told to stop, or until it cannot go on. Return the exit code; raises UsageError.

        The probes answer from the first moment, also while no broker does.
        """
        self._listen()
        self.supervisor.start()
        metrics.BUILD.info({"version": version()})
        try:
            await self.serve_health()
            await self._unless_stopped(self._prepare())
            if not self.stopping.is_set():
                await self._work()
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.close(), CLOSE_S)
            self.supervisor.stop()
        return self.code

    async def _prepare(self) -> None:
        """Connect as soon as a broker answers, then open. Raises UsageError."""
        waited_from = time.monotonic()
        while True:
            try:
                await self.connect()
                break
            except Unanswered as error:
                if time.monotonic() - waited_from >= self.patience:
                    self.give_up(str(error))
                    return
                if str(error) != self.waits:
                    self.log.warning("waits: %s", error)
                self.waits = str(error)
                await asyncio.sleep(RETRY_S)
        self.waits = None
        await self.open()

    async def _work(self) -> None:
        self.tasks = [asyncio.create_task(self._must(part)) for part in self.parts()]
        self.tasks.append(asyncio.create_task(self._must(self.begin())))
        await self._watch()

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something, unless the service is told to stop meanwhile; what it raises is raised."""
        doing, stopped = asyncio.create_task(work), asyncio.create_task(self.stopping.wait())
        await asyncio.wait((doing, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if doing.done():
            doing.result()
        doing.cancel()

    async def connect(self) -> None:
        """Connect to the broker, which may not be there yet: asked again until the patience is over.

        Raises Unanswered, and UsageError.
        """

    async def open(self) -> None:
        """Open what must be there before anything works. Raises UsageError."""

    def parts(self) -> Iterable[Part]:
        """Return the coroutines that run concurrently until the end."""
        return ()

    async def begin(self) -> None:
        """Start what works on its own, once the parts run; watched from then on."""

    async def close(self) -> None:
        """Stop everything that was started."""
        await self.end_parts(self.tasks)
        for runner in self.runners:
            await runner.cleanup()

    async def serve_health(self) -> None:
        """Serve health and metrics, unless the port is 0. Raises UsageError when the port is taken."""
        if self.port:
            pages = health_pages(self.healthy, self._ready)
            self.runners.append(await serve(pages, self.listen, self.port))

    def healthy(self) -> str | None:
        """Return its fault; None while it goes on."""
        return self.fault

    def ready(self) -> str | None:
        """Return what it waits for before it does its work; None once it does."""
        return self.fault

    def _ready(self) -> str | None:
        return self.waits or self.ready()

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
        """Take signals in the loop, and in the main thread itself: a loop that is busy ends too."""
        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGTERM, DONE), (signal.SIGINT, INTERRUPTED)):
            loop.add_signal_handler(number, self._end, code)
            signal.signal(number, partial(self._signalled, code))

    def _signalled(self, code: int, *_: object) -> None:
        self.supervisor.stopping(code)

    def _end(self, code: int) -> None:
        self.supervisor.stopping(code)
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
            self.supervisor.well(progress.since)
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
    runner = GuardedRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise UsageError(f"--metrics-port {port}: {error.strerror}; name another, or 0 for none") from None
    return runner


def run_to_end(work: Coroutine[Any, Any, int]) -> NoReturn:
    """Run a service and end the process with its exit code. Raises UsageError.

    Threads of the Kafka client that still wait for a broker do not keep the process.
    """
    loop = asyncio.new_event_loop()
    try:
        code = loop.run_until_complete(work)
    except BaseException:
        loop.close()
        raise
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
