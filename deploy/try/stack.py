"""The stack that is tried: its containers, its topics, what the receiver got, and the list of checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

COMPOSE = os.environ["COMPOSE"].split()
SITE = Path(os.environ["SITE"])
RECEIVED = Path(os.environ["RECEIVED"])
SERVICES = ("kafka", "worker", "pager", "census", "board", "prometheus", "alertmanager", "grafana")
OURS = ("worker", "pager", "census", "board")
WITHIN_S = float(os.environ.get("PATIENCE", "240"))
"""How long is waited for what must come, s: more where the machine does other things too."""
READY = (
    'exec 3<>/dev/tcp/127.0.0.1/9108; printf "GET /-/ready HTTP/1.0\\r\\n\\r\\n" >&3; '
    'read -r _ code _ <&3; [ "$code" = 200 ]'
)
BROKER = ("--bootstrap-server", "localhost:9092")
Found = TypeVar("Found")
results: list[bool] = []


def check(name: str, good: object, more: object = "") -> None:
    """Print a line, and count it."""
    results.append(bool(good))
    print("ok  " if good else "FAIL", name, "" if good else more, flush=True)


def checked(parts: Iterable[Callable[[], None]]) -> int:
    """Make all checks and print their count; return the exit code."""
    for part in parts:
        try:
            part()
        except Exception as fault:  # a check that cannot be made has failed, and the others go on
            check(part.__name__, False, f"{fault!r} {getattr(fault, 'stderr', '')}")
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return int(not all(results))


def output(*command: str, version: str = "") -> str:
    """Return what a program prints. Raises CalledProcessError. `version`: of the image, for this call."""
    environment = os.environ | ({"IL2WATCH_VERSION": version} if version else {})
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL, env=environment
    )
    return done.stdout


def compose(*words: str, version: str = "") -> str:
    """Return what compose prints."""
    return output(*COMPOSE, *words, version=version)


def within(what: Callable[[], Found], seconds: float = WITHIN_S) -> Found:
    """Return the first answer that is one, or the last."""
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(1)
    return found


def containers(*services: str) -> list[dict[str, Any]]:
    """Return what the engine tells of the containers of these services."""
    ids = [one for service in services for one in compose("ps", "-aq", service).split()]
    found: list[dict[str, Any]] = json.loads(output("docker", "inspect", *ids)) if ids else []
    return found


def healthy() -> bool:
    """Return whether all containers are, and every worker serves its partitions."""
    states = [one["State"].get("Health", {}).get("Status") for one in containers(*SERVICES)]
    return set(states) == {"healthy"} and all(map(ready, workers()))


def ready(container: str) -> bool:
    """Return whether a worker serves its partitions."""
    ask = ["docker", "exec", container, "bash", "-c", READY]
    return subprocess.run(ask, capture_output=True, check=False).returncode == 0


def workers() -> list[str]:
    """Return the containers of the workers."""
    return compose("ps", "--quiet", "worker").split()


def prometheus(path: str) -> Any:
    """Return the data of an answer of Prometheus."""
    with urllib.request.urlopen(f"http://localhost:9090/api/v1/{path}", timeout=5) as answer:
        return json.load(answer)["data"]


def requests() -> list[dict[str, str]]:
    """Return what the receiver got."""
    file = RECEIVED / "requests.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def offsets() -> dict[str, int]:
    """Return how many records each topic has had."""
    ends: dict[str, int] = {}
    for line in tool("kafka-get-offsets").splitlines():
        if line.count(":") >= 2:
            topic, _, end = line.rsplit(":", 2)
            ends[topic] = ends.get(topic, 0) + int(end)
    return ends


def tool(name: str, *words: str) -> str:
    """Return what a program of Kafka's prints, whatever its exit code."""
    inside = ("exec", "-T", "-e", "KAFKA_HEAP_OPTS=-Xmx128m", "kafka", f"/opt/kafka/bin/{name}.sh")
    command = [*COMPOSE, *inside, *BROKER, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def il2watch(*words: str) -> list[str]:
    """Return the command that runs the image on this network, with what was received as working folder."""
    ours = next(one for one in compose("config", "--images").split() if one.startswith("il2watch:"))
    mounts = ("--network", "host", "--volume", f"{RECEIVED}:/ward", "--workdir", "/ward")
    return ["docker", "run", "--rm", *mounts, "--entrypoint", words[0], ours, *words[1:]]


def ward(patients: int, hours: float, seed: int) -> str:
    """Make ward.jsonl in the folder of what was received.

    Return when it must begin to have ended two minutes ago.
    """
    (RECEIVED / "ward.py").write_text((Path(__file__).parent / "ward.py").read_text())
    make = f"il2watch simulate ward --patients {patients} --seed {seed} -o /tmp/all.jsonl"
    cut = f"python ward.py /tmp/all.jsonl {hours} ward.jsonl"
    return output(*il2watch("sh", "-c", f"{make} && {cut}")).split()[-1]


def main(parts: Iterable[Callable[[], None]]) -> None:
    """Make all checks and end with the exit code."""
    sys.exit(checked(parts))
