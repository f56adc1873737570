"""kill -9, and the same worker again at once: when it is at work, when alerts come of patients not yet read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from tests.bench.edge.contenders import Entrant
from tests.bench.edge.figures import figures
from tests.bench.edge.listen import Listener
from tests.bench.edge.live import MOST_S, Bench, Generator, at_the_edge
from tests.bench.edge.load import Load
from tests.bench.edge.usage import load as machine_load
from tests.bench.pipeline.contest import processor_s
from tests.bench.pipeline.latency import at

HOURS, RATE = 1, 20


def measure(bench: Bench, entrant: Entrant, patients: int, seconds: float) -> dict[str, Any]:
    """Return the figures of one kill. Every record trips, and each is the first of its patient since the kill."""
    load = Load(RATE, patients, 1, min(seconds, patients / RATE))
    with (
        at_the_edge(bench, entrant, patients, HOURS) as (running, start),
        Listener(start.servers) as listener,
    ):
        wanted, killed = machine_load(), time.monotonic()
        running.process.kill()
        with entrant.make(start) as again, Generator(start.servers, load) as generator:
            generator.end()
            work = again.until_begun()
            due = load.due()
            came = listener.wait(set(due), MOST_S).came
            spent = processor_s(again.process.pid)
    began = generator.began
    return {
        **figures(load, began, due, came),
        "load_before": wanted,
        "load_after": machine_load(),
        "at_work_s": round(work - killed, 2),
        "first_alert_s": round(min(came.values()) - killed, 2) if came else None,
        "processor_s": {"contender": spent},
        **first_alerts(load, began, work, [number for number in due if number in came], came),
    }


def first_alerts(
    load: Load, began: float, work: float, due: Sequence[int], came: dict[int, float]
) -> dict[str, Any]:
    """Return how long the first alerts took of patients whose record was due once the worker was at work."""
    sent = {number: began + number / load.rate for number in due}
    taken = sorted(came[number] - then for number, then in sent.items() if then >= work)
    shares = {"first_p50_ms": 0.5, "first_p99_ms": 0.99, "first_max_ms": 1.0}
    return {
        "first_alerts": len(taken),
        **({what: round(at(taken, share), 1) for what, share in shares.items()} if taken else {}),
    }
