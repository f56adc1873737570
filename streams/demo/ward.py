"""The ward that is watched: records to publish, in order of knowing, and the instant from which it is watched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

from streams.replay.record import Record, record
from streams.replay.ticks import tick, ticked

FILE = "ward.jsonl"


class Ward(NamedTuple):
    """`records` may be made as they are taken, and are taken once. `opens` (ms): what became known before is history. `stories`: patient -> what is
    interesting about it, in the order of the beds.
    """

    records: Iterable[Record]
    opens: int
    stories: Mapping[str, str]

    def parts(self) -> Iterator[tuple[bool, Iterator[Record]]]:
        """The history, then what is live (True) with ticks among it: deadlines of the history are decided in their own time by what comes after."""
        for live, records in groupby(self.records, lambda one: one.known >= self.opens):
            if live:
                yield True, chain([tick(self.opens)], ticked(records))
            else:
                yield False, records


def ward(lines: Iterable[tuple[int, bytes]], opens: int, stories: Mapping[str, str]) -> Ward:
    """A ward of events as wire.md writes them, each with when it became known (ms), in that order."""
    return Ward((record(line) for _, line in lines), opens, stories)


def kept(found: Ward, folder: Path) -> Ward:
    """The same, its events written as JSON Lines as they are taken, for the offline commands."""
    return found._replace(records=written(found.records, folder / FILE))


def written(records: Iterable[Record], path: Path) -> Iterator[Record]:
    with path.open("wb", buffering=0) as file:
        for one in records:
            file.write(one.value + b"\n")
            yield one
