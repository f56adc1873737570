"""The drill of docs/howto/production.md, Backup: what `export` wrote is replayed into an empty cluster, and nobody is paged again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rules.wire.topics import ALERTS, ASSESSMENTS
from streams.dev_broker.apache import ApacheKafka
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.deploy.places import ROOT
from tests.patience import PATIENCE_S, until
from tests.streams.kafka import class_archive
from tests.streams.kafka.brokers_here import SHORT_SESSIONS, drop, had
from tests.streams.pager.delivery.receiver import Receiver, receiving
from tests.streams.pager.process import Pagers, pagerduty
from tests.streams.worker import published
from tests.streams.worker.process import Workers, until_done
from tests.streams.worker.test_wall import EventSender, now

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.xdist_group("drills")]

PARTITIONS = 2
OPEN = ("acknowledged", "silenced")


def il2watch(*words: str) -> str:
    """What a command prints."""
    command = [sys.executable, str(ROOT / "il2watch.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def admission(patient: str) -> dict[str, Any]:
    event = {"type": "encounter", "id": f"{patient}-e", "event": "cycle-start", "location": "ward"}
    return event | {"patient": patient, "at": now(-30)}


def hypotension(patient: str, number: int) -> dict[str, Any]:
    reading = {"code": "systolic-bp", "value": 70, "unit": "mm[Hg]"}
    event = {"type": "vitals", "id": f"{patient}-v{number}", "readings": [reading]}
    return event | {"patient": patient, "at": now(-1)}


def latest(broker: Broker) -> dict[str, Any]:
    """Each patient's assessment."""
    return {record.key: json.loads(record.value) for record in published.records(broker, ASSESSMENTS)}


def opened(broker: Broker) -> dict[str, str]:
    """The open alerts of hypotension: patient to id."""
    found = (json.loads(record.value) for record in published.records(broker, ALERTS))
    return {one["patient"]: one["id"] for one in found if one["subject"] == "hypotension"}


def silences(broker: Broker) -> list[dict[str, Any]]:
    lines = il2watch("silence", "ls", "-o", "json", "--broker", broker.servers).splitlines()
    return [json.loads(line) for line in lines]


def comparable(assessment: dict[str, Any]) -> dict[str, Any]:
    """An assessment without what the clock alone moves: a worker with the wall clock goes on."""
    dose = {key: value for key, value in assessment["dose"].items() if key not in ("delayed_h", "blockers")}
    moves = ("at", "decided", "monitoring", "advice")
    return {key: value for key, value in assessment.items() if key not in moves} | {"dose": dose}


@pytest.fixture
def empty() -> Iterator[Broker]:
    """A second cluster, without anything."""
    with ExitStack() as until_end:
        kafka = had(partial(ApacheKafka, settings=SHORT_SESSIONS, jvm=class_archive.options()), until_end)
        assert isinstance(kafka, ApacheKafka)
        yield kafka.settings


def a_shift(broker: Broker, folder: Path, receiver: Receiver) -> None:
    """Two patients with hypotension are paged; one is acknowledged, the other silenced."""
    config = pagerduty(receiver.url, timeout_s=5)
    with Workers(broker, folder, "--clock", "wall") as workers, Pagers(broker, folder, config) as pagers:
        workers.start("worker")
        pagers.start("pager")
        sender = EventSender(broker)
        for patient in OPEN:
            sender.send(admission(patient), patient.encode())
            sender.send(hypotension(patient, 1), patient.encode())
        sender.close()
        assert until(lambda: set(opened(broker)) == set(OPEN)), workers.printed("worker")
        assert until(lambda: len(receiver.arrivals) >= len(OPEN)), pagers.printed("pager")
        who = ("--by", "rn-14", "--reason", "bolus running", "--broker", broker.servers)
        il2watch("ack", opened(broker)["acknowledged"], *who)
        silenced = ("--patient", "silenced", "--subject", "hypotension", "--level", "absolute", "--for", "1h")
        il2watch("silence", "add", *silenced, *who)
        until_done(broker)
        assert (workers.stop("worker"), pagers.stop("pager")) == (0, 0)


def test_a_restored_cluster_knows_what_was_known_and_pages_nobody_again(
    apache: ApacheKafka, empty: Broker, tmp_path: Path
) -> None:
    broker, file = apache.settings, tmp_path / "backup.jsonl"
    drop(broker)
    create(broker, TopicSettings(partitions=PARTITIONS))
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    with receiving() as receiver:
        a_shift(broker, tmp_path / "before", receiver)
        il2watch("export", "-o", str(file), "--broker", broker.servers)
        create(empty, TopicSettings(partitions=PARTITIONS))
        il2watch("replay", str(file), "--speed", "max", "--broker", empty.servers)
        paged = len(receiver.arrivals)
        config = pagerduty(receiver.url, timeout_s=5)
        with (
            Workers(empty, tmp_path / "after", "--clock", "wall") as workers,
            Pagers(empty, tmp_path / "after", config) as pagers,
        ):
            workers.start("worker", "--rebuild")
            assert until(lambda: set(opened(empty)) == set(OPEN)), workers.printed("worker")
            until_done(empty)
            pagers.start("pager", "--rebuild")
            assert until(lambda: silences(empty) == silences(broker) != []), pagers.printed("pager")
            restored = latest(empty)
            assert [
                (patient, key, value, restored[patient].get(key))
                for patient, one in latest(broker).items()
                for key, value in comparable(one).items()
                if comparable(restored[patient]).get(key) != value
            ] == []
            assert opened(empty) == opened(broker)
            assert (workers.stop("worker"), pagers.stop("pager")) == (0, 0)
        # A pager that begins anew repeats what is open under the keys that the receiver has.
        assert [one for one in receiver.arrivals[paged:] if one.did not in ("repeated", "acknowledged")] == []
