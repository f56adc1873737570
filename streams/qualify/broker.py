"""Look at what is on the broker: where records lie by their keys, and the broker's own clock."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Sequence
from functools import partial

from rules.wire.topics import INPUTS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.errors import Unanswered, UsageError
from streams.kafka import clients
from streams.kafka.admin import admin, new_topic
from streams.kafka.partition_check import partition, partitions
from streams.kafka.settings import Broker
from streams.qualify import command
from streams.qualify.report import Finding, Recorder, passed, skipped

LATEST = 200
"""The records of a partition whose keys are looked at: the last ones."""
POLL_MS, QUIET = 500, 3
OFF_MS = 10_000
"""How far two clocks may differ: alerts are decided to the second."""
CLOCK = "il2watch-qualify-clock-"
MAY_NOT = f"let this user create and delete topics {CLOCK}*, or compare the broker's clock by hand"
SET_CLOCKS = "set the clocks by NTP (chrony) on the hosts of brokers and services, then qualify again"


def on_the_broker(recorder: Recorder, broker: Broker, topics: Sequence[str]) -> None:
    """Make the steps on what is on the broker. `topics`: the options of `il2watch topics check`."""
    recorder.step("topics", "Topics", partial(command.topics, topics))
    recorder.step("partitions", "Records in the partitions of their keys", partial(placement, broker))
    recorder.step("broker-clock", "Clock of the broker", partial(clock, broker))


def placement(broker: Broker) -> Finding:
    """Check that the latest records of each input topic lie where Kafka's partitioner puts their keys."""
    looked, wrong = misplaced(broker)
    if not looked:
        return skipped("the input topics hold no record yet")
    if not wrong:
        return passed(f"{looked} records lie in the partitions of their keys")
    return Finding(
        "failed",
        tuple(f"{topic}: {count} records in another partition" for topic, count in wrong.items()),
        "let the producer use Kafka's default partitioner (murmur2 of the key): a patient is split otherwise",
    )


def misplaced(broker: Broker) -> tuple[int, Counter[str]]:
    """Return how many records were looked at, and by topic how many lie in another partition."""
    from kafka import TopicPartition

    count, looked, wrong = partitions(broker, INPUTS), 0, Counter[str]()
    parts = [TopicPartition(topic, number) for topic in INPUTS for number in range(count)]
    consumer = clients.consumer(broker)
    try:
        consumer.assign(parts)
        begins, ends = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
        for part in parts:
            consumer.seek(part, max(begins[part], ends[part] - LATEST))
        quiet = 0
        while quiet < QUIET and any(consumer.position(part) < ends[part] for part in parts):
            fetched = consumer.poll(timeout_ms=POLL_MS)
            quiet = 0 if fetched else quiet + 1
            for part, records in fetched.items():
                keys = [one.key for one in records if one.key and one.key != EVERY_PATIENT.encode()]
                looked += len(keys)
                wrong[part.topic] += sum(partition(key, count) != part.partition for key in keys)
    finally:
        consumer.close()
    return looked, +wrong


def clock(broker: Broker) -> Finding:
    """Compare the broker's clock with this host's, by the time at which it appends a record."""
    before = time.time_ns() // 1_000_000
    try:
        appended = append_time(broker)
    except Unanswered:
        raise
    except UsageError as error:
        return Finding("warned", (str(error),), MAY_NOT)
    after = time.time_ns() // 1_000_000
    if appended is None:
        return skipped("the broker stamps no time of its own: its clock cannot be read")
    return compared("broker", appended, before, after)


def append_time(broker: Broker) -> int | None:
    """Return when the broker appended a record, by its own clock, ms; None: it does not stamp."""
    name = f"{CLOCK}{uuid.uuid4().hex[:8]}"
    with admin(broker) as connection:
        connection.make({name: new_topic(1, 1, {"message.timestamp.type": "LogAppendTime"})})
        producer = clients.producer(broker, linger_ms=0)
        try:
            found = int(producer.send(name, b"", timestamp_ms=1).get(10).timestamp)
        finally:
            producer.close(timeout=0)
            connection.remove([name])
    return None if found <= 1 else found


def compared(whose: str, word: int, before: int, after: int) -> Finding:
    """Compare a clock's word with the host's times before and after it was asked, ms."""
    off = word - before if word < before else max(0, word - after)
    if abs(off) <= OFF_MS:
        return passed(f"{whose}: within {OFF_MS // 1000} s of this host")
    way = "ahead of" if off > 0 else "behind"
    return Finding("failed", (f"{whose}: {abs(off) / 1000:.0f} s {way} this host",), SET_CLOCKS)
