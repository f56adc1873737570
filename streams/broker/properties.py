"""server.properties of one broker of a cluster on loopback: broker and controller in one process (KRaft, static voters)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from streams.broker.ports import HOST


class Node(NamedTuple):
    """One broker: its number from 0, its clients' port and its controller's. Kafka's own node id is one more."""

    number: int
    port: int
    controller: int

    @property
    def id(self) -> int:
        return self.number + 1


def properties(node: Node, nodes: Sequence[Node], data: Path, settings: Mapping[str, str]) -> str:
    """The file's text; `settings` come last and win."""
    lines = {**identity(node, nodes, data), **internal(len(nodes)), **settings}
    return "".join(f"{key}={value}\n" for key, value in lines.items())


def identity(node: Node, nodes: Sequence[Node], data: Path) -> dict[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": ",".join(f"{one.id}@{HOST}:{one.controller}" for one in nodes),
        "listeners": f"PLAINTEXT://{HOST}:{node.port},CONTROLLER://{HOST}:{node.controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{node.port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data.as_posix(),
    }


def internal(brokers: int) -> dict[str, str]:
    """Kafka's own topics with as many copies as there are brokers, and what suits a small machine.

    Topics are never made by being spoken of: one made so has one partition, and half the ward would be looked for elsewhere.
    """
    insync = str(max(1, brokers - 1))
    return {
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": str(brokers),
        "transaction.state.log.num.partitions": "2",
        "transaction.state.log.replication.factor": str(brokers),
        "transaction.state.log.min.isr": insync,
        "share.coordinator.state.topic.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": str(brokers),
        "share.coordinator.state.topic.min.isr": insync,
        # A killed broker may come back only when its session has ended.
        "broker.session.timeout.ms": "6000",
        "broker.heartbeat.interval.ms": "1000",
        "group.initial.rebalance.delay.ms": "0",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(16 << 20),
    }
