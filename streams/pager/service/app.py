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
from streams.kafka.faust_app import FaustWiring
from streams.kafka.fencing import belongs
from streams.kafka.partitions import Shape
from streams.pager.delivery.outbox import TABLE, Ledger, Outbox
from streams.pager.delivery.workers import Courier
from streams.pager.policy.escalation import due, reroute
from streams.pager.policy.state import Book
from streams.pager.service.consumer import transport
from streams.pager.service.intake import TOPICS, Intake
from streams.service.lifecycle import die


class Clock:
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


class Wiring(FaustWiring):
    """The app with its agent; opens the books of the partitions it is given, and closes them when they go.

    `at_work`: whether the books of its share are open.
    """

    def __init__(
        self, app: Any, ledger: Ledger, intake: Intake, couriers: dict[str, Courier], clock: Clock, ends: Ends
    ) -> None:
        super().__init__(app, TOPICS)
        self.ledger, self.intake, self.couriers, self.clock, self.ends = ledger, intake, couriers, clock, ends
        self.at_work = False
        self.opening = asyncio.Lock()
        self.carrying: dict[str, asyncio.Task[None]] = {}
        ledger.nudge = self.nudge
        for courier in couriers.values():
            courier.may = self.belongs

    async def watch(self, stream: Any) -> None:
        """The agent. A record that cannot be worked off ends the process: nothing of it is acknowledged."""
        async for event in stream.noack().events():
            try:
                await self.take(event)
            except Exception as fault:
                die(fault)

    async def take(self, event: Any) -> None:
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
        if tells_time(message):
            self.clock.seen(int((message.timestamp or 0) * 1000))
        await self.intake.take(message)
        self.ledger.done(event)
        if self.ledger.behind >= MOST_BEHIND:
            await self.ledger.durable()

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
            terms = await self.ledger.begin(numbers)
            if self.app.consumer_generation_id != generation or not self._sure():
                return
            for number in numbers:
                self.ledger.open(
                    plausible(self.ledger.outbox.books(number), ends, number), number, terms[number]
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
        await asyncio.gather(*(self.couriers[name].stop(task) for name, task in carrying.items()))

    def pass_time(self) -> None:
        """Whatever is due by the clock."""
        now = self.clock()
        for patient in self.ledger.waking(now):
            self.ledger.apply(patient, lambda book: due(book, now, self.ledger.paging))

    def nudge(self, patient: str) -> None:
        """A patient's messages may go."""
        book = self.ledger.books.get(patient)
        for one in book.owed if book is not None else ():
            self.couriers[one.channel].want((patient, one.lane))

    async def assigned(self, *_: Any, **__: Any) -> None:
        """The group has given this pager its share."""
        await super().assigned()
        self.at_work = False

    async def revoked(self, _: Any, *told: Any, **__: Any) -> None:
        """Partitions go elsewhere: nothing is carried any more, and what was applied is written."""
        self.placed = self.at_work = False
        await self.put_down()
        await self.ledger.write()
        self.ledger.close()
        await super().revoked(_, *told)

    def _reroute(self) -> None:
        known = self.couriers.keys()
        for patient, book in list(self.ledger.books.items()):
            if any(one.channel not in known for one in book.owed):
                self.ledger.apply(
                    patient, lambda book: reroute(book, known, self.clock(), self.ledger.paging)
                )

    def _carry(self) -> None:
        self.carrying = {
            name: asyncio.create_task(courier.run(), name=f"courier {name}")
            for name, courier in self.couriers.items()
        }
        for task in self.carrying.values():
            task.add_done_callback(ended)
        for patient in self.ledger.books:
            self.nudge(patient)


def tells_time(message: Any) -> bool:
    """Whether a record's time is the log's: an alert of a patient, a tick for all.

    Alarms of the machine and what people type keep wall time.
    """
    return bool((message.key == EVERYBODY) == (message.topic == COMMANDS))


def ended(task: asyncio.Task[None]) -> None:
    """What runs for ever must not fall over in silence: a courier that did would let its channel starve."""
    if not task.cancelled() and (fault := task.exception()) is not None:
        die(fault)


def plausible(books: dict[str, Book], ends: dict[TP, int], number: int) -> dict[str, Book]:
    """The books, but where a topic ends before what they say was read of it: it was made anew, and nothing of
    it is taken for read.
    """
    limits = tuple(ends.get(TP(topic, number), 1 << 62) for topic in TOPICS)
    return {patient: within(book, limits) for patient, book in books.items()}


def within(book: Book, limits: tuple[int, ...]) -> Book:
    """The book, but for the positions in topics that end before them."""
    positions = tuple(mine if mine <= end else 0 for mine, end in zip(book.positions, limits, strict=True))
    return book if positions == book.positions else replace(book, positions=positions)


def wire(app: faust.App, wiring: Wiring) -> None:
    """Add transport, table and agent to the app."""
    # Faust would wait for records in hand before partitions go; one that itself waits for its partition would
    # be waited for in vain.
    app.conf.stream_wait_empty = False
    wiring.wire("page", transport(app), wiring.ledger.outbox)


def outbox(app: faust.App, found: Shape) -> Outbox:
    """The table of books."""
    return Outbox(app, name=TABLE, key_type=bytes, value_type=bytes, partitions=found.partitions)
