"""Send messages that were dead letters of a feed through it again.

After its map was mended, by a command; and readings that had no patient, once ADT says who lay in their bed.
What would be refused again is kept back. Source: docs/spec/feeds.md, Commands, Dead letters, Patients.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping

import msgspec
from aiokafka.errors import KafkaError

from rules.wire.deadletters import Letter
from rules.wire.refusals import TOO_LARGE, UNASSOCIATED
from rules.wire.topics import DEADLETTERS
from streams.config.feeds import FeedTable
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.fhir import handling as fhir
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.hl7 import handling as hl7
from streams.feeds.mapping.letters import TOPIC
from streams.feeds.mapping.patients import Alias
from streams.feeds.mapping.tables import Tables
from streams.feeds.service import metrics
from streams.feeds.service.memory import Memory
from streams.feeds.service.moving import written
from streams.feeds.service.store import LARGEST_LETTER, Source, Store, records
from streams.kafka.producer import NotAcknowledged
from streams.kafka.settings import Broker
from streams.service.lifecycle import wall

log = logging.getLogger("il2watch.feeds")
PATIENCE_S = 30.0
MOST_LATE = 10_000
"""Letters that one change of beds looks at, the latest: the rest is left to `deadletters replay`."""
NO_FEED = "no-feed"
Feeds = Mapping[str, tuple[FeedTable, FeedRules]]


def feed_of(letter: Letter) -> str | None:
    """Return the name of the feed that refused a letter; None: none did."""
    head, _, name = letter.topic.partition("/")
    return name if head == TOPIC else None


def fault(letter: Letter, feeds: Feeds, tables: Tables) -> str | None:
    """Return why a message would be sent in vain, as `reason: message`; None when it may be sent."""
    without = lost(letter, feeds)
    if without is not None:
        return without
    handled = _handled(letter, feeds, tables)
    tables.restore(handled.before)
    part = next(iter(handled.refused), None)
    if part is not None:
        return f"{part.reason}: {part.segment} {part.number}: {part.message}"
    return None if handled.verdict.taken else f"not-taken: {handled.verdict.text}"


def lost(letter: Letter, feeds: Feeds) -> str | None:
    """Return why a message cannot be sent at all, as `reason: message`; None when it can."""
    name = feed_of(letter)
    if name not in feeds:
        return f"{NO_FEED}: no [feeds.{name}] in the configuration; --config names it"
    if letter.reason == TOO_LARGE or len(letter.value or b"") >= LARGEST_LETTER:
        return f"{TOO_LARGE}: the letter holds only the beginning of the message; its sender has the whole"
    return None


def _handled(letter: Letter, feeds: Feeds, tables: Tables) -> Handled:
    table, rules = feeds[feed_of(letter) or ""]
    handle: Callable[[bytes, FeedRules, Tables, int], hl7.Answered | fhir.Answered] = (
        fhir.handle if table.kind == "fhir" else hl7.handle
    )
    return handle(letter.value or b"", rules, tables, wall()).handled


async def remembered(broker: Broker) -> Tables:
    """Return the tables as the feeds have written them. Raises UsageError when no broker answers."""
    memory = Memory(broker)
    try:
        await memory.start()
        await memory.read()
        return memory.tables
    finally:
        await memory.stop()


async def resend(
    broker: Broker, feeds: Feeds, tables: Tables, letters: Iterable[Letter]
) -> tuple[int, str | None]:
    """Return how many letters the broker acknowledged, and the fault after which nothing was sent.

    Raises UsageError when no broker answers.
    """
    store = Store(broker)
    try:
        await store.start()
        return await _each(letters, feeds, tables, store)
    except KafkaError as error:
        raise broker.unanswered(error) from None
    finally:
        await store.stop()


async def _each(
    letters: Iterable[Letter], feeds: Feeds, tables: Tables, store: Store
) -> tuple[int, str | None]:
    sent = 0
    for letter in letters:
        handled = _handled(letter, feeds, tables)
        source = Source(feed_of(letter) or "", "replay", "", letter.value or b"")
        try:
            await store.append(records(handled, source), PATIENCE_S)
        except NotAcknowledged as error:
            return sent, f"{letter.where}: {error}"
        merges = {merge.prior: Alias(merge.surviving, merge.at) for merge in handled.merges}
        tables.stored(handled.rates, merges, handled.linkages)
        tables.stored_beds(handled.beds, handled.by_bed)
        sent += 1
    return sent, None


async def associate(
    broker: Broker, feeds: Feeds, tables: Tables, store: Store, partitions: int, since: int
) -> int:
    """Give readings that had no patient to whom ADT has in their bed by now; return how many.

    `since`: of letters written then or later, ms. Killed, it is done again from the same time: the events
    have the same ids. Raises KafkaError, NotAcknowledged.
    """
    by_bed = {name: each for name, each in feeds.items() if each[1].by_bed and each[0].kind == "mllp"}
    number = 0
    for name, value in await _unassociated(broker, by_bed, partitions, since) if by_bed else ():
        await asyncio.sleep(0)  # the connections go on between two letters
        handled = hl7.handle(value, by_bed[name][1], tables, wall()).handled
        try:
            number += await _given(handled, Source(name, "late", "", value), tables, store)
        except NotAcknowledged:
            tables.restore(handled.before)
            raise
    return number


async def _given(handled: Handled, source: Source, tables: Tables, store: Store) -> int:
    """Store the events of a message that were given by a bed and were not before; return how many."""
    given = [event for event in handled.events if event.id in handled.by_bed.keys() - tables.by_bed.keys()]
    if given:
        late = msgspec.structs.replace(handled, events=given, refused=[], merges=[], linkages={}, beds={})
        await store.append(records(late, source), PATIENCE_S)
        tables.stored(handled.rates, {})
        tables.stored_beds({}, {event.id: event.patient for event in given})
        metrics.COUNTED.labels(source.feed, "late-association").inc(len(given))
    return len(given)


async def _unassociated(broker: Broker, feeds: Feeds, partitions: int, since: int) -> list[tuple[str, bytes]]:
    """Return feed and message of the letters of parts without a patient, in the order they were written."""
    found: deque[tuple[int, str, bytes]] = deque(maxlen=MOST_LATE)
    seen = 0
    async for record in written(broker, [(DEADLETTERS, number) for number in range(partitions)], since):
        headers = dict(record.headers)
        name = (headers.get("feed") or b"").decode("utf-8", "replace")
        if name in feeds and f'"{UNASSOCIATED}"'.encode() in (headers.get("refused") or b""):
            found.append((record.timestamp, name, record.value or b""))
            seen += 1
    if seen > MOST_LATE:
        log.warning("%d letters without a patient are left to deadletters replay", seen - MOST_LATE)
    return [(name, value) for _, name, value in sorted(found, key=lambda each: each[0])]
