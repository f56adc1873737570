"""The stack that is tried: its containers, its topics, what the receiver got, and a list of checks."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

COMPOSE = os.environ["COMPOSE"].split()
SITE = Path(os.environ["SITE"])
RECEIVED = Path(os.environ["RECEIVED"])
SERVICES = ("kafka", "worker", "pager", "census", "board", "prometheus", "alertmanager", "grafana")
OURS = ("worker", "pager", "census", "board")
WITHIN_S = 240.0
KAFKA = ("exec", "-T", "-e", "KAFKA_HEAP_OPTS=-Xmx128m", "kafka")
Found = TypeVar("Found")
results: list[bool] = []


def check(name: str, good: object, more: object = "") -> None:
    """Print a line, and count it."""
    results.append(bool(good))
    print("ok  " if good else "FAIL", name, "" if good else more, flush=True)


def said(*command: str, **more: Any) -> str:
    """What a program prints. Raises CalledProcessError."""
    return subprocess.run(command, capture_output=True, text=True, check=True, **more).stdout


def compose(*words: str, version: str = "") -> str:
    """What compose prints. `version`: of the image, for this call."""
    return said(*COMPOSE, *words, env=os.environ | ({"IL2WATCH_VERSION": version} if version else {}))


def within(what: Callable[[], Found], seconds: float = WITHIN_S) -> Found:
    """The first answer that is one, or the last."""
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(1)
    return found


def containers(*services: str) -> list[dict[str, Any]]:
    ids = [one for service in services for one in compose("ps", "-aq", service).split()]
    found: list[dict[str, Any]] = json.loads(said("docker", "inspect", *ids)) if ids else []
    return found


def healthy(*services: str) -> bool:
    """Whether all containers of these services are."""
    found = containers(*services)
    return bool(found) and all(one["State"].get("Health", {}).get("Status") == "healthy" for one in found)


def ready(container: str) -> bool:
    """Whether a worker serves its partitions."""
    ask = "import urllib.request as u; u.urlopen('http://127.0.0.1:9108/-/ready', timeout=3)"
    done = subprocess.run(
        ["docker", "exec", container, "python", "-c", ask], capture_output=True, check=False
    )
    return done.returncode == 0


def workers() -> list[str]:
    return compose("ps", "--quiet", "worker").split()


def prometheus(path: str) -> Any:
    with urllib.request.urlopen(f"http://localhost:9090/api/v1/{path}", timeout=5) as answer:
        return json.load(answer)["data"]


def received() -> list[tuple[str, str, str]]:
    """(path, status, alertname) of everything that came."""
    file = RECEIVED / "requests.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [
        (row["path"], alert["status"], alert["labels"].get("alertname", ""))
        for row in rows
        for alert in json.loads(row["body"] or "{}").get("alerts", [])
    ]


def got(path: str) -> bool:
    file = RECEIVED / "requests.jsonl"
    return file.exists() and any(
        json.loads(line)["path"].startswith(path) for line in file.read_text().splitlines()
    )


def offsets() -> dict[str, int]:
    """The records that each topic has had."""
    script = "/opt/kafka/bin/kafka-get-offsets.sh"
    ends: dict[str, int] = {}
    for line in compose(*KAFKA, script, "--bootstrap-server", "localhost:9092").splitlines():
        if line.count(":") >= 2:
            topic, _, end = line.rsplit(":", 2)
            ends[topic] = ends.get(topic, 0) + int(end)
    return ends


def alerts() -> list[dict[str, Any]]:
    """The clinical alerts in the topic, in order for each patient."""
    script = "/opt/kafka/bin/kafka-console-consumer.sh"
    told = [
        "--bootstrap-server",
        "localhost:9092",
        "--topic",
        "il2.alerts",
        "--from-beginning",
        "--timeout-ms",
        "8000",
    ]
    done = subprocess.run([*COMPOSE, *KAFKA, script, *told], capture_output=True, text=True, check=False)
    found = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    return [one for one in found if not one["patient"].startswith(("*", "heartbeat"))]


def il2watch(*words: str, more: tuple[str, ...] = ()) -> list[str]:
    """The command that runs the image on this network, the received folder its working folder."""
    image = compose("config", "--images").split()
    ours = next(one for one in image if one.startswith("il2watch:"))
    mounts = ("--network", "host", "--volume", f"{RECEIVED}:/ward", "--workdir", "/ward", *more)
    return ["docker", "run", "--rm", *mounts, "--entrypoint", words[0], ours, *words[1:]]


def ward(patients: int, hours: float, seed: int) -> str:
    """Make ward.jsonl in the received folder; return when it must begin to have ended two minutes ago."""
    (RECEIVED / "ward.py").write_text((Path(__file__).parent / "ward.py").read_text())
    make = f"il2watch simulate ward --patients {patients} --seed {seed} -o /tmp/all.jsonl && python ward.py /tmp/all.jsonl {hours} ward.jsonl"
    return said(*il2watch("sh", "-c", make)).split()[-1]
