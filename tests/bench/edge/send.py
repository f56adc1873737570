"""The generator, a process of its own: `python -m tests.bench.edge.send SERVERS LOAD`, a load as a JSON array.

Records are encoded before, but for id and instant, and sent by librdkafka when they are due: at 10,000 a second
it takes a small part of a core. It prints `began SECONDS MS` (monotonic, and the same instant on the wall), and
at its end one line of JSON: how late records were sent, and the processor time it took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Producer

from rules.wire.topics import PARTITIONS, VITALS
from streams.kafka.partition_check import partition
from tests.bench.edge.load import Line, Load, Parts

LEAD_S = 0.3
PAUSE_S = 0.001
"""The shortest sleep: more records are due after it at high rates, and are sent together."""
FLUSH_S = 120.0
EVERY = 16
"""Of so many records one is asked how late it was sent."""
SETTINGS: dict[str, Any] = {
    "acks": "all",
    "linger.ms": 1,
    "queue.buffering.max.messages": 1_000_000,
    "delivery.report.only.error": True,
}


def producer(servers: str, **more: Any) -> Any:
    return Producer({"bootstrap.servers": servers, **SETTINGS, **more})


def append(servers: str, lines: Iterable[Line]) -> int:
    """Append records of the past as fast as Kafka takes them; return how many."""
    sending, placed, number = producer(servers, **{"linger.ms": 20, "batch.size": 1 << 19}), Placed(), 0
    for known, key, value in lines:
        number += 1
        patiently(sending, key, value, placed[key], known)
    flush(sending)
    return number


class Placed(dict[bytes, int]):
    """The partition of a key, worked out once."""

    def __missing__(self, key: bytes) -> int:
        return self.setdefault(key, partition(key, PARTITIONS))


def patiently(sending: Any, key: bytes, value: bytes, place: int, known: int = 0) -> None:
    """Hand a record over, waiting while the producer's queue is full."""
    while True:
        try:
            return sending.produce(VITALS, value, key, place, timestamp=known)
        except BufferError:
            sending.poll(0.05)


def flush(sending: Any) -> None:
    """Wait for every acknowledgement. Raises RuntimeError where some did not come."""
    if left := sending.flush(FLUSH_S):
        raise RuntimeError(f"{left} records were not acknowledged")


def send(servers: str, load: Load) -> tuple[list[float], float]:
    """Send a load, each record when it is due.

    Return how late each `EVERY`-th was handed over, and the processor time since the first; seconds.
    """
    sending, parts, placed, late = producer(servers), Parts(load), Placed(), []
    for key in parts.keys:
        placed[key]
    sending.list_topics(VITALS, 30)
    began, wall, spent = time.monotonic() + LEAD_S, round((time.time() + LEAD_S) * 1000), time.process_time()
    print(f"began {began!r} {wall}", flush=True)
    for number in range(load.records):
        due = began + number / load.rate
        while (left := due - time.monotonic()) > 0:
            sending.poll(0)
            time.sleep(max(left, PAUSE_S))
        if number % EVERY == 0:
            late.append(-left)
        key, value = parts.record(number, wall + int(number * 1000 / load.rate))
        patiently(sending, key, value, placed[key])
    flush(sending)
    return late, time.process_time() - spent


def main() -> None:
    late, spent = send(sys.argv[1], Load(*json.loads(sys.argv[2])))
    late = sorted(late) or [0.0]
    worst = {"late_p99_ms": late[int(len(late) * 0.99)] * 1000, "late_max_ms": late[-1] * 1000}
    print(json.dumps(worst | {"processor_s": spent}), flush=True)


if __name__ == "__main__":
    main()
