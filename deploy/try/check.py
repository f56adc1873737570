"""What a stack that is up must show: a line a check, then `N passed, N failed`; exit 1 when one failed.

Environment: COMPOSE, SITE, RECEIVED, ENGINE and NAMESPACE, as run.sh sets them. In the namespace, as root.
"""

from __future__ import annotations

import json
import os
import subprocess
import time

from stack import (
    COMPOSE,
    OURS,
    RECEIVED,
    SERVICES,
    SITE,
    check,
    compose,
    containers,
    il2watch,
    main,
    offsets,
    output,
    prometheus,
    requests,
    ward,
    within,
)


def hardened() -> None:
    """Check that every container is healthy, unprivileged and limited."""
    for one in containers(*SERVICES):
        name, host, health = one["Name"].strip("/"), one["HostConfig"], one["State"].get("Health", {})
        check(f"{name} is healthy", health.get("Status") == "healthy", health)
        alone = host["CapDrop"] == ["ALL"] and "no-new-privileges:true" in host["SecurityOpt"]
        check(f"{name} has no rights", alone and one["Config"]["User"] not in ("", "root", "0"))
        check(f"{name} has limits", host["Memory"] and host["NanoCpus"] and host["PidsLimit"])
        check(f"{name} cannot write its root", host["ReadonlyRootfs"] or "grafana" in name)


def built_once() -> None:
    """Check that one build makes one image, with a label that says what it is."""
    filters = ("--filter", "dangling=true", "--filter", "label=com.docker.compose.project")
    check("one build makes one image", not output("docker", "images", "--quiet", *filters).split())
    images = {one["Image"] for one in containers(*OURS)}
    check("one image for all of ours", len(images) == 1, images)
    labels = containers("worker")[0]["Config"]["Labels"]
    check("the image says its version", labels["org.opencontainers.image.version"] != "unknown", labels)


def no_secret() -> None:
    """Check that no secret is in a log or in what the engine tells of a container."""
    everything = compose("logs", "--no-color") + json.dumps(containers(*SERVICES))
    for secret in sorted((SITE / "deploy" / "secrets").iterdir()):
        if not secret.name.endswith("-url") and secret.name != "board-users":
            hidden = secret.read_text().strip() not in everything
            check(f"{secret.name} is in no log and no inspect", hidden)


def a_ward() -> None:
    """Check that a ward from outside becomes alerts and pages."""
    shift = ("--shift-to", ward(4, 12, seed=1), "--broker", "localhost:9094")
    output(*il2watch("il2watch", "replay", "ward.jsonl", "--speed", "max", *shift))
    check("alerts in the topic", within(lambda: offsets().get("il2.alerts", 0) > 0))
    for path in ("/heartbeat", "/dead-mans-switch", "/clinical"):
        came = within(lambda path=path: [one for one in requests() if one["path"].startswith(path)])
        check(f"the receiver got {path}", came)
    alarms = [one["body"] for one in requests() if one["path"] == "/system-pages"]
    false = [body for body in alarms if '"status":"firing"' in body and "Il2No" in body]
    check("no false page at the start", not false, false)


def qualified() -> None:
    """Check that it qualifies as docs/howto/pilot.md does it: in the image, beside the services."""
    folder = RECEIVED / "report"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    mounted = ("run", "--rm", "-T", "--volume", f"{folder}:/report", "worker")
    asked = ("--service", "worker:9108", "--service", "pager:9109")
    command = [*COMPOSE, *mounted, "qualify", "--report", "/report/qualification.html", *asked]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    lasted = time.monotonic() - began
    check(f"it qualifies, in {lasted:.0f} s", done.returncode == 0, done.stdout + done.stderr)
    steps = json.loads((folder / "qualification.json").read_text())["steps"]
    skipped = [one for one in steps if one["result"] == "skipped"]
    check(f"none of its {len(steps)} steps is skipped", not skipped, skipped)


def monitored() -> None:
    """Check that Prometheus reaches every service and evaluates every rule."""

    def all_up() -> bool:
        return all(target["health"] == "up" for target in prometheus("targets")["activeTargets"])

    check("every target is up", within(all_up, 90))
    rules = [rule for group in prometheus("rules")["groups"] for rule in group["rules"]]
    check(f"all {len(rules)} rules can be evaluated", all(rule["health"] == "ok" for rule in rules))


def nothing_is_left() -> None:
    """Check that there is no volume without a name."""
    names = output("docker", "volume", "ls", "--quiet").split()
    check("no volume without a name", all(len(name) < 64 for name in names), names)


def a_killed_worker() -> None:
    """Check that a worker that is killed comes back."""
    victim = containers("worker")[0]
    os.kill(victim["State"]["Pid"], 9)

    def back() -> bool:
        now = containers("worker")[0]
        again = now["RestartCount"] > victim["RestartCount"]
        return bool(again and now["State"]["Health"]["Status"] == "healthy")

    check("a killed worker comes back", within(back, 90))


if __name__ == "__main__":
    main((hardened, built_once, a_ward, qualified, no_secret, monitored, nothing_is_left, a_killed_worker))
