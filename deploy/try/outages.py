"""Outages: Kafka gone for three minutes, the engine restarted, the broker's disk full. Each time all is well again without help."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from stack import (
    OURS,
    SERVICES,
    check,
    compose,
    containers,
    healthy,
    il2watch,
    offsets,
    ready,
    said,
    ward,
    within,
    workers,
)

AWAY_S = 180
MOST_LINES = 60
"""Of one service in three minutes without Kafka, two starts included; the clients alone wrote 330 a second."""


def lines(service: str) -> int:
    return len(compose("logs", "--no-color", service).splitlines())


def without_kafka() -> None:
    compose("stop", "kafka")
    before = {service: lines(service) for service in OURS}
    time.sleep(AWAY_S)
    grown = {service: lines(service) - before[service] for service in OURS}
    check(
        f"three minutes without Kafka are at most {MOST_LINES} lines in each log",
        max(grown.values()) <= MOST_LINES,
        grown,
    )
    traces = [
        service for service in OURS if "Traceback" in compose("logs", "--no-color", "--since", "4m", service)
    ]
    check("no traceback in them", not traces, traces)
    compose("start", "kafka")
    check(
        "all healthy after Kafka is back", within(lambda: healthy(*SERVICES) and all(map(ready, workers())))
    )


def engine_restarted() -> None:
    """As a machine that reboots: everything is stopped, and starts by itself."""
    engine, here = Path(os.environ["ENGINE"]), Path(__file__).parent
    os.kill(int((engine / "dockerd.pid").read_text()), 15)
    within(lambda: not (engine / "dockerd.pid").exists(), 60)
    subprocess.run(
        ["sh", str(here / "engine.sh"), str(engine.parent / "root"), str(engine), os.environ["NAMESPACE"]],
        check=True,
    )
    within(lambda: subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0, 60)
    check(
        "all healthy after the engine's restart",
        within(lambda: healthy(*SERVICES) and all(map(ready, workers()))),
    )


def disk_full() -> None:
    """Kafka on a disk of 96 MB that fills: it stops, nothing else breaks, and with more room all goes on."""
    compose("down", "--volumes")
    said(
        "docker",
        "volume",
        "create",
        "--label",
        "com.docker.compose.project=il2watch",
        "--label",
        "com.docker.compose.volume=kafka-data",
        "--driver",
        "local",
        "--opt",
        "type=tmpfs",
        "--opt",
        "device=tmpfs",
        "--opt",
        "o=size=96m,uid=1000,mode=0770",
        "il2watch_kafka-data",
    )
    compose("up", "--detach", "--wait")
    ward(8, 48, seed=3)
    fill = il2watch(
        "sh", "-c", "while il2watch replay ward.jsonl --speed max --broker localhost:9094; do :; done"
    )
    filled = subprocess.run(fill, capture_output=True, text=True, check=False)
    check(
        "a replay into a full disk ends in a sentence",
        "not acknowledged" in filled.stderr and "Traceback" not in filled.stderr,
        filled.stderr[-500:],
    )
    before = offsets_or_none()
    pid = containers("kafka")[0]["State"]["Pid"]
    where = said("docker", "volume", "inspect", "--format", "{{.Mountpoint}}", "il2watch_kafka-data").strip()
    daemon = (Path(os.environ["ENGINE"]) / "dockerd.pid").read_text().strip()
    said("nsenter", f"--target={daemon}", "--mount", "mount", "-o", "remount,size=512m", where)
    compose("start", "kafka")
    check(
        "with more room all is healthy again",
        within(lambda: healthy(*SERVICES) and all(map(ready, workers()))),
        (pid, before),
    )
    check("and decides", within(lambda: offsets().get("il2.alerts", 0) > 0))


def offsets_or_none() -> dict[str, int] | None:
    try:
        return offsets()
    except subprocess.CalledProcessError:
        return None
