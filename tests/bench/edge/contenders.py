"""Who reads live records: each a process of its own with a group of its own, on the same topic."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from streams.dev_broker.jars import java
from tests.bench.pipeline.contest import ROOT, Contender

SOURCES = ROOT / "tests" / "bench" / "kafka-streams"
BUILT = ROOT / "build" / "kafka-streams"
BUILD_S = 900
WORKER = "il2watch worker"
PLAIN, QUIX, KAFKA_STREAMS, FLOOR = (
    "plain Faust agent",
    "Quix Streams",
    "Kafka Streams, 3 rules",
    "aiokafka, no state",
)


class Start(NamedTuple):
    """What a contender is started with: `states`: a file with its patients' states (worker: the topic has them)."""

    servers: str
    group: str
    folder: str
    states: str = ""


class Entrant(NamedTuple):
    """A contender: `seeded`: it begins with states from a file, not with the records of the past.

    `first`: the rate its search begins with; `missing`: why it cannot be run here, None where it can.
    """

    name: str
    make: Callable[[Start], Contender]
    seeded: bool
    first: int
    missing: Callable[[], str | None] = lambda: None


def worker(root: Path = ROOT) -> Callable[[Start], Contender]:
    """Return how the worker of a checkout is started, as it is shipped."""

    def make(start: Start) -> Contender:
        given = ["worker", "--broker", start.servers, "--metrics-port", "0", "--id", start.group]
        return Contender("streams", [*given, "--state-dir", start.folder], begins="at work on", root=root)

    return make


def module(name: str) -> Callable[[Start], Contender]:
    def make(start: Start) -> Contender:
        return Contender(f"tests.bench.{name}", [start.servers, "0", start.group, start.states])

    return make


def kafka_streams(start: Start) -> Contender:
    """Start the application of tests/bench/kafka-streams, built by Maven once."""
    made = Contender("", [])
    jars = f"{BUILT / 'three-rules-1.jar'}:{BUILT / 'jars' / '*'}"
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
    made.command = [
        java(),
        "-Xmx512m",
        quiet,
        "-cp",
        jars,
        "ThreeRules",
        start.servers,
        start.group,
        start.folder,
    ]
    return made


def build() -> str | None:
    """Build the application where its sources are newer than what is built; return why that fails."""
    made, sources = BUILT / "three-rules-1.jar", [path for path in SOURCES.rglob("*") if path.is_file()]
    if made.exists() and made.stat().st_mtime > max(path.stat().st_mtime for path in sources):
        return None
    if (mvn := shutil.which("mvn")) is None:
        return "there is no mvn: apt-get install maven"
    goals = [
        "package",
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        f"-DoutputDirectory={BUILT / 'jars'}",
    ]
    command = [mvn, "-B", "-q", "-f", str(SOURCES / "pom.xml"), *goals]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=BUILD_S)
    return None if done.returncode == 0 else f"mvn: {(done.stdout + done.stderr).strip()[:300]}"


def quix_missing() -> str | None:
    return (
        None if find_spec("quixstreams") else "not installed: .venv/bin/python -m pip install -e '.[bench]'"
    )


ENTRANTS = (
    Entrant(WORKER, worker(), False, 1000),
    Entrant(KAFKA_STREAMS, kafka_streams, False, 5000, build),
    Entrant(QUIX, module("pipeline.quix"), True, 100, quix_missing),
    Entrant(PLAIN, module("pipeline.plain"), True, 100),
    Entrant(FLOOR, module("edge.floor"), False, 5000),
)
