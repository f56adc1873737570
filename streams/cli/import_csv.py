"""Run `il2watch import csv`: one's own table to a file of events (docs/reference/columns.md).

A large CSV file is shared out by patient: rows of one record name the same one. The parts are sorted runs on
disk, which are merged: the bytes, and the messages, are those of one process.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from streams.cli import event_files, options, sharing
from streams.errors import UsageError
from streams.service.event_file import spelled, warn
from streams.service.exit_codes import DONE, FINDINGS
from streams.service.files import Line, filling
from streams.service.lifecycle import until_ended

if TYPE_CHECKING:
    from streams.service.tabular_files import RefusedRow, Row

DESCRIPTION = """\
Turns a table in the layout of docs/reference/columns.md into a file of events (JSON Lines), in the
order in which they became known. CSV may be larger than memory: its rows are shared out by patient.
A Parquet table is read into memory whole, by one process, and --jobs changes nothing. A row without
patient, type or time is reported on stderr and counted; all else is written unchanged, for the engine
to validate."""
EXAMPLE = """\
  il2watch import csv ward.csv -o ward.jsonl.gz
  il2watch import csv vitals.parquet | il2watch assess -"""
EXIT = (
    "exit: 0 done, 1 some row was left out (--strict), or no row was read, 2 usage, or a table that cannot "
    "be read, 130 interrupted"
)


def parser() -> options.Parser:
    command = options.parser("import csv", DESCRIPTION, f"{EXAMPLE}\n\n{EXIT}")
    command.add_argument("file", metavar="FILE", help="a table: .csv, .csv.gz or .parquet")
    command.add_argument("--strict", action="store_true", help="exit 1 if a row was left out")
    event_files.option(command)
    sharing.add_jobs(command, f"up to {sharing.FEW:,} rows are read in one")
    command.set_defaults(scheduler=None)
    return command


class Read(NamedTuple):
    """What a table gave: records in order of `known`, and by reason how many rows were left out."""

    records: Iterable[bytes]
    left_out: Counter[str]


@until_ended()
def main(arguments: list[str]) -> int:
    """Write the records of the table."""
    chosen = parser().parse_args(arguments)
    from streams.service import tabular_files

    if not tabular_files.is_table(chosen.file):
        raise UsageError(f"{chosen.file}: not a table by its name; give .csv, .csv.gz or .parquet")
    with read(chosen) as found:
        any_read = event_files.write_any(chosen.into, found.records)
    if found.left_out:
        warn(f"il2watch: {chosen.file}: {found.left_out.total()} left out ({spelled(found.left_out)})")
    if not any_read:
        return event_files.nothing_read([chosen.file], "row below the head")
    return FINDINGS if found.left_out and chosen.strict else DONE


@contextmanager
def read(chosen: argparse.Namespace) -> Iterator[Read]:
    """Read the table that the arguments name, and report the rows that are left out."""
    from streams.service import tabular_files

    if not chosen.file.lower().endswith(tabular_files.CSV):
        yield at_once(chosen.file)
        return
    table = Table(chosen.file)
    with sharing.source(chosen, table.rows, table.whose) as source:
        yield at_once(chosen.file) if isinstance(source, list) else table.shared(source)


def at_once(path: str) -> Read:
    """Read a table in this process."""
    from streams.replay.source import source

    found = source(path)
    return Read((record.value + b"\n" for record in found.records), found.unsendable)


class RowsRequest(NamedTuple):
    """Some patients' lines of a CSV file, each after its number; `columns`: those of the head."""

    columns: list[str]
    lines: bytes


class RowsRead(NamedTuple):
    """Records, and why rows are left out: lines with keys, in order (`streams.shards.fold.key_of`)."""

    records: list[bytes]
    left_out: list[bytes]


class Table:
    """A CSV file that is shared out."""

    def __init__(self, path: str) -> None:
        self.path, self.columns = path, list[str]()

    def rows(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the lines after the head; take the columns from that. Raises UsageError."""
        from streams.service.tabular_files import heading

        found = iter(lines)
        self.columns = heading(self.path, next(found))
        yield from found

    def whose(self, line: bytes) -> str | None:
        """Return the patient of a row, blank where it names none; None where the line is no row."""
        row = row_of(self.columns, Line(0, line, 0))
        return row.get("patient", "") if isinstance(row, dict) else None

    def shared(self, source: sharing.Shared) -> Read:
        """Read the rows of some patients after another, in whatever processes."""
        from streams.shards.spill import Runs

        folder, shards = source.shards.folder, source.shards
        records, left_out = Runs(folder, "records"), Runs(folder, "left-out")
        requests = (RowsRequest(self.columns, lines) for lines in shards.every())
        with filling() as watch:
            for done, found in enumerate(source.pool(read_rows, requests), 1):
                records.add(found.records)
                left_out.add(found.left_out)
                watch("reading rows", done, len(shards.filled))
        return Read(records, self.reported(left_out))

    def reported(self, left_out: Iterable[bytes]) -> Counter[str]:
        """Report the rows that are left out, in order; return how many there are by reason."""
        import msgspec

        counts, decode = Counter[str](), msgspec.json.Decoder(tuple[int, str, str]).decode
        for number, reason, message in map(decode, left_out):
            counts[reason] += 1
            warn(f"{self.path}:{number}: {reason}: {message}")
        return counts


def row_of(columns: list[str], line: Line) -> Row | RefusedRow:
    """Return a line of CSV as a row, or why it is none."""
    from streams.service import tabular_files

    fields = tabular_files.split(line)
    if isinstance(fields, tabular_files.RefusedRow):
        return fields
    return tabular_files.row_of(columns, fields, line.number)


def read_rows(request: RowsRequest) -> RowsRead:
    """Read some patients' rows: the work of one process."""
    from streams.replay.record import Unsendable, record
    from streams.service.tabular_files import records
    from streams.shards.fold import END, SHIFT, numbered, refusal

    lines = (Line(number, data or None, 0) for number, data in numbered(request.lines))
    found = RowsRead([], [])
    for number, value, message in records(row_of(request.columns, line) for line in lines):
        try:
            if value is None:
                raise Unsendable("malformed", message)
            key = b"%016d%012d" % (record(value).known + SHIFT, number)
            found.records.append(key + END + value + b"\n")
        except Unsendable as fault:
            found.left_out.append(refusal(b"%012d" % number, number, fault.reason, fault.message))
    return RowsRead(sorted(found.records), sorted(found.left_out))
