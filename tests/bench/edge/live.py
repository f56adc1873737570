"""One live point: a contender on new topics, the past first, then records at a steady rate."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kafka import KafkaAdminClient

from streams.dev_broker.apache import ApacheKafka
from streams.kafka import ports
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import create
from tests.bench.edge import send
from tests.bench.edge.contenders import Entrant, Start
from tests.bench.edge.figures import figures
from tests.bench.edge.listen import Listener
from tests.bench.edge.load import Load, begun, history, name
from tests.bench.edge.usage import Usage, rss_mb
from tests.bench.edge.usage import load as machine_load
from tests.bench.pipeline.contest import ROOT, Committed, Contender
from tests.bench.pipeline.engine import folded, write_states

CAUGHT_UP_S, GONE_S, SETTLE_S = 1200.0, 60.0, 2.0
MOST_S = 30.0
"""So long alerts are waited for after the last record."""


class Bench(NamedTuple):
    """Where points are measured: a broker, a folder for the sitting's files, and its process."""

    kafka: ApacheKafka
    folder: Path

    @property
    def broker(self) -> Broker:
        return self.kafka.settings

    @property
    def broker_process(self) -> int:
        return self.kafka._processes[0].pid


def renew(broker: Broker) -> None:
    """Delete every topic, changelogs too, and create ours anew: the broker stays warm, its data goes."""
    with contextlib.closing(KafkaAdminClient(**broker.for_kafka_python())) as connection:

        def there() -> list[str]:
            return [topic for topic in connection.list_topics() if not topic.startswith("__")]

        if named := there():
            connection.delete_topics(named, raise_errors=False)
        if not ports.wait_until(lambda: not there(), GONE_S):
            raise RuntimeError(f"topics are still there: {there()}")
    create(broker)


class Generator:
    """A context: the process that sends a load. `began`: the monotonic second of its first record."""

    def __init__(self, servers: str, load: Load) -> None:
        self.command = [sys.executable, "-m", "tests.bench.edge.send", servers, json.dumps(load)]
        self.began, self.figures = 0.0, dict[str, float]()

    def __enter__(self) -> Generator:
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        _, began, _ = self.process.stdout.readline().split()
        self.began = float(began)
        return self

    def end(self) -> dict[str, float]:
        """Wait until all is sent; return what the generator prints of itself. Raises RuntimeError."""
        printed, _ = self.process.communicate()
        if self.process.returncode:
            raise RuntimeError("the generator failed")
        self.figures = json.loads(printed)
        return self.figures

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def prepared(bench: Bench, entrant: Entrant, patients: int, hours: int) -> tuple[int, str]:
    """Put the past where the contender begins; return how many records it reads first, and its file of states."""
    now = round(time.time() * 1000)
    if not entrant.seeded:
        return send.append(bench.broker.servers, history(patients, hours, now)), ""
    path = bench.folder / f"states-{patients}-{hours}.json"
    if not path.exists():
        write_states(folded(history(patients, hours, now)), path)
    keys = (name(number) for number in range(patients))
    ready = ((now, key.encode(), begun(number, now)) for number, key in enumerate(keys))
    return send.append(bench.broker.servers, ready), str(path)


@contextlib.contextmanager
def at_the_edge(
    bench: Bench, entrant: Entrant, patients: int, hours: int
) -> Iterator[tuple[Contender, Start]]:
    """A context: a contender that has read the past to its end, on new topics."""
    renew(bench.broker)
    number, states = prepared(bench, entrant, patients, hours)
    with tempfile.TemporaryDirectory() as folder:
        start = Start(bench.broker.servers, f"bench-{uuid.uuid4().hex[:12]}", folder, states)
        with entrant.make(start) as running:
            caught_up(bench, running, start.group, number)
            yield running, start


def caught_up(bench: Bench, running: Contender, group: str, records: int) -> None:
    """Wait until a contender's group has committed the past. Raises Stuck."""
    since = running.until_begun()
    with Committed(bench.broker, group) as committed:
        while committed.records() < records:
            running.look(since, CAUGHT_UP_S)
    time.sleep(SETTLE_S)


def measure(bench: Bench, entrant: Entrant, load: Load, hours: int) -> dict[str, Any]:
    """Return the figures of one point. Raises Stuck where the contender ends or gets nowhere."""
    wanted = machine_load()
    with at_the_edge(bench, entrant, load.patients, hours) as (running, _):
        found = timed(bench, running, load)
    return {"load_before": wanted, "load_after": machine_load(), **found}


def timed(bench: Bench, running: Contender, load: Load) -> dict[str, Any]:
    """Return the figures of a load sent to a contender that is at work."""
    processes = {"contender": running.process.pid, "broker": bench.broker_process, "reader": os.getpid()}
    due = load.due()
    with Listener(bench.broker.servers) as listener, Generator(bench.broker.servers, load) as generator:
        usage, memory, since = Usage(processes), rss_mb(running.process.pid), time.monotonic()
        sent = generator.end()
        arrivals = listener.wait(set(due), MOST_S, lambda: running.look(time.monotonic(), MOST_S))
        spent = usage.spent({"generator": sent["processor_s"]})
        after = rss_mb(running.process.pid)
    return {
        **figures(load, generator.began, due, arrivals.came),
        "twice": arrivals.twice,
        "processor_s": spent,
        "wall_s": round(time.monotonic() - since, 2),
        "us_a_record": round(spent["contender"] / load.records * 1e6, 1),
        "rss_before_mb": round(memory, 1),
        "rss_mb": round(after, 1),
        "sent_late_p99_ms": round(sent["late_p99_ms"], 2),
        "sent_late_max_ms": round(sent["late_max_ms"], 2),
    }
