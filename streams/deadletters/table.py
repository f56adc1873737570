"""Dead letters as a table for people: where, when, whose, why, and the bytes as far as a line goes."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from rules.wire.instants import text
from streams.deadletters.letter import Letter
from streams.show.plain import plain
from streams.show.terminal import cell, table
from streams.times import short

HEAD = ("where", "record time", "key", "reason", "message", "value")
LONGEST_VALUE = 60


def show(letters: Iterable[Letter], screen: Console) -> None:
    """Prints the letters, or that there are none."""
    found = list(letters)
    if not found:
        screen.print("no dead letters")
        return
    made = table(*HEAD)
    for letter in found:
        made.add_row(*map(Text, row(letter)))
    screen.print(made)


def row(letter: Letter) -> tuple[str, ...]:
    """One letter's cells."""
    time = short(None if letter.timestamp is None else text(letter.timestamp))
    return letter.where, time, shown(letter.key), cell(letter.reason), cell(letter.message), shown(letter.value)


def shown(data: bytes | None) -> str:
    """Bytes on one line, safe to print, cut where they are long."""
    if not data:
        return "-"
    said = plain(data.decode("utf-8", "backslashreplace"))
    return said if len(said) <= LONGEST_VALUE else said[: LONGEST_VALUE - 3] + "..."
