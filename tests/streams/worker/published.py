"""What a worker published, read back from Kafka, and what the offline run says; compared patient by
patient.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition

from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire.events import Event
from rules.wire.topics import ALERTS
from streams.kafka.settings import Broker
from tests.rules.wired import wire

Alerts = dict[str, list[dict[str, Any]]]


class Found(NamedTuple):
    """What the topic holds.

    `alerts`: by patient, each id and seq once, in the order of their first record (a new stay begins again at
    1); `raw`: records in the topic; `clashes`: the same id and seq said two ways.
    """

    alerts: Alerts
    raw: int
    clashes: list[tuple[dict[str, Any], dict[str, Any]]]

    @property
    def duplicates(self) -> int:
        return self.raw - sum(map(len, self.alerts.values()))


def records(broker: Broker, topic: str) -> list[Any]:
    """Every record of a topic, partition by partition."""
    consumer = KafkaConsumer(**broker.for_kafka_python(), enable_auto_commit=False)
    try:
        places = [
            TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        ends = consumer.end_offsets(places)
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        found: list[Any] = []
        while any(consumer.position(place) < ends[place] for place in places):
            for part in consumer.poll(timeout_ms=500).values():
                found.extend(part)
        return found
    finally:
        consumer.close()


def ends(broker: Broker, topic: str) -> dict[int, int]:
    """Where each partition of a topic ends."""
    consumer = KafkaConsumer(**broker.for_kafka_python(), enable_auto_commit=False)
    try:
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        return {place.partition: end for place, end in consumer.end_offsets(places).items()}
    finally:
        consumer.close()


def alerts(broker: Broker) -> Found:
    """The clinical alerts, without what was published twice."""
    by_number: dict[tuple[str, str, int], dict[str, Any]] = {}
    raw, clashes = 0, []
    for record in records(broker, ALERTS):
        alert = json.loads(record.value)
        if alert["patient"] == "*":
            continue
        raw += 1
        first = by_number.setdefault((alert["patient"], alert["id"], alert["seq"]), alert)
        if first != alert:
            clashes.append((first, alert))
    found: Alerts = {}
    for alert in by_number.values():
        found.setdefault(alert["patient"], []).append(alert)
    return Found(found, raw, clashes)


def offline(log: Iterable[Event], until: int | None = None) -> Alerts:
    """The offline run's alerts as they would be published."""
    found: Alerts = {}
    for alert in fold(log, GUIDELINE, until).alerts:
        found.setdefault(alert.patient, []).append(json.loads(json.dumps(wire(alert))))
    return found


def differences(here: Alerts, there: Alerts) -> list[str]:
    """What one has and the other has not, in a line each; empty when they are the same, in order."""
    out = []
    for patient in sorted(here.keys() | there.keys()):
        mine, theirs = here.get(patient, []), there.get(patient, [])
        if mine == theirs:
            continue
        number = next(
            (n for n, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b),
            min(len(mine), len(theirs)),
        )
        out.append(
            f"{patient}: {len(mine)} and {len(theirs)} alerts; first at {number}: "
            f"{brief(mine, number)} / "
            f"{brief(theirs, number)}"
        )
    return out


def brief(alerts: list[dict[str, Any]], number: int) -> str:
    if number >= len(alerts):
        return "nothing"
    one = alerts[number]
    return " ".join(str(one[key]) for key in ("seq", "subject", "level", "transition", "at", "decided"))


def tally(found: Alerts) -> Counter[str]:
    return Counter(alert["transition"] for alerts in found.values() for alert in alerts)
