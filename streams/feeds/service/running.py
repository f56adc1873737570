"""Run the feeds of one kind: the tables are read, then each feed listens until told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from aiokafka.errors import KafkaError

from rules.wire.durations import duration
from rules.wire.instants import MINUTE, SECOND, Instant
from rules.wire.topics import ALERTS, DEADLETTERS, FEEDS, INPUTS, PAGES
from streams.config.feeds import FeedTable
from streams.feeds.mapping.beds import Whereabouts, kept, seen_to
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.service import metrics
from streams.feeds.service.alarms import EVERY_S
from streams.feeds.service.conversation import Feed
from streams.feeds.service.listening import Listener
from streams.feeds.service.memory import Memory
from streams.feeds.service.moving import bed_record, changing_beds, history, moving
from streams.feeds.service.resending import associate
from streams.feeds.service.store import Store
from streams.feeds.service.tls import Certificate
from streams.kafka.partition_check import partitions
from streams.kafka.producer import NotAcknowledged, OutgoingRecord
from streams.kafka.settings import Broker
from streams.service.lifecycle import ProgressSample, wall
from streams.service.process import LOOK_S as LOOK_EVERY_S
from streams.service.process import Part, Service

log = logging.getLogger("il2watch.feeds")
KEEP_S = 60.0
RENEW_S = 2.0
AGAIN_S = 5.0
MOVE_S = 60.0
NEEDED = (*INPUTS, ALERTS, PAGES, DEADLETTERS, *FEEDS)
AHEAD_MS = 15 * MINUTE
"""How far a reading's time may be ahead of when it was written (criteria.md 1)."""


class FeedOptions(NamedTuple):
    """How the feeds run. `patience`: seconds without a broker before the process ends.

    `idempotent`: whether the broker gives producer ids.
    """

    broker: Broker
    feeds: Mapping[str, tuple[FeedTable, FeedRules]]
    listen: str = "127.0.0.1"
    port: int = 9113
    patience: float = 120.0
    idempotent: bool = True


class FeedListener(Protocol):
    """What listens for one feed: `certificate`: what it serves TLS with."""

    feed: Feed
    certificate: Certificate

    async def start(self) -> None:
        """Listen. Raises UsageError when the address is taken."""
        ...

    async def stop(self) -> None:
        """Take no more; let each message in hand be stored and answered."""
        ...


def judged(listener: FeedListener) -> None:
    """Log what is wrong with a certificate now: the feed serves it all the same."""
    fault = listener.certificate.fault(wall() / SECOND)
    if fault is not None:
        log.error("%s: %s", listener.feed.name, fault)


async def serve(options: FeedOptions, listener: Callable[[Feed], FeedListener] = Listener) -> int:
    """Run until stopped, and return the exit code. Raises UsageError."""
    return await Feeds(options, listener).run()


