"""CSV and Parquet through pandas: cells as they stand, nothing guessed (docs/columns.md)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from streams.errors import UsageError
from streams.replay.columns import Row, cells, check

CSV = (".csv", ".csv.gz")
PARQUET = (".parquet", ".pq")


def is_table(path: str) -> bool:
    """Whether a file is a table, by its name; events as JSON Lines may have any other."""
    return PurePath(path).name.lower().endswith(CSV + PARQUET)


def rows(path: str) -> Iterator[Row]:
    """The rows of a table, only the cells that are filled. Raises UsageError when it cannot be read, or its columns are not the layout's."""
    frame = read(path)
    names = [str(name) for name in frame.columns]
    try:
        check(names)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    for values in frame.itertuples(index=False, name=None):
        yield dict(cells(names, map(plain, values)))


def read(path: str) -> Any:
    """The table as a DataFrame: CSV cells as text, Parquet cells as they were written. Raises UsageError."""
    import pandas

    try:
        if path.lower().endswith(CSV):
            return pandas.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
        return pandas.read_parquet(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except ImportError:
        raise UsageError(f"{path}: Parquet needs pyarrow, which is not installed: pip install 'il2watch[parquet]'") from None
    except (ValueError, OSError, EOFError) as error:
        raise UsageError(f"{path}: not a table that can be read: {error}") from None


def plain(cell: Any) -> Any:
    """A cell without pandas and numpy in it: missing is None; an instant is text, and without an offset if it has no zone: that is never guessed."""
    import pandas

    if cell is None or cell is pandas.NA or cell is pandas.NaT:
        return None
    if isinstance(cell, pandas.Timestamp):
        return cell.isoformat()
    return cell.item() if hasattr(cell, "item") else cell
