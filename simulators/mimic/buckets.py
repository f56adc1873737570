"""Rows put aside on disk, stay by stay, until all of a stay's rows are there.

No table need be in any order, so a stay is whole only when every table was read to its end. Rows are spilled as they are read to one
file for each few stays and table, and read back a few stays at a time: memory holds one piece of a table, or a few stays, whatever the
tables' size. The files live in a temporary folder that nobody else can read, and are gone with it.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas

STAYS = 64


class Buckets:
    """One folder of spilled rows; rows carry `place`, the place of their stay in the list of stays."""

    def __init__(self, folder: Path, stays: int = STAYS) -> None:
        self.folder, self.stays = folder, stays

    def add(self, table: str, frame: Any) -> None:
        """Spills rows."""
        for bucket, part in frame.groupby(frame.place // self.stays, sort=False):
            with self.file(table, int(bucket)).open("ab") as file:
                pickle.dump(part, file, pickle.HIGHEST_PROTOCOL)

    def rows(self, table: str, bucket: int) -> dict[int, Any]:
        """The rows of the bucket's stays, by place, in the order in which they were added."""
        parts = list(self.parts(table, bucket))
        if not parts:
            return {}
        return {int(place): part for place, part in pandas.concat(parts, ignore_index=True).groupby("place")}

    def parts(self, table: str, bucket: int) -> Iterator[Any]:
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
