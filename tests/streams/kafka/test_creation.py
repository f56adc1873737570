"""`il2watch topics create` and `check` against real brokers, as a user types them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from rules.wire.topics import ALL
from streams.cli.main import main
from streams.dev_broker.apache import ApacheKafka
from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka.topics import Layout
from tests.streams.kafka.brokers_here import client, drop


@pytest.fixture
def servers(apache: ApacheKafka) -> Iterator[str]:
    """Apache Kafka without topics of ours, before and after."""
    drop(apache.settings)
    yield apache.servers
    drop(apache.settings)


def make(broker: ApacheKafka | EmbeddedBroker, name: str, partitions: int, configs: dict[str, str]) -> None:
    """A topic that is made by somebody else."""
    with client(broker.settings) as connection:
        connection.create_topics(
            {name: {"num_partitions": partitions, "replication_factor": 1, "configs": configs}},
            wait_for_metadata=True,
        )


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.kafka
def test_create_then_check_finds_nothing(servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "create", "--broker", servers]) == 0
    assert printed(capsys) == [
        {"topic": topic, "created": True, "partitions": 12, "replication": 1} for topic in ALL
    ]
    assert main(["topics", "check", "--broker", servers]) == 0
    assert printed(capsys) == []


@pytest.mark.kafka
def test_create_again_creates_nothing(servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "create", "--broker", servers, "--partitions", "2"]) == 0
    capsys.readouterr()
    assert main(["topics", "create", "--broker", servers, "--partitions", "2"]) == 0
    assert {record["created"] for record in printed(capsys)} == {False}


@pytest.mark.kafka
def test_check_lists_each_difference_and_exits_1(
    apache: ApacheKafka, servers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make(apache, "il2.vitals", 3, {"retention.ms": "604800000"})
    make(apache, "il2watch-charts-changelog", 5, {"cleanup.policy": "compact"})
    assert main(["topics", "create", "--broker", servers]) == 1
    assert "il2.vitals, il2watch-charts-changelog: there already" in capsys.readouterr().err
    assert main(["topics", "check", "--broker", servers]) == 1
    found = {
        (record["topic"], record["setting"]): (record["is"], record["should"]) for record in printed(capsys)
    }
    assert {topic for topic, _ in found} == {"il2.vitals", "il2watch-charts-changelog"}
    assert found["il2.vitals", "partitions"] == ("3", "12")
    assert found["il2.vitals", "retention.ms"] == ("604800000", "-1")
    assert found["il2.vitals", "message.timestamp.after.max.ms"] == ("3600000", "9223372036854775807")
    assert found["il2watch-charts-changelog", "partitions"] == ("5", "12")


@pytest.mark.kafka
def test_missing_topics_are_differences(servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "check", "--broker", servers, "-o", "text"]) == 1
    assert capsys.readouterr().out.count("missing") == len(ALL)


@pytest.mark.kafka
def test_more_copies_than_brokers_are_refused(servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "create", "--broker", servers, "--replication", "3"]) == 2
    assert capsys.readouterr().err == "il2watch: --replication 3: this cluster has 1 broker\n"


@pytest.mark.kafka
def test_keeping_by_days_says_what_it_means(servers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["topics", "create", "--broker", servers, "--retention", "30d", "--partitions", "1"]) == 0
    assert "a replay of older records is gone" in capsys.readouterr().err


@pytest.mark.embedded
def test_the_embedded_broker_holds_the_same_topics(
    embedded: EmbeddedBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    drop(embedded.settings)
    assert main(["topics", "create", "--broker", embedded.servers]) == 0
    assert main(["topics", "check", "--broker", embedded.servers, "-o", "text"]) == 0
    assert "no difference" in capsys.readouterr().out


@pytest.mark.embedded
def test_what_the_embedded_broker_does_not_tell_is_said_and_no_failure(
    embedded: EmbeddedBroker, capsys: pytest.CaptureFixture[str]
) -> None:
    drop(embedded.settings)
    make(embedded, "il2.vitals", Layout().partitions, {})
    assert main(["topics", "create", "--broker", embedded.servers]) == 0
    capsys.readouterr()
    assert main(["topics", "check", "--broker", embedded.servers]) == 0
    assert {
        "topic": "il2.vitals",
        "setting": "retention.ms",
        "is": None,
        "note": "not told by this broker",
    } in printed(capsys)
    assert main(["topics", "check", "--broker", embedded.servers, "-o", "text"]) == 0
    assert "retention.ms: not told by this broker (1 topics)" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["create", "check"])
def test_an_unreachable_broker_is_one_line_within_seconds(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    assert main(["topics", command, "--broker", "127.0.0.1:1"]) == 3
    assert time.monotonic() - began < 10
    assert capsys.readouterr().err.startswith("il2watch: no broker answers at 127.0.0.1:1")


@pytest.mark.parametrize(
    "option",
    ["--partitions 0", "--partitions x", "--replication 0", "--retention soon", "--retention-bytes 5"],
)
def test_a_wrong_option_is_named(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, value = option.split()
    assert main(["topics", "create", f"{name}={value}"]) == 2
    assert name in capsys.readouterr().err
