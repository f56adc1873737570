"""A configuration as text: what it says, on which line, and what is wrong with it as TOML."""

import re
import tomllib
from typing import Any

import msgspec

from rules.guideline.lines import Path, given

_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")
_TWICE = ("Cannot ", "Duplicate ")


class ConfigError(ValueError):
    """A site configuration that cannot be used. `problems`: everything that is wrong, one line each, in the file's order."""

    def __init__(self, *problems: str) -> None:
        self.problems: tuple[str, ...] = problems
        super().__init__("\n".join(problems))


class Document(msgspec.Struct, frozen=True):
    """The values of a TOML document and the line of each key and table."""

    values: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line that gives `path`; else of the first key in it; else of the table it stands in."""
        if path in self.lines:
            return self.lines[path]
        inside = [line for other, line in self.lines.items() if other[: len(path)] == path]
        if inside:
            return min(inside)
        return self.line(path[:-1]) if path else 1


def read(text: str) -> Document:
    """Reads TOML. Raises ConfigError with line and column, or with each key that is given twice."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(*_not_toml(text, str(error))) from None
    except (ValueError, RecursionError):
        raise ConfigError("line 1: a number or an array of the file is too large to be read; write it as the example does") from None
    lines: dict[Path, int] = {}
    for path, line in given(text):
        lines.setdefault(path, line)
    return Document(values, lines)


def _not_toml(text: str, fault: str) -> tuple[str, ...]:
    found = _PLACE.search(fault)
    said = fault[: found.start()] if found else fault
    if said.startswith(_TWICE):
        twice = tuple(_given_twice(text))
        if twice:
            return twice
    line, column = _end(text) if found is None or found[1] is None else (int(found[1]), int(found[2]))
    return (f"line {line}, column {column}: not TOML: {said}; mend the syntax there (values are numbers, \"texts\", [lists] or {{tables}})",)


def _given_twice(text: str) -> list[str]:
    first: dict[Path, int] = {}
    problems = []
    for path, line in given(text):
        if path in first:
            problems.append(f"line {line}: {'.'.join(path)}: given twice, first on line {first[path]}; keep one of the two")
        first.setdefault(path, line)
    return problems


def _end(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - text.rfind("\n")
