"""The board as a process: it reads, draws, watches, serves; and ends with an exit code that tells a
supervisor what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

from aiohttp import web
from aiokafka.errors import KafkaError

from rules.wire.instants import HOUR
from streams.board.access.door import Door
from streams.board.access.session import Sessions, patient_key, secret
from streams.board.board_state import Desk, Ways
from streams.board.feed import Feed, Watch
from streams.board.html.element import ZONE
from streams.board.liveness import Code, Problem
from streams.board.web import Rooms, application
from streams.config.secrets import Secret
from streams.errors import UsageError
from streams.kafka.partitions import shape
from streams.kafka.producer import Producer
from streams.kafka.settings import Broker
from streams.kafka.state_record import CHARTS
from streams.kafka.topics import changelog
from streams.service.metrics import gauge
from streams.service.process import Part
from streams.service.process import Service as LongRunning

if TYPE_CHECKING:
    from rules.guideline import Guideline


CODES: tuple[str, ...] = get_args(Code)
PROBLEMS = gauge("il2_board_problem", "1 while the board's page is not live, by what is wrong.", "code")


def show(problems: Iterable[Problem]) -> None:
    """Sets every code: 1 for what is wrong now, 0 for all else."""
    wrong = {problem.code for problem in problems}
    for code in CODES:
        PROBLEMS.labels(code).set(code in wrong)


def context(certificate: str, key: str) -> ssl.SSLContext:
    """A server's TLS, 1.2 or later.

    Raises UsageError when the two cannot be used; a key that asks for a password is one of those.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        made.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"[board] tls-certfile {certificate}, tls-keyfile {key}: "
            f"{getattr(error, 'strerror', None) or error}"
        ) from None
    return made


DRAW_S = 0.1
LOOK_S = 1.0
AGAIN_S = 30.0
STOP_S = 2.0
log = logging.getLogger("il2watch.board")


class Options(NamedTuple):
    """How a board runs.

    `history`: ms of events to read; `tls`: certificate and key; `worker`: the worker's group; `metrics_port`
    0: none. `session_keys`: the first signs, all verify; none: the secret of the folder `state`.
    """

    broker: Broker
    guideline: Guideline
    ways: Ways
    door: Door
    state: Path
    listen: str = "127.0.0.1"
    port: int = 8020
    history: int = 72 * HOUR
    tls: tuple[str, str] | None = None
    worker: str = "il2watch"
    metrics_port: int = 0
    session_keys: tuple[Secret, ...] = ()


async def serve(options: Options) -> int:
    """Runs until told to stop. Answers the exit code; raises UsageError."""
    options.door.check(options.listen)
    tls = None if options.tls is None else context(*options.tls)
    ZONE.set(options.guideline.shifts.timezone)
    own = secret(options.state)
    sessions = Sessions([key.reveal().encode() for key in options.session_keys] or [own])
    found = await asyncio.to_thread(shape, options.broker)
    began = time.time_ns() // 1_000_000
    feed = Feed(
        options.broker, changelog(options.worker, CHARTS), options.history, began if options.ways.wall else 0
    )
    await feed.start(found.partitions)
    desk = Desk(options.guideline, options.ways, partial(patient_key, own))
    service = Service(options, desk, feed, sessions, began - options.history, found.partitions, tls)
    try:
        return await service.run()
    finally:
        await feed.stop()


class Service(LongRunning):
    """A running board. `partitions`: of every topic; `tls`: of its pages."""

    def __init__(
        self,
        options: Options,
        desk: Desk,
        feed: Feed,
        sessions: Sessions,
        since: int,
        partitions: int,
        tls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(log, options.listen, options.metrics_port)
        self.options, self.desk, self.feed = options, desk, feed
        self.partitions, self.tls = partitions, tls
        self.watch, self.outlet = Watch(options.broker, options.worker), Producer(options.broker)
        self.rooms = Rooms(desk, options.door, sessions, self.outlet, since if options.ways.wall else 0)

    async def open(self) -> None:
        """Serve from the start, so that people see it come up; say where."""
        try:
            await self.watch.start(self.partitions)
            await self.outlet.start()
        except KafkaError as error:
            raise self.options.broker.unanswered(error) from None
        await self._serve(self.tls)
        show(self.desk.problems())
        await self.serve_health()

    def parts(self) -> Iterable[Part]:
        return (self._read(), self._draw(), self._look(), self._again())

    async def _serve(self, tls: ssl.SSLContext | None) -> None:
        """Serve the page. Raises UsageError when the port is taken."""
        options = self.options
        runner = web.AppRunner(
            application(self.rooms), access_log=None, shutdown_timeout=0.5, handler_cancellation=True
        )
        self.runners.append(runner)
        await runner.setup()
        try:
            await web.TCPSite(runner, options.listen, options.port, ssl_context=tls).start()
        except OSError as error:
            raise UsageError(f"--port {options.port}: {error.strerror}; name another") from None
        log.info("the board is at %s", address(options))

    def ready(self) -> str | None:
        return next((problem.text for problem in self.desk.problems()), None)

    async def _read(self) -> None:
        """Takes what comes.

        Once all is read that was there at the start, those whose stay was over by then are forgotten.
        """
        desk, looked = self.desk, time.monotonic()
        while True:
            records = await self.feed.records()
            mine = [record for record in records if record.topic != self.feed.chart]
            desk.take(mine)
            for record in records:
                if record.topic == self.feed.chart:
                    desk.ward.chart(record.key.decode("utf-8", "surrogatepass"), record.value)
            desk.trust.read.update(self.feed.read())
            if desk.trust.loading is not None:
                await self._load()
            if time.monotonic() - looked > AGAIN_S:
                looked = time.monotonic()
                await self.feed.find_charts()
            await asyncio.sleep(0)

    async def _load(self) -> None:
        await self.feed.settle()
        self.desk.trust.loading = self.feed.loading()
        if self.desk.trust.loading is None:
            self.desk.ward.prune()
            self.desk.everything()
            log.info("read: %d patients", sum(1 for _ in self.desk.ward))

    async def _draw(self) -> None:
        while True:
            if self.desk.trust.loading is None:
                self.desk.draw()
            await asyncio.sleep(DRAW_S)

    async def _look(self) -> None:
        while True:
            sight = await self.watch.look()
            if sight is not None:
                self.desk.trust.answer(self.desk.monotonic(), sight.ends, sight.worked, sight.workers)
            show(self.desk.problems())
            await asyncio.sleep(LOOK_S)

    async def _again(self) -> None:
        """What changes by time alone, like a silence that ends."""
        while True:
            await asyncio.sleep(AGAIN_S)
            self.desk.ward.prune()
            self.desk.everything()

    async def close(self) -> None:
        await self.end_parts(self.tasks)
        for part in (*(runner.cleanup() for runner in self.runners), self.outlet.stop(), self.watch.stop()):
            with contextlib.suppress(TimeoutError, KafkaError):
                await asyncio.wait_for(part, STOP_S)


def address(options: Options) -> str:
    """Where people find it."""
    host = f"[{options.listen}]" if ":" in options.listen else options.listen
    return f"{'https' if options.tls else 'http'}://{host}:{options.port}/"
