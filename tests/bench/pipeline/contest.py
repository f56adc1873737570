"""One contender, a process of its own with a group of its own: started, timed from its first record to its
last commit, ended.

Nobody measures itself: the first record is a line it prints, the last is what Kafka holds as committed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition

from rules.wire.topics import PARTITIONS, VITALS
from streams.kafka.settings import Broker

ROOT = Path(__file__).parents[3]
FIRST = "first record"
LOOK_S = 0.2
START_S, PATIENCE_S = 120.0, 900.0


class Stuck(Exception):
    """A contender ended, or got nowhere. With its last words."""


class Result(NamedTuple):
    """`seconds` from the first record to the commit of the last of `records`; `processor`: of it, the
    process's own (None: not told here).
    """

    records: int
    seconds: float
    start: float
    processor: float | None

    @property
    def rate(self) -> float:
        return self.records / self.seconds


class Contender:
    """A context: `module` of python runs inside; `begins`: what is in the line it prints at its
    first record. `root`: the checkout it is of; one with a .venv is run by that.
    """

    def __init__(self, module: str, arguments: Iterable[str], begins: str = FIRST, root: Path = ROOT) -> None:
        own = root / ".venv" / "bin" / "python"
        python = str(own) if root != ROOT and own.exists() else sys.executable
        self.command, self.begins, self.root = [python, "-m", module, *arguments], begins, root
        self.printed: list[str] = []
        self.began: float | None = None
        self.spent: float | None = None

    def __enter__(self) -> Contender:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        return self

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if self.began is None and self.begins in line:
                self.began, self.spent = time.monotonic(), processor_s(self.process.pid)
            self.printed.append(line)

    def until_begun(self) -> float:
        """Waits for its first record; when that was. Raises Stuck."""
        while self.began is None:
            self.look(self.started, START_S)
        return self.began

    def look(self, since: float, within: float) -> None:
        """A pause. Raises Stuck when the process has ended by itself with a fault, or takes too long."""
        if self.process.poll() or time.monotonic() - since > within:
            raise Stuck(
                f"{' '.join(self.command[2:4])}: {'ended' if self.process.poll() else 'gets nowhere'}: "
                f"{''.join(self.printed[-20:])}"
            )
        time.sleep(LOOK_S / 4 if self.began is None else LOOK_S)

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.listener.join()
        if self.process.stdout is not None:
            self.process.stdout.close()


def timed(broker: Broker, contender: Contender, group: str, records: int) -> Result:
    """Runs a contender until its group has committed as many records. Raises Stuck."""
    with contender, Committed(broker, group) as committed:
        began = contender.until_begun()
        while (done := committed.records()) < records:
            spent = processor_s(contender.process.pid)
            contender.look(began, PATIENCE_S)
        ended = time.monotonic()
        spent = processor_s(contender.process.pid) or spent
    before = contender.spent
    return Result(
        done,
        ended - began,
        began - contender.started,
        spent - before if spent is not None and before is not None else None,
    )


class Committed:
    """What a group has committed."""

    def __init__(self, broker: Broker, group: str) -> None:
        self.consumer = KafkaConsumer(**broker.for_kafka_python(), group_id=group, enable_auto_commit=False)
        self.places = [TopicPartition(VITALS, number) for number in range(PARTITIONS)]

    def records(self) -> int:
        return sum(self.consumer.committed(place) or 0 for place in self.places)

    def __enter__(self) -> Committed:
        return self

    def __exit__(self, *_: object) -> None:
        self.consumer.close()


def processor_s(process: int) -> float | None:
    """Processor seconds a process has used, all its threads; None where there is no /proc or no
    such process.
    """
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
