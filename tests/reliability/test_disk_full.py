"""The broker's disk fills up to the last byte: whatever was acknowledged is told once there is room again.

The disk is a tmpfs of the test's own (root). `make campaign-disk`: 25 patients and more. In the suite: three. A full
disk of files is `test_files.py`.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError

from rules.wire.instants import MINUTE, text
from rules.wire.topics import ALERTS, topic_of
from streams.dev_broker.apache import ApacheKafka
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.patience import PATIENCE_S, until
from tests.streams.kafka import class_archive
from tests.streams.kafka.brokers_here import SHORT_SESSIONS, required
from tests.streams.worker import published
from tests.streams.worker.process import Workers, until_done

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
SIZE = "160m"
WAITS = "waits: the broker does not answer; ends after 30 s without it"
SMALL = SHORT_SESSIONS | {"log.index.size.max.bytes": "65536", "log.segment.bytes": "1048576"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 160 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        why = f"a disk of its own needs root: {mounted.stderr.decode(errors='replace').strip()}"
        pytest.fail(f"CI=true, and {why}", pytrace=False) if required() else pytest.skip(why)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(ballast: Path) -> None:
    """Write until there is no room for another byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 8, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


class Sender:
    """A producer that knows what was acknowledged."""

    def __init__(self, broker: Broker) -> None:
        self.settings = broker.for_kafka_python()
        self.acknowledged: list[str] = []
        self.failed = 0
        self.open()

    def open(self) -> None:
        self.producer = KafkaProducer(
            **self.settings,
            acks="all",
            max_block_ms=3_000,
            request_timeout_ms=4_000,
            delivery_timeout_ms=5_000,
        )

    def chart(self, patient: str) -> None:
        now = time.time_ns() // 1_000_000
        begun = {"type": "encounter", "id": "e", "event": "cycle-start", "location": "icu"}
        found = {"type": "finding", "id": "f", "code": "ventricular-arrhythmia", "present": True}
        try:
            for at, record in ((now - MINUTE, begun), (now, found)):
                value = json.dumps(record | {"patient": patient, "at": text(at)}).encode()
                self.producer.send(topic_of(str(record["type"])), value, key=patient.encode()).get(6)
        except KafkaError:
            self.failed += 1
        else:
            self.acknowledged.append(patient)


def alerted(broker: Broker) -> set[str]:
    alerts = [json.loads(record.value) for record in published.records(broker, ALERTS)]
    return {one["patient"] for one in alerts if one["subject"] == "ventricular-arrhythmia"}


class Outcome(NamedTuple):
    """How many patients were acknowledged before the disk was full, and later; and how many refused."""

    before: int
    later: int
    refused: int


def fill_and_empty(disk: Path, folder: Path, before: int, later: int) -> Outcome:
    """Chart patients, fill the broker's disk until it ends, make room, and chart others.

    Asserts that the worker waits or ends with a sentence, and tells of each patient who was acknowledged.
    """
    with ApacheKafka(settings=SMALL, jvm=class_archive.options()) as kafka:
        broker, ballast = kafka.settings, disk / "ballast"
        create(broker, TopicSettings(partitions=2))
        sender = Sender(broker)
        with Workers(broker, folder, "--clock", "wall", "--patience", "30") as workers:
            workers.start("one")
            for number in range(before):
                sender.chart(f"p{number}")
            assert until(lambda: len(alerted(broker)) == before), workers.printed("one")
            fill(ballast)
            assert os.statvfs(disk).f_bavail == 0
            acknowledged = len(sender.acknowledged)
            number = until_it_ends(kafka, sender, before)
            assert until(lambda: WAITS in workers.printed("one")), workers.printed("one")
            ballast.unlink()
            kafka.start(0)
            sender.producer.close(timeout=PATIENCE_S)
            sender.open()
            for late in range(number, number + later):
                sender.chart(f"p{late}")
            until_done(broker, watch=workers.again)
            assert until(lambda: alerted(broker) >= set(sender.acknowledged)), (
                set(sender.acknowledged) - alerted(broker),
                workers.printed("one")[-2000:],
            )
            assert "Traceback" not in workers.printed("one"), workers.printed("one")
        sender.producer.close()
    return Outcome(acknowledged, len(sender.acknowledged) - acknowledged, sender.failed)


def until_it_ends(kafka: ApacheKafka, sender: Sender, number: int) -> int:
    """Chart patients from this number on until the broker ends; return the next number."""
    ends = time.monotonic() + PATIENCE_S
    while kafka.alive(0) and time.monotonic() < ends:
        sender.chart(f"p{number}")
        number += 1
    assert not kafka.alive(0), "a broker that cannot write ends"
    return number


# kafka-python leaves sockets open by which it looked for a broker that had ended. They are collected in the test, and no
# line of its log holds them for longer.
OF_A_BROKER_THAT_ENDED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@OF_A_BROKER_THAT_ENDED
def test_what_was_acknowledged_before_a_disk_was_full_is_told(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    caplog.set_level(logging.CRITICAL, "kafka")
    found = fill_and_empty(disk, tmp_path, 2, 1)
    gc.collect()
    assert found.before == 2
    assert found.later >= 1


@pytest.mark.campaign("disk", slices=1)
@OF_A_BROKER_THAT_ENDED
def test_what_was_acknowledged_before_a_disk_was_full_is_told_when_there_is_room_again(
    disk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    figures: Callable[..., None],
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    caplog.set_level(logging.CRITICAL, "kafka")
    found = fill_and_empty(disk, tmp_path, 20, 5)
    gc.collect()
    figures(
        f"{found.before} acknowledged before, {found.later} while and after it was full, {found.refused} refused; "
        "all acknowledged are told",
        **found._asdict(),
    )
    assert found.before == 20
    assert found.later >= 5
