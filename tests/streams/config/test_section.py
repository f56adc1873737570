"""A table that is wrong is one line: file, line, key, fault, and what was meant or how to mend it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest

from streams.config.section import Table, Unit, converted, keys_at, parsed
from streams.errors import UsageError


class Bed(Table, frozen=True, kw_only=True):
    number: int
    units: tuple[Unit, ...] = ()
    side: Literal["window", "door"] | None = None
    token_file: str | None = None
    names: dict[Annotated[str, msgspec.Meta(pattern="^[a-z]+$")], int] = msgspec.field(default_factory=dict)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[bed]\nnumbr = 1", "s.toml: line 2: bed.numbr: no such key; did you mean number?"),
        (
            "[bed]\nnumber = 1\nxyzzy = 1",
            "s.toml: line 3: bed.xyzzy: no such key; there are number, units, side, token-file, names",
        ),
        (
            "[bed]\nnumber = 1\ntoken = 'word'",
            "s.toml: line 3: bed.token: a secret does not belong in this file; name token-file",
        ),
        ("\n[bed]\nside = 'door'", "s.toml: line 2: bed.number: missing"),
        ("[bed]\nnumber = '1'", "s.toml: line 2: bed.number: expected int, got str"),
        ("[bed]\nnumber = 1\nside = 'dor'", "s.toml: line 3: bed.side: is one of door, window, not 'dor'"),
        (
            "[bed]\nnumber = 1\n[[bed.units]]\npatients = '*'\nunit = 'w'\n[[bed.units]]\npatient = '*'",
            "s.toml: line 7: bed.units[2].patient: no such key; did you mean patients?",
        ),
        (
            "[bed]\nnumber = 1\nnames = { A = 1 }",
            "s.toml: line 3: key in bed.names: expected str matching regex '^[a-z]+$'",
        ),
        ("[bed]\nnumber = 1\nnames = { a = 'b' }", "s.toml: line 3: bed.names.a: expected int, got str"),
        (
            "[bed]\nnumber = 1\n[bed.names]\na = 1\nb = 'x'\nc = 'x'",
            "s.toml: line 5: bed.names.b: expected int, got str",
        ),
        (
            "[bed]\nnumber = 1\n[bed.names]\na = 1\nB = 1\nc = 'x'",
            "s.toml: line 5: key in bed.names: expected str matching regex '^[a-z]+$'",
        ),
        ("bed = 3", "s.toml: line 1: bed: a table is wanted, not 3; write [bed] and its keys below"),
        (
            "[bed",
            (
                "s.toml: line 1, column 5: not TOML: Expected ']' at the end of a table declaration; mend "
                "the "
                "syntax there"
            ),
        ),
    ],
)
def test_a_wrong_table_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UsageError) as fault:
        parsed(text, "s.toml").section(Bed, "bed")
    assert str(fault.value).startswith(message)


def test_a_table_that_is_not_there_is_an_empty_one() -> None:
    with pytest.raises(UsageError, match=r"s\.toml: line 1: bed\.number: missing"):
        parsed("", "s.toml").section(Bed, "bed")


def test_a_table_without_a_file_is_named_by_its_place() -> None:
    assert converted({"number": 3}, Bed, "[bed]").number == 3
    with pytest.raises(UsageError) as fault:
        converted({"number": 3, "sid": "door"}, Bed, "[bed]")
    assert str(fault.value) == "[bed] sid: no such key; did you mean side?"


def test_the_keys_of_a_table_inside_are_those_of_that_table() -> None:
    assert keys_at(Bed, ("units", "#1")) == ["patients", "unit"]
    assert keys_at(Bed, ("side",)) == []
