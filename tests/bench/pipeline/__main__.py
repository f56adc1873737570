"""`python -m tests.bench.pipeline [--records N]`: prints each line as soon as it is known; one line says so
when there is no Java.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time

from streams.dev_broker.apache import ApacheKafka
from streams.errors import UsageError
from streams.kafka.topic_creation import create
from tests.bench.pipeline import backlog, latency, throughput

RECORDS = 200_000


def main() -> int:
    """Throughput on one broker, latency on a new one. Exit 0, too, where it cannot be measured."""
    parser = argparse.ArgumentParser(prog="bench-pipeline")
    parser.add_argument("--records", type=int, default=RECORDS, help=f"in the backlog; default: {RECORDS}")
    parser.add_argument(
        "--latency-seconds",
        type=int,
        default=latency.SECONDS,
        help=f"how long alerts are timed; default: {latency.SECONDS}",
    )
    chosen = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(
        logging.CRITICAL
    )  # new topics have no leader yet; it tries again and says so each time
    try:
        with ApacheKafka() as kafka:
            compared(kafka, chosen.records)
    except UsageError as error:
        print(f"The pipeline is not measured: {error}")
        return 0
    print(
        f"\nLatency of alerts at {latency.RATE} records/s, --clock wall: from sending the record to "
        "having "
        "the alert"
    )
    with ApacheKafka() as kafka:
        create(kafka.settings)
        latency.measure(kafka.settings, chosen.latency_seconds)
    return 0


def compared(kafka: ApacheKafka, records: int) -> None:
    create(kafka.settings)
    made = backlog.lines(records)
    began = time.monotonic()
    asyncio.run(backlog.load(kafka.settings, made))
    took = time.monotonic() - began
    patients = min(records, backlog.PATIENTS)
    print(
        (
            f"A backlog of {records:,} records on Apache Kafka: {patients:,} patients, vitals of six "
            "readings "
            f"(loaded in {took:.0f} s)"
        ),
        flush=True,
    )
    throughput.compare(kafka.settings, records)


if __name__ == "__main__":
    sys.exit(main())
