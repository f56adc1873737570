"""Read CSV and Parquet tables as the objects of wire.md.

A column has the name of the field it fills. One row is one record, except that `vitals`, `labs` and
`encounter` take a row per reading (or, of an encounter, a row per finding): rows that agree in type, patient,
id, at, known and status are one record. An empty cell is a field that is absent.

Source: docs/reference/columns.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, NamedTuple

import msgspec

from streams.errors import UsageError

IDENTITY = ("type", "patient", "id", "at", "known", "status")
READING = ("code", "value", "unit", "low", "high")
COMMON = (*IDENTITY, "source")
NEEDED = ("type", "patient", "at")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "vitals": (),
    "labs": (),
    "io": ("start", "direction", "kind", "volume", "unit"),
    "dose": ("agent", "given", "amount", "unit", "reason"),
    "infusion": ("agent", "rate", "unit", "line"),
    "medication": ("agent", "amount", "unit", "route"),
    "finding": ("code", "present", "value"),
    "encounter": ("event", "location", "age"),
    "ack": ("alert", "by", "reason"),
    "silence": ("subject", "level", "until", "by", "reason"),
    "resume": ("rule", "by", "reason"),
    "accept": ("criterion", "level", "until", "by", "reason"),
    "tick": (),
}
COLUMNS = tuple(
    dict.fromkeys([*COMMON, *READING, "present", *(field for fields in FIELDS.values() for field in fields)])
)
SETS = ("vitals", "labs", "encounter")
NUMBERS = ("value", "low", "high", "volume", "amount", "rate", "age")
TRUTHS = {"true": True, "false": False}
TRUE_OR_FALSE = ("given", "present")
WITHDRAWN = "entered-in-error"

Row = Mapping[str, Any]
"""Column -> cell: text, number, true or false; a column without a cell is left out."""


class Numbered(NamedTuple):
    """A record's JSON, and its first row, counted from 1 after the head."""

    row: int
    value: bytes


def check(columns: Iterable[str]) -> None:
    """Check the columns of a table.

    Raises UsageError when they cannot make a record, or when no field takes one: a reading would be lost
    unnoticed.
    """
    names = list(columns)
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise UsageError(f"no column {', '.join(missing)}; docs/reference/columns.md has the layout")
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise UsageError(
            f"no field takes column {', '.join(map(repr, unknown))}; there are {', '.join(COLUMNS)}"
        )


def records(rows: Iterable[Row]) -> list[Numbered]:
    """Return the records of a table, in order of their first rows."""
    found: dict[object, Gathered] = {}
    for number, row in enumerate(rows, 1):
        key = identity(row, number)
        if key not in found:
            found[key] = beginning(row, number)
        add(found[key], row)
    return [Numbered(record.row, msgspec.json.encode(record.fields)) for record in found.values()]


def identity(row: Row, number: int) -> object:
    """Return the values in which rows of one record agree; a record of a single row is unlike any other."""
    return tuple(row.get(name) for name in IDENTITY) if row.get("type") in SETS else number


@dataclass
class Gathered:
    """A record collected from its rows; `fields` gets its readings or findings once there are any."""

    row: int
    fields: dict[str, object]
    readings: list[Mapping[str, object]] = field(default_factory=list)
    findings: dict[str, object] = field(default_factory=dict)


def beginning(row: Row, number: int) -> Gathered:
    """Return the record of a first row, without its readings."""
    names = (*COMMON, *FIELDS.get(row.get("type", ""), ()))
    record = Gathered(number, {name: typed(name, row[name]) for name in names if name in row})
    if row.get("type") in ("vitals", "labs") and row.get("status") != WITHDRAWN:
        record.fields["readings"] = record.readings
    return record


def add(record: Gathered, row: Row) -> None:
    """Add a row's reading, or finding, to a record that has several."""
    if record.fields.get("type") not in SETS or "code" not in row:
        return
    if "present" in row:
        record.findings[row["code"]] = typed("present", row["present"])
        record.fields["findings"] = record.findings
    else:
        record.readings.append({name: typed(name, row[name]) for name in READING if name in row})
        record.fields["readings"] = record.readings


def typed(name: str, cell: Any) -> Any:
    """Return a cell as its field's type; what cannot be converted stays text, for the worker to refuse."""
    if not isinstance(cell, str):
        return cell if name in NUMBERS or name in TRUE_OR_FALSE else spelled(cell)
    if name in NUMBERS:
        return number(cell)
    return TRUTHS.get(cell.lower(), cell) if name in TRUE_OR_FALSE else cell


def number(cell: str) -> float | str:
    """Return `118` and `2.6` as numbers, digit for digit; `nasal-cannula` as text."""
    try:
        found = msgspec.json.decode(cell)
    except msgspec.DecodeError:
        return cell
    return found if isinstance(found, int | float) and not isinstance(found, bool) else cell


def spelled(cell: Any) -> str:
    """Return a number as text where text is meant: a patient or an id.

    A table may have read those as numbers (and, with gaps, as 12.0).
    """
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def cells(names: Iterable[str], values: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the cells of a row that are not empty: neither missing nor blank text."""
    for name, value in zip(names, values, strict=True):
        text = value.strip() if isinstance(value, str) else value
        if text is not None and text != "" and text == text:
            yield name, text


CSV = (".csv", ".csv.gz")
PARQUET = (".parquet", ".pq")


def is_table(path: str) -> bool:
    """Return whether a file is a table, by its name; events as JSON Lines may have any other."""
    return PurePath(path).name.lower().endswith(CSV + PARQUET)


def rows(path: str) -> Iterator[Row]:
    """Yield the rows of a table, only the cells that are filled.

    Raises UsageError when it cannot be read, or its columns are not the layout's.
    """
    frame = read_table(path)
    names = [str(name) for name in frame.columns]
    try:
        check(names)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    for values in frame.itertuples(index=False, name=None):
        yield dict(cells(names, map(plain, values)))


def read_table(path: str) -> Any:
    """Return the table as a DataFrame: CSV cells as text, Parquet cells as stored. Raises UsageError."""
    import pandas

    try:
        if path.lower().endswith(CSV):
            return pandas.read_csv(
                path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True
            )
        return pandas.read_parquet(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except ImportError:
        raise UsageError(
            f"{path}: Parquet needs pyarrow, which is not installed: pip install 'il2watch[parquet]'"
        ) from None
    except (ValueError, OSError, EOFError) as error:
        raise UsageError(f"{path}: not a table that can be read: {error}") from None


def plain(cell: Any) -> Any:
    """Return a cell without pandas and numpy types; missing is None.

    An instant becomes text, without an offset if it has no zone: a zone is never guessed.
    """
    import pandas

    if cell is None or cell is pandas.NA or cell is pandas.NaT:
        return None
    if isinstance(cell, pandas.Timestamp):
        return cell.isoformat()
    return cell.item() if hasattr(cell, "item") else cell
