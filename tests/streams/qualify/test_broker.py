"""What a qualification finds on a broker: topics, places of records, its clock."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.wire.topics import topic_of
from streams.dev_broker.apache import ApacheKafka
from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka.admin import admin
from streams.kafka.clients import producer
from streams.kafka.partition_check import partition
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import create
from streams.qualify import broker, command

LIBFAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
BEHIND = {"FAKETIME": "-120s", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"}
"""Java waits by the monotonic clock, which libfaketime must leave alone, or the broker never comes up."""


@pytest.mark.embedded
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no embedded broker there")
def test_a_missing_topic_and_another_partitioner_are_named() -> None:
    labs = topic_of("labs")
    with EmbeddedBroker() as made:
        create(made.settings)
        assert broker.placement(made.settings).result == "skipped"
        sender = producer(made.settings)
        for number in range(40):
            name = f"p{number}"
            sender.send(labs, b"{}", key=name.encode(), partition=partition(name.encode(), 12))
        sender.send(labs, b"{}", key=b"*", partition=3)
        sender.flush()
        assert broker.placement(made.settings).found == ("40 records lie in the partitions of their keys",)
        for name in (b"p1", b"p2"):
            sender.send(labs, b"{}", key=name, partition=(partition(name, 12) + 1) % 12)
        sender.close()
        found = broker.placement(made.settings)
        assert (found.result, found.found) == ("failed", (f"{labs}: 2 records in another partition",))
        assert found.remedy is not None
        assert "murmur2" in found.remedy
        assert command.topics(("--broker", made.servers)).result == "passed"
        with admin(made.settings) as connection:
            connection.remove(["il2.findings"])
        gone = command.topics(("--broker", made.servers))
        assert gone.result == "failed"
        assert any("il2.findings" in line for line in gone.found)
        assert gone.remedy is not None
        assert "il2watch topics create" in gone.remedy


@pytest.mark.kafka
@pytest.mark.slow
def test_the_broker_s_own_clock_is_read_and_its_topic_removed(topics: Callable[[int], Broker]) -> None:
    here = topics(1)
    found = broker.clock(here)
    assert (found.result, found.found) == ("passed", ("broker: within 10 s of this host",))
    with admin(here) as connection:
        assert not [name for name in connection.names() if name.startswith(broker.CLOCK)]


@pytest.mark.kafka
@pytest.mark.slow
def test_a_broker_whose_clock_is_two_minutes_off_is_found(
    apache: ApacheKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`apache`: Kafka can be had here; this one is another, on a host whose clock is behind."""
    if not LIBFAKETIME.exists():
        pytest.skip("libfaketime is not installed (Debian: libfaketime)")
    with monkeypatch.context() as behind:
        behind.setenv("LD_PRELOAD", str(LIBFAKETIME))
        for name, value in BEHIND.items():
            behind.setenv(name, value)
        kafka = ApacheKafka()
        kafka.__enter__()
    try:
        found = broker.clock(kafka.settings)
    finally:
        kafka.__exit__(None, None, None)
    assert found.result == "failed"
    assert re.fullmatch(r"broker: 1[0-2]\d s behind this host", found.found[0])


@pytest.mark.parametrize(
    ("word", "result", "line"),
    [
        (1_000_000, "passed", "broker: within 10 s of this host"),
        (1_010_500, "passed", "broker: within 10 s of this host"),
        (1_010_501, "failed", "broker: 10 s ahead of this host"),
        (1_120_500, "failed", "broker: 120 s ahead of this host"),
        (990_000, "passed", "broker: within 10 s of this host"),
        (989_999, "failed", "broker: 10 s behind this host"),
        (880_000, "failed", "broker: 120 s behind this host"),
    ],
)
def test_a_clock_is_judged_by_how_far_it_lies_from_the_host_s(word: int, result: str, line: str) -> None:
    found = broker.compared("broker", word, 1_000_000, 1_000_500)
    assert (found.result, found.found) == (result, (line,))
