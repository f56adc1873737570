"""Reading to the end: which records are given, and when a broker that says nothing is given up. No broker."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import pytest

from streams.errors import UsageError
from streams.kafka.blocking_reader import PATIENCE_S, until


class Part(NamedTuple):
    topic: str
    partition: int


class Record(NamedTuple):
    offset: int
    topic: str = "il2.vitals"
    partition: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


ONE, TWO = Part("il2.alerts", 0), Part("il2.alerts", 1)


class Consumer:
    """Answers each poll with the next of some fetches, and stands behind the last record of a partition.

    `high`: how far a partition goes, as each fetch says.
    """

    def __init__(self, fetches: Iterator[dict[Part, list[int]]], high: dict[Part, int]) -> None:
        self.fetches, self.stands, self.high = fetches, {ONE: 0, TWO: 0}, high

    def highwater(self, part: Part) -> int | None:
        return self.high.get(part)

    def position(self, part: Part) -> int:
        return self.stands[part]

    def poll(self, timeout_ms: int) -> dict[Part, list[Record]]:
        found = next(self.fetches)
        self.stands |= {part: offsets[-1] + 1 for part, offsets in found.items()}
        return {part: [Record(offset) for offset in offsets] for part, offsets in found.items()}


def read(
    fetches: list[dict[Part, list[int]]], ends: dict[Any, int], high: dict[Part, int] | None = None
) -> list[int]:
    consumer = Consumer(iter(fetches), high or {})
    return [record.offset for record in until(consumer, ends, lambda: 0.0)]


def test_what_came_after_the_question_is_not_given() -> None:
    assert read([{ONE: [0, 1]}, {TWO: [0]}, {ONE: [2, 3]}], {ONE: 3, TWO: 1}) == [0, 1, 0, 2]


@pytest.mark.parametrize(
    ("high", "given"),
    [
        ({}, [0, 1]),
        ({ONE: 2}, [0, 1]),
        ({ONE: 3}, [0, 1, 2]),
        ({ONE: 5}, [0, 1, 2, 3, 4]),
        ({ONE: 1}, [0, 1]),
    ],
)
def test_what_the_broker_has_at_the_first_fetch_is_given_whatever_end_it_told(
    high: dict[Part, int], given: list[int]
) -> None:
    assert read([{ONE: [0, 1, 2]}, {ONE: [3, 4, 5]}], {ONE: 2}, high) == given


def test_the_end_is_looked_at_once_so_that_a_topic_that_grows_comes_to_one() -> None:
    fetches = iter([{ONE: [0]}, {ONE: [1]}, {ONE: [2]}])
    consumer = Consumer(fetches, {ONE: 2})
    found = []
    for record in until(consumer, {ONE: 1}, lambda: 0.0):
        found.append(record.offset)
        consumer.high = {ONE: 9}
    assert found == [0, 1]


def test_a_gap_at_the_end_that_compaction_left_is_passed_by() -> None:
    assert read([{ONE: [7]}], {ONE: 3, TWO: 0}) == []


def test_empty_topics_are_not_waited_for() -> None:
    assert read([], {ONE: 0, TWO: 0}) == []


def test_a_broker_that_says_nothing_is_given_up_naming_the_topic() -> None:
    consumer, seconds = Consumer(({} for _ in count()), {}), count(0.0, PATIENCE_S / 4)
    with pytest.raises(UsageError, match=r"^il2\.alerts: the broker has sent nothing for 30 s"):
        list(until(consumer, {ONE: 1}, lambda: next(seconds)))
