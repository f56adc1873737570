"""The headers of a dead letter, by the names of wire.md."""

from __future__ import annotations

import pytest

from rules.wire.deadletters import Refused, decode, encode


def test_the_headers_have_the_names_of_the_wire() -> None:
    assert encode(Refused("il2.labs", 3, 1042, "bad-unit", "creatinine in furlongs", "Refused")) == [
        ("__streams.errors.exception", b"Refused"),
        ("__streams.errors.message", b"creatinine in furlongs"),
        ("__streams.errors.topic", b"il2.labs"),
        ("__streams.errors.partition", b"3"),
        ("__streams.errors.offset", b"1042"),
        ("__streams.errors.reason", b"bad-unit"),
    ]


def test_a_message_with_a_lone_surrogate_is_still_a_header() -> None:
    assert dict(encode(Refused("t", 0, 0, "malformed", "\ud800")))["__streams.errors.message"] == b"\\ud800"


def test_headers_are_read_back_by_name_and_others_left_out() -> None:
    headers = [
        *encode(Refused("il2.io", 1, 2, "malformed", "é")),
        ("trace", b"x"),
        ("__streams.errors.reason", None),
    ]
    assert decode(headers) == Refused("il2.io", 1, 2, "", "é", "")


def test_what_is_written_is_read_back() -> None:
    refused = Refused("il2.labs", 3, 1042, "bad-unit", "creatinine in furlongs", "Refused")
    assert decode(encode(refused)) == refused
    assert refused.where == "il2.labs/3/1042"


@pytest.mark.parametrize("header", ["topic", "partition", "offset"])
@pytest.mark.parametrize("value", [None, b"", b"-1", b"\xff"])
def test_a_place_that_is_not_known_is_none(header: str, value: bytes | None) -> None:
    headers = [*encode(Refused("il2.io", 1, 2, "malformed", "why")), (f"__streams.errors.{header}", value)]
    assert (decode(headers).where is None) == (header != "topic" or not value)


def test_no_headers_say_nothing() -> None:
    assert decode([]) == Refused("", -1, -1, "", "")
