"""Scaling and upgrading: the number of workers is kept, they are replaced one at a time, and the alerts are those of the offline run."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from stack import (
    COMPOSE,
    RECEIVED,
    SITE,
    alerts,
    check,
    compose,
    healthy,
    il2watch,
    ready,
    said,
    ward,
    within,
    workers,
)

NEXT = "99.0.0"
LOG_CLOCK = """\
services:
  worker:
    command: [worker, --clock, log, --listen, 0.0.0.0, --metrics-port, "9108", --state-dir, /tmp/state]
"""


def scaled() -> None:
    """Three workers and back; nothing else is made anew."""
    others = {name: compose("ps", "--quiet", name) for name in ("pager", "census", "board", "kafka")}
    first = set(workers())
    os.environ["IL2WATCH_WORKERS"] = "3"
    compose("up", "--detach")
    check(
        "three workers, the first among them",
        within(lambda: len(workers()) == 3 and first < set(workers()) and all(map(ready, workers()))),
    )
    compose("up", "--detach")
    check("another `up` keeps three", len(workers()) == 3)
    os.environ["IL2WATCH_WORKERS"] = "1"
    compose("up", "--detach")
    check("one worker again", within(lambda: len(workers()) == 1 and ready(workers()[0])))
    check("nothing else was made anew", others == {name: compose("ps", "--quiet", name) for name in others})


def upgraded() -> None:
    """Three workers replaced by those of a second image while a ward is replayed: as the offline run says, and three all the time."""
    compose("down", "--volumes")
    (SITE / "deploy" / "compose.override.yaml").write_text(LOG_CLOCK)
    COMPOSE.extend(["-f", str(SITE / "deploy" / "compose.override.yaml")])
    os.environ["COMPOSE"] = " ".join(COMPOSE)
    os.environ["IL2WATCH_WORKERS"] = "3"
    compose("up", "--detach", "--wait")
    ward(6, 24, seed=2)
    compose("build", version=NEXT)
    replaying = subprocess.Popen(
        il2watch("il2watch", "replay", "ward.jsonl", "--speed", "1440", "--broker", "localhost:9094")
    )
    least = upgrade()
    check("the replay is acknowledged to its end", replaying.wait(300) == 0)
    check("at no time fewer than three workers", least >= 3, least)
    os.environ["IL2WATCH_VERSION"] = NEXT
    compare()
    compose("up", "--detach", "--wait")
    check("the rest follows, and all is healthy", healthy("worker", "pager", "census", "board"))


def upgrade() -> int:
    """Run upgrade.sh; return the fewest workers that were up meanwhile."""
    running = subprocess.Popen(
        ["sh", str(SITE / "deploy" / "upgrade.sh")], env=os.environ | {"IL2WATCH_VERSION": NEXT}
    )
    least = 3
    while running.poll() is None:
        least = min(least, len(workers()))
    images = {one["Config"]["Image"] for one in json.loads(said("docker", "inspect", *workers()))}
    check(
        "upgrade.sh ends well, every worker of the new image",
        (running.returncode, images) == (0, {f"il2watch:{NEXT}"}),
        images,
    )
    return least


def compare() -> None:
    """The alerts in the topic, each number once, and those of the offline run."""
    offline = [
        json.loads(line)
        for line in said(*il2watch("il2watch", "run", "ward.jsonl", "-o", "json")).splitlines()
    ]
    expected = by_patient(offline)
    same = within(lambda: by_patient(alerts()) == expected, 120)
    found = by_patient(alerts())
    missing = {
        patient: (len(found.get(patient, ())), len(numbers))
        for patient, numbers in expected.items()
        if found.get(patient) != numbers
    }
    check(
        f"the alerts are the offline run's, {len(offline)} of {len(expected)} patients",
        same and offline,
        missing,
    )
    (RECEIVED / "ward.jsonl").unlink()


def by_patient(found: list[dict[str, Any]]) -> dict[str, list[tuple[str, int]]]:
    numbers: dict[str, dict[tuple[str, int], None]] = {}
    for one in found:
        numbers.setdefault(one["patient"], {})[one["id"], one["seq"]] = None
    return {patient: list(each) for patient, each in numbers.items()}
