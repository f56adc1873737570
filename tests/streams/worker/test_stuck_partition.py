"""One partition of the changelog takes no writes: the worker says so, and goes on with the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.partition_check import partition
from streams.kafka.ports import free
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE
from streams.kafka.topic_creation import TopicSettings, create
from streams.kafka.topics import changelog
from tests.patience import until
from tests.streams.worker.process import Workers
from tests.streams.worker.published import alerts
from tests.streams.worker.test_wall import EventSender, now, page

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

NAME = "il2watch"
STUCK, FREE = (next(f"p{n}" for n in range(100) if partition(b"p%d" % n, 2) == number) for number in (0, 1))


def changelog_on_two_brokers(broker: Broker) -> None:
    """The worker's changelog, each of its two partitions on two of three brokers; it takes no write on one."""
    topic = NewTopic(
        changelog(NAME, STATE_TABLE),
        replica_assignments={0: [1, 2], 1: [2, 3]},
        topic_configs={"cleanup.policy": "compact", "min.insync.replicas": "2"},
    )
    connection = KafkaAdminClient(**broker.for_kafka_python())
    connection.create_topics([topic])
    connection.close()


def warned(broker: Broker, patient: str) -> bool:
    return bool(alerts(broker).alerts.get(patient))


@pytest.mark.campaign("alarms")
def test_one_stuck_partition_is_told_while_the_others_are_watched(
    apache_cluster: Callable[..., ApacheKafka], tmp_path: Path
) -> None:
    kafka = apache_cluster(3)
    create(kafka.settings, TopicSettings(partitions=2))
    changelog_on_two_brokers(kafka.settings)
    port = free()[0]
    with Workers(kafka.settings, tmp_path, "--patience", "20", "--session-timeout", "6") as workers:
        workers.start("one", "--metrics-port", str(port), "--clock", "wall")
        assert until(lambda: page(port, "/-/ready")[0] == 200), workers.printed("one")
        kafka.kill(0)
        sender = EventSender(kafka.settings)
        for patient in (STUCK, FREE):
            seen = {"patient": patient, "at": now()}
            sender.send(seen | {"type": "encounter", "id": "e1", "event": "cycle-start"}, patient.encode())
            finding = seen | {"type": "finding", "id": "f1", "code": "infection", "present": True}
            sender.send(finding, patient.encode())
        sender.close()
        assert until(lambda: "partitions 0 are in hand" in page(port, "/-/ready")[1]), workers.printed("one")
        assert page(port, "/-/ready")[0] == 503
        assert "il2_stuck_partitions 1.0" in page(port, "/metrics")[1]
        assert until(lambda: warned(kafka.settings, FREE)), workers.printed("one")
        assert not warned(kafka.settings, STUCK)
        kafka.start(0)
        assert until(lambda: warned(kafka.settings, STUCK)), workers.printed("one")
        assert until(lambda: page(port, "/-/ready")[0] == 200), workers.printed("one")
        assert workers.ended() == {}
    assert workers.printed("one").count("partitions 0 are in hand and not done") == 1
