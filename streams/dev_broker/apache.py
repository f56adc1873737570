"""Run Apache Kafka on loopback, one to three brokers in KRaft mode, for tests and for `make kafka` (`python
-m streams.dev_broker.apache`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from streams.dev_broker import process_tree
from streams.dev_broker.jars import VERSION, classpath, java
from streams.errors import UsageError
from streams.kafka import ports
from streams.kafka.admin import admin
from streams.kafka.ports import HOST
from streams.kafka.settings import Broker
from streams.service.exit_codes import INTERRUPTED, complain
from streams.service.lifecycle import until_terminated


class Node(NamedTuple):
    """One broker: its number from 0, its clients' port and its controller's.

    Kafka's own node id is one more.
    """

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

    Topics are never made by being spoken of: one made so has one partition, and half the ward would be looked
    for elsewhere.
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


# Apache Kafka on loopback, one to three brokers in KRaft mode, for tests and for `make kafka` (`python -m
# streams.dev_broker.apache`).
#
# Each broker is controller too. All lives in a temporary folder: configuration, data and logs, one folder a
# broker; it is removed at the end.
# A broker that is killed or stopped comes back on its port with its data.


READY_S = 60.0
HEAP = ("-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
LOGGING = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")
USUAL = 9092
LAST = 600


class ApacheKafka:
    """A context: a cluster runs inside, on `servers`. Brokers are numbered from 0.

    `settings` are added to every broker's server.properties, `jvm` to the options of Java. `port` is the
    first broker's, else a free one. Raises NoKafka (no Java, an old one, no Maven, no network) or UsageError
    when a broker does not come up.
    """

    def __init__(
        self,
        brokers: int = 1,
        settings: Mapping[str, str] | None = None,
        port: int | None = None,
        jvm: Sequence[str] = (),
    ) -> None:
        accepted = ports.free(2 * brokers)
        if port is not None:
            accepted[0] = port
        self.nodes = [Node(index, accepted[2 * index], accepted[2 * index + 1]) for index in range(brokers)]
        self._settings, self._jvm = dict(settings or {}), tuple(jvm)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.folder = Path()

    @property
    def servers(self) -> str:
        """host:port of every broker, comma separated."""
        return ",".join(f"{ports.HOST}:{node.port}" for node in self.nodes)

    @property
    def settings(self) -> Broker:
        return Broker(self.servers)

    def alive(self, index: int) -> bool:
        return index in self._processes and self._processes[index].poll() is None

    def log(self, index: int) -> Path:
        """What the broker prints."""
        return self.folder / str(index) / "broker.log"

    def start(self, index: int) -> None:
        """Starts a broker, for the first time or again on its data, and waits until it answers.

        Raises UsageError with its last words.
        """
        self._launch(index)
        self._await(index)

    def stop(self, index: int) -> None:
        """Asks a broker to shut down in order, and waits for it."""
        process_tree.stop(self._processes[index], grace_s=30)

    def kill(self, index: int) -> None:
        """SIGKILL: no last words, nothing handed over."""
        process_tree.kill(self._processes[index])

    def __enter__(self) -> ApacheKafka:
        java()
        classpath()
        self.folder = Path(tempfile.mkdtemp(prefix="il2watch-kafka-"))
        try:
            self._format()
            self._start_all()
        except BaseException:
            self.close()
            raise
        return self

    def _format(self) -> None:
        """Writes each broker's configuration and formats its data folder, all with one cluster id."""
        cluster = (
            "i" + urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        )  # not a dash first: it would be taken for an option
        for node in self.nodes:
            folder = self.folder / str(node.number)
            folder.mkdir()
            written = folder / "server.properties"
            written.write_text(
                properties(node, self.nodes, folder / "data", self._settings), encoding="utf-8"
            )
            self._run(
                node.number,
                "kafka.tools.StorageTool",
                "format",
                "--cluster-id",
                cluster,
                "--config",
                str(written),
            )

    def _run(self, index: int, *arguments: str) -> None:
        done = subprocess.run(
            self._java(*arguments), capture_output=True, text=True, check=False, timeout=READY_S
        )
        self.log(index).write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode:
            raise UsageError(f"Apache Kafka: {' '.join(arguments[:2])} failed: {self.last_words(index)}")

    def _start_all(self) -> None:
        for node in self.nodes:
            self._launch(node.number)
        for node in self.nodes:
            self._await(node.number)
        with admin(self.settings) as connection:
            if not ports.wait_until(lambda: connection.brokers() == len(self.nodes), READY_S):
                raise UsageError(
                    f"Apache Kafka: only {connection.brokers()} of {len(self.nodes)} brokers found each "
                    f"other; logs in {self.folder}"
                )

    def _launch(self, index: int) -> None:
        configured = str(self.folder / str(index) / "server.properties")
        with self.log(index).open("ab") as output:
            self._processes[index] = process_tree.start(self._java("kafka.Kafka", configured), output)

    def _await(self, index: int) -> None:
        port = self.nodes[index].port
        came = ports.wait_until(lambda: not self.alive(index) or ports.answers(port), READY_S)
        if not came or not self.alive(index):
            raise UsageError(f"Apache Kafka: broker {index} does not come up: {self.last_words(index)}")

    def _java(self, *arguments: str) -> list[str]:
        return [java(), *HEAP, *self._jvm, *LOGGING, "-cp", classpath(), *arguments]

    def wait(self) -> None:
        """Waits until the first broker ends by itself."""
        self._processes[0].wait()

    def last_words(self, index: int) -> str:
        """The end of what a broker printed."""
        log = self.log(index)
        return log.read_text(errors="replace")[-LAST:] if log.exists() else "it says nothing"

    def close(self) -> None:
        """Ends every broker, without ceremony, and removes the folder."""
        for process in self._processes.values():
            process_tree.kill(process)
        if self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def main() -> int:
    """Runs one broker in the foreground, on port 9092 if that is free, and prints its address; Ctrl-C ends
    it.
    """
    port = USUAL if ports.is_free(USUAL) else None
    try:
        with until_terminated(), ApacheKafka(port=port) as kafka:
            print(kafka.servers, flush=True)
            print(
                f"Apache Kafka {VERSION} is up, log in {kafka.log(0)}; Ctrl-C ends it and removes its data",
                file=sys.stderr,
            )
            kafka.wait()
            return complain(f"Apache Kafka ended by itself: {kafka.last_words(0)}")
    except UsageError as error:
        return complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
