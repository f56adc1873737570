"""Read MIMIC-IV's files in pieces, so that a file may be larger than memory, and convert their rows for one
stay's modules: times in ms, missing cells None.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import pandas

ROWS = 500_000
ENDINGS = (".csv.gz", ".csv")


class UnreadableMimic(Exception):
    """A folder or file that is not MIMIC-IV's layout; names the file and what is missing."""


class MimicTable(NamedTuple):
    """A table of events: whose rows (`key`), when (`at`), columns that must be there (`needed`), and that may
    be (`optional`).
    """

    name: str
    key: str
    at: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


CHART = MimicTable(
    "icu/chartevents", "stay_id", "charttime", ("itemid", "valuenum"), ("storetime", "value", "valueuom")
)
INPUTS = MimicTable(
    "icu/inputevents",
    "stay_id",
    "starttime",
    ("endtime", "itemid", "amount", "rate", "rateuom"),
    (
        "storetime",
        "amountuom",
        "patientweight",
        "orderid",
        "ordercategorydescription",
        "ordercomponenttypedescription",
        "statusdescription",
    ),
)
OUTPUTS = MimicTable(
    "icu/outputevents", "stay_id", "charttime", ("itemid", "value"), ("storetime", "valueuom")
)
LABS = MimicTable(
    "hosp/labevents",
    "subject_id",
    "charttime",
    ("itemid", "valuenum"),
    ("storetime", "value", "comments", "valueuom", "ref_range_lower", "ref_range_upper", "specimen_id"),
)
NUMBERS = frozenset(
    {
        "itemid",
        "valuenum",
        "amount",
        "rate",
        "patientweight",
        "orderid",
        "ref_range_lower",
        "ref_range_upper",
        "specimen_id",
    }
)


def path_of(folder: Path, name: str) -> Path | None:
    """Return where a table lies in the folder; None when it does not exist."""
    return next((path for ending in ENDINGS if (path := folder / f"{name}{ending}").is_file()), None)


def needed(folder: Path, name: str) -> Path:
    """Return where a table lies. Raises UnreadableMimic when it does not exist."""
    found = path_of(folder, name)
    if found is None:
        raise UnreadableMimic(
            f"{folder}: no {name}.csv or {name}.csv.gz; give the folder that holds MIMIC-IV's `hosp` and "
            "`icu`"
        )
    return found


def small(path: Path, columns: Sequence[str]) -> Any:
    """Return a small table whole, as a DataFrame. Raises UnreadableMimic."""
    with path.open("rb") as file:
        frame = next(frames(path, file, None))
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise UnreadableMimic(f"{path}: no column {', '.join(missing)}")
    return frame


def pieces(folder: Path, table: MimicTable) -> Iterator[tuple[Any, int]]:
    """Yield the rows of a table, some at a time, only the columns that are used, each with the bytes of the
    file that were read.
    """
    path = needed(folder, table.name)
    with path.open("rb") as file:
        for frame in frames(path, file, table, ROWS):
            yield frame, file.tell()


def frames(path: Path, file: BinaryIO, table: MimicTable | None, rows: int | None = None) -> Iterator[Any]:
    """Yield a file as DataFrames: ids and numbers as pandas finds them, all else as text; only an empty cell
    is missing.
    """
    columns = header(path)
    wanted = columns if table is None else chosen(path, table, columns)
    try:
        found = pandas.read_csv(
            file,
            usecols=wanted,
            dtype={column: str for column in wanted if table is not None and not is_number(table, column)},
            chunksize=rows,
            compression="gzip" if path.suffix == ".gz" else None,
            keep_default_na=False,
            na_values=[""],
            low_memory=False,
        )
        yield from [found] if rows is None else found
    except (ValueError, EOFError, OSError, zlib.error) as fault:
        raise UnreadableMimic(f"{path}: not a table that can be read: {fault}") from None


def header(path: Path) -> list[str]:
    """Return the names of a file's columns. Raises UnreadableMimic."""
    try:
        return [str(name) for name in pandas.read_csv(path, nrows=0).columns]
    except (ValueError, EOFError, OSError, zlib.error) as fault:
        raise UnreadableMimic(f"{path}: not a table that can be read: {fault}") from None


def chosen(path: Path, table: MimicTable, columns: Sequence[str]) -> list[str]:
    """Return the columns to read. Raises UnreadableMimic when one that is needed does not exist."""
    must = [table.key, table.at, *table.needed]
    missing = [column for column in must if column not in columns]
    if missing:
        raise UnreadableMimic(f"{path}: no column {', '.join(missing)}")
    return [*must, *(column for column in table.optional if column in columns)]


def is_number(table: MimicTable, column: str) -> bool:
    """Return whether a column holds numbers."""
    return column == table.key or column in NUMBERS or (table == OUTPUTS and column == "value")


class Charted(NamedTuple):
    """A row of `icu/chartevents`."""

    at: int
    known: int
    item: int
    number: float | None
    text: str | None = None
    unit: str | None = None


class Given(NamedTuple):
    """A row of `icu/inputevents`: an amount between `start` and `end`, at a rate.

    `stored`: None where no storetime is kept.
    """

    start: int
    end: int
    stored: int | None
    item: int
    amount: float | None = None
    amount_unit: str | None = None
    rate: float | None = None
    rate_unit: str | None = None
    weight: float | None = None
    order: int | None = None
    category: str | None = None
    component: str | None = None
    status: str | None = None


class Collected(NamedTuple):
    """A row of `icu/outputevents`."""

    at: int
    known: int
    item: int
    volume: float | None
    unit: str | None = None


class Resulted(NamedTuple):
    """A row of `hosp/labevents`."""

    at: int
    known: int
    item: int
    number: float | None
    text: str | None = None
    comments: str | None = None
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    specimen: int | None = None


R = TypeVar("R", Charted, Collected, Resulted)


def cells(frame: Any, column: str) -> list[Any]:
    """Return a column as a list, None for every empty cell and for a column that does not exist."""
    if column not in frame.columns:
        return [None] * len(frame)
    return [None if cell is None or cell != cell else cell for cell in frame[column].tolist()]


def whole(cells: list[Any]) -> list[int | None]:
    """Return ids and times as integers, which a gap in the column has made floats of."""
    return [None if cell is None else int(cell) for cell in cells]
