"""Rows: bytes and back, and which of two stands."""

from __future__ import annotations

import pytest

from rules.wire.topics import INPUTS
from streams.kafka.state_record import (
    NO_TERM,
    PendingAlert,
    StateRecord,
    UnknownStateRecord,
    in_term,
    newer,
    pack,
    pack_pending,
    pack_tick,
    unpack,
    unpack_pending,
    unpack_tick,
)

ROW = StateRecord(1, (1, 2, 3, 4, 5, 6, 7), 12, b"", False, True, (1, 0, 0, 2), False, b"state")


def test_a_row_comes_back_as_it_was() -> None:
    assert unpack(pack(ROW)) == ROW
    assert len(ROW.positions) == len(INPUTS)


@pytest.mark.parametrize("data", [b"", b"\x00", b"not a row", pack_tick(7)])
def test_bytes_that_are_no_row_are_refused(data: bytes) -> None:
    with pytest.raises(UnknownStateRecord):
        unpack(data)


def test_a_row_of_another_version_is_refused_by_its_number() -> None:
    with pytest.raises(UnknownStateRecord, match="version 9"):
        unpack(pack(StateRecord(9, *(getattr(ROW, name) for name in StateRecord.__struct_fields__[1:]))))


def test_of_two_rows_the_one_with_more_of_the_log_in_it_stands() -> None:
    behind = unpack(pack(ROW))
    behind.positions = (1, 2, 3, 4, 5, 6, 6)
    assert newer(pack(ROW), pack(behind))
    assert not newer(pack(behind), pack(ROW))
    assert newer(pack(ROW), pack(ROW))


@pytest.mark.parametrize(
    ("term", "before", "stands"), [(8, 7, True), (7, 8, False), (8, NO_TERM, True), (NO_TERM, 0, False)]
)
def test_of_two_rows_the_one_of_the_later_term_stands_whatever_they_contain(
    term: int, before: int, stands: bool
) -> None:
    behind = unpack(pack(ROW))
    behind.positions = (1, 2, 3, 4, 5, 6, 6)
    assert newer(in_term(pack(behind), term), in_term(pack(ROW), before)) is stands
    assert unpack(in_term(pack(ROW), term)) == ROW


def test_hundreds_of_alerts_stay_far_below_the_largest_record() -> None:
    alerts = [
        PendingAlert(
            b'{"id":"%d","message":"Urine 8 mL/h, below 10","guideline":{"id":"schwartzentruber-2001"}}'
            % n
            * 8,
            "a/1/2",
            n,
        )
        for n in range(800)
    ]
    packed = pack_pending(alerts)
    assert unpack_pending(packed) == alerts
    assert len(packed) < 1 << 19
    assert (pack_pending([]), unpack_pending(b"")) == (b"", [])


def test_a_tick_comes_back_whatever_its_century() -> None:
    assert unpack_tick(pack_tick(5_000_000_000_000)) == 5_000_000_000_000
