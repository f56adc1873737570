"""`il2watch replay` against real brokers, as a user types it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise

import pytest

from rules.wire.instants import parse, text
from rules.wire.topics import ALERTS, COMMANDS, INPUTS
from streams.cli.main import main
from streams.kafka.clients import producer
from streams.kafka.partition_check import partition
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S
from tests.streams.kafka.brokers_here import drop
from tests.streams.replay.brokers import KINDS, PARTITIONS, records, topics
from tests.streams.samples import alert, record, vitals

Write = Callable[..., str]
START = parse("2026-03-02T10:00:00Z")
MINUTE = 60_000


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with topics(request.getfixturevalue(request.param).settings) as ready:
        yield ready


def ward(patients: int = 5, minutes: int = 4) -> list[dict[str, object]]:
    """Vitals and urine of each patient each minute, twenty seconds apart."""
    events = []
    for minute in range(minutes):
        for number in range(patients):
            at, later = (text(START + minute * MINUTE + seconds * 1000 + number) for seconds in (10, 30))
            events.append(vitals(f"v{minute}", at, f"p{number}", heart_rate=90))
            events.append(
                record(
                    "io",
                    f"o{minute}",
                    later,
                    f"p{number}",
                    direction="out",
                    kind="urine",
                    volume=50,
                    unit="mL",
                )
            )
    return events


def replay(broker: Broker, *arguments: str) -> int:
    return main(["replay", *arguments, "--broker", broker.servers])


def test_every_record_stands_once_in_its_topic_with_its_key_time_and_bytes(
    write: Write, broker: Broker
) -> None:
    lines = [json.dumps(event, indent=None, separators=(" , ", ":  ")).encode() for event in ward()]
    assert replay(broker, write(*(line + b"\n" for line in lines)), "--speed", "max") == 0
    found = [one for topic in INPUTS for one in records(broker, topic) if one.key != b"*"]
    assert sorted(one.value for one in found) == sorted(lines)
    for one in found:
        event = json.loads(one.value)
        assert one.topic == {"vitals": "il2.vitals", "io": "il2.io"}[event["type"]]
        assert one.key == event["patient"].encode()
        assert one.timestamp == parse(event["at"])
        assert one.partition == partition(one.key, PARTITIONS)


def test_each_partition_gets_each_minutes_tick_and_the_last_instants(write: Write, broker: Broker) -> None:
    assert replay(broker, write(*ward(minutes=3)), "--speed", "max") == 0
    for _, ticks in groupby(records(broker, COMMANDS), key=lambda one: one.partition):
        assert [one.timestamp - START for one in ticks] == [MINUTE, 2 * MINUTE, 2 * MINUTE + 30_000 + 4]
    assert len({one.partition for one in records(broker, COMMANDS)}) == PARTITIONS


def test_times_never_go_back_in_a_partition(write: Write, broker: Broker) -> None:
    assert replay(broker, write(*reversed(ward())), "--speed", "max") == 0
    for topic in INPUTS:
        for before, after in pairwise(records(broker, topic)):
            assert before.partition < after.partition or before.timestamp <= after.timestamp


def test_the_exact_count_is_told(write: Write, broker: Broker, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(broker, write(*ward(5, 100)), "--speed", "max") == 0
    expected = r"il2watch: 1,000 of 1,000 records acknowledged in \d+\.\d s \([\d,]+/s\), 100 ticks\n"
    assert re.fullmatch(expected, capsys.readouterr().err)


def test_what_the_worker_will_refuse_is_sent_and_what_cannot_be_sent_is_told(
    write: Write, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = record("io", "o1", text(START), direction="out", kind="urine", volume=15, unit="furlong")
    path = write(b"nonsense\n", bad)
    assert replay(broker, path, "--speed", "max") == 0
    assert replay(broker, path, "--speed", "max", "--strict") == 1
    assert f"{path}:1: malformed: " in capsys.readouterr().err
    assert len(records(broker, "il2.io")) == 2


def test_a_file_of_another_century_is_taken(write: Write, broker: Broker) -> None:
    assert (
        replay(
            broker,
            write(
                vitals("v1", "2180-03-02T10:00:00Z", heart_rate=90),
                vitals("v0", "1971-03-02T10:00:00Z", spo2=97),
            ),
            "--speed",
            "max",
        )
        == 0
    )
    assert [text(one.timestamp) for one in records(broker, "il2.vitals")] == [
        "1971-03-02T10:00:00Z",
        "2180-03-02T10:00:00Z",
    ]


def test_a_file_shifted_to_now_begins_now(write: Write, broker: Broker) -> None:
    now = time.time() * 1000
    assert replay(broker, write(*ward(1, 2)), "--speed", "max", "--shift-to", "now") == 0
    found = records(broker, "il2.vitals")
    assert now - 1 <= found[0].timestamp <= time.time() * 1000
    assert found[1].timestamp - found[0].timestamp == MINUTE
    assert [parse(json.loads(one.value)["at"]) for one in found] == [one.timestamp for one in found]


def test_a_paced_replay_takes_its_time(write: Write, broker: Broker) -> None:
    began = time.monotonic()
    assert replay(broker, write(*ward(1, 3)), "--speed", "120") == 0
    assert time.monotonic() - began > 140 / 120


def test_the_alerts_of_its_patients_are_printed_as_they_come(
    write: Write, broker: Broker, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def answering() -> None:
        while not records(broker, "il2.vitals"):
            time.sleep(0.1)
        for patient in ("p0", "elsewhere"):
            into.send(ALERTS, json.dumps(alert(patient=patient)).encode(), key=patient.encode()).get(
                timeout=30
            )

    into = producer(broker)
    into.send(ALERTS, json.dumps(alert(patient="p0", seq=0)).encode(), key=b"p0").get(timeout=30)
    worker = threading.Thread(target=answering)
    worker.start()
    assert (
        replay(broker, write(*ward(1, 2)), "--speed", "max", "--follow", "--follow-for", "3", "-o", "json")
        == 0
    )
    worker.join()
    into.close()
    assert [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()] == [alert(patient="p0")]


def test_an_interrupted_replay_tells_how_far_it_came(write: Write, broker: Broker) -> None:
    command = [
        sys.executable,
        "-m",
        "streams",
        "replay",
        write(*ward(1, 60)),
        "--speed",
        "60",
        "--broker",
        broker.servers,
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.getcwd()})
    while not records(broker, "il2.vitals"):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=PATIENCE_S)[1].decode()
    assert process.returncode == 130
    assert re.fullmatch(r"il2watch: \d+ of 120 records acknowledged in .* ticks \(interrupted\)\n", errors)


@pytest.mark.embedded
def test_missing_topics_are_named_with_the_remedy(
    write: Write, embedded: object, capsys: pytest.CaptureFixture[str]
) -> None:
    broker = embedded.settings  # type: ignore[attr-defined]
    drop(broker)
    assert replay(broker, write(*ward()), "--speed", "max") == 2
    assert "no topic il2.vitals" in (errors := capsys.readouterr().err)
    assert "il2watch topics create" in errors


def test_a_broker_that_is_not_there_is_exit_3(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", write(*ward()), "--speed", "max", "--broker", "127.0.0.1:9"]) == 3
    assert "no broker answers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--broker", "b:1"], "--speed"),
        (["--speed", "fast", "--broker", "b:1"], "times real time"),
        (["--speed", "max", "--shift-to", "soon", "--broker", "b:1"], "2026-03-02T10:00:00Z"),
        (["--speed", "max", "--follow-for", "-1", "--broker", "b:1"], "no number of seconds"),
        (["--speed", "max"], "no broker"),
    ],
)
def test_a_wrong_option_is_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IL2WATCH_BROKER", raising=False)
    assert main(["replay", "none.jsonl", *arguments]) == 2
    assert message in capsys.readouterr().err
