"""Read CSV and Parquet tables as the objects of wire.md.

A column has the name of the field it fills. One row is one record, except that `vitals`, `labs` and
`encounter` take a row per reading (or, of an encounter, a row per finding or target): rows that agree in
type, patient, id, at, known and status are one record. An empty cell is a field that is absent.

Source: docs/reference/columns.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec

from streams.errors import UsageError
from streams.service.files import Line, lines

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
    "finding": ("code", "present", "value", "specimen"),
    "encounter": ("event", "location", "age", "pack"),
    "ack": ("alert", "by", "reason"),
    "silence": ("subject", "level", "until", "by", "reason"),
    "resume": ("rule", "by", "reason", "pack"),
    "accept": ("criterion", "level", "until", "by", "reason", "pack"),
    "tick": (),
}
TARGET = "target"
"""The column of a baseline's row that names whose value is the patient's own target."""
COLUMNS = tuple(
    dict.fromkeys(
        [*COMMON, *READING, "present", TARGET, *(field for fields in FIELDS.values() for field in fields)]
    )
)
SETS = ("vitals", "labs", "encounter")
NUMBERS = ("value", "low", "high", "volume", "amount", "rate", "age")
TRUTHS = {"true": True, "false": False}
TRUE_OR_FALSE = ("given", "present")
WITHDRAWN = "entered-in-error"

Row = Mapping[str, Any]
"""Column -> cell: text, number, true or false; a column without a cell is left out."""


class RefusedRow(NamedTuple):
    """A line of a table that is no row, and why."""

    line: int
    message: str


class TableRow(dict[str, object]):
    """A row of a table that knows its line."""

    line: int


class Numbered(NamedTuple):
    """A record's JSON, and the line it begins in (or its row, counted from 1, of a table without lines).

    `value`: None when the line is no row; `message` says why.
    """

    row: int
    value: bytes | None
    message: str = ""


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
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise UsageError(f"column {', '.join(map(repr, doubled))} stands there twice; leave one")
    if unknown:
        raise UsageError(
            f"no field takes column {', '.join(map(repr, unknown))}; there are {', '.join(COLUMNS)}"
        )


def records(rows: Iterable[Row | RefusedRow]) -> list[Numbered]:
    """Return the records of a table, in order of their first rows."""
    found: dict[object, Gathered | RefusedRow] = {}
    for number, row in enumerate(rows, 1):
        if isinstance(row, RefusedRow):
            found[row] = row
            continue
        line = getattr(row, "line", number)
        record = found.setdefault(identity(row, line), beginning(row, line))
        assert isinstance(record, Gathered)
        add(record, row)
    return list(map(encoded, found.values()))


def encoded(record: Gathered | RefusedRow) -> Numbered:
    """Return a record as JSON, or why a line gave none."""
    if isinstance(record, RefusedRow):
        return Numbered(record.line, None, record.message)
    return Numbered(record.row, msgspec.json.encode(record.fields))


def identity(row: Row, number: int) -> object:
    """Return the values in which rows of one record agree; a record of a single row is unlike any other."""
    return tuple(row.get(name) for name in IDENTITY) if row.get("type") in SETS else number


@dataclass
class Gathered:
    """A record collected from its rows; `fields` gets its readings, findings, targets once there are any."""

    row: int
    fields: dict[str, object]
    readings: list[Mapping[str, object]] = field(default_factory=list)
    findings: dict[str, object] = field(default_factory=dict)
    targets: list[Mapping[str, object]] = field(default_factory=list)


def beginning(row: Row, number: int) -> Gathered:
    """Return the record of a first row, without its readings."""
    names = (*COMMON, *FIELDS.get(row.get("type", ""), ()))
    record = Gathered(number, {name: typed(name, row[name]) for name in names if name in row})
    if row.get("type") in ("vitals", "labs") and row.get("status") != WITHDRAWN:
        record.fields["readings"] = record.readings
    return record


def add(record: Gathered, row: Row) -> None:
    """Add a row's reading, finding or target to a record that has several."""
    if record.fields.get("type") not in SETS:
        return
    if TARGET in row:
        value = {name: typed(name, row[name]) for name in ("value", "unit") if name in row}
        record.targets.append({"code": row[TARGET], **value})
        record.fields["targets"] = record.targets
    if "code" not in row:
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


