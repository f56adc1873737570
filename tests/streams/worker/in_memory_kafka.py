"""Kafka as the worker sees it, on paper: topics, a changelog, committed offsets; and a worker that can be
killed at any append.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, NamedTuple

from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire.topics import INPUTS
from streams.kafka.producer import OutgoingRecord
from streams.worker.fetch_buffer import FetchBuffer
from streams.worker.processor import BatchProcessor
from streams.worker.state_store import StateRows

CHANGELOG = "charts-changelog"


class Record(NamedTuple):
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Killed(Exception):
    """The worker is gone."""


class Paper:
    """One partition number of every topic. `appended`: what was acknowledged, by topic, in order."""

    def __init__(self, topics: dict[str, list[Record]]) -> None:
        self.topics = [topics.get(topic, []) for topic in INPUTS]
        self.appended: dict[str, list[OutgoingRecord]] = {}
        self.committed = (0,) * len(INPUTS)

    @property
    def ends(self) -> list[int]:
        return [len(topic) for topic in self.topics]

    @property
    def rows(self) -> dict[str, bytes]:
        found = {(out.key or b"").decode(): out.value for out in self.appended.get(CHANGELOG, [])}
        return {name: value for name, value in found.items() if value is not None}


class Charts(StateRows):
    """The table after recovery, and with what its worker wrote since."""

    changelog_topic_name = CHANGELOG

    def __init__(self, paper: Paper) -> None:
        self.found = paper.rows
        self.own: dict[int, int] = {}

    def value(self, name: str) -> bytes | None:
        return self.found.get(name)

    def values_of(self, partition: int) -> Iterator[tuple[str, bytes]]:
        return iter(list(self.found.items()))

    def keep(self, name: str, value: bytes | None, *_: Any) -> None:
        if value is None:
            self.found.pop(name, None)
        else:
            self.found[name] = value

    def revived(self, *_: Any) -> list[tuple[str, bytes]]:
        return []

    def is_new(self, partition: int) -> bool:
        return False

    def is_older(self, partition: int) -> bool:
        return False


class Outlet:
    """Acknowledges until the worker is killed: of the records on their way to a partition then, the first
    ones may have arrived.
    """

    def __init__(self, paper: Paper, lives: int, chance: Random) -> None:
        self.paper, self.lives, self.chance = paper, lives, chance

    async def append(self, records: Iterable[OutgoingRecord]) -> list[int]:
        records = list(records)
        dying = self.lives < len(records)
        for topic in sorted({record.topic for record in records}):
            arriving = [record for record in records if record.topic == topic]
            there = self.chance.randint(0, len(arriving)) if dying else len(arriving)
            self.paper.appended.setdefault(topic, []).extend(arriving[:there])
        self.lives -= len(records)
        if dying:
            raise Killed
        return [0] * len(records)


def live(paper: Paper, lives: int, chance: Random, now: int | None = None) -> bool:
    """One worker's life: from what is committed, with fetches of any size, until it is killed or all is done.

    Answers whether it was.
    """
    rounds = BatchProcessor(GUIDELINE, Charts(paper), Outlet(paper, lives, chance))  # type: ignore[arg-type]
    buffer = FetchBuffer(0, paper.committed)
    fetched = list(paper.committed)
    try:
        while True:
            for number, topic in enumerate(paper.topics):
                until = fetched[number] + chance.randrange(40)
                buffer.put(number, topic[fetched[number] : until])
                fetched[number] = min(until, len(topic))
            batch = buffer.next_batch(fetched, paper.ends, now, float("inf"))
            if batch is None:
                continue
            asyncio.run(rounds.work(batch))
            buffer.out = False
            if chance.random() < 0.3 or batch.edge:
                paper.committed = batch.positions
            if batch.edge and not batch.records:
                return True
            if batch.edge:
                buffer.ticked_at = float("-inf")
    except Killed:
        return False
