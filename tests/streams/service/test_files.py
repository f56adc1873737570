"""Files of events: every way in which a file may come, and every way in which it may fail."""

from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from streams.errors import UsageError
from streams.service import files
from streams.service.files import lines

Write = Callable[..., str]


def read(path: str) -> list[tuple[int, bytes | None]]:
    return [(line.number, line.data) for line in lines(path)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(b'{"a":1}\n{"b":2}\n', [(1, b'{"a":1}'), (2, b'{"b":2}')], id="two lines"),
        pytest.param(b'{"a":1}\n{"b":2}', [(1, b'{"a":1}'), (2, b'{"b":2}')], id="no newline at the end"),
        pytest.param(b'{"a":1}\r\n{"b":2}\r\n', [(1, b'{"a":1}'), (2, b'{"b":2}')], id="windows line ends"),
        pytest.param(b'\xef\xbb\xbf{"a":1}\n', [(1, b'{"a":1}')], id="byte-order mark"),
        pytest.param(b'\n \t\n{"a":1}\n\n', [(3, b'{"a":1}')], id="blank lines are counted and left out"),
        pytest.param(b"", [], id="an empty file"),
        pytest.param(b"{", [(1, b"{")], id="one byte"),
    ],
)
def test_lines_come_numbered_and_bare(write: Write, raw: bytes, expected: list[tuple[int, bytes]]) -> None:
    assert read(write(raw)) == expected


def test_gzip_is_known_by_its_first_bytes_not_by_its_name(write: Write) -> None:
    assert read(write(gzip.compress(b"one\n") + gzip.compress(b"two\n"), name="plain.jsonl")) == [
        (1, b"one"),
        (2, b"two"),
    ]


def test_a_plain_file_named_gz_is_read_as_it_is(write: Write) -> None:
    assert read(write(b"one\n", name="events.jsonl.gz")) == [(1, b"one")]


def test_a_line_longer_than_a_mebibyte_has_no_data_and_the_next_one_keeps_its_number(write: Write) -> None:
    assert read(write(b"x" * (3 * files.LONGEST) + b"\nnext\n")) == [(1, None), (2, b"next")]


def test_a_line_of_exactly_a_mebibyte_is_whole(write: Write) -> None:
    [(_, data)] = read(write(b"x" * files.LONGEST + b"\n"))
    assert data is not None
    assert len(data) == files.LONGEST


@pytest.mark.parametrize("raw", [b"a\nb\n", gzip.compress(b"a\nb\n")], ids=["plain", "gzip"])
def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    assert read("-") == [(1, b"a"), (2, b"b")]


def test_closed_standard_input_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="standard input is closed"):
        read("-")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.jsonl: no such file"):
        read(str(tmp_path / "none.jsonl"))


def test_a_folder_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder; give a file"):
        read(str(tmp_path))


def test_a_file_without_permission_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> io.BytesIO:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", locked)
    with pytest.raises(UsageError, match="may not be read; check its permissions"):
        read("secret.jsonl")


def test_a_gzip_file_cut_short_is_refused_not_half_read_in_silence(write: Write) -> None:
    with pytest.raises(UsageError, match="cut short"):
        read(write(gzip.compress(os.urandom(5000))[:-100]))


def test_a_damaged_gzip_file_is_refused(write: Write) -> None:
    whole = bytearray(gzip.compress(os.urandom(5000)))
    whole[-6] ^= 0xFF
    with pytest.raises(UsageError, match="damaged"):
        read(write(bytes(whole)))


def test_a_pipe_that_gives_one_byte_at_a_time_is_still_known_as_gzip() -> None:
    reading, writing = os.pipe()
    with open(writing, "wb", buffering=0) as pipe:
        for byte in gzip.compress(b"slow\n"):
            pipe.write(bytes([byte]))
    with open(reading, "rb") as pipe:
        assert [line.data for line in files.numbered(files.Rewound(pipe.read(2), pipe))] == [b"slow"]
