"""What the worker with `--clock log` appends for the recorded ward, in batches of fixed sizes."""

from __future__ import annotations

import asyncio
from functools import cache

from tests.golden import doors
from tests.golden.doors import ALERTS, ASSESSMENTS, DEADLETTERS, Done, OutgoingRecord, Worker
from tests.golden.log import MINUTE, PARTITIONS, TOPICS, partitions
from tests.golden.stored import record_line

START = (0,) * len(TOPICS)
OUTPUTS = {
    f"worker-{number}-{topic.removeprefix('il2.')}": (number, topic)
    for number in range(PARTITIONS)
    for topic in (ALERTS, ASSESSMENTS, DEADLETTERS)
}
SYSTEM = "worker-system"
NOW = 1_774_602_000_000
COURSE = ((0, 100, 4), (1, 100, 9), (2, 40, 0), (4, 0, 0), (5, 400, 1), (7, 300, 0), (9, 50, 50), (30, 10, 0))
"""Minutes, records, how many of them refused: the alarm of the machine opens and closes, twice."""


@cache
def work(number: int) -> tuple[Done, ...]:
    """Work off a whole partition."""
    return carried_on(number, START)


def carried_on(
    number: int, start: tuple[int, ...], rows: dict[str, bytes] | None = None, tick: int = -1
) -> tuple[Done, ...]:
    """Work off a partition from `start`, with the rows of a table that has all before."""
    return asyncio.run(_carried_on(number, start, rows, tick))


async def _carried_on(
    number: int, start: tuple[int, ...], rows: dict[str, bytes] | None, tick: int
) -> tuple[Done, ...]:
    worker = Worker(number, start, rows, tick)
    return tuple([done for poll in partitions()[number].polls(start) for done in await worker.poll(poll)])


def appended(number: int, topic: str) -> list[OutgoingRecord]:
    """Return what a partition's worker appended to a topic."""
    return [out for done in work(number) for out in done.appended if out.topic == topic]


def lines(name: str) -> list[str]:
    """Return an output of the worker, one record a line."""
    return list(map(line, appended(*OUTPUTS[name])))


def system() -> list[str]:
    """Return the alarms of the machine itself."""
    return list(
        map(line, doors.alarms((NOW + minute * MINUTE, records, bad) for minute, records, bad in COURSE))
    )


def line(out: OutgoingRecord) -> str:
    """Return a record as a line."""
    return record_line(out.key, out.time, out.headers, out.value)
