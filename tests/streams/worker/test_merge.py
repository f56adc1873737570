"""The merge: one order, whatever was fetched when."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.worker.fetch_buffer import Merge

TOPICS = 3


class Record(NamedTuple):
    offset: int
    timestamp: int


def log(*times: list[int]) -> list[list[Record]]:
    """Topics as lists of record times, drawn as they lie in the log."""
    return [[Record(offset, time) for offset, time in enumerate(topic)] for topic in times]


def in_order(topics: list[list[Record]]) -> list[tuple[int, Record]]:
    """The order by its definition: again and again the earliest head, the first topic if there are
    several.
    """
    heads, out = [0] * len(topics), []
    while any(head < len(topic) for head, topic in zip(heads, topics, strict=True)):
        _, number = min(
            (topic[head].timestamp, number)
            for number, (head, topic) in enumerate(zip(heads, topics, strict=True))
            if head < len(topic)
        )
        out.append((number, topics[number][heads[number]]))
        heads[number] += 1
    return out


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (([1, 4], [2, 3], []), "0:1 1:2 1:3 0:4"),
        (([5], [5], [5]), "0:5 1:5 2:5"),
        (([9, 1], [5], []), "1:5 0:9 0:1"),
        (([], [], []), ""),
    ],
    ids=["by time", "ties by topic", "a topic keeps its own order", "nothing"],
)
def test_the_earliest_head_goes_first(topics: tuple[list[int], ...], expected: str) -> None:
    merge: Merge[Record] = Merge(TOPICS)
    for number, records in enumerate(log(*topics)):
        merge.put(number, records)
    assert (
        " ".join(f"{number}:{record.timestamp}" for number, record in merge.next_records([False] * TOPICS))
        == expected
    )


def test_nothing_goes_while_a_topic_that_holds_more_has_no_head_here() -> None:
    merge: Merge[Record] = Merge(TOPICS)
    merge.put(0, log([1, 2])[0])
    assert merge.next_records([False, True, False]) == []
    assert len(merge.next_records([False, False, False])) == 2


def test_the_merge_stops_where_a_topic_that_holds_more_runs_out() -> None:
    merge: Merge[Record] = Merge(TOPICS)
    merge.put(0, log([1, 3])[0])
    merge.put(1, log([2, 9])[0])
    assert [record.timestamp for _, record in merge.next_records([True, False, False])] == [1, 2, 3]
    assert len(merge) == 1


times = st.lists(st.integers(0, 20), max_size=8)


@given(topics=st.tuples(times, times, times), data=st.data(), most=st.integers(1, 10))
def test_the_order_is_the_same_however_it_was_fetched(
    topics: tuple[list[int], ...], data: st.DataObject, most: int
) -> None:
    there = log(*topics)
    merge: Merge[Record] = Merge(TOPICS)
    fetched, out = [0] * TOPICS, []
    while len(out) < sum(map(len, there)):
        number = data.draw(st.integers(0, TOPICS - 1))
        until = fetched[number] + data.draw(st.integers(1, 4))
        merge.put(number, there[number][fetched[number] : until])
        fetched[number] = min(until, len(there[number]))
        out += merge.next_records(
            [position < len(topic) for position, topic in zip(fetched, there, strict=True)], most
        )
    assert out == in_order(there)
