"""What a stack that is up must show: check.py short|long. Prints a line a check, then `N passed, N failed`; exit 1 when one failed.

Environment: COMPOSE, SITE, RECEIVED, ENGINE and NAMESPACE, as run.sh sets them. Runs in the namespace, as root.
"""

from __future__ import annotations

import json
import os
import sys

import outages
import upgrading
from stack import (
    OURS,
    RECEIVED,
    SERVICES,
    SITE,
    check,
    compose,
    containers,
    got,
    il2watch,
    offsets,
    prometheus,
    received,
    results,
    said,
    ward,
    within,
)


def hardened() -> None:
    """Every container is healthy, unprivileged and limited."""
    for one in containers(*SERVICES):
        name, host = one["Name"].strip("/"), one["HostConfig"]
        check(
            f"{name} is healthy",
            one["State"].get("Health", {}).get("Status") == "healthy",
            one["State"].get("Health"),
        )
        alone = host["CapDrop"] == ["ALL"] and "no-new-privileges:true" in host["SecurityOpt"]
        check(f"{name} has no rights", alone and one["Config"]["User"] not in ("", "root", "0"))
        check(f"{name} has limits", host["Memory"] and host["NanoCpus"] and host["PidsLimit"])
        if "grafana" not in name:
            check(f"{name} cannot write its root", host["ReadonlyRootfs"])


def built_once() -> None:
    """One build, one image, with a label that says what it is."""
    filters = ("--filter", "dangling=true", "--filter", "label=com.docker.compose.project")
    check("one build makes one image", not said("docker", "images", "--quiet", *filters).split())
    images = {one["Image"] for one in containers(*OURS)}
    check("one image for all of ours", len(images) == 1, images)
    labels = containers("worker")[0]["Config"]["Labels"]
    check(
        "the image says its version",
        labels.get("org.opencontainers.image.version", "unknown") != "unknown",
        labels,
    )


def no_secret() -> None:
    """No secret is in a log or in what the engine tells of a container."""
    everything = compose("logs", "--no-color") + json.dumps(containers(*SERVICES))
    for secret in sorted((SITE / "deploy" / "secrets").iterdir()):
        if not secret.name.endswith("-url") and secret.name != "board-users":
            check(f"{secret.name} is in no log and no inspect", secret.read_text().strip() not in everything)


def a_ward() -> None:
    """A ward from outside becomes alerts and pages."""
    begins = ward(4, 12, seed=1)
    said(
        *il2watch(
            "il2watch",
            "replay",
            "ward.jsonl",
            "--speed",
            "max",
            "--shift-to",
            begins,
            "--broker",
            "localhost:9094",
        )
    )
    check("alerts in the topic", within(lambda: offsets().get("il2.alerts", 0) > 0))
    for path in ("/heartbeat", "/dead-mans-switch", "/clinical"):
        check(f"the receiver got {path}", within(lambda path=path: got(path)))
    false = [
        name
        for path, status, name in received()
        if path == "/system-pages" and status == "firing" and name.startswith("Il2No")
    ]
    check("no false page at the start", not false, false)


def monitored() -> None:
    """Prometheus reaches every service and evaluates every rule."""
    up = within(
        lambda: not [t["labels"] for t in prometheus("targets")["activeTargets"] if t["health"] != "up"], 90
    )
    check("every target is up", up)
    rules = [rule for group in prometheus("rules")["groups"] for rule in group["rules"]]
    check(f"all {len(rules)} rules can be evaluated", all(rule["health"] == "ok" for rule in rules))


def kafka_keeps_to_its_volume() -> None:
    """Nothing of Kafka's is written beside its volume, and no volume without a name is left."""
    written = said("docker", "diff", containers("kafka")[0]["Id"]).split("\n")
    check(
        "kafka writes its volume alone",
        not [line for line in written if line.startswith("A") and "/run" not in line],
        written,
    )
    check(
        "no volume without a name",
        all(len(name) < 64 for name in said("docker", "volume", "ls", "--quiet").split()),
    )


def a_killed_worker() -> None:
    victim = containers("worker")[0]
    os.kill(victim["State"]["Pid"], 9)

    def back() -> bool:
        now = containers("worker")[0]
        return bool(
            now["RestartCount"] > victim["RestartCount"] and now["State"]["Health"]["Status"] == "healthy"
        )

    check("a killed worker comes back", within(back, 90))


def down_and_up() -> None:
    before = offsets()
    compose("down")
    compose("up", "--detach", "--wait")
    after = offsets()
    check(
        "down and up lose nothing",
        all(after.get(topic, 0) >= end for topic, end in before.items()),
        (before, after),
    )


SHORT = (hardened, built_once, a_ward, no_secret, monitored, kafka_keeps_to_its_volume, a_killed_worker)
LONG = (
    *SHORT,
    upgrading.scaled,
    upgrading.upgraded,
    outages.without_kafka,
    outages.engine_restarted,
    down_and_up,
    outages.disk_full,
)

if __name__ == "__main__":
    RECEIVED.mkdir(exist_ok=True)
    for part in SHORT if sys.argv[1:] == ["short"] else LONG:
        try:
            part()
        except Exception as fault:
            check(part.__name__, False, repr(fault))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(not all(results))
