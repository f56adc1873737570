"""Expected outputs: lines of text, gzipped, one file an output; and where two of them differ first."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from tests.golden.log import DATA

EXPECTED = DATA / "expected"
AROUND = 300
"""So much is shown of a long line before and after the first character that differs."""


def stored(name: str) -> list[str]:
    """Return the lines of an output as they were recorded."""
    return (
        gzip.decompress((EXPECTED / f"{name}.gz").read_bytes()).decode("utf-8", "surrogatepass").split("\n")
    )


def store(name: str, lines: Sequence[str]) -> bool:
    """Record an output; return whether it differs from what was recorded before."""
    path = EXPECTED / f"{name}.gz"
    if path.exists() and stored(name) == list(lines):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(lines).encode("utf-8", "surrogatepass"), 9, mtime=0))
    return True


def difference(old: Sequence[str], new: Sequence[str]) -> str | None:
    """Return the first line that differs, old and new, with the line before it; None when all are equal."""
    for number, (was, here) in enumerate(zip_longest(old, new)):
        if was != here:
            count = sum(1 for one, other in zip_longest(old, new) if one != other)
            head = f"line {number + 1} differs, the first of {count}; {len(old)} lines before, {len(new)} now"
            before = f"  after {old[number - 1][:AROUND]}" if number else "  at the beginning"
            return "\n".join((head, before, *shown(was, here)))
    return None


def shown(was: str | None, here: str | None) -> tuple[str, str]:
    """Return both lines, long ones from a little before the first character that differs."""
    same = next(
        (n for n, (one, other) in enumerate(zip(was or "", here or "", strict=False)) if one != other), 0
    )
    since = max(0, same - AROUND)
    return tuple(
        f"  {word} {'no line' if line is None else line[since : same + AROUND]}"
        for word, line in (("old", was), ("new", here))
    )  # type: ignore[return-value]


def text_of(data: bytes | None) -> str:
    """Return bytes on one line of printable text, so that no two are written alike."""
    if data is None:
        return "-"
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return f"hex:{data.hex()}"
    plain = text.isprintable() and not text.startswith(("hex:", "json:", "-"))
    return text if plain else f"json:{json.dumps(text)}"


def record_line(
    key: bytes | None, time: int | None, headers: Iterable[tuple[str, bytes]], value: bytes | None
) -> str:
    """Return a record that was appended: key, time, headers, value, with tabs between."""
    header_text = ", ".join(f"{name}={text_of(data)}" for name, data in headers)
    return "\t".join((text_of(key), "-" if time is None else str(time), header_text or "-", text_of(value)))
