"""A ward for days, sped up: memory, file handles, threads and the volume of the logs stay flat.

`make campaign-soak`: seven days at 180 times real time, 56 min. In the suite: three hours at 1,440 times.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from streams.kafka.settings import Broker
from tests.deploy.places import ROOT
from tests.streams.pager.delivery.receiver import receiving
from tests.streams.pager.process import Pagers, pagerduty
from tests.streams.worker import loading
from tests.streams.worker.conftest import topics
from tests.streams.worker.process import Workers, until_done

__all__ = ["topics"]
pytestmark = [pytest.mark.kafka, pytest.mark.slow]
PATIENTS, SAMPLES = 12, 24
MEMORY_MB, HANDLES, THREADS = 40.0, 8, 4
"""How much more the last third of a run may hold than the first."""


class Held(NamedTuple):
    """What a process holds: resident memory, MB; open files; threads; and bytes logged so far."""

    memory: float
    handles: int
    threads: int
    logged: int


def held(pid: int, log: Path) -> Held:
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
    )
    return Held(
        int(fields["VmRSS"].split()[0]) / 1024,
        len(list(Path(f"/proc/{pid}/fd").iterdir())),
        int(fields["Threads"]),
        log.stat().st_size,
    )


def growth(samples: list[Held]) -> Held:
    """The most of the last third, less the most of the first; of the log, the last third over the first."""
    third = len(samples) // 3
    first, last = samples[:third], samples[-third:]
    memory, handles, threads = (max(one[i] for one in last) - max(one[i] for one in first) for i in range(3))
    written = [part[-1].logged - part[0].logged for part in (first, last)]
    return Held(float(memory), int(handles), int(threads), written[1] - written[0])


def soaked(broker: Broker, folder: Path, days: float, speed: int) -> dict[str, Held]:
    """Replay a simulated ward to worker and pager; return how much more each holds at the end."""
    ward = folder / "ward.jsonl"
    command = ["simulate", "ward", "--patients", str(PATIENTS), "--days", str(days), "--faults", "usual"]
    subprocess.run([sys.executable, "-m", "streams", *command, "-o", str(ward)], cwd=ROOT, check=True)
    found: dict[str, list[Held]] = {"worker": [], "pager": []}
    with (
        receiving(seed=1) as receiver,
        Workers(broker, folder) as workers,
        Pagers(broker, folder, pagerduty(receiver.url)) as pagers,
    ):
        running = {"worker": workers.start("worker"), "pager": pagers.start("pager", "--clock", "log")}
        pagers.until_at_work("pager")
        sending = loading.replay(broker, ward, folder / "replay.log", str(speed))
        every = days * 86_400 / speed / SAMPLES
        while sending.poll() is None:
            for name, process in running.items():
                found[name].append(held(process.pid, folder / f"{name}.log"))
            time.sleep(every)
        until_done(broker, 120)
        assert (workers.ended(), pagers.ended()) == ({}, {})
    return {name: growth(samples) for name, samples in found.items()}


def flat(grown: dict[str, Held]) -> bool:
    return all(
        one.memory <= MEMORY_MB
        and one.handles <= HANDLES
        and one.threads <= THREADS
        and one.logged <= 1 << 16
        for one in grown.values()
    )


def test_three_hours_of_a_ward_leave_no_growth(topics: Callable[[int], Broker], tmp_path: Path) -> None:
    grown = soaked(topics(2), tmp_path, 0.125, 1_440)
    assert flat(grown), grown


@pytest.mark.campaign("soak")
def test_seven_days_of_a_ward_leave_no_growth(
    topics: Callable[[int], Broker], tmp_path: Path, figures: Callable[..., None]
) -> None:
    grown = soaked(topics(4), tmp_path, 7, 180)
    figures(f"seven days: {grown}", **{name: list(one) for name, one in grown.items()})
    assert flat(grown), grown
