"""Spill to disk: the lines of a file by patient, and sorted runs that are merged as a stream.

The files are in a temporary folder that no other user can read, and are removed with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from pathlib import Path
from zlib import crc32

from rules.wire.vocabulary import EVERY_PATIENT
from streams.service.files import Line, naming
from streams.shards.fold import key_of, patient_of

SHARD = 8 << 20
"""Bytes of events that one process is given at a time."""
FEWEST, MOST = 16, 256
UNPACKED = 12
"""How many times its size a gzip file of events unpacks to."""
HELD = 32 << 20
FILES = 100
"""How many runs are open at once: well below what a process may open."""


def shards_for(size: int, packed: bool) -> int:
    """Return how many shards a file of so many bytes is split into; `size` 0: not known, as of a pipe."""
    events = size * (UNPACKED if packed else 1)
    return 64 if size == 0 else min(MOST, max(FEWEST, events // SHARD))


class Shards:
    """The lines of a file, each patient's in one shard, in file order; ticks for all patients apart.

    `count`: how many shards; `whose`: returns the patient of a line; `lines`: how many lines were added.
    """

    def __init__(self, folder: Path, count: int, whose: Callable[[bytes], str | None] = patient_of) -> None:
        self.folder, self.count, self.whose = folder, count, whose
        self.held: dict[int, list[bytes]] = defaultdict(list)
        self.size = self.lines = 0
        self.for_all: list[Line] = []

    def add(self, lines: Iterable[Line]) -> None:
        """Add every line, holding at most `HELD` bytes of them."""
        for line in lines:
            self.put(line)
        self.flush()

    def put(self, line: Line) -> None:
        """Add a line, which may be held until `flush`."""
        self.lines += 1
        patient = None if line.data is None else self.whose(line.data)
        if patient == EVERY_PATIENT:
            self.for_all.append(line)
        else:
            self._hold(line, line.number % self.count if patient is None else self.of(patient))

    def of(self, patient: str) -> int:
        """Return the shard of a patient."""
        return crc32(patient.encode()) % self.count

    def _hold(self, line: Line, shard: int) -> None:
        text = _numbered(line)
        self.held[shard].append(text)
        self.size += len(text)
        if self.size > HELD:
            self.flush()

    def flush(self) -> None:
        """Write the lines that are held."""
        for shard, lines in self.held.items():
            with naming(self.folder.parent), self._path(shard).open("ab") as file:
                file.writelines(lines)
        self.held.clear()
        self.size = 0

    def _path(self, shard: int) -> Path:
        return self.folder / f"shard-{shard}"

    @property
    def filled(self) -> list[int]:
        """The shards that hold a line."""
        return [shard for shard in range(self.count) if self._path(shard).exists()]

    def read(self, shard: int) -> bytes:
        """Return the lines of a shard: `NUMBER JSON` each, a number alone for a line too long to hold."""
        return self._path(shard).read_bytes()

    def every(self) -> Iterator[bytes]:
        """Yield the lines of every shard, then those for all patients."""
        yield from map(self.read, self.filled)
        if self.for_all:
            yield b"".join(map(_numbered, self.for_all))


def _numbered(line: Line) -> bytes:
    return b"%d %s\n" % (line.number, line.data or b"")


class Runs:
    """Sorted lists of lines (`streams.shards.fold.key_of`) on disk, merged as they are read.

    Of lines with the same key those come first that were added first.
    """

    def __init__(self, folder: Path, name: str, files: int = FILES) -> None:
        self.folder, self.name, self.files = folder, name, files
        self.paths: list[Path] = []
        self.made = 0

    def add(self, lines: Iterable[bytes]) -> None:
        """Add lines that are in order of their keys."""
        first = next(iterator := iter(lines), None)
        if first is not None:
            self.paths.append(self._write(first, iterator))

    def clear(self) -> None:
        """Forget what was added."""
        for path in self.paths:
            path.unlink()
        self.paths = []

    def __iter__(self) -> Iterator[bytes]:
        """Yield every line in order of its key, without the key."""
        while len(self.paths) > self.files:
            some, rest = self.paths[: self.files], self.paths[self.files :]
            merged = self._merged(some)
            self.paths = [self._write(next(merged), merged), *rest]
            for path in some:
                path.unlink()
        for line in self._merged(self.paths):
            yield line[len(key_of(line)) + 1 :]

    def _write(self, first: bytes, rest: Iterable[bytes]) -> Path:
        path = self.folder / f"{self.name}-{self.made}"
        self.made += 1
        with naming(self.folder.parent), path.open("wb", buffering=1 << 20) as file:
            file.write(first)
            file.writelines(rest)
        return path

    def _merged(self, paths: list[Path]) -> Iterator[bytes]:
        with ExitStack() as stack:
            yield from merge(*(stack.enter_context(path.open("rb")) for path in paths), key=key_of)
