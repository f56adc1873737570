"""Check a stack that is scaled, upgraded and left without Kafka, engine and disk, as check.py does."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

from stack import (
    COMPOSE,
    OURS,
    SITE,
    WITHIN_S,
    check,
    compose,
    containers,
    healthy,
    il2watch,
    main,
    offsets,
    output,
    ready,
    tool,
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
AWAY_S = 180
MOST_LINES = 60
"""Of one service in three minutes, two starts included; the clients of Kafka alone wrote 330 a second."""
Numbers = dict[str, list[tuple[str, int]]]


def scaled() -> None:
    """Check that three workers are three at another `up`, and that nothing else is made anew."""
    others = {name: compose("ps", "--quiet", name) for name in ("pager", "census", "board", "kafka")}
    first = set(workers())
    os.environ["IL2WATCH_WORKERS"] = "3"
    compose("up", "--detach")
    check("three workers, the first among them", within(lambda: first < set(workers()) and at_work(3)))
    compose("up", "--detach")
    check("another `up` keeps three", len(workers()) == 3)
    os.environ["IL2WATCH_WORKERS"] = "1"
    compose("up", "--detach")
    check("one worker again", within(lambda: at_work(1)))
    check("nothing else was made anew", others == {name: compose("ps", "--quiet", name) for name in others})


def start() -> bool:
    """Start what is not up, and return once all of it is healthy, or is not in time."""
    compose("up", "--detach")
    return within(healthy, 2 * WITHIN_S)


def at_work(number: int) -> bool:
    """Return whether so many workers serve their partitions."""
    return len(workers()) == number and all(map(ready, workers()))


def upgraded() -> None:
    """Check that workers are replaced one at a time during a replay, with the offline run's alerts."""
    override = SITE / "deploy" / "compose.override.yaml"
    compose("down", "--volumes")
    override.write_text(LOG_CLOCK)
    COMPOSE.extend(["-f", str(override)])
    os.environ["COMPOSE"], os.environ["IL2WATCH_WORKERS"] = " ".join(COMPOSE), "3"
    start()
    ward(6, 24, seed=2)
    compose("build", "--progress", "plain", version=NEXT)
    where = ("--speed", "1440", "--broker", "localhost:9094")
    with subprocess.Popen(il2watch("il2watch", "replay", "ward.jsonl", *where)) as replaying:
        upgrade()
    check("the replay is acknowledged to its end", replaying.returncode == 0)
    os.environ["IL2WATCH_VERSION"] = NEXT
    compare()
    check("the rest follows, and all is healthy", start())


def upgrade() -> None:
    """Run upgrade.sh."""
    command = ["sh", str(SITE / "deploy" / "upgrade.sh")]
    least = 3
    with subprocess.Popen(command, env=os.environ | {"IL2WATCH_VERSION": NEXT}) as running:
        while running.poll() is None:
            least = min(least, len(workers()))
            time.sleep(0.5)
    images = {one["Config"]["Image"] for one in containers("worker")}
    check(
        "every worker is of the new image", (running.returncode, images) == (0, {f"il2watch:{NEXT}"}), images
    )
    check("at no time fewer than three workers", least == 3, least)


def compare() -> None:
    """Check that the alerts in the topic, each number once, are those of the offline run."""
    expected = numbers(output(*il2watch("il2watch", "run", "ward.jsonl", "-o", "json")))
    # The pager's own synthetic patients are in the topic too.
    same = within(lambda: expected == {patient: published().get(patient) for patient in expected}, 120)
    found = published()
    differing = {
        patient: (len(found.get(patient, ())), len(each))
        for patient, each in expected.items()
        if found.get(patient) != each
    }
    count = sum(map(len, expected.values()))
    check(f"the alerts are the offline run's: {count} of {len(expected)} patients", same and count, differing)


def published() -> Numbers:
    """Return the numbers of the alerts in the topic."""
    words = ("--topic", "il2.alerts", "--from-beginning", "--timeout-ms", "8000")
    return numbers(tool("kafka-console-consumer", *words))


