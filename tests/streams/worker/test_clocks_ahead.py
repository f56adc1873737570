"""No clock of a device, feed or producer moves a patient's clock past the worker's; no patient is split."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.wire.instants import HOUR, MINUTE, text
from rules.wire.topics import INPUTS
from streams.kafka.partition_check import partition
from streams.worker.batch import decode_record
from tests.streams.worker.in_memory_kafka import Record

NOW = 1_772_452_800_000
AHEAD = 15 * MINUTE
VITALS = INPUTS.index("il2.vitals")


def charted(at: int, stamped: int, known: int | None = None, number: int = 0, key: bytes = b"p1") -> Record:
    event: dict[str, Any] = {
        "type": "vitals",
        "id": "v1",
        "patient": key.decode(),
        "at": text(at),
        "readings": [{"code": "heart-rate", "value": 90, "unit": "/min"}],
    } | ({} if known is None else {"known": text(known)})
    return Record("il2.vitals", number, 7, stamped, key, json.dumps(event).encode())


def outcome(record: Record, clock: int | None = NOW) -> int | str:
    """When it counts as known, ms from NOW, or the reason it is refused."""
    event, problems = decode_record(VITALS, record, AHEAD, clock)
    return problems[0].reason if event is None else event.known - NOW


CLOCKS: dict[str, tuple[Record, int | None, int | str]] = {
    "all right": (charted(NOW, NOW), NOW, 0),
    "known before its timestamp": (charted(NOW - HOUR, NOW, known=NOW - MINUTE), NOW, -MINUTE),
    "known after its timestamp counts as the timestamp": (charted(NOW, NOW, known=NOW + 1), NOW, 0),
    "known 15 min after it too": (charted(NOW, NOW, known=NOW + AHEAD), NOW, 0),
    "known more than 15 min after it": (charted(NOW, NOW, known=NOW + AHEAD + 1), NOW, "from-the-future"),
    "known a year after it": (charted(NOW, NOW, known=NOW + 8766 * HOUR), NOW, "from-the-future"),
    "a timestamp ahead counts as the worker's clock": (charted(NOW, NOW + 40_000), NOW, 0),
    "one 15 min ahead too": (charted(NOW, NOW + AHEAD), NOW, 0),
    "one more than 15 min ahead": (charted(NOW, NOW + AHEAD + 1), NOW, "from-the-future"),
    "a timestamp in microseconds": (charted(NOW, NOW * 1000), NOW, "from-the-future"),
    "both ahead": (charted(NOW, NOW + 60_000, known=NOW + 60_000), NOW, 0),
    "`at` more than 15 min ahead of what is left": (
        charted(NOW + AHEAD + 1, NOW + 60_000),
        NOW,
        "from-the-future",
    ),
    "by the log's time a timestamp is believed": (charted(NOW, NOW + HOUR), None, HOUR),
}


@pytest.mark.parametrize(("record", "clock", "expected"), CLOCKS.values(), ids=CLOCKS)
def test_when_a_record_counts_as_known(record: Record, clock: int | None, expected: int | str) -> None:
    """criteria.md section 1: nobody's clock can silence the monitor."""
    assert outcome(record, clock) == expected


@pytest.mark.parametrize("number", range(4))
def test_a_record_in_another_partition_than_its_keys_is_refused(number: int) -> None:
    """wire.md: `wrong-partition`, by Kafka's own partitioner."""
    event, problems = decode_record(VITALS, charted(NOW, NOW, number=number), AHEAD, NOW, partitions=4)
    right = number == partition(b"p1", 4)
    assert (event is not None) is right
    assert [problem.reason for problem in problems] == ([] if right else ["wrong-partition"])
