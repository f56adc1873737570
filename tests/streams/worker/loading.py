"""Events into Kafka, quickly and before the worker starts: `known` as the record's time, keyed by patient, a
tick for all to every partition.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from rules.wire.topics import topic_of
from streams.kafka.settings import Broker
from tests.streams.worker import partition_course
from tests.streams.worker.process import ROOT


def load(broker: Broker, events: Iterable[dict[str, Any]], partitions: int) -> int:
    """Appends the events, in this order within each topic; how many records that is."""
    producer = KafkaProducer(
        **broker.for_kafka_python(), acks="all", enable_idempotence=True, linger_ms=20, batch_size=1 << 18
    )
    sent = []
    for event in events:
        time = int(partition_course.instant(partition_course.known(event)).timestamp() * 1000)
        for number in range(partitions) if event["patient"] == "*" else (None,):
            sent.append(
                producer.send(
                    topic_of(event["type"]),
                    json.dumps(event).encode(),
                    key=event["patient"].encode(),
                    partition=number,
                    timestamp_ms=time,
                )
            )
    producer.flush()
    for one in sent:
        one.get(30)
    producer.close()
    return len(sent)


def replay(broker: Broker, file: Path, log: Path, speed: str = "max") -> subprocess.Popen[bytes]:
    """`il2watch replay FILE --speed max`, running."""
    with log.open("wb") as out:
        command = [
            sys.executable,
            "-m",
            "streams",
            "replay",
            str(file),
            "--speed",
            speed,
            "--broker",
            broker.servers,
        ]
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
