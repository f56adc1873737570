"""Move a merged patient's events: copied under the survivor, withdrawn under the prior, in the background.

The alias is stored, and the message answered, before; a process that ended in between goes on when it starts.
Source: docs/spec/feeds.md, Patients and merges.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rules.wire.instants import BadTime, parse
from rules.wire.topics import COMMANDS, FEED_ALIASES, FEED_BEDS, INPUTS, topic_of
from streams.feeds.mapping.beds import Beds, Whereabouts, encode_whereabouts, misplaced
from streams.feeds.mapping.patients import Alias, encode_alias, moved
from streams.kafka import clients
from streams.kafka.partition_check import partition
from streams.kafka.producer import OutgoingRecord
from streams.kafka.settings import Broker

FACTS = tuple(topic for topic in INPUTS if topic != COMMANDS)
Fact = dict[str, object]


async def history(broker: Broker, patient: str, partitions: int, since: int | None = None) -> list[Fact]:
    """Return a patient's records in force; only of those written `since` then (ms). Raises KafkaError."""
    key, number = patient.encode(), partition(patient.encode(), partitions)
    places = [(topic, number) for topic in FACTS]
    found = [record.value async for record in written(broker, places, since) if record.key == key]
    return in_force(value for value in found if value is not None)


async def written(
    broker: Broker, places: Sequence[tuple[str, int]], since: int | None = None
) -> AsyncIterator[Any]:
    """Yield the records of partitions (topic, number) up to their present ends, from a time on (ms)."""
    from aiokafka import TopicPartition

    parts = [TopicPartition(*place) for place in places]
    consumer: Any = clients.async_consumer(broker, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(parts)
        if since is not None:
            await _go_to(consumer, parts, since)
        ends = await consumer.end_offsets(parts)
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    yield record
    finally:
        await clients.stop(consumer)


async def _go_to(consumer: Any, places: Sequence[Any], since: int) -> None:
    """Go to the first record of each place that was written at a time or later; without one to its end."""
    found = await consumer.offsets_for_times(dict.fromkeys(places, since))
    ends = await consumer.end_offsets(places)
    for place in places:
        consumer.seek(place, ends[place] if found[place] is None else found[place].offset)


def in_force(values: Iterable[bytes]) -> list[Fact]:
    """Return the last record of each id, of those that are JSON objects with an id."""
    last: dict[str, Fact] = {}
    for value in values:
        try:
            record = json.loads(value)
        except ValueError:
            continue
        if isinstance(record, dict) and isinstance(record.get("id"), str):
            last[record["id"]] = record
    return list(last.values())


def present_stay(records: Iterable[Fact]) -> list[Fact]:
    """Return the records since the last admission, itself included; all when there is none."""
    known = list(records)
    admitted = [_at(record) for record in known if record.get("event") == "admit"]
    return [record for record in known if not admitted or _at(record) >= max(admitted)]


def _at(record: Fact) -> int:
    try:
        return parse(str(record.get("at")))
    except BadTime:
        return 0


def moving(prior: str, alias: Alias, records: Iterable[Fact]) -> Iterator[OutgoingRecord]:
    """Yield the records that move a patient's events, and last the alias, marked as done."""
    for record in present_stay(records):
        for each in moved({**record, "known": None}, alias.surviving) or ():
            each.pop("known", None)
            yield _outgoing(each)
    done = Alias(alias.surviving, alias.at, True)
    yield OutgoingRecord(FEED_ALIASES, prior.encode(), encode_alias(done))


def _outgoing(record: Fact) -> OutgoingRecord:
    return OutgoingRecord(
        topic_of(str(record["type"])), str(record["patient"]).encode(), json.dumps(record).encode()
    )


def changing_beds(
    records: Mapping[str, Iterable[Fact]], beds: Beds, survivor: Callable[[str], str]
) -> Iterator[OutgoingRecord]:
    """Yield the records that put right what was given by bed. `records`: of each patient who shared one."""
    for patient, found in records.items():
        yield from map(_outgoing, misplaced(found, patient, beds, survivor))


def bed_record(patient: str, row: Whereabouts | None) -> OutgoingRecord:
    """Return the record that keeps where a patient lay; None: that forgets it."""
    return OutgoingRecord(FEED_BEDS, patient.encode(), None if row is None else encode_whereabouts(row))
