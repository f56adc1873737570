"""Lines of all stays in order of `known`, by an external sort: runs that fit in memory, sorted and spilled, then merged from disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from heapq import merge
from pathlib import Path

RUN = 200_000
FILES = 128
SHIFT = 1 << 52
"""Makes times before 1970 positive, so that keys of equal length sort as numbers do."""
KEY = 16 + 1 + 12 + 1


class Ordering:
    """Sorted runs on disk; `run` lines in memory at most, and `files` runs open at once."""

    def __init__(self, folder: Path, run: int = RUN, files: int = FILES) -> None:
        self.folder, self.run, self.files = folder, run, files
        self.held: list[bytes] = []
        self.runs: list[Path] = []
        self.count = self.made = 0

    def add(self, known: int, line: bytes) -> None:
        """Takes a line; lines of equal `known` keep the order in which they were added."""
        self.held.append(b"%016d %012d %s\n" % (known + SHIFT, self.count, line))
        self.count += 1
        if len(self.held) >= self.run:
            self.spill()

    def spill(self) -> None:
        """Writes what is held as one sorted run."""
        self.held.sort()
        self.runs.append(self.write(self.held))
        self.held = []

    def lines(self) -> Iterator[bytes]:
        """Every line, in order of `known`, each with its line end."""
        while len(self.runs) > self.files:
            some, self.runs = self.runs[: self.files], self.runs[self.files :]
            self.runs.append(self.write(self.merged(some)))
            for path in some:
                path.unlink()
        self.held.sort()
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("rb")) for path in self.runs]
            for line in merge(*files, self.held):
                yield line[KEY:]

    def merged(self, paths: list[Path]) -> Iterator[bytes]:
        with ExitStack() as stack:
            yield from merge(*(stack.enter_context(path.open("rb")) for path in paths))

    def write(self, lines: list[bytes] | Iterator[bytes]) -> Path:
        path = self.folder / f"run-{self.made}"
        self.made += 1
        with path.open("wb", buffering=1 << 20) as file:
            file.writelines(lines)
        return path
