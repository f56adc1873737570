"""A dead letter read from Kafka, and written to a line and back without losing a byte."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.wire.deadletters import Letter, Refused, encode
from streams.deadletters.letter import NotALetter, is_place, letter, mended, written
from tests.streams.deadletters.letters import AT, KNOWN, value
from tests.streams.samples import record, vitals

HERE = "il2.deadletters/0/7"


def read(data: bytes | None, reason: str = "malformed", timestamp: int | None = KNOWN) -> Letter:
    return letter(b"p1", data, timestamp, encode(Refused("il2.vitals", 3, 1042, reason, "why")), HERE)


def test_a_letter_says_where_the_record_stood_and_why_it_was_refused() -> None:
    found = read(b"{}")
    assert found == Letter("il2.vitals/3/1042", "malformed", "why", b"p1", KNOWN, b"{}")
    assert (found.topic, found.partition) == ("il2.vitals", 3)


@pytest.mark.parametrize(
    "headers", [[], [("__streams.errors.topic", b"il2.io")], encode(Refused("il2.io", 0, 0, "x", ""))[:3]]
)
def test_a_letter_without_its_headers_is_named_by_its_own_place(
    headers: list[tuple[str, bytes | None]],
) -> None:
    assert letter(None, b"x", None, headers, HERE).where == HERE


@pytest.mark.parametrize("timestamp", [None, -1])
def test_a_record_without_a_time_has_none(timestamp: int | None) -> None:
    assert read(b"{}", timestamp=timestamp).timestamp is None


SPOILED = vitals("v1", AT, heart_rate=90, spo2=97)
SPOILED["readings"][0]["unit"] = "furlong"


@pytest.mark.parametrize(
    ("data", "reason", "partly"),
    [
        (value(SPOILED), "bad-unit", True),
        (
            value(record("io", "o1", AT, direction="out", kind="stool", volume=15, unit="furlong")),
            "bad-unit",
            False,
        ),
        (
            value(record("io", "o1", AT, direction="out", kind="urine", volume=15, unit="furlong")),
            "bad-unit",
            True,
        ),
        (
            value(record("infusion", "i1", AT, agent="phenylephrine", rate=50, unit="ug/min")),
            "needs-weight",
            True,
        ),
        (value(SPOILED), "id-conflict", True),
        (value(SPOILED), "wrong-key", False),
        (b"{}", "malformed", False),
        (None, "malformed", False),
    ],
    ids=[
        "a reading",
        "the whole",
        "urine",
        "needs a weight",
        "a conflict",
        "of another",
        "no record",
        "no value",
    ],
)
def test_it_is_partly_taken_if_only_a_reading_was_refused(
    data: bytes | None, reason: str, partly: bool
) -> None:
    assert read(data, reason).partly_used is partly


def test_a_line_has_the_value_as_text_to_be_mended() -> None:
    line = msgspec.json.encode(written(read(value(record("tick", "t1", AT)))))
    assert json.loads(line) == {
        "where": "il2.vitals/3/1042", "reason": "malformed", "message": "why", "partly_taken": False, "timestamp": AT, "key": "p1",
        "value": value(record("tick", "t1", AT)).decode(),
    }  # fmt: skip


data = some.none() | some.binary() | some.text().map(str.encode)


@given(data, data, some.none() | some.integers(0, 1 << 42))
def test_no_byte_is_lost_on_the_way_through_a_line(
    key: bytes | None, value: bytes | None, timestamp: int | None
) -> None:
    found = Letter("il2.vitals/3/1042", "malformed", "why", key, timestamp, value)
    assert mended(msgspec.json.encode(written(found))) == found


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"x", "JSON"),
        (b"", "truncated"),
        (b'{"where":"il2.vitals/3"}', "topic/partition/offset"),
        (b'{"where":"il2.vitals/3/x"}', "topic/partition/offset"),
        (b'{"value":"x"}', "where"),
        (b'{"where":"il2.vitals/3/1","vlaue":"x"}', "vlaue"),
        (b'{"where":"il2.vitals/3/1","value":{"type":"tick"}}', "Expected `str"),
        (b'{"where":"il2.vitals/3/1","timestamp":"noon"}', "`timestamp`"),
        (b'{"where":"il2.vitals/3/1","value_base64":"?"}', "base64"),
    ],
)
def test_a_line_that_was_spoiled_says_what_is_wrong(line: bytes, message: str) -> None:
    with pytest.raises(NotALetter, match=message):
        mended(line)


@pytest.mark.parametrize(
    ("where", "is_one"),
    [
        ("il2.io/0/1", True),
        ("a/b/0/1", True),
        ("//", False),
        ("/0/1", False),
        ("il2.io/-1/2", False),
        ("", False),
    ],
)
def test_a_place_is_topic_partition_and_offset(where: str, is_one: bool) -> None:
    assert is_place(where) is is_one


def test_a_message_of_a_feed_stands_where_its_letter_does_and_can_be_mended() -> None:
    headers = encode(Refused("feeds/ward", -1, -1, "bad-unit", "a unit that does not convert"))
    found = letter(None, b"MSH|", KNOWN, headers, "il2.deadletters/3/17")
    assert (found.where, found.topic) == ("feeds/ward/3/17", "feeds/ward")
    assert mended(msgspec.json.encode(written(found))) == found
