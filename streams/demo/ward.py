"""The ward that is watched: records to publish, in order of knowing, and the instant from which it is watched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from streams.replay.record import Record, record
from streams.replay.ticks import tick, ticked
from streams.times import instant

FILE = "ward.jsonl"


class Ward(NamedTuple):
    """`opens` (ms): what became known before is history. `stories`: patient -> what is interesting about it, in the order of the beds."""

    records: list[Record]
    opens: int
    stories: Mapping[str, str]

    @property
    def ends(self) -> int:
        """The last instant of the course, ms."""
        return self.records[-1].known


    def feed(self) -> Iterator[Record]:
        """The records with ticks among them, from the opening on: deadlines of the history are decided in their own time by what comes after them."""
        history = [one for one in self.records if one.known < self.opens]
        return chain(history, [tick(self.opens)], ticked(one for one in self.records if one.known >= self.opens))


def ward(events: Iterable[Mapping[str, Any]], opens: str, stories: Mapping[str, str]) -> Ward:
    """A ward of events as wire.md writes them. Raises UsageError for an `opens` that is no time."""
    records = [record(msgspec.json.encode(event)) for event in events]
    return Ward(sorted(records, key=lambda one: one.known), instant(opens), stories)


def write(found: Ward, folder: Path) -> Path:
    """The ward's events as JSON Lines, for the offline commands."""
    path = folder / FILE
    path.write_bytes(b"".join(one.value + b"\n" for one in found.records))
    return path
