"""Move a merged patient's events: copied under the survivor, withdrawn under the prior, in the background.

The alias is stored, and the message answered, before; a process that ended in between goes on when it starts.
Source: docs/spec/feeds.md, Patients and merges.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rules.wire.instants import BadTime, parse
from rules.wire.topics import COMMANDS, FEED_ALIASES, INPUTS, topic_of
from streams.feeds.mapping.patients import Alias, encode_alias, moved
from streams.kafka import clients
from streams.kafka.partition_check import partition
from streams.kafka.producer import OutgoingRecord
from streams.kafka.settings import Broker

FACTS = tuple(topic for topic in INPUTS if topic != COMMANDS)
Fact = dict[str, object]


async def history(broker: Broker, patient: str, partitions: int) -> list[Fact]:
    """Return a patient's records in force of the present stay. Raises KafkaError."""
    from aiokafka import TopicPartition

    number = partition(patient.encode(), partitions)
    places = [TopicPartition(topic, number) for topic in FACTS]
    consumer: Any = clients.async_consumer(broker, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[bytes] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            fetched = await consumer.getmany(timeout_ms=1000)
            found += [
                record.value
                for records in fetched.values()
                for record in records
                if record.key == patient.encode() and record.value is not None
            ]
        return present_stay(in_force(found))
    finally:
        await clients.stop(consumer)


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
    for record in records:
        for each in moved({**record, "known": None}, alias.surviving) or ():
            each.pop("known", None)
            key = str(each["patient"]).encode()
            yield OutgoingRecord(topic_of(str(each["type"])), key, json.dumps(each).encode())
    done = Alias(alias.surviving, alias.at, True)
    yield OutgoingRecord(FEED_ALIASES, prior.encode(), encode_alias(done))
