"""Kafka's producer as an outlet, without Kafka: where records go, and how their end is told."""

from __future__ import annotations

from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError
from kafka.future import Future

from streams.errors import UsageError
from streams.kafka.partition_check import partition, same
from streams.replay.producer import KafkaRecordProducer
from streams.replay.publish import SendResult
from streams.replay.record import ReplayRecord, tick


class Producer:
    """Takes what is sent and ends nothing until told."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.futures: list[Future] = []
        self.full = False

    def send(self, topic: str, value: bytes, **fields: Any) -> Future:
        if self.full:
            raise KafkaTimeoutError("no buffer")
        self.sent.append({"topic": topic, "value": value} | fields)
        self.futures.append(Future())
        return self.futures[-1]


RECORD = ReplayRecord(5, "il2.vitals", "p1", b"{}")


@pytest.mark.parametrize(("key", "number"), [("p1", 2), ("p2", 2), ("é", 3), ("patient-0001", 9)])
def test_a_patients_partition_is_javas(key: str, number: int) -> None:
    """The numbers are those of kafka-clients' `Utils.toPositive(Utils.murmur2(key)) % 12`."""
    assert partition(key.encode(), 12) == number


def test_a_record_goes_to_its_patients_partition_with_its_key_and_time() -> None:
    into = Producer()
    assert KafkaRecordProducer(into, 12).send(RECORD, 1) == 1
    assert into.sent == [
        {
            "topic": "il2.vitals",
            "value": b"{}",
            "key": b"p1",
            "partition": partition(b"p1", 12),
            "timestamp_ms": 5,
        }
    ]


def test_a_tick_for_all_goes_to_every_partition() -> None:
    into = Producer()
    assert KafkaRecordProducer(into, 3).send(tick(5), 1) == 3
    assert [(one["topic"], one["partition"], one["key"]) for one in into.sent] == [
        ("il2.commands", number, b"*") for number in range(3)
    ]


def test_how_each_append_ended_is_told_by_its_number() -> None:
    into, lost = Producer(), KafkaTimeoutError("gone")
    outlet = KafkaRecordProducer(into, 3)
    outlet.send(RECORD, 1)
    outlet.send(RECORD, 2)
    assert outlet.acknowledged(0) == []
    into.futures[1].failure(lost)
    into.futures[0].success(None)
    assert outlet.acknowledged(0) == [SendResult(2, lost), SendResult(1)]


def test_a_record_that_cannot_even_be_sent_ends_like_one_that_was_lost() -> None:
    into = Producer()
    into.full = True
    outlet = KafkaRecordProducer(into, 3)
    assert outlet.send(RECORD, 1) == 1
    (ack,) = outlet.acknowledged(1)
    assert isinstance(ack.error, KafkaTimeoutError)


def test_the_topics_must_have_one_number_of_partitions() -> None:
    assert same({"il2.io": 3, "il2.labs": 3}) == 3
    with pytest.raises(UsageError, match=r"differ in partitions.*il2\.io 3, il2\.labs 12"):
        same({"il2.io": 3, "il2.labs": 12})
    with pytest.raises(UsageError, match=r"no topic il2\.labs; run: il2watch topics create"):
        same({"il2.io": 3, "il2.labs": 0})
