"""The pager's Faust app: one agent over alerts and commands, one table, delivery workers beside it, and the
clock they go by.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import faust
from faust.types import TP
from msgspec.structs import replace

from rules.wire.topics import COMMANDS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.kafka.end_offsets import Ends
from streams.kafka.faust_app import FaustAgent
from streams.kafka.fencing import belongs
from streams.kafka.partitions import Shape
from streams.pager.delivery.outbox import TABLE, Outbox, OutboxWriter
from streams.pager.delivery.workers import DeliveryWorker
from streams.pager.policy.escalation import due, reroute
from streams.pager.policy.state import PagingState
from streams.pager.service.consumer import transport
from streams.pager.service.intake import TOPICS, Intake
from streams.service.lifecycle import die


class PagerClock:
    """Tells ms. `wall` None: the latest record's time."""

    def __init__(self, wall: Callable[[], int] | None) -> None:
        self.wall, self.latest = wall, 0

    def seen(self, timestamp: int) -> None:
        """A record of the log."""
        self.latest = max(self.latest, timestamp)

    def __call__(self) -> int:
        return self.latest if self.wall is None else self.wall()


MOST_BEHIND = 2_000
LOOK_S = 0.1
EVERYBODY = EVERY_PATIENT.encode()
log = logging.getLogger("il2watch.pager")


class PagerAgent(FaustAgent):
    """The app with its agent; opens the books of the partitions it is given, and closes them when they go.

    `at_work`: whether the books of its share are open.
    """

    def __init__(
        self,
        app: Any,
        writer: OutboxWriter,
        intake: Intake,
        workers: dict[str, DeliveryWorker],
        clock: PagerClock,
        ends: Ends,
    ) -> None:
        super().__init__(app, TOPICS)
        self.writer, self.intake, self.workers, self.clock, self.ends = writer, intake, workers, clock, ends
        self.at_work = False
        self.opening = asyncio.Lock()
        self.carrying: dict[str, asyncio.Task[None]] = {}
        writer.nudge = self.nudge
        for worker in workers.values():
            worker.may = self.belongs

    async def watch(self, stream: Any) -> None:
        """The agent. A record that cannot be worked off ends the process: nothing of it is acknowledged."""
        async for event in stream.noack().events():
            try:
                await self.process(event)
            except Exception as fault:
                die(fault)

    async def process(self, event: Any) -> None:
        """One record; it is acknowledged once it is written.

        Without its book open a patient would be taken for a new one.

        One that waits while the partitions move is left alone: whoever has its partition then reads it again.
        """
        message = event.message
        while not self.at_work:
            await self.open()
            await asyncio.sleep(0 if self.at_work else LOOK_S)
        if message.generation_id != self.app.consumer_generation_id:
            return
        if moves_clock(message):
            self.clock.seen(int((message.timestamp or 0) * 1000))
        await self.intake.process(message)
        self.writer.done(event)
        if self.writer.behind >= MOST_BEHIND:
            await self.writer.durable()

    async def open(self) -> None:
        """Opens the books once the outbox is read back, in a term of its own; what is owed goes out."""
        async with self.opening:
            if self.at_work or not self._sure():
                return
            await self.put_down()
            generation, numbers = (
                self.app.consumer_generation_id,
                sorted({tp.partition for tp in self.owned()}),
            )
            ends = await self.ends(TP(topic, number) for topic in TOPICS for number in numbers)
            terms = await self.writer.begin(numbers)
            if self.app.consumer_generation_id != generation or not self._sure():
                return
            for number in numbers:
                self.writer.open(
                    plausible(self.writer.outbox.states(number), ends, number), number, terms[number]
                )
            self.at_work = True
            self._reroute()
            self._carry()
            log.info("at work on %d partitions: %s", len(numbers), ", ".join(map(str, numbers)))

    def _sure(self) -> bool:
        """Whether its share is read back, and still its own."""
        return self.settled() and (not self.owned() or self.belongs())

    def settled(self) -> bool:
        """Return whether partitions are given and the outbox is read back."""
        if not super().settled() or self.app.in_recovery:
            return False
        return not self.owned() or self.app.consumer.recovered == self.app.consumer_generation_id

    def working(self) -> bool:
        return self.at_work

    def belongs(self) -> bool:
        """Return whether the group still counts on this pager."""
        return belongs(self.app)

    async def put_down(self) -> None:
        """Nothing is carried any more."""
        carrying, self.carrying = self.carrying, {}
        await asyncio.gather(*(self.workers[name].stop(task) for name, task in carrying.items()))

    def pass_time(self) -> None:
        """Whatever is due by the clock."""
        now = self.clock()
        for patient in self.writer.waking(now):
            self.writer.apply(patient, lambda state: due(state, now, self.writer.paging))

    def nudge(self, patient: str) -> None:
        """A patient's messages may go."""
        state = self.writer.states.get(patient)
        for one in state.pending if state is not None else ():
            self.workers[one.channel].want((patient, one.ordering_key))

    async def assigned(self, *_: Any, **__: Any) -> None:
        """The group has given this pager its share."""
        await super().assigned()
        self.at_work = False

    async def revoked(self, _: Any, *items: Any, **__: Any) -> None:
        """Partitions go elsewhere: nothing is carried any more, and what was applied is written."""
        self.placed = self.at_work = False
        await self.put_down()
        await self.writer.write()
        self.writer.close()
        await super().revoked(_, *items)

    def _reroute(self) -> None:
        known = self.workers.keys()
        for patient, state in list(self.writer.states.items()):
            if any(one.channel not in known for one in state.pending):
                self.writer.apply(
                    patient, lambda state: reroute(state, known, self.clock(), self.writer.paging)
                )

    def _carry(self) -> None:
        self.carrying = {
            name: asyncio.create_task(worker.run(), name=f"courier {name}")
            for name, worker in self.workers.items()
        }
        for task in self.carrying.values():
            task.add_done_callback(ended)
        for patient in self.writer.states:
            self.nudge(patient)


def moves_clock(message: Any) -> bool:
    """Whether a record's time is the log's: an alert of a patient, a tick for all.

    Alarms of the machine and what people type keep wall time.
    """
    return bool((message.key == EVERYBODY) == (message.topic == COMMANDS))


def ended(task: asyncio.Task[None]) -> None:
    """What runs for ever must not fall over in silence: a courier that did would let its channel starve."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        die(fault)


def plausible(states: dict[str, PagingState], ends: dict[TP, int], number: int) -> dict[str, PagingState]:
    """The books, but where a topic ends before what they say was read of it: it was made anew, and nothing of
    it is taken for read.
    """
    limits = tuple(ends.get(TP(topic, number), 1 << 62) for topic in TOPICS)
    return {patient: within(state, limits) for patient, state in states.items()}


def within(state: PagingState, limits: tuple[int, ...]) -> PagingState:
    """The book, but for the positions in topics that end before them."""
    positions = tuple(mine if mine <= end else 0 for mine, end in zip(state.positions, limits, strict=True))
    return state if positions == state.positions else replace(state, positions=positions)


def wire(app: faust.App, agent: PagerAgent) -> None:
    """Add transport, table and agent to the app."""
    # Faust would wait for records in hand before partitions go; one that itself waits for its partition would
    # be waited for in vain.
    app.conf.stream_wait_empty = False
    agent.wire("page", transport(app), agent.writer.outbox)


def outbox(app: faust.App, found: Shape) -> Outbox:
    """The table of books."""
    return Outbox(app, name=TABLE, key_type=bytes, value_type=bytes, partitions=found.partitions)
