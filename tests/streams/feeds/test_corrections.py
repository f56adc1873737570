"""What a result is, given what was sent before (docs/spec/feeds.md, Identity, status, corrections)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.wire.instants import DAY
from streams.feeds.mapping.corrections import (
    OrderRow,
    Proposed,
    SentBefore,
    decode_row,
    encode_row,
    expired,
    settle,
)
from streams.feeds.mapping.tables import Tables

AT = "2026-03-02T06:00:00Z"


def proposed(status: str, digest: str, stamp: int) -> Proposed:
    return Proposed("labs", AT, status, digest, stamp)


def sent(*messages: tuple[str, str, int]) -> list[str | None]:
    """Return what is sent of one id's messages, each a status, a content and when it was made."""
    before: SentBefore | None = None
    found = []
    for message in messages:
        settled = settle(before, proposed(*message))
        before = settled.keep or before
        found.append(settled.status)
    return found


F, P, C, W = "final", "preliminary", "corrected", "entered-in-error"
CASES = {
    "the first as it is": ([(F, "a", 1)], [F]),
    "a retransmission as it was": ([(F, "a", 1), (F, "a", 1)], [F, F]),
    "F after F with another value is corrected": ([(F, "a", 1), (F, "b", 2)], [F, C]),
    "the same F again after that stays corrected": ([(F, "a", 1), (F, "b", 2), (F, "b", 2)], [F, C, C]),
    "the first F sent once more brings nothing back": ([(F, "a", 1), (F, "b", 2), (F, "a", 1)], [F, C, None]),
    "a value that truly returns is corrected again": ([(F, "a", 1), (F, "b", 2), (F, "a", 3)], [F, C, C]),
    "F after P": ([(P, "a", 1), (F, "b", 2)], [P, F]),
    "F after P with the same value": ([(P, "a", 1), (F, "a", 2)], [P, F]),
    "P after P with another value": ([(P, "a", 1), (P, "b", 2), (F, "b", 3)], [P, C, C]),
    "C after F": ([(F, "a", 1), (C, "b", 2)], [F, C]),
    "C before the F it corrects": ([(C, "b", 2), (F, "a", 1)], [C, None]),
    "P after F is no step back": ([(F, "a", 1), (P, "a", 2)], [F, F]),
    "P that comes after its F": ([(F, "a", 2), (P, "a", 1)], [F, P]),
    "an older F with what was corrected to": ([(F, "a", 1), (C, "b", 3), (F, "b", 2)], [F, C, C]),
    "W after F": ([(F, "a", 1), (W, "", 2)], [F, W]),
    "F resent after W brings nothing back": ([(F, "a", 1), (W, "", 2), (F, "a", 1)], [F, W, None]),
    "F of the same second as W brings nothing back": ([(F, "a", 2), (W, "", 2), (F, "a", 2)], [F, W, None]),
    "F made after W": ([(F, "a", 1), (W, "", 2), (F, "c", 3)], [F, W, C]),
    "an older W does not withdraw a newer value": ([(F, "b", 2), (W, "", 1)], [F, None]),
    "without a time of the message the later counts": ([(F, "a", 0), (F, "b", 0)], [F, C]),
}


@pytest.mark.parametrize(("messages", "expected"), CASES.values(), ids=CASES)
def test_what_is_sent_of_an_id(messages: list[tuple[str, str, int]], expected: list[str | None]) -> None:
    assert sent(*messages) == expected


MESSAGE = st.tuples(st.sampled_from((F, P, C)), st.sampled_from("abc"), st.integers(1, 4))


@given(st.lists(MESSAGE, min_size=1, max_size=8), st.data())
def test_sent_again_a_message_never_changes_what_is_in_force(
    messages: list[tuple[str, str, int]], data: st.DataObject
) -> None:
    """Whatever is resent of messages made one after another, the last one's content stays."""
    ordered = [(status, content, stamp) for stamp, (status, content, _) in enumerate(messages, 1)]
    again = data.draw(st.lists(st.sampled_from(ordered), max_size=6))
    before: SentBefore | None = None
    for message in (*ordered, *again):
        before = settle(before, proposed(*message)).keep or before
    assert before is not None
    assert before.digest == ordered[-1][1]


def test_a_row_is_kept_a_week_and_comes_back_from_its_bytes() -> None:
    row = OrderRow("T1", "o", 0, {"labs-1": SentBefore("labs", AT, F, "a", 5, ("b",))})
    assert decode_row(encode_row(row)) == row
    assert not expired(row, 7 * DAY)
    assert expired(row, 7 * DAY + 1)


def test_tables_remember_each_order_of_each_patient_apart() -> None:
    tables = Tables()
    tables.settle("T1", "o", "labs-1", proposed(F, "a", 1), now=5)
    assert tables.settle("T2", "o", "labs-1", proposed(F, "b", 2), now=5).settled.status == F
    assert tables.settle("T1", "o", "labs-1", proposed(F, "b", 2), now=9).settled.status == C
    assert tables.settle("T1", "o", "labs-1", proposed(F, "b", 2), now=9).row is None
    assert tables.expire(9 + 7 * DAY) == ["T2/o"]
    assert tables.sent("T1", "o", "labs-1") is not None