NAMES = ("patient", "id")
_WITH_POINT = re.compile(r"([0-9]+)\.0+")
_SEPARATED = re.compile("[;|\t]")
_CUT = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+")
_BROKEN = re.compile(
    r"#{2,}|#(?:[A-Z]+/?[A-Z0-9]*[!?]|N/A|GETTING_DATA)|Err:[0-9]+|(?i:[+-]?nan)|NaT|<NA>|N/?A|NULL|null|None"
    r"|.*\0.*",
    re.DOTALL,
)
"""What spreadsheets and programs show where a value is none or has no room, and what holds a NUL."""
EXACT = 1 << 53


def is_cut(cell: Any) -> bool:
    """Return whether a name was taken for a number and has lost digits."""
    if isinstance(cell, float):
        return abs(cell) >= EXACT
    return isinstance(cell, str) and _CUT.fullmatch(cell) is not None


def fault_of(cell: Any) -> str | None:
    """Return why a cell is no name any more; None when it may be one."""
    if is_cut(cell):
        return f"{cell!s:.40} is a number whose digits a spreadsheet cut; send it as text"
    if isinstance(cell, str) and _BROKEN.fullmatch(cell):
        return f"{cell!a:.40} is cut or broken by a spreadsheet; send the id itself, as text"
    return None


def named(row: TableRow) -> TableRow | RefusedRow:
    """Return a row whose patient and id are as they were before a spreadsheet took them for numbers.

    `12.0` is 12 again; of `1.23457E+11` and `#N/A` nothing is left, so two patients would be one: refused.
    """
    for name in NAMES:
        cell = row.get(name)
        if fault := fault_of(cell):
            return RefusedRow(row.line, f"`{name}` {fault}")
        if isinstance(cell, str) and (found := _WITH_POINT.fullmatch(cell)):
            row[name] = found[1]
    return row


