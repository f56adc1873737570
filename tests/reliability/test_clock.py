"""The host's clock steps, by libfaketime: what is charted is told all the same, and people hear of the clock."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from kafka import KafkaProducer

from rules.wire.instants import MINUTE, text
from rules.wire.topics import ALERTS, topic_of
from streams.kafka.ports import free
from streams.kafka.settings import Broker
from tests.patience import until
from tests.streams.worker import published
from tests.streams.worker.conftest import topics
from tests.streams.worker.process import Workers
from tests.streams.worker.test_wall import page

__all__ = ["topics"]
pytestmark = [pytest.mark.kafka, pytest.mark.slow]
LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
FARTHEST_S = 2_400
"""Within the hour by which a changelog takes times ahead: beyond it a worker ends, loudly."""


class Host:
    """A host whose clock can be set for the processes that are started in it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        if not LIBRARY.exists():
            pytest.skip("no libfaketime here")
        self.file = folder / "faketime"
        self.step(0)
        for name, value in (
            ("LD_PRELOAD", str(LIBRARY)),
            ("FAKETIME_TIMESTAMP_FILE", str(self.file)),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ):
            monkeypatch.setenv(name, value)

    def step(self, seconds: int) -> None:
        """Set the clock so far ahead of the true time, s; negative: behind."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}s\n")
        new.replace(self.file)


class Ward:
    """A producer with a right clock."""

    def __init__(self, broker: Broker) -> None:
        self.broker, self.producer = broker, KafkaProducer(**broker.for_kafka_python(), acks="all")

    def chart(self, patient: str) -> None:
        """Chart a patient who has a ventricular arrhythmia now."""
        now = time.time_ns() // 1_000_000
        self._send("encounter", patient, now - MINUTE, event="cycle-start", location="icu")
        self._send("finding", patient, now, code="ventricular-arrhythmia", present=True)

    def _send(self, type: str, patient: str, at: int, **fields: object) -> None:
        record = {"type": type, "id": f"{type}-{patient}", "patient": patient, "at": text(at), **fields}
        self.producer.send(topic_of(type), json.dumps(record).encode(), key=patient.encode()).get(30)

    def alerts(self) -> list[tuple[str, str, str]]:
        """Patient, subject and level of every alert."""
        records = [json.loads(record.value) for record in published.records(self.broker, ALERTS)]
        return [(one["patient"], one["subject"], one["level"]) for one in records]


def alerts_after_steps(
    broker: Broker, folder: Path, monkeypatch: pytest.MonkeyPatch, steps: list[int]
) -> list[tuple[str, str, str]]:
    """Step the clock of a worker's host, chart a patient after each step, and see that each is told."""
    host, port = Host(folder, monkeypatch), free()[0]
    with Workers(broker, folder, "--clock", "wall") as workers:
        workers.start("one", "--metrics-port", str(port))
        assert until(lambda: page(port, "/-/ready")[0] == 200), workers.printed("one")
        ward = Ward(broker)
        for number, seconds in enumerate([0, *steps]):
            host.step(seconds)
            patient = f"p{number}"
            ward.chart(patient)
            wanted = (patient, "ventricular-arrhythmia", "absolute")
            assert until(lambda wanted=wanted: wanted in ward.alerts()), (  # type: ignore[misc]
                seconds,
                ward.alerts(),
                workers.printed("one")[-2000:],
            )
        assert workers.ended() == {}, workers.printed("one")
        ward.producer.close()
        return ward.alerts()


def test_a_clock_that_steps_forty_minutes_ahead_and_back_keeps_nobody_waiting_and_is_told(
    topics: Callable[[int], Broker], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = alerts_after_steps(topics(1), tmp_path, monkeypatch, [FARTHEST_S, -FARTHEST_S])
    assert ("*", "clock", "technical") in found


@pytest.mark.campaign("clock", slices=5)
def test_twenty_steps_of_the_clock_keep_nobody_waiting(
    campaign_slice: int,
    topics: Callable[[int], Broker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    figures: Callable[..., None],
) -> None:
    chance = Random(campaign_slice)
    steps = [chance.randint(-FARTHEST_S, FARTHEST_S) for _ in range(20)]
    found = alerts_after_steps(topics(2), tmp_path, monkeypatch, steps)
    figures(f"slice {campaign_slice}: {len(steps)} steps, all told", steps=steps, alerts=len(found))
