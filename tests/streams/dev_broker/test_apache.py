"""Apache Kafka as tests use it: killed, stopped and started again, with its data; and what is said where it
cannot be run.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.dev_broker import jars
from streams.dev_broker.apache import ApacheKafka, Node, properties
from streams.kafka import ports
from streams.kafka.admin import admin
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, check, create
from tests.patience import PATIENCE_S


async def write(broker: Broker, values: list[bytes]) -> None:
    from aiokafka import AIOKafkaProducer

    patient = {**broker.for_aiokafka(), "request_timeout_ms": round(PATIENCE_S * 1000)}
    async with AIOKafkaProducer(**patient, acks="all", enable_idempotence=True) as producer:
        for value in values:
            await producer.send_and_wait("il2.io", value, key=value)


async def read(broker: Broker, group: str, number: int) -> set[bytes]:
    """What two members of a group read together, up to a number of values.

    A member that comes while the other reads may read some of it again: a group reads at least once.
    """
    from aiokafka import AIOKafkaConsumer

    options = {
        **broker.for_aiokafka(),
        "group_id": group,
        "auto_offset_reset": "earliest",
        "session_timeout_ms": 6_000,
    }
    async with AIOKafkaConsumer("il2.io", **options) as one, AIOKafkaConsumer("il2.io", **options) as other:
        found: set[bytes] = set()
        async with asyncio.timeout(PATIENCE_S):
            while len(found) < number:
                for member in (one, other):
                    found |= {
                        record.value
                        for records in (await member.getmany(timeout_ms=100)).values()
                        for record in records
                    }
        return found


@pytest.mark.kafka
@pytest.mark.slow
def test_one_of_three_brokers_is_killed_and_nothing_is_lost(
    apache_cluster: Callable[..., ApacheKafka],
) -> None:
    kafka = apache_cluster(3)
    assert create(kafka.settings, TopicSettings(partitions=4)).report.differences == []
    first, second = [b"%d" % number for number in range(50)], [b"%d" % number for number in range(50, 100)]
    asyncio.run(write(kafka.settings, first))
    kafka.kill(0)
    assert not kafka.alive(0)
    asyncio.run(write(kafka.settings, second))
    # The copies that a dead broker holds still count: it is down, and not another cluster.
    assert check(kafka.settings, TopicSettings(partitions=4)).report.differences == []
    kafka.start(0)
    assert asyncio.run(read(kafka.settings, "group", 100)) == {*first, *second}
    kafka.stop(1)
    kafka.start(1)
    with admin(kafka.settings) as connection:
        assert ports.wait_until(lambda: connection.brokers() == 3, PATIENCE_S)


def test_server_properties_are_of_one_voter_each() -> None:
    nodes = [Node(0, 1001, 2001), Node(1, 1002, 2002), Node(2, 1003, 2003)]
    written = dict(
        line.split("=", 1)
        for line in properties(nodes[1], nodes, Path("/data"), {"num.io.threads": "9"}).splitlines()
    )
    assert written["node.id"] == "2"
    assert written["controller.quorum.voters"] == "1@127.0.0.1:2001,2@127.0.0.1:2002,3@127.0.0.1:2003"
    assert written["listeners"] == "PLAINTEXT://127.0.0.1:1002,CONTROLLER://127.0.0.1:2002"
    assert (written["offsets.topic.replication.factor"], written["transaction.state.log.min.isr"]) == (
        "3",
        "2",
    )
    assert written["num.io.threads"] == "9"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PATH and an empty cache; programs can be put into the answered folder."""
    jars.java.cache_clear()
    jars.classpath.cache_clear()
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(
        jars.shutil, "which", lambda name: str(tmp_path / name) if (tmp_path / name).exists() else None
    )
    yield tmp_path  # type: ignore[misc]
    jars.java.cache_clear()
    jars.classpath.cache_clear()


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_no_java_says_how_to_get_one(elsewhere: Path) -> None:
    with pytest.raises(jars.NoJava, match="openjdk-17"):
        jars.java()


def test_a_java_that_does_not_run_is_none(elsewhere: Path) -> None:
    program(elsewhere / "java", "echo 'Unable to locate a Java Runtime' >&2; exit 1")
    with pytest.raises(jars.NoJava):
        jars.java()


@pytest.mark.parametrize(("version", "number"), [("1.8.0_432", 8), ("11.0.24", 11), ("16", 16)])
def test_an_old_java_is_named_with_its_version(elsewhere: Path, version: str, number: int) -> None:
    program(elsewhere / "java", f"echo 'openjdk version \"{version}\"' >&2")
    with pytest.raises(jars.OldJava, match=f"java is {number}:"):
        jars.java()


def test_no_maven_says_how_to_get_it(elsewhere: Path) -> None:
    with pytest.raises(jars.NoMaven, match="apt-get install maven"):
        jars.classpath()


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (
            "[ERROR] Could not transfer artifact x from central: Unknown host repo.maven.apache.org",
            jars.NoNetwork,
        ),
        ("[ERROR] x: Connection refused", jars.NoNetwork),
        ("[ERROR] Failure to find org.apache.kafka:kafka_2.13", jars.NoKafka),
    ],
)
def test_why_maven_failed_is_one_line(elsewhere: Path, message: str, kind: type[Exception]) -> None:
    program(elsewhere / "mvn", f"echo '{message}'; exit 1")
    with pytest.raises(jars.NoKafka) as caught:
        jars.classpath()
    assert type(caught.value) is kind
    assert message in str(caught.value)
    assert not list((elsewhere / "cache" / "il2watch").glob("kafka-*/")), "a failed fill leaves no cache"


FILLS = """\
for word in "$@"; do case $word in -DoutputDirectory=*) folder=${word#*=};; esac; done
mkdir -p "$folder"; sleep 0.3; : > "$folder/a.jar"; echo x >> "$COUNT"
"""


def test_many_at_once_fill_the_cache_once_and_never_see_half_of_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(elsewhere / "mvn", FILLS)
    monkeypatch.setenv("COUNT", str(elsewhere / "count"))
    found: list[str] = []
    together = [threading.Thread(target=lambda: found.append(jars.classpath.__wrapped__())) for _ in range(4)]
    for one in together:
        one.start()
    for one in together:
        one.join()
    assert set(found) == {str(elsewhere / "cache" / "il2watch" / f"kafka-{jars.VERSION}" / "*")}
    assert (elsewhere / "count").read_text() == "x\n"
    assert [path.name for path in Path(found[0]).parent.iterdir()] == ["a.jar"]


def test_a_fill_that_was_killed_is_cleared_away(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(elsewhere / "mvn", FILLS)
    monkeypatch.setenv("COUNT", str(elsewhere / "count"))
    stale = elsewhere / "cache" / "il2watch" / f".kafka-{jars.VERSION}-dead"
    stale.mkdir(parents=True)
    jars.classpath()
    assert not stale.exists()
