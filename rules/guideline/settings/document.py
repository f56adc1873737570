"""Parse a configuration as TOML: its values, the line of each key, and what is wrong with it.

One file holds the guideline's numbers and the tables of the services. It is parsed here and not in
`streams.config`, which takes all other tables from it, because a site's numbers are loaded without streams
(by the simulators' courses, by tests), and `rules` imports nothing of them; it takes text and opens no file.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

Path = tuple[str, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN_VALUE = re.compile(r"[^,\]}#\n]+")


class Unreadable(Exception):
    """An error: the rest of the text is not TOML."""


def given(text: str) -> Iterator[tuple[Path, int]]:
    """Yield each key and each table header as (path, line from 1), in the document's order.

    Array elements carry their number in the path.
    """
    try:
        yield from _Scanner(text).document()
    except (Unreadable, RecursionError):
        return


class _Scanner:
    """A scanner over the text, with its position and line.

    It scans a document that `tomllib` has parsed, or could not parse for a key given twice; in other broken
    text it finds what it can. `tomllib` gives values, not lines.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.elements: dict[Path, int] = {}

    def match(self, pattern: re.Pattern[str]) -> str:
        """Return the text that matches the pattern here, and step over it. Raises Unreadable."""
        found = pattern.match(self.text, self.at)
        if found is None:
            raise Unreadable
        self.at = found.end()
        self.line += found[0].count("\n")
        return found[0]

    def ahead(self, mark: str) -> bool:
        """Step over `mark` if it is next, and return whether it was."""
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def document(self) -> Iterator[tuple[Path, int]]:
        """Yield the path and line of each key and table header of the document."""
        table: Path = ()
        while self.match(_SPACE) is not None and self.at < len(self.text):
            line = self.line
            if self.ahead("["):
                table = self.header()
                yield table, line
            else:
                yield from self.pair(table)

    def header(self) -> Path:
        """Return the path of a table header, after its first bracket."""
        many = self.ahead("[")
        path = self.key()
        if not self.ahead("]]" if many else "]"):
            raise Unreadable
        return self.numbered(path) if many else path

    def numbered(self, path: Path) -> Path:
        """Return the path of the next element of an array: with its number from 1."""
        self.elements[path] = self.elements.get(path, 0) + 1
        return (*path, f"#{self.elements[path]}")

    def key(self) -> Path:
        """Return the parts of a key, which may be dotted."""
        parts = []
        while True:
            self.match(_BLANK)
            parts.append(self.name())
            self.match(_BLANK)
            if not self.ahead("."):
                return tuple(parts)

    def name(self) -> str:
        """Return one part of a key, bare or quoted."""
        if self.text[self.at : self.at + 1] in ("'", '"'):
            written = self.match(_STRING)
            return written[1:-1] if written[0] == "'" else _unescaped(written[1:-1])
        return self.match(_BARE_KEY)

    def pair(self, table: Path) -> Iterator[tuple[Path, int]]:
        """Yield the path and line of a key and of the keys inside its value."""
        line, path = self.line, (*table, *self.key())
        if not self.ahead("="):
            raise Unreadable
        yield path, line
        self.match(_BLANK)
        yield from self.value(path)

    def value(self, path: Path) -> Iterator[tuple[Path, int]]:
        """Step over a value, and yield the path and line of each key inside it."""
        if self.ahead("{"):
            yield from self.inline(path)
        elif self.ahead("["):
            yield from self.array(path)
        else:
            self.match(_STRING if self.text[self.at : self.at + 1] in ("'", '"') else _PLAIN_VALUE)

    def inline(self, path: Path) -> Iterator[tuple[Path, int]]:
        """Yield the path and line of each key of an inline table, after its brace."""
        while self.match(_SPACE) is not None and not self.ahead("}"):
            yield from self.pair(path)
            self.match(_SPACE)
            self.ahead(",")

    def array(self, path: Path) -> Iterator[tuple[Path, int]]:
        """Yield the path and line of each key inside an array, after its bracket."""
        while self.match(_SPACE) is not None and not self.ahead("]"):
            yield from self.value(self.numbered(path))
            self.match(_SPACE)
            self.ahead(",")


def _unescaped(text: str) -> str:
    named = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
    return re.sub(
        r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))",
        lambda m: named.get(m[3], m[0]) if m[3] else _letter(m[1] or m[2]),
        text,
    )


def _letter(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code < 0x110000 else "?"


_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")
_TWICE = ("Cannot ", "Duplicate ")


class ConfigError(ValueError):
    """An error: a site configuration that cannot be used.

    `problems`: everything that is wrong, one line each, in the file's order.
    """

    def __init__(self, *problems: str) -> None:
        self.problems: tuple[str, ...] = problems
        super().__init__("\n".join(problems))


class Document(msgspec.Struct, frozen=True):
    """The values of a TOML document and the line of each key and table."""

    values: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """Return the line that gives `path`; else of the first key in it; else of the table it is in."""
        if path in self.lines:
            return self.lines[path]
        inside = [line for other, line in self.lines.items() if other[: len(path)] == path]
        if inside:
            return min(inside)
        return self.line(path[:-1]) if path else 1


def parse_toml(text: str) -> Document:
    """Parse TOML. Raises ConfigError with line and column, or with each key that is given twice."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(*_not_toml(text, str(error))) from None
    except (ValueError, RecursionError):
        raise ConfigError(
            "line 1: a number or an array of the file is too large to be read; write it as the example does"
        ) from None
    lines: dict[Path, int] = {}
    for path, line in given(text):
        lines.setdefault(path, line)
    return Document(values, lines)


def _not_toml(text: str, fault: str) -> tuple[str, ...]:
    found = _PLACE.search(fault)
    value = fault[: found.start()] if found else fault
    if value.startswith(_TWICE):
        twice = tuple(_given_twice(text))
        if twice:
            return twice
    line, column = _end(text) if found is None or found[1] is None else (int(found[1]), int(found[2]))
    return (
        (
            f"line {line}, column {column}: not TOML: {value}; mend the syntax there (values are numbers, "
            f'"texts", [lists] or {{tables}})'
        ),
    )


def _given_twice(text: str) -> list[str]:
    first: dict[Path, int] = {}
    problems = []
    for path, line in given(text):
        if path in first:
            problems.append(
                f"line {line}: {'.'.join(path)}: given twice, first on line {first[path]}; keep one of "
                "the "
                "two"
            )
        first.setdefault(path, line)
    return problems


def _end(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - text.rfind("\n")
