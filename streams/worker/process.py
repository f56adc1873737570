"""The worker as a process: it starts, tells how it is, and ends; with an exit code that tells a supervisor
what to do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from faust.types import TP

from rules.wire.topics import INPUTS
from streams.kafka.end_offsets import Ends, connect, lag
from streams.kafka.partitions import make_changelog, shape
from streams.kafka.producer import Outlet
from streams.kafka.settings import Broker
from streams.service import health, metrics
from streams.service.exit_codes import STUCK, version
from streams.service.lifecycle import Ending, Progress, Sight, wall
from streams.worker.app import Wiring, changelog, charts, faust_app, wire
from streams.worker.dead_letter_alarm import Alarm, Share
from streams.worker.processor import Rounds

if TYPE_CHECKING:
    from rules.guideline import Guideline

LOOK_S = 2.0
STOP_S = 30.0
log = logging.getLogger("il2watch.worker")


class Options(NamedTuple):
    """How a worker runs. `wall`: the clock of `--clock wall`, ms; None goes by the log.

    `patience`: seconds without progress before it gives up.
    """

    broker: Broker
    guideline: Guideline
    state: Path
    wall: Callable[[], int] | None
    listen: str = "127.0.0.1"
    port: int = 9108
    patience: float = 120.0
    session: float = 10.0
    limits: Share = Share()
    name: str = "il2watch"


async def serve(options: Options) -> int:
    """Runs until it is told to stop, or cannot go on. Answers the exit code; raises UsageError."""
    found = shape(options.broker)
    make_changelog(options.broker, changelog(options.name), found)
    ends = Ends(options.broker)
    await connect(ends, options.broker)
    app = faust_app(options.broker, options.state, found, options.session, options.name)
    rounds = Rounds(options.guideline, charts(app, found), Outlet(app))
    alarm = Alarm(f"{options.name}/{options.listen}:{options.port}", options.limits)
    wiring = wire(app, rounds, ends, options.wall, alarm, wall)
    service = Service(app, wiring, ends, options)
    try:
        return await service.run()
    finally:
        await ends.stop()


class Service(Ending):
    """A running worker."""

    def __init__(self, app: Any, wiring: Wiring, ends: Ends, options: Options) -> None:
        super().__init__()
        self.app, self.wiring, self.ends, self.options = app, wiring, ends, options
        self.fault: str | None = None

    async def run(self) -> int:
        """Starts everything, watches, stops everything."""
        self._listen()
        metrics.BUILD.info({"version": version()})
        metrics.GUIDELINE.info(self.options.guideline.reference)
        runner = await self._health()
        try:
            await self._start()
            await self._watch()
        finally:
            await self._stop(runner)
        return self.code

    async def _start(self) -> None:
        self.app.finalize()
        try:
            await self.app.start()
        except Exception as fault:
            self._give_up(f"did not start: {fault!r}")

    def _give_up(self, fault: str) -> None:
        self.fault = fault
        log.critical("stops: %s", fault)
        self._end(STUCK)

    async def _health(self) -> Any:
        if not self.options.port:
            return None
        return await health.serve(
            health.application(self.healthy, self.ready), self.options.listen, self.options.port
        )

    def healthy(self) -> str | None:
        return self.fault

    def ready(self) -> str | None:
        """None once its partitions are recovered and read."""
        if self.fault is not None:
            return self.fault
        if self.app.rebalancing or self.app.in_recovery or not self.wiring.placed:
            return "partitions are being assigned or charts recovered"
        return None

    async def _watch(self) -> None:
        """Looks every other second whether it gets anywhere; ends when told, when Faust crashed or when it
        does not.
        """
        progress = Progress(self.options.patience, time.monotonic())
        while not self.told.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.told.wait(), LOOK_S)
            fault = self._crashed() or progress.seen(await self._look(), time.monotonic())
            if fault is not None and not self.told.is_set():
                self._give_up(fault)

    def _crashed(self) -> str | None:
        return f"Faust crashed: {self.app.crash_reason!r}" if self.app.crashed else None

    async def _look(self) -> Sight:
        owned = self.wiring.owned()
        committed = {tp: self.app.consumer._committed_offset.get(tp) or 0 for tp in owned}
        mark = sum(committed.values()) + self.wiring.recovered()
        ends = await self.ends(owned or [TP(INPUTS[0], 0)])
        if not ends:
            return Sight("the broker does not answer", mark)
        if self.app.rebalancing or not self.wiring.placed:
            return Sight("no place in the consumer group", mark)
        behind = lag(committed, ends, owned)
        return Sight(f"{behind} records behind" if behind else None, mark)

    async def _stop(self, runner: Any) -> None:
        if runner is not None:
            await runner.cleanup()
        try:
            await asyncio.wait_for(self.app.stop(), STOP_S)
        except TimeoutError:
            log.warning("did not stop within %.0f s; whoever takes over begins where it committed", STOP_S)
