"""Write events as Parquet partitioned by patient: a folder that stands wherever a file of events does.

The lines are split by patient on disk and become Parquet patient by patient, so that a part of them is in
memory. Columns: `event`, a record's JSON, and `position`, its line in a file of the same events. The folder
appears under its name when it is whole. Source: docs/howto/backtest-ten-years.md.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from streams.errors import UsageError
from streams.service.files import Line, naming
from streams.service.tabular_files import EVENT, PARQUET, PARTITION, POSITION, is_partitioned
from streams.shards.fold import Numbered, numbered, patient_of
from streams.shards.spill import MOST, Shards

if TYPE_CHECKING:
    import pyarrow

NOBODY = "__HIVE_DEFAULT_PARTITION__"
"""The partition of lines that name no patient, as pandas and Spark know it."""


def is_folder(path: str) -> bool:
    """Return whether events go into a folder of Parquet, by its name."""
    return path.rstrip("/").lower().endswith(PARQUET)


@contextmanager
def folder(path: str) -> Iterator[EventFolder]:
    """Open a folder of Parquet for writing; an older one of that name is replaced when all was written.

    Raises UsageError where pyarrow is missing or something else has the name, OSError when it cannot be
    written.
    """
    whole = Path(os.path.realpath(path))
    check(path, whole)
    part = whole.with_name(f"part-{os.getpid()}-{whole.name}")
    part.mkdir()
    try:
        with TemporaryDirectory(prefix="il2watch-parquet-") as spill:
            into = EventFolder(Path(spill))
            yield into
            with naming(whole):
                into.save(part)
        put_in_place(part, whole)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check(path: str, whole: Path) -> None:
    """Check that the folder can be written and replaces nothing but its like. Raises UsageError."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise UsageError(
            f"{path}: Parquet needs pyarrow, which is not installed: pip install 'il2watch[parquet]'"
        ) from None
    empty = whole.is_dir() and not any(whole.iterdir())
    if whole.exists() and not empty and not is_partitioned(str(whole)):
        raise UsageError(
            f"{path}: is there, and is no folder of Parquet by patient; give another name, or remove it"
        )


def put_in_place(part: Path, whole: Path) -> None:
    """Give the folder its name; what had it before is removed, or has it again."""
    if not whole.exists():
        part.rename(whole)
        return
    before = whole.with_name(f"before-{os.getpid()}-{whole.name}")
    whole.rename(before)
    try:
        part.rename(whole)
    except BaseException:
        before.rename(whole)
        raise
    shutil.rmtree(before)


class EventFolder:
    """Takes lines of events as a file does; `save` writes them as Parquet."""

    def __init__(self, spill: Path) -> None:
        self.shards, self.numbers = Shards(spill, MOST), count(1)

    def write(self, data: bytes) -> int:
        """Take whole lines."""
        for line in data.removesuffix(b"\n").split(b"\n"):
            self.shards.put(Line(next(self.numbers), line, 0))
        return len(data)

    def writelines(self, lines: Iterable[bytes]) -> None:
        """Take lines, each with its line end."""
        for line in lines:
            self.write(line)

    def save(self, into: Path) -> None:
        """Write the lines taken, a file for each patient."""
        self.shards.flush()
        for number, lines in enumerate(self.shards.every()):
            for patient, found in by_name(lines).items():
                name = NOBODY if patient is None else quote(patient, safe="")
                path = into / f"{PARTITION}{name}" / f"part-{number}.parquet"
                path.parent.mkdir(exist_ok=True)
                write_table(table(found), path)


def by_name(lines: bytes) -> dict[str | None, list[Numbered]]:
    """Return the lines of a shard by patient; None: they name none."""
    found: dict[str | None, list[Numbered]] = defaultdict(list)
    for number, data in numbered(lines):
        found[patient_of(data)].append((number, data))
    return found


def table(lines: list[Numbered]) -> pyarrow.Table:
    """Return lines as a table; bytes that are no text stay bytes."""
    import pyarrow

    events: list[Any] = [data for _, data in lines]
    kind = pyarrow.binary()
    with suppress(UnicodeDecodeError):
        events, kind = [data.decode() for data in events], pyarrow.string()
    positions = pyarrow.array([number for number, _ in lines], pyarrow.int64())
    return pyarrow.table({POSITION: positions, EVENT: pyarrow.array(events, kind)})


def write_table(found: pyarrow.Table, path: Path) -> None:
    """Write a table to a file."""
    from pyarrow import parquet

    parquet.write_table(found, path, compression="zstd")
