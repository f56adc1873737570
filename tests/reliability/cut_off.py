"""Cut one of two workers off from its broker again and again; in a network namespace of its own.

`python -m tests.reliability.cut_off FOLDER SEED CUTS`, in a namespace whose loopback is up: prints what was found as
JSON. The worker that is cut off has a listener of its own at the broker.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from streams.dev_broker.apache import ApacheKafka
from streams.kafka.ports import HOST, free
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import TopicSettings, create
from tests.streams.kafka import class_archive
from tests.streams.kafka.brokers_here import SHORT_SESSIONS
from tests.streams.worker import loading, partition_course, published
from tests.streams.worker.process import Workers, until_done

CUT_S = (5.0, 9.0)
"""Longer than the session of 3 s."""
BETWEEN_S = (1.0, 4.0)


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


def run(folder: Path, seed: int, cuts: int) -> dict[str, object]:
    chance, port = Random(seed), free()[0]
    events = partition_course.closed(partition_course.events(150, seed=seed))
    kafka = ApacheKafka(settings=SHORT_SESSIONS, jvm=class_archive.options())
    kafka._settings |= listening(kafka, port)
    with kafka, Workers(kafka.settings, folder) as two, Workers(Broker(f"{HOST}:{port}"), folder) as one:
        create(kafka.settings, TopicSettings(partitions=4))
        one.start("one")
        two.start("two")
        file = partition_course.write(folder / "ward.jsonl", events)
        sending = loading.replay(kafka.settings, file, folder / "replay.log")
        for _ in range(cuts):
            time.sleep(chance.uniform(*BETWEEN_S))
            cut(port, True)
            time.sleep(chance.uniform(*CUT_S))
            cut(port, False)
            one.again()
        sending.wait(300)
        until_done(kafka.settings, 180)
        found = published.alerts(kafka.settings)
        expected = published.offline(partition_course.read(events))
        return {
            "cuts": cuts,
            "events": len(events),
            "raw": found.raw,
            "clashes": len(found.clashes),
            "differences": published.differences(found.alerts, expected)[:5],
            "ended": {**one.ended(), **two.ended()},
        }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
