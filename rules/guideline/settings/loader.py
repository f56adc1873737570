"""Load a site's configuration: the guideline with the numbers a site has set, or everything that is wrong
with them."""

from functools import cache
from typing import Any

import msgspec

from rules.guideline.edition import SCHWARTZENTRUBER_2001, Guideline
from rules.guideline.settings.coherence import conflicts
from rules.guideline.settings.document import ConfigError, Document, Path, parse_toml
from rules.guideline.settings.keys import ONE_WITH, Key, keys, put, tables
from rules.guideline.settings.values import described, parsed
from rules.wire.nearest import nearest

__all__ = ["OTHER_ROOMS", "ConfigError", "keys", "load"]

OTHER_ROOMS = ("broker", "pager", "board")
"""Tables of the same file that are not the guideline's: read elsewhere, passed over here."""

FIXED = "comparison operators, codes, systems, groups, texts and sources cannot be overridden, only numbers"

Problem = tuple[int, str]
"""The line a problem is on, and the problem in words, line included."""


class Reading(msgspec.Struct):
    """What has been found in a file so far: the numbers set, the keys that cannot be used, and the
    problems.
    """

    document: Document
    given: dict[str, tuple[Key, Any]] = {}
    spoiled: set[str] = set()
    problems: list[Problem] = []

    def blame(self, path: Path, fault: str) -> None:
        line = self.document.line(path)
        self.problems.append((line, f"line {line}: {written(path)}: {fault}"))
        self.spoiled.add(".".join(path))


def load(text: str | None) -> Guideline:
    """The guideline as published, with a site's numbers in place of its own.

    `text`: TOML, one table a declaration, as docs/reference/configuration.md lists; None or nothing in it
    gives the published one. Raises ConfigError with every problem of the file, each naming key, line, fault
    and remedy.
    """
    if not text:
        return SCHWARTZENTRUBER_2001
    reading = Reading(parse_toml(text))
    _walk(reading, reading.document.values, ())
    guideline = _put(reading)
    _check(reading, guideline)
    if reading.problems:
        raise ConfigError(*(found for _, found in sorted(reading.problems)))
    return guideline


def written(path: Path) -> str:
    """A path as TOML writes it: a part that is no bare key in quotes, cut short and on one line."""
    return ".".join(
        part
        if part and part.replace("-", "").replace("_", "").isalnum() and part.isascii()
        else repr(part)[:60]
        for part in path
    )


def _put(reading: Reading) -> Guideline:
    guideline = SCHWARTZENTRUBER_2001
    for key, value in reading.given.values():
        for place in key.places:
            guideline = put(guideline, place, value)
    return guideline


def _check(reading: Reading, guideline: Guideline) -> None:
    """Blames the first key of each conflict that the file gives, unless one of its keys could not be read at
    all.
    """
    for conflict in conflicts(guideline):
        if not any(_spoiled(reading, name) for name, _ in conflict.faults):
            name, fault = next(
                (one for one in conflict.faults if one[0] in reading.given), conflict.faults[0]
            )
            line = reading.document.line(tuple(name.split(".")))
            reading.problems.append((line, f"line {line}: {name}: {fault}"))


def _spoiled(reading: Reading, name: str) -> bool:
    return any(name == other or name.startswith(f"{other}.") for other in reading.spoiled)


def _walk(reading: Reading, table: dict[str, Any], above: Path) -> None:
    for name, value in table.items():
        path = (*above, name)
        if not above and name in OTHER_ROOMS:
            continue
        if path in known_keys():
            _set(reading, known_keys()[path], value)
        elif path not in known_tables():
            reading.blame(path, _unknown(path, isinstance(value, dict)))
        elif isinstance(value, dict):
            _walk(reading, value, path)
        else:
            reading.blame(
                path,
                (
                    f"a table is wanted, not {described(value)}; set what is in it: "
                    f"{', '.join(_inside(path)[:6])}"
                ),
            )


def _set(reading: Reading, key: Key, value: Any) -> None:
    try:
        reading.given[key.name] = (key, parsed(key, value))
    except ValueError as error:
        reading.blame(key.path, str(error))


@cache
def known_keys() -> dict[Path, Key]:
    return {key.path: key for key in keys()}


@cache
def known_tables() -> dict[Path, Any]:
    """Every table of the file, and the declaration it stands for, if it stands for one."""
    found: dict[Path, Any] = {
        path[:i]: None for path in (key.path for key in keys()) for i in range(1, len(path))
    }
    return {**found, (): SCHWARTZENTRUBER_2001, **{table.path: table.declared for table in tables()}}


def _unknown(path: Path, is_table: bool) -> str:
    kind = "unknown table" if is_table else "unknown key"
    name = ".".join(path)
    if name in ONE_WITH:
        return f"{kind}; it is one number with {ONE_WITH[name]}: set that one"
    why = _fixed(path)
    return f"{kind}; {why}" if why else f"{kind}; {_nearest(path)}"


def _fixed(path: Path) -> str | None:
    """Why a part of the declaration that is no key cannot be set."""
    declared, name = known_tables().get(path[:-1]), path[-1].replace("-", "_")
    if name in ("op", "operator"):
        return FIXED
    if declared is None or name not in {field.name for field in msgspec.structs.fields(declared)}:
        return None
    if getattr(declared, name) in (None, 0, {}):
        return "the guideline has no such number here, so there is none to override; remove it"
    return FIXED


def _nearest(path: Path) -> str:
    beside = _inside(path[:-1])
    near = nearest(path[-1].replace("_", "-"), beside)
    if near:
        return f"did you mean {'.'.join((*path[:-1], near[0]))}?"
    return (
        f"known here: {', '.join(beside[:12])}{', ...' if beside[12:] else ''}"
        if beside
        else "it has no numbers to set; remove it"
    )


def _inside(table: Path) -> list[str]:
    """The keys and tables right below a table."""
    return sorted(
        {
            path[len(table)]
            for path in (*known_keys(), *known_tables())
            if path[: len(table)] == table and len(path) > len(table)
        }
    )
