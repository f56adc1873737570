"""Read code maps: the built-in ones (`builtin:mdc`) and a site's files, CSV with a heading."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from streams.errors import UsageError
from streams.feeds.mapping.code_map import CodeMap, MapRow, system_of

FOLDER = Path(__file__).parent / "maps"
BUILTIN = "builtin:"
DEFAULT = tuple(f"{BUILTIN}{name}" for name in ("mdc", "mdil", "loinc", "rxnorm", "snomed", "words"))
"""The maps of a feed that names none. `builtin:units`, spellings no standard knows, has to be asked for."""
COLUMNS = (
    "system", "code", "name", "sub_id", "unit", "type", "our_code", "unit_default", "period", "priority",
    "repetition", "note", "source", "confidence",
)  # fmt: skip
NEEDED = ("system", "code", "type")


def builtin_names() -> list[str]:
    """Return the names of the built-in maps."""
    return sorted(path.stem for path in FOLDER.glob("*.csv"))


def loaded(names: Iterable[str], beside: Path) -> CodeMap:
    """Return the map of these files, later ones overriding; a relative path is `beside` the configuration.

    Raises UsageError naming file and line.
    """
    return CodeMap(row for name in names for row in rows_of(name, beside))


def rows_of(name: str, beside: Path) -> list[MapRow]:
    """Return the rows of one file. Raises UsageError naming file and line."""
    path = _path(name, beside)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror}") from None
    return list(_rows(name, text.splitlines()))


def _path(name: str, beside: Path) -> Path:
    if not name.startswith(BUILTIN):
        return beside / name
    if name.removeprefix(BUILTIN) not in builtin_names():
        raise UsageError(f"{name}: no such map; there are {', '.join(builtin_names())}")
    return FOLDER / f"{name.removeprefix(BUILTIN)}.csv"


def _rows(name: str, lines: list[str]) -> Iterator[MapRow]:
    reader = csv.DictReader(lines)
    columns = reader.fieldnames or ()
    unknown = [column for column in columns if column not in COLUMNS]
    missing = [column for column in NEEDED if column not in columns]
    if unknown or missing:
        fault = f"no such column {unknown[0]!r}" if unknown else f"column {missing[0]!r} is missing"
        raise UsageError(f"{name}: line 1: {fault}; the columns are {', '.join(COLUMNS)}")
    for cells in reader:
        yield _row(name, reader.line_num, cells)


def _row(name: str, line: int, cells: Mapping[str | None, str | None]) -> MapRow:
    given = {key: (cells.get(key) or "").strip() for key in COLUMNS}
    if None in cells:
        raise UsageError(f"{name}: line {line}: more cells than columns; quote a cell that holds a comma")
    priority = given.pop("priority") or "0"
    given.pop("source")
    if not priority.removeprefix("-").isdigit():
        raise UsageError(f"{name}: line {line}: priority {priority!r} is no whole number")
    given["system"] = system_of(given["system"])
    return MapRow(**given, priority=int(priority), origin=name, line=line)
