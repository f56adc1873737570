"""`il2watch census` on a broker: it counts what is in the topic and what comes, and says what is wrong in one
line.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaProducer

from rules.wire.topics import ASSESSMENTS
from streams.dev_broker import process_tree
from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka.ports import HOST, free, wait_until
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.deploy.servers import asked
from tests.patience import PATIENCE_S
from tests.streams.kafka.brokers_here import drop
from tests.streams.samples import assessment

ROOT = Path(__file__).parents[3]


@pytest.fixture
def broker(embedded: EmbeddedBroker) -> Iterator[Broker]:
    drop(embedded.settings)
    create(embedded.settings, TopicSettings(partitions=3))
    yield embedded.settings
    drop(embedded.settings)


def say(broker: Broker, **latest: str | None) -> None:
    """The latest recommendation of each patient; None: discharged."""
    producer = KafkaProducer(**broker.for_kafka_python())
    for patient, word in latest.items():
        value = None if word is None else msgspec.json.encode(assessment(patient, recommendation=word))
        producer.send(ASSESSMENTS, key=patient.encode(), value=value).get(timeout=PATIENCE_S)
    producer.close()


@pytest.fixture
def census(broker: Broker, tmp_path: Path) -> Iterator[Callable[[], dict[str, float]]]:
    """A census that runs; called, it answers how many patients have each recommendation."""
    port = free(1)[0]
    command = [
        sys.executable,
        "-m",
        "streams",
        "census",
        "--broker",
        broker.servers,
        "--metrics-port",
        str(port),
    ]
    with (tmp_path / "log").open("ab") as log:
        process = process_tree.start(command, log)

    def counted() -> dict[str, float]:
        lines = str(asked(f"http://{HOST}:{port}/metrics")).splitlines()
        counts = (
            line.removeprefix('il2_ward_recommendations{recommendation="').split('"} ')
            for line in lines
            if "il2_ward_recommendations{" in line
        )
        return {word: float(count) for word, count in counts if float(count)}

    assert wait_until(lambda: asked(f"http://{HOST}:{port}/-/ready") is not None, PATIENCE_S), (
        tmp_path / "log"
    ).read_text()
    yield counted
    process_tree.stop(process)
    assert process.returncode == 0


@pytest.mark.embedded
def test_it_counts_what_is_there_and_follows_what_comes(
    broker: Broker, census: Callable[[], dict[str, float]]
) -> None:
    say(broker, p1="delay", p2="delay", p3="stop")
    assert wait_until(lambda: census() == {"delay": 2.0, "stop": 1.0}, PATIENCE_S), census()
    say(broker, p1="proceed", p3=None)
    assert wait_until(lambda: census() == {"delay": 1.0, "proceed": 1.0}, PATIENCE_S), census()


def spoken(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "streams", "census", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    return done.returncode, done.stderr


def test_a_broker_that_does_not_answer_within_the_patience_is_exit_3() -> None:
    code, output = spoken(
        "--broker", f"{HOST}:{free(1)[0]}", "--patience", "1", "--metrics-port", str(free(1)[0])
    )
    assert code == 3
    assert "no broker answers" in output
    assert "Traceback" not in output


def test_a_port_of_0_is_refused_since_serving_is_all_it_does() -> None:
    code, output = spoken("--broker", "k:9092", "--metrics-port", "0")
    assert code == 2
    assert "'0' is not a port, 1 to 65535" in output


@pytest.mark.embedded
def test_a_topic_that_is_missing_is_one_line_with_the_remedy(embedded: EmbeddedBroker) -> None:
    drop(embedded.settings)
    code, output = spoken("--broker", embedded.servers)
    assert (code, output.count("\n")) == (2, 1)
    assert "il2watch topics create" in output
