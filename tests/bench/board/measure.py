"""What is measured: how old an event is when its row reaches the page, and what a process takes."""

from __future__ import annotations

import json
import os
import re
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from aiohttp import ClientSession


class Taken(NamedTuple):
    """Seconds of processor time so far, and bytes of memory now."""

    cpu: float
    memory: int


class Measured:
    """`lags`: s from an event's time to its row's arrival; `judged`: to the arrival of a row that the
    worker's assessment changed.
    """

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.judged: list[float] = []
        self.seen = self.bytes = 0


def taken(process: int) -> Taken:
    """What a process took (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return Taken(
        (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGESIZE")
    )


async def page(url: str, seconds: float) -> Measured:
    """Takes the unit view's stream as a browser does."""
    measured, ends = Measured(), time.monotonic() + seconds
    async with ClientSession(read_bufsize=8 << 20) as browser:
        async with browser.get(f"{url}/") as first:
            revision = re.search(r'data-epoch="(\w+)" data-revision="(\d+)"', await first.text())
        assert revision is not None
        async with browser.get(f"{url}/events?since={revision[1]}-{revision[2]}") as answer:
            async for line in answer.content:
                if line.startswith(b'data: {"rows"'):
                    add_patch(measured, line)
                if time.monotonic() > ends:
                    break
    return measured


def add_patch(measured: Measured, line: bytes) -> None:
    """One patch."""
    measured.bytes += len(line)
    now = time.time()
    for row in json.loads(line[6:])["rows"]:
        found = re.search(r'datetime="([^"]+)" data-age', row["cells"].get("who", ""))
        if found is None:
            continue
        lag = now - datetime.fromisoformat(found[1]).timestamp()
        measured.seen += 1
        measured.lags.append(lag)
        if "pressure" in row["cells"]:
            measured.judged.append(lag)