def cells(names: Iterable[str], values: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the cells of a row that are not empty: neither missing nor blank text."""
    for name, value in zip(names, values, strict=True):
        text = value.strip() if isinstance(value, str) else value
        if text is not None and text != "" and text == text:
            yield name, text


CSV = (".csv", ".csv.gz")
PARQUET = (".parquet", ".pq")


def is_table(path: str) -> bool:
    """Return whether a file is a table, by its name; events as JSON Lines may have any other.

    A folder partitioned by patient is none, whatever its name: it stands for a file of events.
    """
    return PurePath(path).name.lower().endswith(CSV + PARQUET) and not is_partitioned(path)


def rows(path: str) -> Iterator[Row | RefusedRow]:
    """Yield the rows of a table, only the cells that are filled, and the lines that are no rows.

    Raises UsageError when it cannot be read, or its columns are not the layout's.
    """
    return csv_rows(path) if path.lower().endswith(CSV) else parquet_rows(path)


def csv_rows(path: str) -> Iterator[Row | RefusedRow]:
    """Yield the rows of a CSV file, line by line: a quote that is left open swallows no other line."""
    source = lines(path)
    head = next(source, None)
    if head is None:
        raise UsageError(f"{path}: not a table that can be read: it is empty")
    names = heading(path, head)
    for line in source:
        fields = split(line)
        yield fields if isinstance(fields, RefusedRow) else row_of(names, fields, line.number)


def heading(path: str, head: Line) -> list[str]:
    """Return the columns; a comma at the end of the head names none. Raises UsageError."""
    fields = split(head)
    if isinstance(fields, RefusedRow):
        raise UsageError(f"{path}:{head.number}: {fields.message}")
    while fields and not fields[-1]:
        fields.pop()
    checked(f"{path}:{head.number}", fields)
    return fields


def checked(place: str, names: list[str]) -> None:
    """Check the columns of a file. Raises UsageError, naming the place where they stand."""
    if len(names) == 1 and (other := _SEPARATED.search(names[0])):
        raise UsageError(f"{place}: the columns are separated by {other[0]!r}; write the table with commas")
    try:
        check(names)
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None


def split(line: Line) -> list[str] | RefusedRow:
    """Return the fields of a line of CSV."""
    try:
        if line.data is None:
            return RefusedRow(line.number, "longer than 1 MiB")
        (fields,) = csv.reader([line.data.decode()], strict=True, skipinitialspace=True)
    except UnicodeDecodeError:
        return RefusedRow(line.number, "not UTF-8")
    except csv.Error as error:
        return RefusedRow(
            line.number, f"a quote is left open or closed too early ({error}); a cell has no line breaks"
        )
    return [field.strip() for field in fields]


def row_of(names: list[str], fields: list[str], line: int) -> Row | RefusedRow:
    """Return a line's fields as a row; one with more or fewer of them than the head is none."""
    extra = [field for field in fields[len(names) :] if field]
    if extra or len(fields) < len(names):
        return RefusedRow(
            line,
            f"{len(fields)} fields, and the head has {len(names)}; put a cell that holds a comma in quotes",
        )
    row = TableRow(cells(names, fields[: len(names)]))
    row.line = line
    return named(row)


def parquet_rows(path: str) -> Iterator[Row | RefusedRow]:
    """Yield the rows of a Parquet file. Raises UsageError."""
    frame = read_parquet(path)
    checked(path, [str(name) for name in frame.columns])
    yield from frame_rows(frame)


def frame_rows(frame: Any) -> Iterator[Row | RefusedRow]:
    """Yield the rows of a DataFrame in the layout of docs/reference/columns.md."""
    columns = [str(name) for name in frame.columns]
    for number, values in enumerate(frame.itertuples(index=False, name=None), 1):
        row = TableRow(cells(columns, map(plain, values)))
        row.line = number
        yield named(row)


def read_parquet(path: str) -> Any:
    """Return the table as a DataFrame, cells as stored. Raises UsageError."""
    import pandas

    try:
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


PARTITION = "patient="
EVENT = "event"
"""The column of a partitioned table that holds a record's JSON, instead of a column a field."""
POSITION = "position"
"""A column that may be beside it: the record's line in a file of the same events, all patients together."""


def is_partitioned(path: str) -> bool:
    """Return whether a folder holds Parquet partitioned by patient: folders `patient=ID`."""
    return any(Path(path).glob(f"{PARTITION}*/*.parquet"))


def partitioned_lines(folder: str) -> Iterator[Line]:
    """Yield the records of a folder of Parquet partitioned by patient; numbers are those of the column
    `position`, or else count the folder's rows, from 1.

    Files come in order of their paths; one patient's file is in memory at a time. Raises UsageError.
    """
    above = read = 0
    for path in sorted(Path(folder).glob(f"{PARTITION}*/*.parquet")):
        frame = partition(path)
        read += path.stat().st_size
        for number, data in partition_records(frame, str(path), above):
            yield Line(number, data, read)
        above += len(frame)


def partition(path: Path) -> Any:
    """Return one file of a partitioned table as a DataFrame; the column `patient` is its folder's."""
    try:
        from pyarrow import ArrowInvalid
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise UsageError(
            f"{path}: Parquet needs pyarrow, which is not installed: pip install 'il2watch[parquet]'"
        ) from None
    try:
        frame = ParquetFile(path).read().to_pandas()
    except (ArrowInvalid, OSError) as error:
        raise UsageError(f"{path}: not a table that can be read: {error}") from None
    frame["patient"] = unquote(path.parent.name.removeprefix(PARTITION))
    return frame


def partition_records(frame: Any, path: str, above: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield the records of a file with their numbers; None for a row that is no record.

    `above`: how many rows there are in the files before it. Raises UsageError.
    """
    if EVENT in frame.columns:
        positions = frame[POSITION] if POSITION in frame.columns else range(above + 1, above + len(frame) + 1)
        for number, event in zip(positions, frame[EVENT], strict=True):
            yield int(number), event if isinstance(event, bytes) else str(event).encode()
        return
    checked(path, [str(name) for name in frame.columns])
    for record in records(frame_rows(frame)):
        yield above + record.row, record.value
