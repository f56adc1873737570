"""`python -m tests.bench.pages [--seconds N]`: how long a page takes, from the alert's record to a healthy
receiver, at a steady rate.

Both ends are this process's own clock: just before the alert is sent to Kafka, and when the receiver, which
is here too, has the page.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

from streams.dev_broker.apache import ApacheKafka
from streams.errors import UsageError
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.bench.pipeline.latency import at, percentiles
from tests.patience import until
from tests.streams.pager.delivery.receiver import Receiver, receiving
from tests.streams.pager.policy.telling import alert
from tests.streams.pager.process import Pagers, Sender, pagerduty

RATE, SECONDS, PARTITIONS, SESSION_S = 20, 30, 12, 6.0
AIM_MS = 1_000.0
LAST_S = 10.0
Sent = dict[str, float]
"""Seconds at which an alert was sent, by the key of its page."""


def main() -> int:
    """Prints one line. Exit 0, too, where it cannot be measured."""
    parser = argparse.ArgumentParser(prog="bench-pages")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long; default: {SECONDS}")
    seconds = parser.parse_args().seconds
    try:
        with ApacheKafka() as kafka:
            create(kafka.settings, TopicSettings(partitions=PARTITIONS))
            print(f"Pages at {RATE} alerts/s: from sending the alert's record to the receiver")
            print(measured(kafka.settings, seconds))
    except UsageError as error:
        print(f"Pages are not measured: {error}")
    return 0


def measured(broker: Broker, seconds: int) -> str:
    """The line."""
    with (
        tempfile.TemporaryDirectory() as folder,
        receiving() as receiver,
        Pagers(broker, Path(folder), pagerduty(receiver.url), SESSION_S) as pagers,
        contextlib.closing(Sender(broker)) as sender,
    ):
        pagers.start("one")
        pagers.until_at_work("one")
        sender.alerts(alert("opened", "relative", id="first", patient="first"))
        until(lambda: receiver.incidents, LAST_S)
        return line(exchange(sender, receiver, RATE * seconds), RATE * seconds, seconds)


def exchange(sender: Sender, receiver: Receiver, number: int) -> list[float]:
    """Sends so many alerts, each of a patient of its own; sorted seconds of those whose page came."""
    sent: Sent = {}
    began = time.monotonic()
    for one in range(number):
        time.sleep(max(0.0, began + one / RATE - time.monotonic()))
        sent[f"e{one}:absolute"] = time.monotonic()
        sender.soon(alert("opened", "absolute", time.time_ns() // 1_000_000, id=f"e{one}", patient=f"p{one}"))
    until(lambda: len(receiver.incidents) > number, LAST_S)
    come = {arrival.key: arrival.at for arrival in receiver.arrivals}
    return sorted(come[key] - moment for key, moment in sent.items() if key in come)


def line(taken: list[float], expected: int, seconds: int) -> str:
    verdict = "met" if len(taken) == expected and at(taken, 0.99) < AIM_MS else "NOT met"
    return (
        f"  {len(taken)} of {expected} pages in {seconds} s: {percentiles(taken)}  p99 under "
        f"{AIM_MS:.0f} ms: {verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
