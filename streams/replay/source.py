"""Read the file of a replay: what can be sent, in order of `known`.

What cannot be sent is reported on stderr, line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import NamedTuple

from rules.wire.vocabulary import EVERY_PATIENT
from streams.replay.record import ReplayRecord, Unsendable, record, shifted
from streams.service import tabular_files
from streams.service.event_file import LONG, spelled, warn
from streams.service.files import lines, watched


class Source(NamedTuple):
    """The records of a file in order of `known`, ties in file order.

    `unsendable`: how many lines could not be sent, by reason.
    """

    path: str
    records: list[ReplayRecord]
    unsendable: Counter[str]

    @property
    def patients(self) -> set[str]:
        """The patients of the records."""
        return {record.patient for record in self.records} - {EVERY_PATIENT}

    @property
    def first(self) -> int:
        """The first `known`, ms; 0 when there is none."""
        return self.records[0].known if self.records else 0

    @property
    def refusal_line(self) -> str | None:
        """`3 not sent (malformed 2, bad-time 1)`; None when all were."""
        return f"{self.unsendable.total()} not sent ({spelled(self.unsendable)})" if self.unsendable else None


def source(path: str) -> Source:
    """Read JSON Lines (plain, gzip, `-`), CSV or Parquet, by the name's ending.

    Raises UsageError when it cannot be read.
    """
    found = Source(path, [], Counter())
    for number, value, message in numbered(path):
        add_line(found, number, value, message)
    found.records.sort(key=attrgetter("known"))
    return found


def numbered(path: str) -> Iterable[tuple[int, bytes | None, str]]:
    """Return the file's records as JSON, each with the number of its line, or of the row it begins in.

    A line without a record has None, and why.
    """
    if tabular_files.is_table(path):
        return tabular_files.records(tabular_files.rows(path))
    return json_lines(path)


def json_lines(path: str) -> Iterator[tuple[int, bytes | None, str]]:
    """Yield the lines of a file with their numbers."""
    for line in watched(lines(path), path):
        yield line.number, line.data, LONG


def add_line(found: Source, number: int, value: bytes | None, message: str) -> None:
    """Add one record, or report on stderr why it cannot be sent."""
    try:
        if value is None:
            raise Unsendable("malformed", message)
        found.records.append(record(value))
    except Unsendable as fault:
        found.unsendable[fault.reason] += 1
        warn(f"{found.path}:{number}: {fault.reason}: {fault.message}")


def moved(found: Source, to: int) -> Source:
    """Return the source with all times moved by one offset, so that the first `known` is `to` (ms)."""
    return found._replace(records=list(shifted(found.records, to - found.first)))
