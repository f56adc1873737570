"""Run Apache Kafka on loopback, one to three brokers in KRaft mode, for tests and for `make kafka`.

`python -m streams.dev_broker.apache` runs one in the foreground. Each broker is also a controller.
Configuration, data and logs are in a temporary folder, one folder a broker, which is removed at the end. A
broker that is killed or stopped can be started again on its port with its data.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from platformdirs import user_cache_path

from streams.dev_broker import process_tree
from streams.dev_broker.jars import VERSION, classpath, java, locked
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
        """The node id in Kafka's configuration."""
        return self.number + 1


def properties(node: Node, nodes: Sequence[Node], data: Path, settings: Mapping[str, str]) -> str:
    """Return the text of server.properties; `settings` come last and override."""
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
    """Return the settings of Kafka's own topics, with as many copies as brokers, and of a small machine.

    Topics are never created by use: one created that way has one partition, and half of the patients would be
    looked for in other partitions.
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
        "log.cleaner.backoff.ms": "1000",
    }


def formatted(command: Callable[..., list[str]]) -> Path:
    """Return a data folder as Kafka's own tool formats it, made once for a version in the user's cache.

    The tool is a Java of its own each time: half of what the start of a broker costs. `command`: the command
    line of Java for a class and its arguments. Raises UsageError where the tool fails.
    """
    root = user_cache_path("il2watch", ensure_exists=True)
    folder = root / f"kafka-{VERSION}-formatted"
    with locked(root / f"{folder.name}.lock"):
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=root) as staging:
                run_tool(command, Path(staging))
                (Path(staging) / "data").rename(folder)
    return folder


def run_tool(command: Callable[..., list[str]], staging: Path) -> None:
    """Let Kafka format `staging`/data for one broker that votes alone."""
    node, configured = Node(0, 1, 2), staging / "server.properties"
    configured.write_text(properties(node, [node], staging / "data", {}), encoding="utf-8")
    words = ("kafka.tools.StorageTool", "format", "--cluster-id", new_id(), "--config", str(configured))
    done = subprocess.run(command(*words), capture_output=True, text=True, check=False, timeout=READY_S)
    if done.returncode:
        printed = (done.stdout + done.stderr)[-LAST_CHARACTERS:]
        raise UsageError(f"Apache Kafka: {' '.join(words[:2])} failed: {printed}")


def copy(blank: Path, data: Path, node: Node, cluster: str) -> None:
    """Make a broker's data folder from a formatted one: the same but for whose it is."""
    shutil.copytree(blank, data)
    names = {"version": "1", "cluster.id": cluster, "node.id": str(node.id), "directory.id": new_id()}
    text = "".join(f"{name}={value}\n" for name, value in names.items())
    (data / "meta.properties").write_text(text, encoding="utf-8")


def new_id() -> str:
    """Return a new id as Kafka writes them: 22 characters of base64.

    A dash must not come first: it would be read as an option.
    """
    return "i" + urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


READY_S = 180.0
HEAP = ("-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
LOGGING = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")
USUAL = 9092
LAST_CHARACTERS = 600


class ApacheKafka:
    """A context manager: a cluster runs inside, on `servers`. Brokers are numbered from 0.

    `settings` are added to every broker's server.properties, `jvm` to the options of Java. `port` is the
    first broker's, else a free one. Raises NoKafka (no Java, an old one, no Maven, no network) or UsageError
    when a broker does not start.
    """

    def __init__(
        self,
        brokers: int = 1,
        settings: Mapping[str, str] | None = None,
        port: int | None = None,
        jvm: Sequence[str] = (),
    ) -> None:
        free_ports = ports.free(2 * brokers)
        if port is not None:
            free_ports[0] = port
        self.nodes = [
            Node(index, free_ports[2 * index], free_ports[2 * index + 1]) for index in range(brokers)
        ]
        self._settings, self._jvm = dict(settings or {}), tuple(jvm)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.folder = Path()

    @property
    def servers(self) -> str:
        """host:port of every broker, comma separated."""
        return ",".join(f"{ports.HOST}:{node.port}" for node in self.nodes)

    @property
    def settings(self) -> Broker:
        """How a client connects to the cluster."""
        return Broker(self.servers)

    def alive(self, index: int) -> bool:
        """Return whether a broker's process is running."""
        return index in self._processes and self._processes[index].poll() is None

    def log(self, index: int) -> Path:
        """Return the file with what a broker prints."""
        return self.folder / str(index) / "broker.log"

    def start(self, index: int) -> None:
        """Start a broker, for the first time or again on its data, and wait until it answers.

        Raises UsageError with the end of its log.
        """
        self._launch(index)
        self._await(index)

    def stop(self, index: int) -> None:
        """Ask a broker to shut down in order, and wait for it."""
        process_tree.stop(self._processes[index], grace_s=30)

    def kill(self, index: int) -> None:
        """Kill a broker (SIGKILL): it hands nothing over."""
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
        """Write each broker's configuration and data folder, all with one cluster id."""
        blank, cluster = formatted(self._java), new_id()
        for node in self.nodes:
            folder = self.folder / str(node.number)
            folder.mkdir()
            text = properties(node, self.nodes, folder / "data", self._settings)
            (folder / "server.properties").write_text(text, encoding="utf-8")
            copy(blank, folder / "data", node, cluster)

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
        settled = ports.wait_until(lambda: not self.alive(index) or ports.answers(port), READY_S)
        if not settled or not self.alive(index):
            raise UsageError(f"Apache Kafka: broker {index} does not come up: {self.last_output(index)}")

    def _java(self, *arguments: str) -> list[str]:
        return [java(), *HEAP, *self._jvm, *LOGGING, "-cp", classpath(), *arguments]

    def wait(self) -> None:
        """Wait until the first broker ends by itself."""
        self._processes[0].wait()

    def last_output(self, index: int) -> str:
        """Return the end of what a broker printed."""
        log = self.log(index)
        return log.read_text(errors="replace")[-LAST_CHARACTERS:] if log.exists() else "it says nothing"

    def close(self) -> None:
        """Kill every broker and remove the folder."""
        for process in self._processes.values():
            process_tree.kill(process)
        if self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def main() -> int:
    """Run one broker in the foreground, on port 9092 if that is free, and print its address.

    Ctrl-C ends it.
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
            return complain(f"Apache Kafka ended by itself: {kafka.last_output(0)}")
    except UsageError as error:
        return complain(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
