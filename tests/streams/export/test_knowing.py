"""The topics as a file of events: in order of knowing, as a worker took them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.wire.instants import HOUR, MINUTE, parse, text
from rules.wire.topics import topic_of
from streams.export.knowing import Wanted, exported
from tests.streams.worker.in_memory_kafka import Record

AT = parse("2026-03-02T10:00:00Z")
AHEAD = 15 * MINUTE
EVERYTHING = Wanted()


def record(offset: int, at: int, stamp: int, known: int | None = None, **more: Any) -> Record:
    event: dict[str, Any] = {"type": "finding", "id": f"f{offset}", "patient": "p1", "at": text(AT + at)}
    event |= {"code": "ileus", "present": True} | more
    if known is not None:
        event["known"] = text(AT + known)
    topic = topic_of(event["type"])
    return Record(topic, 0, offset, AT + stamp, event["patient"].encode(), json.dumps(event).encode())


def knowns(*records: Record, wanted: Wanted = EVERYTHING) -> list[tuple[str, str | None]]:
    found = exported(records, wanted, AHEAD).events
    return [(event["id"], event.get("known", event["at"])) for event in found]


def test_records_are_in_order_of_knowing_whatever_their_order_in_the_topics() -> None:
    found = knowns(record(0, 0, HOUR), record(1, 0, 0))
    assert found == [("f1", text(AT)), ("f0", text(AT + HOUR))]


KNOWN: dict[str, tuple[Record, bool, int]] = {
    "without `known` it is the timestamp": (record(0, 0, HOUR), True, HOUR),
    "by the wall clock what came late was known when it came": (record(0, 0, HOUR, 0), True, HOUR),
    "by the log's clock it was known when it says": (record(0, 0, HOUR, 0), False, 0),
    "`known` ahead of the timestamp counts as the timestamp": (record(0, 0, 0, MINUTE), False, 0),
}


@pytest.mark.parametrize(("sent", "wall", "known"), KNOWN.values(), ids=KNOWN)
def test_known_is_what_the_worker_took_it_at(sent: Record, wall: bool, known: int) -> None:
    assert knowns(sent, wanted=Wanted(wall=wall)) == [("f0", text(AT + known))]


def test_what_is_asked_for_is_exported_and_ticks_for_all_once() -> None:
    tick = {"type": "tick", "patient": "*"}
    records = [
        record(0, 0, 0),
        record(1, HOUR, HOUR),
        record(2, 2 * HOUR, 2 * HOUR),
        record(3, 0, 0, patient="p2"),
        record(4, HOUR, HOUR, **tick),
        record(5, HOUR, HOUR, **tick),
    ]
    wanted = Wanted(start=AT + 1, end=AT + HOUR, patient="p1")
    assert [id for id, _ in knowns(*records, wanted=wanted)] == ["f1", "f4"]


def test_what_was_refused_is_left_out_and_counted() -> None:
    found = exported([record(0, 0, 0, code=7), record(1, HOUR, 0)], Wanted(), AHEAD)
    assert (found.events, found.refused) == ([], {"malformed": 1, "from-the-future": 1})
