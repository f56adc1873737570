"""Run the board: read topics, render, watch the worker's lag, serve pages, and end with an exit code.

The exit code tells a supervisor what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import Coroutine, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from aiohttp import web
from aiokafka.errors import KafkaError

from rules.wire.instants import HOUR
from streams.board.access.auth_settings import AuthSettings
from streams.board.access.session import ENDED, EndedSessions, Sessions, patient_key, secret
from streams.board.board_state import BoardState, DisplaySettings
from streams.board.feed import BoardReader, LagMonitor
from streams.board.liveness import Code, Problem
from streams.board.request_handlers import Handlers, application
from streams.config.secrets import Secret
from streams.errors import UsageError
from streams.kafka.partition_check import shape
from streams.kafka.producer import Producer
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE, block_of
from streams.kafka.topics import changelog
from streams.projections.patients import name_of
from streams.service.connections import GuardedRunner
from streams.service.metrics import gauge
from streams.service.process import Part
from streams.service.process import Service as LongRunning
from streams.times import ZONE

if TYPE_CHECKING:
    from rules.guideline import Guideline


CODES: tuple[str, ...] = get_args(Code)
PROBLEMS = gauge("il2_board_problem", "1 while the board's page is not live, by what is wrong.", "code")


def show(problems: Iterable[Problem]) -> None:
    """Set the gauge of every code: 1 for a present problem, 0 for all others."""
    wrong = {problem.code for problem in problems}
    for code in CODES:
        PROBLEMS.labels(code).set(code in wrong)


def context(certificate: str, key: str) -> ssl.SSLContext:
    """Return the TLS context of a server, 1.2 or later.

    Raises UsageError when certificate and key cannot be used; a key that asks for a password is such a case.
    """
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        tls.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"[board] tls-certfile {certificate}, tls-keyfile {key}: "
            f"{getattr(error, 'strerror', None) or error}"
        ) from None
    return tls


DRAW_S = 0.1
LOOK_S = 1.0
REFRESH_S = 30.0
STOP_S = 1.5
log = logging.getLogger("il2watch.board")


class BoardOptions(NamedTuple):
    """How a board runs.

    `history`: ms of events to read; `tls`: certificate and key; `worker`: the worker's consumer group;
    `metrics_port` 0: none. `session_keys`: the first signs, all verify; none: the secret in the folder
    `state`.
    """

    broker: Broker
    guideline: Guideline
    display: DisplaySettings
    auth: AuthSettings
    state: Path
    listen: str = "127.0.0.1"
    port: int = 8020
    history: int = 72 * HOUR
    tls: tuple[str, str] | None = None
    worker: str = "il2watch"
    metrics_port: int = 0
    session_keys: tuple[Secret, ...] = ()
    plain_http: bool = False


async def serve(options: BoardOptions) -> int:
    """Run until stopped, and return the exit code. Raises UsageError."""
    options.auth.check(options.listen, options.plain_http)
    tls = None if options.tls is None else context(*options.tls)
    ZONE.set(options.guideline.shifts.timezone)
    own = secret(options.state)
    ended = EndedSessions(options.state / ENDED, int(time.time()))
    sessions = Sessions([key.reveal().encode() for key in options.session_keys] or [own], ended)
    state = BoardState(options.guideline, options.display, partial(patient_key, own))
    return await BoardService(options, state, sessions, tls).run()


class BoardService(LongRunning):
    """A running board. `partitions`: the number of partitions of every topic; `tls`: of its pages."""

    def __init__(
        self, options: BoardOptions, state: BoardState, sessions: Sessions, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(log, options.listen, options.metrics_port)
        self.options, self.state, self.tls = options, state, tls
        began = time.time_ns() // 1_000_000
        self.began = began if options.display.wall else 0
        self.feed = self._reader()
        self.watch, self.producer = LagMonitor(options.broker, options.worker), Producer(options.broker)
        since = began - options.history
        self.handlers = Handlers(
            state, options.auth, sessions, self.producer, since if options.display.wall else 0
        )

    def _reader(self) -> BoardReader:
        options = self.options
        return BoardReader(
            options.broker, changelog(options.worker, STATE_TABLE), options.history, self.began
        )

    async def connect(self) -> None:
        """Connect every client, not live meanwhile. Raises UsageError, Unanswered."""
        PROBLEMS.labels("starting").set(1)
        broker = self.options.broker
        partitions = (await asyncio.to_thread(shape, broker)).partitions
        await self._disconnect()
        self.feed = self._reader()
        self.watch, self.producer = LagMonitor(broker, self.options.worker), Producer(broker)
        self.handlers.producer = self.producer
        await self.feed.start(partitions)
        try:
            await self.watch.start(partitions)
            await self.producer.start()
        except KafkaError as error:
            raise broker.unanswered(error) from None

    async def open(self) -> None:
        """Serve before anything is read, so that people see the board come up, and log its address."""
        await self._serve(self.tls)
        show(self.state.problems())

    def parts(self) -> Iterable[Part]:
        """Return the loops of a running board."""
        return (self._follow(), self._draw(), self._look(), self._refresh())

    async def _serve(self, tls: ssl.SSLContext | None) -> None:
        """Serve the page. Raises UsageError when the port is taken."""
        options = self.options
        runner = GuardedRunner(application(self.handlers), shutdown_timeout=0.5, handler_cancellation=True)
        self.runners.append(runner)
        await runner.setup()
        try:
            await web.TCPSite(runner, options.listen, options.port, ssl_context=tls).start()
        except OSError as error:
            raise UsageError(f"--port {options.port}: {error.strerror}; name another") from None
        log.info("the board is at %s", address(options))

    def ready(self) -> str | None:
        """Return the first problem in words; None when the page is live."""
        return next((problem.text for problem in self.state.problems()), None)

    async def _follow(self) -> None:
        """Apply records as they arrive, and look for the worker's state records every `REFRESH_S`."""
        state, looked = self.state, time.monotonic()
        while True:
            records = await self.feed.records()
            displayed = [record for record in records if record.topic != self.feed.chart]
            state.apply(displayed)
            for record in records:
                if record.topic == self.feed.chart:
                    self._state_record(name_of(record.key), record.value)
            state.liveness.positions.update(self.feed.positions_read())
            if state.liveness.loading is not None:
                await self._load()
            if time.monotonic() - looked > REFRESH_S:
                looked = time.monotonic()
                await self.feed.find_state_records()
            await asyncio.sleep(0)

    def _state_record(self, name: str, value: bytes | None) -> None:
        """Store a record of the worker's changelog: a patient's state record, or a block of it."""
        block = block_of(name)
        if block is None:
            self.state.patients.chart(name, value)
        else:
            self.state.patients.block(*block, value)

    async def _load(self) -> None:
        """Update the loading progress; at its end prune the patients and render everything."""
        await self.feed.settle()
        self.state.liveness.loading = self.feed.loading()
        if self.state.liveness.loading is None:
            self.state.patients.prune()
            self.state.everything()
            log.info("read: %d patients", sum(1 for _ in self.state.patients))

    async def _draw(self) -> None:
        """Render what changed, every `DRAW_S`, once loading is done."""
        while True:
            if self.state.liveness.loading is None:
                self.state.draw()
            await asyncio.sleep(DRAW_S)

    async def _look(self) -> None:
        """Sample offsets and lag every `LOOK_S`, and update the problem gauge."""
        while True:
            sample = await self.watch.look()
            if sample is not None:
                self.state.liveness.answer(self.state.monotonic(), sample.ends, sample.worked, sample.workers)
            show(self.state.problems())
            await asyncio.sleep(LOOK_S)

    async def _refresh(self) -> None:
        """Render everything again every `REFRESH_S`: a silence, for example, ends by time alone."""
        while True:
            await asyncio.sleep(REFRESH_S)
            self.state.patients.prune()
            self.state.everything()

    async def close(self) -> None:
        """End the loops, the servers and the clients, each within `STOP_S`."""
        await self.end_parts(self.tasks)
        for runner in self.runners:
            await within_stop(runner.cleanup())
        await self._disconnect()

    async def _disconnect(self) -> None:
        for client in (self.producer, self.watch, self.feed):
            await within_stop(client.stop())


async def within_stop(part: Coroutine[Any, Any, None]) -> None:
    """Wait for an end, at most `STOP_S`."""
    with contextlib.suppress(TimeoutError, KafkaError):
        await asyncio.wait_for(part, STOP_S)


def address(options: BoardOptions) -> str:
    """Return the address of the board."""
    host = f"[{options.listen}]" if ":" in options.listen else options.listen
    return f"{'https' if options.tls else 'http'}://{host}:{options.port}/"
