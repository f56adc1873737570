"""`il2watch import csv`: a table in the layout of docs/columns.md to events, read as `il2watch replay` reads it."""

from __future__ import annotations

from streams.commands import options, outfile
from streams.errors import UsageError

SAYS = """\
Turns a table in the layout of docs/columns.md into a file of events (JSON Lines), in the order in which they became known. The table is read
whole. What names no patient, type or time is told on stderr, and counted; all else is written as it stands, for the engine to judge."""
EXAMPLE = """\
  il2watch import csv ward.csv -o ward.jsonl.gz
  il2watch import csv vitals.parquet | il2watch assess -"""
EXIT = "exit: 0 done, 1 some row was left out (--strict), 2 usage, or a table that cannot be read, 130 interrupted"


def parser() -> options.Parser:
    command = options.parser("import csv", SAYS, f"{EXAMPLE}\n\n{EXIT}")
    command.add_argument("file", metavar="FILE", help="a table: .csv, .csv.gz or .parquet")
    command.add_argument("--strict", action="store_true", help="exit 1 if a row was left out")
    outfile.option(command)
    return command


def main(arguments: list[str]) -> int:
    """Writes the records of the table."""
    chosen = parser().parse_args(arguments)
    from streams.load import spelled, tell
    from streams.replay.frames import is_table
    from streams.replay.source import source

    if not is_table(chosen.file):
        raise UsageError(f"{chosen.file}: not a table by its name; give .csv, .csv.gz or .parquet")
    found = source(chosen.file)
    with outfile.opened(chosen.into) as into:
        into.writelines(record.value + b"\n" for record in found.records)
    if found.unsendable:
        tell(f"il2watch: {chosen.file}: {found.unsendable.total()} left out ({spelled(found.unsendable)})")
    return int(chosen.strict and bool(found.unsendable))
