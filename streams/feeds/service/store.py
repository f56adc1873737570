"""Publish what a message gave and wait until the broker has acknowledged all of it, for a bounded time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rules.wire.instants import parse
from rules.wire.topics import DEADLETTERS, FEED_ALIASES, FEED_BEDS, FEED_PATIENTS, FEED_RESULTS
from streams.feeds.mapping import letters
from streams.feeds.mapping.beds import encode_whereabouts
from streams.feeds.mapping.corrections import encode_row
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.patients import Alias, encode_alias, encode_linkage
from streams.feeds.mapping.wire_events import WireEvent, encode, topic
from streams.kafka.batching_producer import BatchingProducer
from streams.kafka.producer import OutgoingRecord
from streams.kafka.settings import Broker

LARGEST_LETTER = 1_900_000
"""Bytes of a message that a dead letter holds; what is longer is cut, and says so."""
REQUEST_MS = 30_000
LARGEST_REQUEST = 2 << 20


class Source(NamedTuple):
    """Where a message came from: feed, peer, control id; its bytes."""

    feed: str
    connection: str
    control_id: str
    data: bytes


class Store:
    """A producer that waits for all in-sync replicas. `acknowledged`: how many records it has written.

    `idempotent` False: for a broker that gives no producer ids; then a record may be written twice.
    """

    def __init__(self, broker: Broker, idempotent: bool = True) -> None:
        self._producer = BatchingProducer(
            broker, LARGEST_REQUEST, enable_idempotence=idempotent, request_timeout_ms=REQUEST_MS
        )
        self.acknowledged = 0

    async def start(self) -> None:
        """Connect. Raises KafkaError when no broker answers."""
        await self._producer.start()

    async def stop(self) -> None:
        """Disconnect."""
        await self._producer.stop()

    async def append(self, records: Sequence[OutgoingRecord], patience_s: float) -> None:
        """Append records in order and wait for every acknowledgement. Raises NotAcknowledged.

        What did reach the broker although this raises is harmless by its id.
        """
        if records:
            await self._producer.append(records, patience_s)
        self.acknowledged += len(records)


def records(handled: Handled, source: Source) -> list[OutgoingRecord]:
    """Return everything that a message makes: its events, what to remember, its dead letter.

    Of an imported event `known` is the record's time too: the worker merges topics by that.
    """
    found = [
        OutgoingRecord(topic(event), event.patient.encode(), encode(event), (), _known(event))
        for event in handled.events
    ]
    found += [
        OutgoingRecord(FEED_RESULTS, key.encode(), encode_row(row)) for key, row in handled.rows.items()
    ]
    found += [
        OutgoingRecord(FEED_ALIASES, merge.prior.encode(), encode_alias(Alias(merge.surviving, merge.at)))
        for merge in handled.merges
    ]
    found += [
        OutgoingRecord(FEED_PATIENTS, address.encode(), encode_linkage(linkage))
        for address, linkage in handled.linkages.items()
    ]
    found += [
        OutgoingRecord(FEED_BEDS, patient.encode(), encode_whereabouts(row))
        for patient, row in handled.beds.items()
    ]
    return [*found, dead_letter(handled, source)] if handled.refused else found


def _known(event: WireEvent) -> int | None:
    return None if event.known is None else parse(event.known)


def dead_letter(handled: Handled, source: Source) -> OutgoingRecord:
    """Return the dead letter of a message: its original bytes, and why."""
    kept = source.data[:LARGEST_LETTER]
    cut = [("cut", str(len(source.data)).encode())] if len(kept) < len(source.data) else []
    headers = letters.headers(source.feed, source.connection, source.control_id, handled.refused)
    return OutgoingRecord(DEADLETTERS, None, kept, [*headers, *cut])