class Feeds(Service):
    """The running feeds of one kind. `listener`: makes what listens for a feed."""

    def __init__(self, options: FeedOptions, listener: Callable[[Feed], FeedListener] = Listener) -> None:
        super().__init__(log, options.listen, options.port, options.patience)
        self.options, self.listener, self.partitions = options, listener, 0
        self.store, self.memory = Store(options.broker, options.idempotent), Memory(options.broker)
        self.merged: asyncio.Queue[str] = asyncio.Queue()
        self.changed_beds: asyncio.Queue[str] = asyncio.Queue()
        self.listeners: list[FeedListener] = []
        self.listening = self.away = False

    async def connect(self) -> None:
        """Connect every client. Raises UsageError, Unanswered."""
        broker = self.options.broker
        self.partitions = await asyncio.to_thread(partitions, broker, NEEDED)
        await self._disconnect()
        self.store, self.memory = Store(broker, self.options.idempotent), Memory(broker)
        try:
            await self.store.start()
        except KafkaError as error:
            raise broker.unanswered(error) from None
        await self.memory.start()

    async def open(self) -> None:
        """Read the tables, and only then listen: what was sent before must be known."""
        await self.memory.read()
        for prior, alias in self.memory.tables.aliases.items():
            if not alias.moved:
                self.merged.put_nowait(prior)
        for patient, row in self.memory.tables.beds.rows.items():
            if row.since is not None:
                self.changed_beds.put_nowait(patient)
        for table, rules in self.options.feeds.values():
            feed = Feed(
                table,
                rules,
                self.memory.tables,
                self.store,
                self.merged.put_nowait,
                self.changed_beds.put_nowait,
            )
            metrics.SILENCE.labels(rules.name).set(duration(table.silence) / SECOND)
            metrics.LAST.labels(rules.name).set(wall() / SECOND)
            metrics.prepare(rules.name)
            self.listeners.append(self.listener(feed))
        for listener in self.listeners:
            await listener.start()
            judged(listener)
        self.listening = True

    async def close(self) -> None:
        """Finish each message in hand, then disconnect."""
        await asyncio.gather(*(listener.stop() for listener in self.listeners))
        await super().close()
        await self._disconnect()

    async def _disconnect(self) -> None:
        await self.memory.stop()
        await self.store.stop()

    def parts(self) -> Iterable[Part]:
        following = (self.memory.follow(topic) for topic in self.memory.readers)
        return (*following, self._move(), self._put_all_right(), self._renew(), self._keep(), self._alarm())

    def ready(self) -> str | None:
        """Return None while it listens and the broker acknowledges."""
        if not self.listening:
            return "the tables are being read"
        return self.fault or ("the broker does not acknowledge" if self.away else None)

    async def look(self) -> ProgressSample:
        """Return whether the broker answers: it is asked where the tables end."""
        reader, _ = self.memory.readers[FEEDS[0]]
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await reader.consumer.end_offsets(list(reader.consumer.assignment())[:1])
            self.away = False
        except (KafkaError, TimeoutError):
            self.away = True
            metrics.OUTAGE.inc(LOOK_EVERY_S)
            return ProgressSample("no broker answers", self.store.acknowledged)
        finally:
            metrics.AWAY.set(self.away)
        return ProgressSample(None, self.store.acknowledged)

    async def _move(self) -> None:
        """Move the events of each merged patient; one that fails is tried again."""
        while True:
            prior = await self.merged.get()
            alias = self.memory.tables.aliases[prior]
            try:
                found = await history(self.options.broker, prior, self.partitions)
                await self.store.append(list(moving(prior, alias, found)), MOVE_S)
            except (KafkaError, NotAcknowledged) as fault:
                log.error("a merge is not moved yet: %s", type(fault).__name__)
                await asyncio.sleep(AGAIN_S)
                self.merged.put_nowait(prior)

    async def _renew(self) -> None:
        """Load certificates again that changed, and say when each ends."""
        while True:
            for listener in self.listeners:
                name, certificate = listener.feed.name, listener.certificate
                if certificate.renew():
                    log.warning("%s: the certificate was loaded again", name)
                    judged(listener)
                if (span := certificate.span()) is not None:
                    metrics.CERTIFICATE.labels(name).set(span.ends)
            await asyncio.sleep(RENEW_S)

    async def _alarm(self) -> None:
        """Say on the alerts topic what is wrong with an interface; what is not acknowledged is said again."""
        while True:
            await asyncio.sleep(EVERY_S)
            now = wall()
            for listener in self.listeners:
                try:
                    await self.store.append(list(listener.feed.alarms.after(now)), MOVE_S)
                except NotAcknowledged:
                    listener.feed.alarms.unsaid()

    async def _put_all_right(self) -> None:
        """Put right what was given by a bed that somebody else lay in; what fails is tried again."""
        while True:
            patient = await self.changed_beds.get()
            row = self.memory.tables.beds.rows.get(patient)
            try:
                if row is not None and row.since is not None:
                    await self._put_right(patient, row, max(0, row.since - AHEAD_MS))
            except (KafkaError, NotAcknowledged) as fault:
                log.error("readings given by bed are not put right yet: %s", type(fault).__name__)
                await asyncio.sleep(AGAIN_S)
                self.changed_beds.put_nowait(patient)

    async def _put_right(self, patient: str, row: Whereabouts, since: int) -> None:
        """Put right what a patient's change of beds makes wrong, of what was written `since` then, ms."""
        tables = self.memory.tables
        found = {
            each: await history(self.options.broker, each, self.partitions, since)
            for each in tables.beds.sharing(patient)
        }
        await self.store.append(list(changing_beds(found, tables.beds, tables.survivor)), MOVE_S)
        broker, feeds = self.options.broker, self.options.feeds
        late = await associate(broker, feeds, tables, self.store, self.partitions, since)
        if late:
            log.info("%d readings that had no patient are given to whom ADT has in their bed", late)
        if tables.beds.rows.get(patient) is row:
            await self._keep_bed(patient, seen_to(row))

    async def _keep_bed(self, patient: str, row: Whereabouts | None) -> None:
        self.memory.tables.beds.put({patient: row})
        await self.store.append([bed_record(patient, row)], MOVE_S)

    async def _keep(self) -> None:
        """Forget what was kept long enough."""
        while True:
            try:
                await self._forget(wall())
            except NotAcknowledged:
                log.warning("rows kept long enough are not deleted yet")
            await asyncio.sleep(KEEP_S)

    async def _forget(self, now: Instant) -> None:
        """Delete what was kept long enough. `now`: ms. Raises NotAcknowledged."""
        gone = self.memory.tables.expire(now)
        if gone:
            await self.store.append([OutgoingRecord(FEEDS[0], key.encode(), None) for key in gone], MOVE_S)
        for patient, row in list(self.memory.tables.beds.rows.items()):
            if (still := kept(row, now)) is not row:
                await self._keep_bed(patient, still)
