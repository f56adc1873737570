"""A worker that is stopped and started again, on Apache Kafka: nothing that was published is published again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rules.wire.topics import ALERTS, ASSESSMENTS
from streams.kafka.settings import Broker
from tests.patience import until
from tests.streams.worker import published
from tests.streams.worker.process import Workers, until_done
from tests.streams.worker.test_wall import EventSender, now, transitions

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def twice(broker: Broker) -> list[tuple[bytes, bytes]]:
    """The patients and values of alerts and assessments that were published more than once."""
    found = [*published.records(broker, ALERTS), *published.records(broker, ASSESSMENTS)]
    counted = Counter((record.key, record.value) for record in found)
    return [one for one, times in counted.items() if times > 1]


def pressure(number: int) -> dict[str, Any]:
    reading = {"code": "systolic-bp", "value": 120, "unit": "mm[Hg]"}
    return {
        "type": "vitals",
        "id": f"v{number}",
        "patient": "other",
        "at": now(),
        "readings": [reading],
    }


def assessment_count(broker: Broker) -> int:
    """How many assessments of the other patient were published."""
    return sum(record.key == b"other" for record in published.records(broker, ASSESSMENTS))


def hears(broker: Broker, before: int) -> bool:
    return assessment_count(broker) > before


def test_what_the_clock_opened_is_published_once_however_often_a_worker_is_stopped_and_started(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    broker = topics(1)
    sender = EventSender(broker)
    admitted = {"type": "encounter", "event": "cycle-start", "location": "ward", "at": now(-239.9)}
    given = {"type": "dose", "agent": "aldesleukin", "given": True, "amount": 600000, "unit": "[iU]/kg"}
    with Workers(broker, tmp_path, "--clock", "wall") as workers:
        workers.start("one")
        sender.send(admitted | {"id": "e1"})
        sender.send(given | {"id": "d1", "at": now(-239.9)})
        sender.send(admitted | {"id": "e2", "patient": "other"}, b"other")
        assert until(lambda: "peak-window opened" in transitions(broker)), transitions(broker)
        for number in range(2):
            before = assessment_count(broker)
            until_done(broker)
            assert workers.stop("one") == 0
            workers.start("one")
            sender.send(pressure(number), b"other")
            assert until(partial(hears, broker, before)), workers.printed("one")
    sender.close()
    assert twice(broker) == []
