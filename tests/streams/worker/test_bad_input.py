"""One record of each reason among thousands of good ones: each among the dead letters once, the good ones
unaffected.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from kafka import KafkaProducer

from rules.wire.topics import DEADLETTERS
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S
from tests.streams.worker import loading, partition_course, published
from tests.streams.worker.process import Workers, until_done

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

EVENTS = partition_course.closed(partition_course.events(35, seed=6))
HALF = len(EVENTS) // 2
AT = partition_course.known(EVENTS[HALF])
TIME = int(partition_course.instant(AT).timestamp() * 1000)


def vitals(**changes: object) -> bytes:
    reading = {"code": "heart-rate", "value": 80, "unit": "/min"}
    return json.dumps(
        {"type": "vitals", "id": "bad", "patient": "bad", "at": AT, "readings": [reading]} | changes
    ).encode()


BAD = {
    "malformed": (b'{"type":"vitals",', b"bad"),
    "wrong-key": (vitals(), b"somebody else"),
    "bad-unit": (vitals(readings=[{"code": "heart-rate", "value": 80, "unit": "furlong"}]), b"bad"),
    "bad-time": (vitals(at=AT.removesuffix("Z")), b"bad"),
    "from-the-future": (
        vitals(at=partition_course.stamp(partition_course.instant(AT) + timedelta(hours=1))),
        b"bad",
    ),
    "needs-weight": (
        json.dumps(
            {
                "type": "infusion",
                "id": "i",
                "patient": "light",
                "at": AT,
                "agent": "phenylephrine",
                "rate": 40,
                "unit": "ug/min",
            }
        ).encode(),
        b"light",
    ),
}


def test_bad_records_are_set_aside_and_the_good_ones_unaffected(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    broker = topics(12)
    first = [
        {
            "type": "encounter",
            "id": "e",
            "patient": "light",
            "at": partition_course.known(EVENTS[0]),
            "event": "admit",
        }
    ]
    assert len(EVENTS) > 10_000
    loading.load(broker, first + EVENTS[:HALF], 12)
    producer = KafkaProducer(**broker.for_kafka_python(), acks="all")
    for reason, (value, key) in BAD.items():
        producer.send(
            "il2.treatments" if reason == "needs-weight" else "il2.vitals", value, key=key, timestamp_ms=TIME
        ).get(PATIENCE_S)
    producer.close()
    loading.load(broker, EVENTS[HALF:], 12)
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        until_done(broker)
        assert workers.stop("one") == 0
    letters = published.records(broker, DEADLETTERS)
    found = {
        dict(letter.headers)["__streams.errors.reason"].decode(): letter
        for letter in letters
        if letter.key in (b"bad", b"light", b"somebody else")
    }
    assert {reason: (letter.value, letter.key) for reason, letter in found.items()} == BAD
    assert sum(letter.key in (b"bad", b"light", b"somebody else") for letter in letters) == len(BAD)
    assert all(letter.timestamp == TIME for letter in found.values())
    expected = published.offline(partition_course.read(EVENTS))
    alerts = {name: found for name, found in published.alerts(broker).alerts.items() if name in expected}
    assert published.differences(alerts, expected) == []
