"""Spill rows to disk, stay by stay, and sort the lines of all stays by `known` externally: runs that fit in
memory, then merged from disk.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas

from simulators.shared_work import SHIFT, merged, naming

# No table need be in any order, so a stay is complete only when every table was read to its end. Rows are
# spilled as they are read to one file for each few stays and table, and read back a few stays at a time:
# memory holds one piece of a table, or a few stays, whatever the tables' size. The files live in a temporary
# folder that no other user can read, and are removed with it.


class Buckets:
    """One folder of spilled rows; rows carry `place`, the index of their stay in the list of stays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, table: str, frame: Any, stays: int) -> None:
        """Spill rows, those of so many stays together."""
        for bucket, part in frame.groupby(frame.place // stays, sort=False):
            with self.file(table, int(bucket)).open("ab") as file:
                pickle.dump(part, file, pickle.HIGHEST_PROTOCOL)

    def rows(self, table: str, bucket: int) -> dict[int, Any]:
        """Return the rows of the bucket's stays, by place, in the order in which they were added."""
        parts = list(self.parts(table, bucket))
        if not parts:
            return {}
        return {int(place): part for place, part in pandas.concat(parts, ignore_index=True).groupby("place")}

    def parts(self, table: str, bucket: int) -> Iterator[Any]:
        """Yield the spilled pieces of a bucket."""
        path = self.file(table, bucket)
        if not path.exists():
            return
        with path.open("rb") as file:
            while True:
                try:
                    yield pickle.load(file)
                except EOFError:
                    return

    def file(self, table: str, bucket: int) -> Path:
        return self.folder / f"{table.replace('/', '-')}-{bucket}"


RUN = 200_000
FILES = 128
KEY = 16 + 1 + 8 + 1 + 12 + 1


class Ordering:
    """Sorted runs on disk; at most `run` lines in memory, and `files` runs open at once.

    `number`: of this ordering among those whose runs are merged at the end.
    """

    def __init__(self, folder: Path, run: int = RUN, files: int = FILES, number: int = 0) -> None:
        self.folder, self.run, self.files, self.number = folder, run, files, number
        self.held: list[bytes] = []
        self.runs: list[Path] = []
        self.count = self.made = 0

    def add(self, known: int, line: bytes) -> None:
        """Add a line; lines of equal `known` keep the order of the orderings, then that of adding."""
        self.held.append(b"%016d %08d %012d %s\n" % (known + SHIFT, self.number, self.count, line))
        self.count += 1
        if len(self.held) >= self.run:
            self.spill()

    def spill(self) -> None:
        """Write the lines in memory as one sorted run."""
        self.held.sort()
        self.runs.append(self.write(self.held))
        self.held = []

    def spilled(self) -> list[Path]:
        """Return the runs of all lines, for another ordering to merge."""
        if self.held:
            self.spill()
        return self.runs

    def lines(self) -> Iterator[bytes]:
        """Yield every line, in order of `known`, each with its line end."""
        while len(self.runs) > self.files:
            some, self.runs = self.runs[: self.files], self.runs[self.files :]
            self.runs.append(self.write(merged(some)))
            for path in some:
                path.unlink()
        self.held.sort()
        for line in merged(self.runs, self.held):
            yield line[KEY:]

    def write(self, lines: list[bytes] | Iterator[bytes]) -> Path:
        """Write lines as one run; return its path."""
        path = self.folder / f"run-{self.number}-{self.made}"
        self.made += 1
        with naming(self.folder.parent), path.open("wb", buffering=1 << 20) as file:
            file.writelines(lines)
        return path
