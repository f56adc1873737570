"""Cut one of two workers off from its broker again and again; in a network namespace of its own.

`python -m tests.reliability.cut_off FOLDER SEED CUTS PATIENTS`, in a namespace whose loopback is up: prints what was
found as JSON, and on the way when it has come to what. The worker that is cut off has a listener of its own at the
broker. The facts are published while it is cut off and let through: the first is due when the workers are at work, the
last when the last cut is over; many are charted late, and some are corrected or withdrawn (`partition_course`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.ports import HOST, free
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.patience import PATIENCE_S, until
from tests.streams.kafka import class_archive
from tests.streams.kafka.brokers_here import SHORT_SESSIONS
from tests.streams.worker import loading, partition_course, published
from tests.streams.worker.process import Workers, until_done

SESSION_S = 1.5
CUT_S = (2.5, 6.0)
"""Longer than the session."""
BETWEEN_S = (1.0, 3.0)


class Cut(NamedTuple):
    """How long the way is open before a cut, and how long it is cut, seconds."""

    after: float
    lasts: float


def chosen(chance: Random, cuts: int) -> list[Cut]:
    """Return cuts of random lengths."""
    return [Cut(chance.uniform(*BETWEEN_S), chance.uniform(*CUT_S)) for _ in range(cuts)]


def speed(events: list[dict[str, Any]], cuts: list[Cut]) -> str:
    """Return how fast to replay the events, so that they are published from before the first cut to the last."""
    first, last = (partition_course.instant(partition_course.known(one)) for one in (events[0], events[-1]))
    return f"{(last - first).total_seconds() / sum(map(sum, cuts)):.0f}"


def listening(kafka: ApacheKafka, port: int) -> dict[str, str]:
    """Return the settings of a broker with a second listener, by which one worker comes."""
    node = kafka.nodes[0]
    own = {"PLAINTEXT": node.port, "SIDE": port, "CONTROLLER": node.controller}
    addresses = {name: f"{name}://{HOST}:{number}" for name, number in own.items()}
    return {
        "listeners": ",".join(addresses.values()),
        "advertised.listeners": f"{addresses['PLAINTEXT']},{addresses['SIDE']}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "PLAINTEXT",
    }


def cut(port: int, off: bool) -> None:
    """Drop every packet to and from a port, or let them pass again."""
    for side in ("--dport", "--sport"):
        rule = ["OUTPUT", "-p", "tcp", side, str(port), "-j", "DROP"]
        subprocess.run(["iptables", "-A" if off else "-D", *rule], check=True)


def note(began: float, what: str) -> None:
    """Write to stderr when something was come to: one that does not finish says where it stands."""
    print(f"{time.monotonic() - began:6.1f} s {what}", file=sys.stderr, flush=True)


def run(folder: Path, seed: int, number: int, patients: int) -> dict[str, object]:
    began, chance = time.monotonic(), Random(seed)
    events = partition_course.closed(partition_course.events(patients, seed=seed))
    file, cuts = partition_course.write(folder / "ward.jsonl", events), chosen(chance, number)
    kafka = ApacheKafka(settings=SHORT_SESSIONS, jvm=class_archive.options())
    port = next(one for one in free(3) if one not in kafka.nodes[0])
    kafka._settings |= listening(kafka, port)
    options = ("--session-timeout", str(SESSION_S))
    side = Broker(f"{HOST}:{port}")
    with kafka, Workers(kafka.settings, folder, *options) as two, Workers(side, folder, *options) as one:
        note(began, "the broker is up")
        create(kafka.settings, TopicSettings(partitions=4))
        one.start("one")
        two.start("two")
        expected = published.offline(partition_course.read(events))
        assert until(lambda: "at work" in one.printed("one") and "at work" in two.printed("two")), (
            one.printed("one")
        )
        note(began, "the workers are at work")
        sending = loading.replay(kafka.settings, file, folder / "replay.log", speed(events, cuts))
        for after, lasts in cuts:
            time.sleep(after)
            cut(port, True)
            time.sleep(lasts)
            cut(port, False)
            one.again()
        note(began, f"{number} cuts are over")
        assert sending.wait(PATIENCE_S) == 0, (folder / "replay.log").read_text()
        note(began, f"{len(events)} events are published")
        until_done(kafka.settings, watch=one.again)
        note(began, "all is done")
        found = published.alerts(kafka.settings)
        ended = {**one.ended(), **two.ended()}
        handed_over = two.printed("two").count("at work on 4 partitions")
    return {
        "cuts": number,
        "events": len(events),
        "raw": found.raw,
        "alerts": sum(map(len, expected.values())),
        "clashes": len(found.clashes),
        "differences": published.differences(found.alerts, expected)[:5],
        "ended": ended,
        "handed_over": handed_over,
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), *map(int, sys.argv[2:5]))))
