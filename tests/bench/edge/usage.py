"""Processor time and memory: of single processes, and of the whole machine beside them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import psutil

from tests.bench.pipeline.contest import processor_s

MB = 1e6


def busy_s() -> float:
    """Return the processor seconds that the whole machine has used since it started, all cores."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _, _, irq, soft, steal = map(int, fields)
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def load() -> float:
    """Return the load of the machine: how many processes wanted a core, over the last minute."""
    return os.getloadavg()[0]


def rss_mb(process: int) -> float:
    return float(psutil.Process(process).memory_info().rss / MB)


class Usage:
    """What processes use from now on; `others`: all else that runs on the machine."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        self.processes = dict(processes)
        self.before, self.busy = self._now(), busy_s()

    def _now(self) -> dict[str, float]:
        return {name: processor_s(number) or 0.0 for name, number in self.processes.items()}

    def spent(self, more: Mapping[str, float]) -> dict[str, float]:
        """Return processor seconds by name since the beginning; `more`: of processes that have ended."""
        now = self._now()
        mine = {name: now[name] - self.before[name] for name in now} | dict(more)
        return {name: round(value, 3) for name, value in mine.items()} | {
            "others": round(max(0.0, busy_s() - self.busy - sum(mine.values())), 3)
        }
