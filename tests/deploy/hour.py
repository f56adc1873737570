"""A made-up hour in which all is well, and two more in which everything fails in turn, told by the metrics of
the code itself.

`python -m tests.deploy.hour worker-1` plays one process: it sets the very metrics the program sets, each 15 s
of made-up time, and prints what `/metrics` would have shown as OpenMetrics with times. Each process plays
alone, since each has a registry of its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TextIO

from prometheus_client.samples import Sample

from streams.service import metrics
from tests.deploy.hour_plays import PLAYS

START_S = 1_772_409_600
"""2026-03-02T00:00:00Z."""
STEP_S = 15
CALM_MIN, LAST_MIN = 60, 170
STEPS = LAST_MIN * 60 // STEP_S
JOBS = {
    "worker-1": "il2-worker",
    "worker-2": "il2-worker",
    "pager-1": "il2-pager",
    "census-1": "il2-census",
    "board-1": "il2-board",
    "feed-1": "il2-feed",
}
DOWN = {
    "worker-1": (70, 73),
    "worker-2": (65, 73),
    "pager-1": (65, 67),
    "census-1": (65, 72),
    "board-1": (65, 68),
    "feed-1": (65, 68),
}
"""From which minute to which a process does not answer."""
STARTS = {"worker-1": (73, 74, 76, 78)}
"""When a process starts anew."""
LARGE = {"worker-1": (96, 98)}
PROCESS = {
    "il2_process_virtual_memory_bytes": 900e6,
    "il2_process_cpu_seconds_total": 12.0,
    "il2_process_open_fds": 40.0,
    "il2_process_max_fds": 1024.0,
}


def up(name: str, minute: float) -> bool:
    first, last = DOWN[name]
    return not first <= minute < last


def samples(name: str, minute: float) -> Iterator[Sample]:
    """What a scrape sees; of the process itself what the play says, not what this one is."""
    for family in metrics.REGISTRY.collect():
        for sample in family.samples:
            if not sample.name.endswith("_created"):
                yield (
                    sample._replace(value=process(name, sample.name, minute))
                    if "_process_" in sample.name
                    else sample
                )


def process(name: str, what: str, minute: float) -> float:
    if what == "il2_process_start_time_seconds":
        return START_S + 60.0 * max((at for at in STARTS.get(name, ()) if at <= minute), default=-60)
    if what == "il2_process_resident_memory_bytes":
        first, last = LARGE.get(name, (0, 0))
        return 1.9e9 if first <= minute < last else 300e6
    return PROCESS[what] + (minute if what.endswith("_total") else 0)


def write(name: str, out: TextIO) -> None:
    """Plays them through."""
    play = PLAYS[JOBS[name]](name)
    for step in range(STEPS + 1):
        minute, at = step * STEP_S / 60, START_S + step * STEP_S
        play(minute)
        out.write(line(Sample("up", {}, float(up(name, minute))), name, at))
        if up(name, minute):
            out.writelines(line(sample, name, at) for sample in samples(name, minute))


def line(sample: Sample, name: str, at: int) -> str:
    labels = ",".join(
        f"{key}={json.dumps(value)}"
        for key, value in {**sample.labels, "job": JOBS[name], "instance": name}.items()
    )
    return f"{sample.name}{{{labels}}} {sample.value!r} {at}\n"


if __name__ == "__main__":
    write(sys.argv[1], sys.stdout)