def numbers(lines: str) -> Numbers:
    """Return each patient's alerts by id and number, in order, each once."""
    found: dict[str, dict[tuple[str, int], None]] = {}
    for one in (json.loads(line) for line in lines.splitlines() if line.startswith("{")):
        if not one["patient"].startswith(("*", "heartbeat")):
            found.setdefault(one["patient"], {})[one["id"], one["seq"]] = None
    return {patient: list(each) for patient, each in found.items()}


def without_kafka() -> None:
    """Check that three minutes without Kafka leave few lines, and that all comes back."""
    compose("stop", "kafka")
    before = {service: lines(service) for service in OURS}
    time.sleep(AWAY_S)
    grown = {service: lines(service) - before[service] for service in OURS}
    check(f"without Kafka each log grew by {grown}", max(grown.values()) <= MOST_LINES)
    traced = [name for name in OURS if "Traceback" in compose("logs", "--no-color", "--since", "4m", name)]
    check("no traceback in them", not traced, traced)
    compose("start", "kafka")
    check("all healthy after Kafka is back", within(healthy))


def lines(service: str) -> int:
    """Return how many lines a service has logged."""
    return len(compose("logs", "--no-color", service).splitlines())


def engine_restarted() -> None:
    """Check that all starts by itself after the engine did, as on a machine that reboots."""
    engine, script = Path(os.environ["ENGINE"]), Path(__file__).parent / "engine.sh"
    os.kill(int((engine / "dockerd.pid").read_text()), 15)
    within(lambda: not (engine / "dockerd.pid").exists(), 60)
    tree = str(engine.parent / "debian")
    subprocess.run(["sh", str(script), tree, str(engine), os.environ["NAMESPACE"]], check=True)
    info = ["docker", "info"]
    within(lambda: subprocess.run(info, capture_output=True, check=False).returncode == 0, 60)
    check("all healthy after the engine's restart", within(healthy))


def down_and_up() -> None:
    """Check that `down` and `up` lose nothing."""
    before = offsets()
    compose("down")
    start()
    after = offsets()
    kept = all(after.get(topic, 0) >= end for topic, end in before.items())
    check("down and up lose nothing", kept, (before, after))


def disk_full() -> None:
    """Check that Kafka on a disk that fills stops, nothing else breaks, and with more room all goes on."""
    compose("down", "--volumes")
    small_disk()
    start()
    ward(8, 48, seed=3)
    again = "while il2watch replay ward.jsonl --speed max --broker localhost:9094; do :; done"
    filling = subprocess.run(il2watch("sh", "-c", again), capture_output=True, text=True, check=False)
    sentence = "Traceback" not in filling.stderr and "il2watch: " in filling.stderr
    check("a replay into a full disk ends in a sentence", sentence, filling.stderr[-800:])
    enlarge_disk()
    compose("start", "kafka")
    check("with more room all is healthy again", within(healthy))
    check("and decides", within(lambda: offsets().get("il2.alerts", 0) > 0))


def small_disk() -> None:
    """Make Kafka's volume, of 96 MB, and keep it in use: a tmpfs goes with the last container that has it."""
    labels = (
        "--label",
        "com.docker.compose.project=il2watch",
        "--label",
        "com.docker.compose.volume=kafka-data",
    )
    memory = ("--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=size=96m,uid=1000,mode=0770")
    output("docker", "volume", "create", *labels, *memory, "il2watch_kafka-data")
    held = ("--detach", "--name", "il2-disk", "--volume", "il2watch_kafka-data:/held")
    output("docker", "run", *held, "--entrypoint", "sleep", "python:3.12.12-slim-bookworm", "infinity")


def enlarge_disk() -> None:
    """Give Kafka's volume 512 MB."""
    where = output(
        "docker", "volume", "inspect", "--format", "{{.Mountpoint}}", "il2watch_kafka-data"
    ).strip()
    daemon = (Path(os.environ["ENGINE"]) / "dockerd.pid").read_text().strip()
    output("nsenter", f"--target={daemon}", "--mount", "mount", "-o", "remount,size=512m", where)


if __name__ == "__main__":
    main((scaled, upgraded, without_kafka, engine_restarted, down_and_up, disk_full))
