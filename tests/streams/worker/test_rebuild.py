"""`worker --rebuild` on Apache Kafka: state anew from the input topics, equal to a worker's that saw all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rules.wire.topics import ASSESSMENTS
from streams.kafka.settings import Broker
from streams.kafka.state_record import STATE_TABLE
from streams.kafka.topics import changelog
from tests.patience import PATIENCE_S, until
from tests.streams.worker import loading, partition_course, published
from tests.streams.worker.process import Workers, until_done

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def latest(broker: Broker, topic: str) -> dict[bytes, bytes | None]:
    return {record.key: record.value for record in published.records(broker, topic)}


def test_a_rebuilt_worker_has_what_one_that_saw_all_has(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    events, broker = partition_course.closed(partition_course.events(12, seed=5)), topics(2)
    loading.load(broker, events, 2)
    rows = changelog("il2watch", STATE_TABLE)
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        until_done(broker)
        assert workers.stop("one") == 0
        before = latest(broker, rows), latest(broker, ASSESSMENTS), published.alerts(broker)
        workers.start("two", "--rebuild")
        assert until(lambda: "at work on" in workers.printed("two")), workers.printed("two")
        until_done(broker)
        assert workers.stop("two") == 0
    again = published.alerts(broker)
    assert latest(broker, ASSESSMENTS) == before[1]
    assert set(latest(broker, rows)) == set(before[0])
    assert again.alerts == before[2].alerts
    assert again.clashes == []
    assert again.raw >= 2 * sum(map(len, before[2].alerts.values()))


def test_it_is_refused_while_a_worker_runs(topics: Callable[[int], Broker], tmp_path: Path) -> None:
    broker = topics(2)
    loading.load(broker, partition_course.events(2, seed=5), 2)
    with Workers(broker, tmp_path) as workers:
        workers.start("one")
        until_done(broker)
        refused = workers.start("two", "--rebuild")
        assert refused.wait(PATIENCE_S) == 2
        assert "1 workers of il2watch still run; stop them all" in workers.printed("two")
        workers.running.pop("two")
