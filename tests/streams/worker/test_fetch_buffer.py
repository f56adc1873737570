"""The desk of one partition number: what may be handed on, and what positions that makes."""

from __future__ import annotations

import pytest

from rules.wire.topics import INPUTS
from streams.worker.fetch_buffer import FEWEST, FULL, MOST, QUICK_S, SLOW_S, FetchBuffer
from tests.streams.worker.in_memory_kafka import Record

NONE = (0,) * len(INPUTS)
VITALS, LABS = 0, 2


def record(offset: int, time: int = 0, topic: int = VITALS) -> Record:
    return Record(INPUTS[topic], 3, offset, time or offset, b"p", b"{}")


def buffer(committed: tuple[int, ...] = NONE) -> FetchBuffer:
    return FetchBuffer(3, committed)


def at(topic: int, offset: int, others: int = 0) -> list[int]:
    """Offsets by topic."""
    return [offset if number == topic else others for number in range(len(INPUTS))]


def test_a_batch_carries_the_offset_after_the_last_record_of_each_topic() -> None:
    made = buffer()
    made.put(VITALS, [record(4), record(7)])
    made.put(LABS, [record(0, 5, LABS)])
    fetched = [8, 0, 1, 0, 0, 0, 0]
    batch = made.next_batch(fetched, fetched, None, 0.0)
    assert batch is not None
    assert [one.timestamp for _, one in batch.records] == [4, 5, 7]
    assert batch.positions == (8, 0, 1, 0, 0, 0, 0)
    assert made.out


def test_what_lies_before_the_first_record_was_committed_and_stays_so() -> None:
    made = buffer((5, 9, 0, 0, 0, 0, 0))
    made.put(VITALS, [record(5)])
    batch = made.next_batch([6, 9, 0, 0, 0, 0, 0], [6, 9, 0, 0, 0, 0, 0], None, 0.0)
    assert batch is not None
    assert batch.positions == (6, 9, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("fetched", "ends", "why"),
    [
        ([2, 0, 0, 0, 0, 0, 0], [2, 0, 1, 0, 0, 0, 0], "labs hold one that was not fetched"),
        ([2, 0, None, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0], "nobody knows how far labs were fetched"),
        ([2, 0, 0, 0, 0, 0, 0], [2, 0, None, 0, 0, 0, 0], "nobody knows where labs end"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nothing_is_handed_on_before_a_topic_that_may_hold_more(
    fetched: list[int | None], ends: list[int | None], why: str
) -> None:
    made = buffer()
    made.put(VITALS, [record(1)])
    assert made.next_batch(fetched, ends, None, 0.0) is None, why
    assert not made.out


def test_wall_time_passes_only_at_the_end_of_the_log() -> None:
    made = buffer()
    made.put(VITALS, [record(0)])
    behind = made.next_batch(at(VITALS, 1), at(VITALS, 2), 99, 0.0)
    assert behind is not None
    assert (behind.edge, behind.now) == (False, None)
    made.out = False
    made.put(VITALS, [record(1)])
    last = made.next_batch(at(VITALS, 2), at(VITALS, 2), 100, 0.1)
    assert last is not None
    assert (last.edge, last.now) == (True, 100)


def test_at_the_end_of_the_log_a_batch_without_records_comes_each_second() -> None:
    made = buffer()
    assert made.next_batch(NONE, NONE, 1, 0.0) is not None
    made.out = False
    assert made.next_batch(NONE, NONE, 2, 0.5) is None
    assert made.next_batch(NONE, NONE, 3, 1.0) is not None


def test_in_a_backlog_no_batch_without_records_comes() -> None:
    assert buffer().next_batch(NONE, at(LABS, 1), 1, 10.0) is None


def test_a_topic_whose_records_pile_up_is_not_fetched_further() -> None:
    made = buffer()
    made.put(VITALS, [record(offset) for offset in range(FULL)])
    assert made.full(VITALS)
    assert not made.full(LABS)


@pytest.mark.parametrize(
    ("took", "most"),
    [
        ([], FEWEST),
        ([QUICK_S], FEWEST),
        ([QUICK_S - 0.01], 2 * FEWEST),
        ([0.1] * 9, MOST),
        ([0.1] * 9 + [SLOW_S], MOST),
        ([0.1] * 9 + [SLOW_S + 0.01], MOST // 2),
        ([0.1] * 9 + [600.0] * 9, FEWEST),
    ],
    ids=str,
)
def test_a_batch_is_as_large_as_the_host_gets_through_in_time(took: list[float], most: int) -> None:
    made = buffer()
    for seconds in took:
        made.took(seconds)
    made.put(VITALS, [record(offset) for offset in range(MOST + 1)])
    batch = made.next_batch(at(VITALS, MOST + 1), at(VITALS, MOST + 1), None, 0.0)
    assert batch is not None
    assert (len(batch.records), batch.edge) == (most, False)


def test_a_batch_in_flight_knows_since_when() -> None:
    made = buffer()
    made.put(VITALS, [record(0)])
    assert not made.out
    made.next_batch(at(VITALS, 1), at(VITALS, 1), None, 7.0)
    assert (made.out, made.begun_at) == (True, 7.0)
