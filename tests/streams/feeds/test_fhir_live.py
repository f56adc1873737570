"""The FHIR feed on real Kafka: what is answered is stored, once (docs/spec/feeds.md, FHIR in)."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.wire.topics import DEADLETTERS, VITALS
from streams.dev_broker.apache import ApacheKafka
from streams.kafka import blocking_reader
from streams.kafka.ports import HOST
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.deploy.servers import asked
from tests.streams.feeds.running import RunningFeed, running
from tests.streams.feeds.test_fhir import observation, version
from tests.streams.kafka.brokers_here import drop

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.xdist_group("feeds")]


@pytest.fixture
def broker(apache: ApacheKafka) -> Iterator[Broker]:
    drop(apache.settings)
    create(apache.settings, TopicSettings(partitions=2))
    yield apache.settings
    drop(apache.settings)


def post(feed: RunningFeed, resource: Any) -> int:
    request = urllib.request.Request(
        f"http://{HOST}:{feed.port}/Observation",
        data=json.dumps(resource).encode(),
        headers={"Content-Type": "application/fhir+json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(answer.status)


def statuses(broker: Broker) -> list[tuple[str, Any]]:
    found = [json.loads(record.value) for record in blocking_reader.records(broker, VITALS)]
    return [(one.get("status", "final"), one.get("readings")) for one in found]


def test_what_is_answered_is_stored_and_a_feed_killed_remembers_it(broker: Broker, tmp_path: Path) -> None:
    bad = observation(id="o2", effectiveDateTime="2026-03-02")
    with running(broker, tmp_path, kind="fhir") as feed:
        assert [post(feed, each) for each in (observation(), bad)] == [201, 201]
        assert str(asked(f"http://{HOST}:{feed.metrics_port}/-/ready")) == "ok\n"
        assert "p1" not in str(asked(f"http://{HOST}:{feed.metrics_port}/metrics"))
        feed.kill()
        feed.start()
        assert post(feed, observation(value=61, **version(2))) == 201
        assert feed.stop() == 0
    values = [(status, readings[0]["value"]) for status, readings in statuses(broker)]
    assert values == [("final", 60), ("corrected", 61)]
    (letter,) = blocking_reader.records(broker, DEADLETTERS)
    assert dict(letter.headers)["__streams.errors.reason"] == b"bad-time"
    assert json.loads(letter.value) == bad
