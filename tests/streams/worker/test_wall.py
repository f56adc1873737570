"""With the wall clock: decided at once, deadlines without events, never in a backlog; and what the worker
serves over HTTP meanwhile.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from rules.wire.instants import MINUTE, text
from rules.wire.topics import ALERTS, ASSESSMENTS, DEADLETTERS, topic_of
from streams.kafka.ports import free
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S, until
from tests.streams.worker import published
from tests.streams.worker.process import Workers

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


class EventSender:
    """Sends events as they happen."""

    def __init__(self, broker: Broker) -> None:
        self.producer = KafkaProducer(**broker.for_kafka_python(), acks="all")

    def send(self, event: dict[str, Any], key: bytes | None = None) -> None:
        value = json.dumps({"patient": "p1", **event}).encode()
        self.producer.send(topic_of(event["type"]), value, key=key or b"p1").get(PATIENCE_S)

    def close(self) -> None:
        self.producer.close()

    def raw(self, topic: str, value: bytes, key: bytes = b"p1") -> None:
        self.producer.send(topic, value, key=key).get(PATIENCE_S)


def now(minutes: float = 0) -> str:
    return text(time.time_ns() // 1_000_000 + int(minutes * MINUTE))


def transitions(broker: Broker) -> list[str]:
    return [
        f"{alert['subject']} {alert['transition']}" for alert in published.alerts(broker).alerts.get("p1", [])
    ]


def page(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_a_live_worker_decides_at_once_and_fires_deadlines_without_events(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    broker, port = topics(3), free(1)[0]
    sender = EventSender(broker)
    with Workers(broker, tmp_path, "--clock", "wall", "--metrics-port", str(port)) as workers:
        workers.start("one")
        assert until(lambda: page(port, "/-/ready")[0] == 200), workers.printed("one")
        assert page(port, "/-/healthy") == (200, "ok\n")
        sender.send(
            {"type": "encounter", "id": "e1", "at": now(-239.9), "event": "cycle-start", "location": "ward"}
        )
        sender.send(
            {
                "type": "vitals",
                "id": "v1",
                "at": now(),
                "readings": [{"code": "systolic-bp", "value": 70, "unit": "mm[Hg]"}],
            }
        )
        assert until(lambda: "hypotension opened" in transitions(broker)), transitions(broker)
        assert not any("vital-signs" in one for one in transitions(broker))
        sender.send(
            {
                "type": "dose",
                "id": "d1",
                "at": now(-239.9),
                "agent": "aldesleukin",
                "given": True,
                "amount": 600000,
                "unit": "[iU]/kg",
            }
        )
        assert until(lambda: "peak-window opened" in transitions(broker)), transitions(broker)
        sender.raw("il2.vitals", b"{not json")
        assert until(lambda: len(published.records(broker, DEADLETTERS)) == 1)
        assert until(
            lambda: any(json.loads(one.value)["patient"] == "*" for one in published.records(broker, ALERTS))
        )
        served = page(port, "/metrics")[1]
        for line in (
            'il2_alerts_total{level="absolute",subject="hypotension",transition="opened"} 1.0',
            'il2_dead_letters_total{reason="malformed"} 1.0',
            "il2_dead_letter_alarm 1.0",
            "il2_alert_latency_seconds_count",
            "il2_guideline_info{",
            'il2_events_total{outcome="used",type="vitals"} 1.0',
        ):
            assert line in served, line
        assert "p1" not in served
        assert workers.stop("one") == 0
    sender.close()
    letter = published.records(broker, DEADLETTERS)[0]
    assert (letter.value, letter.key, dict(letter.headers)["__streams.errors.reason"]) == (
        b"{not json",
        b"p1",
        b"malformed",
    )
    latest = published.records(broker, ASSESSMENTS)[-1]
    assert (latest.key, json.loads(latest.value)["blood_pressure"]["state"]) == (b"p1", "absolute")
    evidence = [
        dict(one.headers)["evidence"]
        for one in published.records(broker, ALERTS)
        if json.loads(one.value)["subject"] == "hypotension"
    ]
    assert evidence[0].startswith(b"il2.vitals/")


def test_a_worker_without_a_broker_ends_with_a_code_that_has_it_started_again(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    with Workers(Broker("127.0.0.1:1"), tmp_path, "--patience", "2") as workers:
        assert workers.start("none").wait(PATIENCE_S) == 3
    assert "no broker" in workers.printed("none")
