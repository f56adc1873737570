"""Run a service built on Faust: start its app, watch the progress in its partitions, stop in bounded time."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from faust.types import TP

from streams.kafka.end_offsets import Ends, connect, lag
from streams.kafka.partition_check import Shape
from streams.kafka.settings import Broker
from streams.service import metrics
from streams.service.lifecycle import ProgressSample, die
from streams.service.process import Service

STOP_S = 6.0
NO_PLACE = (
    "no place in the consumer group (does the broker take the session timeout, group.min.session.timeout.ms "
    "to group.max.session.timeout.ms, and may this user join the group?)"
)


class FaustService(Service):
    """A service built on Faust. Subclasses make its agent in `make`.

    `agent`: the app's agent, with its table; `ends`: returns the end offsets of partitions. `recovers`: the
    name of what is read back at a start.
    """

    recovers = "the table"

    def __init__(self, broker: Broker, log: logging.Logger, listen: str, port: int, patience: float) -> None:
        super().__init__(log, listen, port, patience)
        self.broker, self.ends = broker, Ends(broker)
        self.agent: Any = None
        self.started = self.away = False
        self.stuck: tuple[int, ...] = ()

    @property
    def app(self) -> Any:
        """The agent's Faust app."""
        return self.agent.app

    def shape(self) -> Shape:
        """Return the topics' shape, after making the changelog; blocks. Raises UsageError, Unanswered."""
        raise NotImplementedError

    def make(self, shape: Shape) -> Any:
        """Return the agent, wired to its app."""
        raise NotImplementedError

    async def connect(self) -> None:
        """Look at the topics and make the agent. Raises UsageError, Unanswered."""
        found = await asyncio.to_thread(self.shape)
        self.ends = Ends(self.broker)
        await connect(self.ends, self.broker)
        self.agent = self.make(found)

    async def begin(self) -> None:
        """Start Faust; give up at once if it does not start."""
        self.app.finalize()
        self.started = True
        try:
            await self.app.start()
        except Exception as fault:
            self.give_up(f"did not start: {fault!r}")

    def ready(self) -> str | None:
        """Return None once its partitions are recovered and read, none stuck, else what it waits for."""
        if self.fault is None and not self.agent.working():
            return f"partitions are being assigned or {self.recovers} recovered"
        return self.fault or stuck_reason(self.stuck, self.patience)

    def crashed(self) -> str | None:
        """Return Faust's crash reason, if it crashed."""
        crashed = self.started and self.app.crashed
        return f"Faust crashed: {self.app.crash_reason!r}" if crashed else None

    async def look(self) -> ProgressSample:
        """Return the lag behind the ends of its topics; what is committed or recovered counts as progress."""
        owned = self.agent.owned()
        committed = {tp: self.app.consumer._committed_offset.get(tp) or 0 for tp in owned}
        mark = sum(committed.values()) + self.agent.recovered()
        self._note_stuck()
        ends = await self.ends(owned or [TP(self.agent.topics[0], 0)])
        self._note_away(not ends)
        if not ends:
            return ProgressSample("the broker does not answer", mark)
        if not self.agent.settled():
            return ProgressSample(NO_PLACE, mark)
        if not self.agent.working():
            return ProgressSample(f"{self.recovers} not recovered", mark)
        behind = lag(committed, ends, owned)
        return ProgressSample(f"{behind} records behind" if behind else None, mark)

    def broken(self, fault: Exception) -> None:
        """End the process: nothing in hand is acknowledged, so the partitions' next owner begins with it."""
        die(fault)

    async def close(self) -> None:
        """Stop serving, Faust and the parts, in this order."""
        for runner in self.runners:
            await runner.cleanup()
        await self.stop_app()
        await self.end_parts(self.tasks)
        await self.ends.stop()

    async def stop_app(self) -> None:
        """Stop Faust, which commits what is done."""
        if not self.started:
            return
        try:
            await asyncio.wait_for(self.app.stop(), STOP_S)
        except TimeoutError:
            self.log.warning(
                "did not stop within %.0f s; whoever takes over begins where it committed", STOP_S
            )

    def stuck_partitions(self) -> tuple[int, ...]:
        """Return the partitions of which a batch is in hand for longer than the patience."""
        return ()

    def _note_stuck(self) -> None:
        """Say once which partitions are stuck; the process stays, for it watches the patients of others."""
        before, self.stuck = self.stuck, self.stuck_partitions()
        metrics.STUCK_PARTITIONS.set(len(self.stuck))
        if set(self.stuck) - set(before):
            self.log.error("%s", stuck_reason(self.stuck, self.patience))
        elif before and not self.stuck:
            self.log.info("every partition is worked off again")

    def _note_away(self, away: bool) -> None:
        """Say once that the broker is away, and once that it is back."""
        if away and not self.away:
            self.log.warning("waits: the broker does not answer; ends after %.0f s without it", self.patience)
        if self.away and not away:
            self.log.info("the broker answers again")
        self.away = away


def stuck_reason(numbers: tuple[int, ...], patience: float) -> str | None:
    """Return what to say of partitions that are stuck; None: there are none."""
    if not numbers:
        return None
    return (
        f"records of partitions {', '.join(map(str, numbers))} are in hand and not done for {patience:.0f} s"
        ": do the changelog's and the outputs' partitions take writes?"
    )
