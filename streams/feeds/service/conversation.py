"""Talk with one sender over MLLP: one message in hand, stored, then answered, then the next.

The socket is not read while a message is in hand, so there is no queue, hence nothing to lose.
Source: docs/spec/feeds.md, Acknowledgement; MLLP 2.2.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from rules.wire.durations import duration
from rules.wire.instants import SECOND
from streams.config.feeds import FeedTable
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.handled import NOT_STORED, Verdict
from streams.feeds.mapping.hl7.acknowledging import Sign, answers
from streams.feeds.mapping.hl7.framing import CR, FS, VT, Frame, Framer
from streams.feeds.mapping.hl7.handling import Answered, handle
from streams.feeds.mapping.hl7.header import Header
from streams.feeds.mapping.patients import Alias
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.times import zones
from streams.feeds.service import metrics
from streams.feeds.service.alarms import FeedAlarms
from streams.feeds.service.store import Source, Store, records
from streams.kafka.producer import NotAcknowledged
from streams.service.lifecycle import wall

CHUNK = 1 << 16
PAUSE_S = 0.2
"""How long after an FS the CR may take: a sender that leaves it out waits for its answer."""
ANSWER_S = 10.0
MOST_CONTROL_IDS = 20_000
TOLERATED = ("stray", "abandoned", "without_cr", "empty")
NOT_KEPT = Verdict(NOT_STORED, "not stored")
log = logging.getLogger("il2watch.feeds")
_numbers = count(1)


class Feed:
    """A feed as its connections share it.

    `merged`: called with each prior id when its alias is stored; `changed_bed`: with each patient who did.
    """

    def __init__(
        self,
        table: FeedTable,
        rules: FeedRules,
        tables: Tables,
        store: Store,
        merged: Callable[[str], None],
        changed_bed: Callable[[str], object] = bool,
    ) -> None:
        self.table, self.rules, self.tables, self.store = table, rules, tables, store
        self.merged, self.changed_bed = merged, changed_bed
        self.name = rules.name
        self.idle = duration(table.idle) / SECOND
        self.hold = duration(table.hold) / SECOND
        self.stopping = asyncio.Event()
        self.alarms = FeedAlarms(self.name, table, wall())
        self.control_ids: dict[tuple[str, str], int] = {}
        for what in TOLERATED:
            metrics.of(metrics.FRAMES, self.name, what.replace("_", "-"))

    def is_reused(self, header: Header, data: bytes) -> bool:
        """Return whether a sender used a control id for another message; remember the latest ones."""
        key, content = (header.sender[0], header.control_id), hash(data)
        before = self.control_ids.pop(key, content)
        self.control_ids[key] = content
        if len(self.control_ids) > MOST_CONTROL_IDS:
            del self.control_ids[next(iter(self.control_ids))]
        return before != content


class Conversation:
    """One connection of a feed."""

    def __init__(
        self, feed: Feed, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        self.feed, self.reader, self.writer, self.peer = feed, reader, writer, peer
        self.framer = Framer(feed.rules.max_message)
        self.in_hand = False
        self.counted: Counter[str] = Counter()

    async def run(self) -> None:
        """Take messages until the peer ends, falls silent for too long, or the feed stops."""
        while not self.feed.stopping.is_set():
            data = await self._read()
            if data is None:
                break
            frames = self.framer.feed(data) if data else self.framer.flush()
            self.count_frames()
            for frame in frames:
                if not await self._handle(frame):
                    return
            if self.framer.stranger is not None:
                log.warning("%s: %s: closed", self.feed.name, self.framer.stranger)
                metrics.FRAMES.labels(self.feed.name, "stranger").inc()
                return
        for frame in self.framer.flush():
            await self._handle(frame)

    async def _read(self) -> bytes | None:
        """Return what came; empty bytes after a pause behind an FS; None at the end or after idling."""
        patience = PAUSE_S if self.framer.pending else self.feed.idle
        try:
            async with asyncio.timeout(patience):
                data = await self.reader.read(CHUNK)
        except TimeoutError:
            return b"" if self.framer.pending else None
        metrics.of(metrics.BYTES, self.feed.name).inc(len(data))
        return data or None

    async def _handle(self, frame: Frame) -> bool:
        """Store a message and answer it; return whether the connection goes on."""
        began = time.monotonic()
        self.in_hand = True
        metrics.of(metrics.IN_HAND, self.feed.name).inc()
        try:
            return await self._stored(frame, began)
        finally:
            self.in_hand = False
            metrics.of(metrics.IN_HAND, self.feed.name).dec()

    async def _stored(self, frame: Frame, began: float) -> bool:
        feed, now = self.feed, wall()
        answered = handle(frame.data, feed.rules, feed.tables, now, frame.whole)
        handled, header = answered.handled, answered.header
        metrics.of(metrics.LAST, feed.name).set(now / SECOND)
        source = Source(feed.name, self.peer, header.control_id if header else "", frame.data)
        try:
            await feed.store.append(records(handled, source), feed.hold)
        except NotAcknowledged as fault:
            return await self._not_stored(answered, str(fault))
        merged = {merge.prior: Alias(merge.surviving, merge.at) for merge in handled.merges}
        feed.tables.stored(handled.rates, merged)
        feed.tables.stored_beds(handled.beds, handled.by_bed)
        for prior in merged:
            feed.merged(prior)
        for patient in handled.beds:
            feed.changed_bed(patient)
        self._count(answered, now)
        if header is not None and header.control_id and feed.is_reused(header, frame.data):
            metrics.COUNTED.labels(feed.name, "control-id-reused").inc()
        go_on = await self._answer(answered, handled.verdict)
        metrics.ANSWER.observe(time.monotonic() - began)
        return go_on

    async def _not_stored(self, answered: Answered, fault: str) -> bool:
        """Give no positive answer: close, or say that it is not stored where the sender is known to retry."""
        self.feed.tables.restore(answered.handled.before)
        metrics.of(metrics.MESSAGES, self.feed.name, kind(answered.header), "not-stored").inc()
        log.error("%s: the broker did not acknowledge (%s): no positive answer", self.feed.name, fault)
        if self.feed.table.on_outage == "nak":
            return await self._answer(answered, NOT_KEPT)
        return False

    async def _answer(self, answered: Answered, verdict: Verdict) -> bool:
        """Send what the message asks for; close when no answer could be correlated with it."""
        if answered.header is None or not answered.answerable:
            return False
        sign = Sign(datetime.now(UTC), f"W{wall()}{next(_numbers) % 10_000:04}")
        for text in answers(answered.header, verdict, sign):
            self.writer.write(VT + text.encode("utf-8", "replace") + FS + CR)
        if not self.writer.transport.get_write_buffer_size():
            return True
        try:
            async with asyncio.timeout(ANSWER_S):
                await self.writer.drain()
        except TimeoutError:
            return False
        return True

    def _count(self, answered: Answered, now: int) -> None:
        name, handled = self.feed.name, answered.handled
        result = "taken" if handled.verdict.taken else "refused"
        metrics.of(metrics.MESSAGES, name, kind(answered.header), result).inc()
        metrics.count(name, handled)
        if handled.refused:
            metrics.LETTERS.labels(name, handled.refused[0].reason).inc()
        made = zones(answered.header.time, self.feed.rules.time_zone).made if answered.header else ()
        ahead = made[0] - now if len(made) == 1 else None
        if ahead is not None:
            metrics.of(metrics.SKEW, name).set(ahead / SECOND)
        self.feed.alarms.seen(handled, now, ahead)

    def count_frames(self) -> None:
        """Count what the connection's framing tolerated since it was counted last."""
        for what in TOLERATED:
            number = getattr(self.framer.counts, what)
            if number != self.counted[what]:
                kind = what.replace("_", "-")
                metrics.of(metrics.FRAMES, self.feed.name, kind).inc(number - self.counted[what])
                self.counted[what] = number

    def ended(self) -> None:
        """Count what is left when the connection has ended."""
        self.count_frames()
        if self.framer.cut_off:
            metrics.FRAMES.labels(self.feed.name, "cut-off").inc()


_TYPES = ("ORU", "RAS", "ADT", "ACK", "ORM", "RDE", "RGV", "OMP", "ORA", "MDM", "SIU", "DFT", "VXU")


def kind(header: Header | None) -> str:
    """Return a message's type as a label: one of few, whatever a sender writes."""
    if header is None:
        return "none"
    return header.type if header.type in _TYPES else "other"
