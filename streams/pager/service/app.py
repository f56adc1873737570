"""Wire the pager's Faust app: one agent over alerts and commands, and one table.

Beside them run the delivery workers and the clock.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import faust
from faust.types import TP
from msgspec.structs import replace

from rules.wire import pages
from rules.wire.alerts import CLEAR, OUTBOX_LOST
from rules.wire.pages import Audit
from rules.wire.topics import COMMANDS
from rules.wire.vocabulary import EVERY_PATIENT, is_made_up
from streams.kafka.end_offsets import Ends
from streams.kafka.faust_app import FaustAgent
from streams.kafka.fencing import belongs
from streams.kafka.partition_check import Shape
from streams.pager.delivery.attempts import about_pager
from streams.pager.delivery.outbox import TABLE, Outbox, OutboxWriter
from streams.pager.delivery.workers import DeliveryWorker
from streams.pager.policy.escalation import due, reroute
from streams.pager.policy.routes import Paging
from streams.pager.policy.shadow import switch
from streams.pager.policy.state import PagingState
from streams.pager.service.consumer import transport
from streams.pager.service.intake import TOPICS, Intake
from streams.service import lifecycle
from streams.service.lifecycle import die
from streams.service.metrics import SYSTEM_ALARM


class PagerClock:
    """The pager's clock, ms. `wall` None: the latest record's time."""

    def __init__(self, wall: Callable[[], int] | None) -> None:
        self.wall, self.latest = wall, 0

    def seen(self, timestamp: int) -> None:
        """Advance the clock to a record's time."""
        self.latest = max(self.latest, timestamp)

    def __call__(self) -> int:
        return self.latest if self.wall is None else self.wall()


LOST = (
    "The outbox of partitions {} is lost: who was paged, and what is acknowledged or silenced, is unknown; "
    "stop all pagers, start one with --rebuild; see docs/reference/reliability.md"
)
REBUILT = "The outbox is made anew from the alerts and commands"
MOST_BEHIND = 2_000
LOOK_S = 0.1
EVERYBODY = EVERY_PATIENT.encode()
log = logging.getLogger("il2watch.pager")


