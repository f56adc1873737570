"""Load a site's configuration: the guideline with the numbers it sets, or every problem with them."""

from functools import cache
from typing import Any

import msgspec

from rules.guideline.edition import SCHWARTZENTRUBER_2001, Guideline
from rules.guideline.settings.coherence import conflicts
from rules.guideline.settings.document import ConfigError, Document, Path, parse_toml
from rules.guideline.settings.keys import ONE_WITH, Key, keys, put, tables
from rules.guideline.settings.names import WORDS, fault, is_name, with_names
from rules.guideline.settings.packs import TABLE, BadPacks, with_table
from rules.guideline.settings.values import described, parsed
from rules.wire.did_you_mean import nearest

__all__ = ["OTHER_TABLES", "ConfigError", "keys", "load"]

OTHER_TABLES = ("broker", "pager", "board", "review", "feeds")
"""Tables of the same file that are not the guideline's: used elsewhere, ignored here."""

FIXED = "comparison operators, codes, systems, groups, texts and sources cannot be overridden, only numbers"

Problem = tuple[int, str]
"""The line a problem is on, and the problem in words, line included."""


class Progress(msgspec.Struct):
    """The progress of loading a file: the numbers set, the keys that cannot be used, and the problems."""

    document: Document
    given: dict[str, tuple[Key, Any]] = {}
    names: dict[str, dict[str, str]] = {}
    unusable: set[str] = set()
    problems: list[Problem] = []

    def report(self, path: Path, fault: str) -> None:
        """Add a problem with the value of a key, and mark the key as unusable."""
        line = self.document.line(path)
        self.problems.append((line, f"line {line}: {written(path)}: {fault}"))
        self.unusable.add(".".join(path))


def load(text: str | None) -> Guideline:
    """Return the guideline as published, with a site's numbers in place of its own.

    `text`: TOML, one table a declaration, as docs/reference/configuration.md lists; None or nothing in it
    gives the published one. Raises ConfigError with every problem of the file, each naming key, line, fault
    and remedy.
    """
    if not text:
        return SCHWARTZENTRUBER_2001
    progress = Progress(parse_toml(text))
    _walk(progress, progress.document.values, ())
    guideline = _put(progress)
    _check(progress, guideline)
    guideline = _with_packs(progress, guideline)
    if progress.problems:
        raise ConfigError(*(found for _, found in sorted(progress.problems)))
    return guideline


def written(path: Path) -> str:
    """Write a path as TOML does: a part that is no bare key in quotes, cut short and on one line."""
    return ".".join(
        part
        if part and part.replace("-", "").replace("_", "").isalnum() and part.isascii()
        else repr(part)[:60]
        for part in path
    )


def _put(progress: Progress) -> Guideline:
    guideline = SCHWARTZENTRUBER_2001
    for key, value in progress.given.values():
        for place in key.places:
            guideline = put(guideline, place, value)
    for table, names in progress.names.items():
        guideline = with_names(guideline, table, names)
    return guideline


def _with_packs(progress: Progress, guideline: Guideline) -> Guideline:
    """Return the guideline with the packs of the table `[packs]`; a fault of it is a problem of the file."""
    values = progress.document.values.get(TABLE)
    if values is None:
        return guideline
    try:
        return with_table(guideline, values)
    except BadPacks as fault:
        path = (TABLE, fault.key) if fault.key else (TABLE,)
        progress.report(path, str(fault))
        return guideline


def _check(progress: Progress, guideline: Guideline) -> None:
    """Report each conflict at the first of its keys that the file gives.

    A conflict with a key that is itself unusable is not reported.
    """
    for conflict in conflicts(guideline):
        if not any(_is_unusable(progress, name) for name, _ in conflict.faults):
            name, fault = next(
                (one for one in conflict.faults if one[0] in progress.given), conflict.faults[0]
            )
            line = progress.document.line(tuple(name.split(".")))
            progress.problems.append((line, f"line {line}: {name}: {fault}"))


def _is_unusable(progress: Progress, name: str) -> bool:
    return any(name == other or name.startswith(f"{other}.") for other in progress.unusable)


def _walk(progress: Progress, table: dict[str, Any], above: Path) -> None:
    for name, value in table.items():
        path = (*above, name)
        if not above and name in (*OTHER_TABLES, TABLE):
            continue
        if is_name(path):
            _check_names(progress, path, value)
        elif path in known_keys():
            _set(progress, known_keys()[path], value)
        elif path not in known_tables():
            progress.report(path, _unknown(path, isinstance(value, dict)))
        elif isinstance(value, dict):
            _walk(progress, value, path)
        else:
            progress.report(
                path,
                (
                    f"a table is wanted, not {described(value)}; set what is in it: "
                    f"{', '.join(_inside(path)[:6])}"
                ),
            )


def _check_names(progress: Progress, path: Path, value: Any) -> None:
    found = fault(path, value)
    if found is not None:
        progress.report(path, found)
        return
    for name, word in value.items():
        wrong = fault((*path, name), word)
        if wrong is not None:
            progress.report((*path, name), wrong)
        else:
            progress.names.setdefault(path[0], {})[name] = word


def _set(progress: Progress, key: Key, value: Any) -> None:
    try:
        progress.given[key.name] = (key, parsed(key, value))
    except ValueError as error:
        progress.report(key.path, str(error))


@cache
def known_keys() -> dict[Path, Key]:
    """Return every key a site may set, by path."""
    return {key.path: key for key in keys()}


@cache
def known_tables() -> dict[Path, Any]:
    """Return every table of the file, with the declaration it belongs to, if any."""
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
    """Return why a part of the declaration that is no key cannot be set; None when it is no part of it."""
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
    """Return the keys and tables right below a table."""
    return sorted(
        {
            *(WORDS if not table else ()),
            *(
                path[len(table)]
                for path in (*known_keys(), *known_tables())
                if path[: len(table)] == table and len(path) > len(table)
            ),
        }
    )
