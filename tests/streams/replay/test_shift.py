"""A file moved in time: every time of a record by one offset, and nothing else."""

from __future__ import annotations

import json

import pytest

from streams.replay.record import record, rewritten, shifted

DAY = 86_400_000


def test_all_times_move_by_the_same_offset() -> None:
    times = {
        "at": "2026-03-02T10:00:00Z",
        "known": "2026-03-02T11:00:00+02:00",
        "start": "2026-03-02T09:00:00.5Z",
        "until": "2026-03-02T12:00:00Z",
    }
    moved = json.loads(rewritten(json.dumps({"id": "o1", **times}).encode(), DAY))
    assert moved == {
        "id": "o1", "at": "2026-03-03T10:00:00Z",
        "known": "2026-03-03T09:00:00Z", "start": "2026-03-03T09:00:00.500Z", "until": "2026-03-03T12:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    "field",
    [
        '"value":1.50',
        '"note":"at 2026-03-02T10:00:00Z"',
        '"readings":[{"at":"2026-03-02T10:00:00Z","value":1e2}]',
    ],
)
def test_what_is_no_time_of_the_record_keeps_its_bytes(field: str) -> None:
    assert field.encode() in rewritten(f'{{"at":"2026-03-02T10:00:00Z",{field}}}'.encode(), DAY)


@pytest.mark.parametrize("time", ['"noon"', '"2026-03-02T10:00:00"', "null", "5", '"9999-12-31T23:00:00Z"'])
def test_a_time_that_is_none_stays_to_be_refused(time: str) -> None:
    assert f'"until":{time}'.encode() in rewritten(f'{{"until":{time}}}'.encode(), DAY)


def test_the_record_moves_with_its_bytes() -> None:
    one = record(b'{"type":"vitals","patient":"p1","at":"2026-03-02T10:00:00Z"}')
    (moved,) = shifted([one], -DAY)
    assert moved == record(moved.value)
    assert moved.known == one.known - DAY