class PagerAgent(FaustAgent):
    """The pager's Faust agent: opens the paging states of its partitions, and closes them when revoked.

    `at_work`: whether the paging states of its partitions are open; `rebuilt`: whether the outbox is being
    made anew.
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
        self.at_work = self.rebuilt = False
        self.opening = asyncio.Lock()
        self.deliveries: dict[str, asyncio.Task[None]] = {}
        writer.nudge = self.nudge
        for worker in workers.values():
            worker.may_send = self.belongs

    async def watch(self, stream: Any) -> None:
        """Process the stream; end the process when a record fails, since nothing of it is acknowledged."""
        async for event in stream.noack().events():
            try:
                await self.process(event)
            except Exception as fault:
                die(fault)

    async def process(self, event: Any) -> None:
        """Apply one record; it is acknowledged once it is written.

        Without its paging state open a patient would be taken for a new one.

        A record that waits while the partitions move is skipped: the partition's next owner reads it again.
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
        """Open the paging states, in a term of its own, once the outbox is read back.

        What is pending is delivered then.
        """
        async with self.opening:
            if self.at_work or not self._may_open():
                return
            await self.stop_workers()
            generation, numbers = (
                self.app.consumer_generation_id,
                sorted({tp.partition for tp in self.owned()}),
            )
            ends = await self.ends(TP(topic, number) for topic in TOPICS for number in numbers)
            lost = self.lost(numbers)
            terms = await self.writer.begin(numbers)
            if self.app.consumer_generation_id != generation or not self._may_open():
                return
            for number in numbers:
                self.writer.open(
                    plausible(self.writer.outbox.states(number), ends, number), number, terms[number]
                )
            self.at_work = True
            self._switch()
            await self._report(lost)
            self._reroute()
            self._start_workers()
            log.info("at work on %d partitions: %s", len(numbers), ", ".join(map(str, numbers)))

    def lost(self, numbers: Iterable[int]) -> list[int]:
        """Return the partitions of which records were done, and whose outbox is nowhere."""
        done = self.app.consumer._committed_offset
        return [
            number
            for number in numbers
            if self.writer.outbox.is_new(number) and any(done.get(TP(topic, number)) for topic in TOPICS)
        ]

    async def _report(self, lost: list[int]) -> None:
        """Raise a system alert where the outbox is lost; end it where the outbox was made anew."""
        now = lifecycle.wall()
        SYSTEM_ALARM.labels(OUTBOX_LOST).set(bool(lost))
        if lost:
            log.error("partitions %s: the outbox is lost", ", ".join(map(str, lost)))
            text = LOST.format(", ".join(map(str, lost)))
            await self.writer.producer.append([about_pager(OUTBOX_LOST, "technical", text, now)])
        elif self.rebuilt:
            self.rebuilt = False
            await self.writer.producer.append([about_pager(OUTBOX_LOST, CLEAR, REBUILT, now)])

    def _may_open(self) -> bool:
        """Return whether its partitions are read back, and still its own."""
        return self.settled() and (not self.owned() or self.belongs())

    def settled(self) -> bool:
        """Return whether partitions are assigned and the outbox is read back."""
        if not super().settled() or self.app.in_recovery:
            return False
        return not self.owned() or self.app.consumer.recovered == self.app.consumer_generation_id

    def working(self) -> bool:
        """Return whether the paging states are open."""
        return self.at_work

    def belongs(self) -> bool:
        """Return whether the group still counts on this pager."""
        return belongs(self.app)

    async def stop_workers(self) -> None:
        """Stop all delivery workers."""
        deliveries, self.deliveries = self.deliveries, {}
        await asyncio.gather(*(self.workers[name].stop(task) for name, task in deliveries.items()))

    def pass_time(self) -> None:
        """Apply whatever is due by the clock."""
        now = self.clock()
        for patient in self.writer.waking(now):
            self.writer.apply(patient, lambda state: due(state, now, self.writer.paging))

    def nudge(self, patient: str) -> None:
        """Queue a patient's notifications for delivery."""
        state = self.writer.states.get(patient)
        for notification in state.pending if state is not None else ():
            self.workers[notification.channel].want((patient, notification.ordering_key))

    async def assigned(self, *_: Any, **__: Any) -> None:
        """Note that the group has assigned this pager's partitions."""
        await super().assigned()
        self.at_work = False

    async def revoked(self, _: Any, *items: Any, **__: Any) -> None:
        """Stop delivering, write what was applied, and close the paging states: partitions are revoked."""
        self.placed = self.at_work = False
        await self.stop_workers()
        await self.writer.write()
        self.writer.close()
        await super().revoked(_, *items)

    def _switch(self) -> None:
        """Take the paging states into shadow or out of it, as this pager is configured; write down how it is.

        What is open and not paged for that is counted in the log; `il2watch pager --open` lists it.
        """
        writer, now = self.writer, self.clock()
        found = [
            audit
            for patient in list(writer.states)
            for audit in writer.apply(patient, lambda state: switch(state, now, writer.paging)).audits
            if audit.outcome == pages.STANDS_OPEN
        ]
        writer.note(Audit(when=now, outcome=pages.MODE, patient=EVERY_PATIENT, reason=mode(writer.paging)))
        for why, count in sorted(Counter(audit.reason for audit in found).items()):
            log.warning("switched: %d open alerts, %s; il2watch pager --open lists them", count, why)

    def _reroute(self) -> None:
        """Reroute the notifications that are pending on channels no longer configured."""
        known = self.workers.keys()
        for patient, state in list(self.writer.states.items()):
            if any(notification.channel not in known for notification in state.pending):
                self.writer.apply(
                    patient, lambda state: reroute(state, known, self.clock(), self.writer.paging)
                )

    def _start_workers(self) -> None:
        """Start all delivery workers."""
        self.deliveries = {
            name: asyncio.create_task(worker.run(), name=f"delivery {name}")
            for name, worker in self.workers.items()
        }
        for task in self.deliveries.values():
            task.add_done_callback(ended)
        for patient in self.writer.states:
            self.nudge(patient)


def mode(paging: Paging) -> str:
    """Return how a pager runs, in words: `live`, `shadow`, or `shadow: 4 East, 5 North`."""
    if isinstance(paging.shadow, bool):
        return "shadow" if paging.shadow else "live"
    return f"shadow: {', '.join(paging.shadow)}" if paging.shadow else "live"


def moves_clock(message: Any) -> bool:
    """Return whether a record's time counts as the log's: an alert of a patient, a tick for all.

    Alarms of the machine, commands typed by people and patients who are made up have wall time.
    """
    if is_made_up((message.key or b"").decode(errors="replace")):
        return False
    return bool((message.key == EVERYBODY) == (message.topic == COMMANDS))


def ended(task: asyncio.Task[None]) -> None:
    """End the process when a delivery worker has failed: unnoticed, its channel would get nothing more."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        die(fault)


def plausible(states: dict[str, PagingState], ends: dict[TP, int], number: int) -> dict[str, PagingState]:
    """Return the paging states, with positions reset in topics that end before them.

    Such a topic was created again, so nothing of it counts as read.
    """
    limits = tuple(ends.get(TP(topic, number), 1 << 62) for topic in TOPICS)
    return {patient: within(state, limits) for patient, state in states.items()}


def within(state: PagingState, limits: tuple[int, ...]) -> PagingState:
    """Return a paging state, with positions reset in topics that end before them."""
    positions = tuple(
        position if position <= end else 0 for position, end in zip(state.positions, limits, strict=True)
    )
    return state if positions == state.positions else replace(state, positions=positions)


def wire(app: faust.App, agent: PagerAgent) -> None:
    """Add transport, table and agent to the app."""
    # Faust would wait for records in hand before partitions are revoked; a record that itself waits for its
    # partition would keep it waiting in vain.
    app.conf.stream_wait_empty = False
    agent.wire("page", transport(app), agent.writer.outbox)


def outbox(app: faust.App, shape: Shape) -> Outbox:
    """Return the outbox of an app."""
    return Outbox(app, name=TABLE, key_type=bytes, value_type=bytes, partitions=shape.partitions)
