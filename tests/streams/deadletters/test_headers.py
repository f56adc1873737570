"""The headers of a dead letter, by the names of wire.md."""

from __future__ import annotations

from rules.wire.deadletters import dead_letter_headers, read


def test_the_headers_have_the_names_of_the_wire() -> None:
    assert dead_letter_headers("il2.labs", 3, 1042, "bad-unit", "creatinine in furlongs", "Refused") == [
        ("__streams.errors.exception", b"Refused"),
        ("__streams.errors.message", b"creatinine in furlongs"),
        ("__streams.errors.topic", b"il2.labs"),
        ("__streams.errors.partition", b"3"),
        ("__streams.errors.offset", b"1042"),
        ("__streams.errors.reason", b"bad-unit"),
    ]


def test_a_message_with_a_lone_surrogate_is_still_a_header() -> None:
    assert dict(dead_letter_headers("t", 0, 0, "malformed", "\ud800"))["__streams.errors.message"] == b"\\ud800"


def test_headers_are_read_back_by_name_and_others_left_out() -> None:
    told = [*dead_letter_headers("il2.io", 1, 2, "malformed", "é"), ("trace", b"x"), ("__streams.errors.reason", None)]
    assert read(told) == {
        "__streams.errors.exception": "",
        "__streams.errors.message": "é",
        "__streams.errors.topic": "il2.io",
        "__streams.errors.partition": "1",
        "__streams.errors.offset": "2",
        "__streams.errors.reason": "",
    }
