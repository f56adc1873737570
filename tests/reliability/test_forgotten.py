"""A patient who was forgotten is in no compacted topic once the broker has compacted it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

from rules.wire.topics import ASSESSMENTS, FEED_ALIASES, FEED_BEDS, FEED_PATIENTS, FEED_RESULTS
from streams.cli.main import main
from streams.feeds.mapping.beds import Move, Whereabouts, encode_whereabouts
from streams.feeds.mapping.corrections import OrderRow, encode_row, row_key
from streams.feeds.mapping.patients import Alias, Linkage, encode_alias, encode_linkage
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE
from streams.kafka.topics import changelog
from streams.pager.delivery.outbox import TABLE
from tests.patience import until
from tests.streams.worker import published
from tests.streams.worker.conftest import topics

__all__ = ["topics"]
GONE, STAYS = "mrn-4711", "mrn-4712"
PRIOR, LATER = "mrn-old", "mrn-new"
CHANGELOGS = (changelog("il2watch", STATE_TABLE), changelog("il2watch-pager", TABLE))
COMPACTED_AT_ONCE = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.0001",
    "min.compaction.lag.ms": "0",
    "segment.ms": "1000",
    "delete.retention.ms": "0",
}


def rows(patient: str) -> Iterable[tuple[str, str, bytes]]:
    """Topic, key and value of what the services and feeds keep of a patient."""
    yield FEED_RESULTS, row_key(patient, "o1"), encode_row(OrderRow(patient, "o1", 0))
    yield FEED_PATIENTS, f"https://emr/Patient/{patient[-1]}", encode_linkage(Linkage(patient))
    yield FEED_BEDS, patient, encode_whereabouts(Whereabouts({"e1": Move(0, "ICU 3")}))
    yield ASSESSMENTS, patient, b'{"patient":"%s"}' % patient.encode()
    for topic in CHANGELOGS:
        yield topic, patient, b"\xc1state"


MERGES = [
    (FEED_ALIASES, PRIOR, encode_alias(Alias(GONE, 0))),
    (FEED_ALIASES, GONE, encode_alias(Alias(LATER, 0))),
    (FEED_ALIASES, "mrn-x", encode_alias(Alias(STAYS, 0))),
]


def compacting(broker: Broker) -> list[str]:
    """Make the changelogs, and let the broker compact every compacted topic as soon as it can."""
    admin = KafkaAdminClient(**broker.for_kafka_python())
    try:
        admin.create_topics([NewTopic(name, 1, 1) for name in CHANGELOGS])
        names = [ASSESSMENTS, FEED_RESULTS, FEED_ALIASES, FEED_BEDS, FEED_PATIENTS, *CHANGELOGS]
        admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, COMPACTED_AT_ONCE) for name in names],
            raise_on_unknown=False,
        )
        return names
    finally:
        admin.close()


def surviving(broker: Broker, names: Iterable[str], id: str) -> list[tuple[str, bytes]]:
    """The records that still hold an id: in the key, or in the value."""
    return [
        (name, record.key)
        for name in names
        for record in published.records(broker, name)
        if id.encode() in record.key + (record.value or b"")
    ]


@pytest.mark.kafka
@pytest.mark.slow
def test_no_compacted_topic_holds_a_forgotten_patient_after_compaction(
    topics: Callable[[int], Broker], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = topics(1)
    names = compacting(broker)
    sender = KafkaProducer(**broker.for_kafka_python(), acks="all")
    for topic, key, value in [*rows(GONE), *rows(STAYS), *MERGES]:
        sender.send(topic, value, key=key.encode())
    sender.flush(30)
    assert {name for name, _ in surviving(broker, names, GONE)} == set(names)
    forget = ["forget", GONE, "--broker", broker.servers, "--by", "dpo", "--reason", "asked"]
    assert until(lambda: main(forget) == 0), "a worker that was killed is of its group until its session ends"
    errors = capsys.readouterr().err
    assert all(name in errors for name in ("state, outbox, assessments", *names[1:5]))
    assert f"merged with {LATER}, {PRIOR}: forget each" in errors

    def compacted() -> bool:
        later = time.time_ns() // 1_000_000 + 60_000
        for name in names:
            sender.send(name, b"{}", key=b"rolls-the-segment", timestamp_ms=later)
        sender.flush(30)
        return not surviving(broker, names, GONE)

    assert until(compacted), surviving(broker, names, GONE)
    for name in names:
        assert surviving(broker, [name], STAYS), name
    sender.close()
    assert main(forget) == 1
