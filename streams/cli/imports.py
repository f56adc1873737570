"""Run `il2watch import mimic-iv`: tables to events.

Source: docs/reference/mimic.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, TypedDict

from streams.cli import event_files, options, sharing
from streams.errors import UsageError
from streams.service.exit_codes import DONE
from streams.service.lifecycle import until_ended

MIMIC = "simulators.mimic_iv"
"""Imported by name when called, as all of `simulators` is."""
MOST_ITEMS = 10


class Item(TypedDict):
    """An item of MIMIC-IV."""

    itemid: int
    label: str | None


class Unmapped(Item):
    """An item without a counterpart on the wire, and its number of rows."""

    rows: int


Rows = TypedDict(
    "Rows",
    {
        "read": int,
        "used": int,
        "other-stays": int,
        "unmapped": list[Unmapped],
        "dropped": dict[str, int],
        "adjusted": dict[str, int],
        "wordings": dict[str, int],
        "relabelled": list[Item],
        "by-name": list[Item],
        "unread-time": str | None,
    },
)
"""Counts of what became of the rows of a table."""


class Report(TypedDict):
    """Counts of the whole import: stays, events by type, rows by table."""

    stays: int
    events: dict[str, int]
    tables: dict[str, Rows]


MIMIC_DESCRIPTION = """\
Turns the tables of MIMIC-IV (the full data or the demo, .csv or .csv.gz) into a file of events, in
the order in which they became known. Each ICU stay is a patient; its admission stands for the start
of a cycle, since nobody in MIMIC had interleukin-2. Tables may be larger than memory. What could
not be mapped, and what was dropped, is counted on stderr; --report writes every count.
docs/reference/mimic.md describes the mapping."""
MIMIC_EXAMPLE = """\
  il2watch import mimic-iv mimic-iv-demo -o events.jsonl.gz
  il2watch import mimic-iv mimic-iv --stays 31316840 30665396 | il2watch run -"""
MIMIC_EXIT = "exit: 0 done, 1 nothing was read, 2 usage, or a folder that is not MIMIC-IV's, 130 interrupted"


def mimic_parser() -> options.Parser:
    command = options.parser("import mimic-iv", MIMIC_DESCRIPTION, f"{MIMIC_EXAMPLE}\n\n{MIMIC_EXIT}")
    command.add_argument("folder", metavar="DIR", help="the folder that holds `hosp` and `icu`")
    command.add_argument(
        "--stays", metavar="ID", nargs="+", type=stay, help="only these stays (stay_id); default: all"
    )
    command.add_argument("--report", metavar="FILE", help="write every count as JSON")
    command.add_argument(
        "--spill",
        metavar="DIR",
        type=Path,
        help="where rows wait on disk meanwhile; default: the system's temporary folder",
    )
    event_files.option(command)
    sharing.add_jobs(command, "up to 64 stays are charted in one")
    return command


@until_ended()
def mimic_main(arguments: list[str]) -> int:
    """Write the events, then report what became of the rows."""
    chosen = mimic_parser().parse_args(arguments)
    convert, tally, tables = (import_module(f"{MIMIC}.{name}") for name in ("convert", "tally", "tables"))
    counts = tally.ImportTally()
    try:
        any_read = write(chosen, convert.events, counts)
    except tables.UnreadableMimic as fault:
        raise UsageError(str(fault)) from None
    report = counts.report()
    finish(chosen, report, dict(tally.REASONS) | dict(tally.ADJUSTMENTS))
    return DONE if any_read else event_files.nothing_read([chosen.folder], "row")


def write(chosen: argparse.Namespace, events: Any, counts: Any) -> bool:
    """Write the events to the file that was named, with a progress bar; return whether there was any."""
    from streams.service.files import filling
    from streams.shards.pool import pool

    opened = partial(pool, chosen.jobs or sharing.cores(), None)
    with filling() as progress:
        lines = events(Path(chosen.folder), chosen.stays, counts, progress, chosen.spill, opened)
        return event_files.write_any(chosen.into, lines)


def finish(chosen: argparse.Namespace, report: Report, words: dict[str, str]) -> None:
    """Write the report: in words on stderr, in full to the file of `--report`."""
    from streams.service.event_file import warn

    for line in report_lines(report, words):
        warn(line)
    if chosen.report is not None:
        with event_files.opened(chosen.report) as into:
            into.write(json.dumps(report, indent=1, ensure_ascii=False).encode() + b"\n")


def report_lines(report: Report, words: dict[str, str]) -> Iterator[str]:
    """Yield the report for people: the events, then each table, its rows, and what became of the others."""
    stays, events = report["stays"], report["events"]
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in events.items())
    yield f"{stays:,} stay{'s' * (stays != 1)}, {sum(events.values()):,} events: {kinds}"
    for name, table in report["tables"].items():
        others = f", {table['other-stays']:,} of other stays" if table["other-stays"] else ""
        yield f"{name}: {table['read']:,} rows, {table['used']:,} used{others}"
        yield from (f"  not mapped: {line}" for line in items(table["unmapped"]))
        yield from (f"  dropped: {number:,} {words[reason]}" for reason, number in table["dropped"].items())
        yield from (f"  changed: {number:,} {words[what]}" for what, number in table["adjusted"].items())
        yield from (
            f"  a wording that is not known: {number:,} {wording!r}"
            for wording, number in table["wordings"].items()
        )
        yield from (
            f"  named otherwise here, and used: {item['itemid']} {item['label']}"
            for item in table["relabelled"]
        )
        yield from (
            f"  read by its name in the dictionary: {item['itemid']} {item['label']}"
            for item in table["by-name"]
        )
        if table["unread-time"] is not None:
            yield f"  a time that cannot be read: {table['unread-time']!r}; times are 2150-03-02 08:00:00"


def items(unmapped: list[Unmapped]) -> Iterator[str]:
    """Yield items without a counterpart on the wire, the commonest first, then how many more there are."""
    for item in unmapped[:MOST_ITEMS]:
        yield f"{item['rows']:,} {item['itemid']} {item['label'] or ''}".rstrip()
    rest = unmapped[MOST_ITEMS:]
    if rest:
        yield f"{sum(item['rows'] for item in rest):,} of {len(rest):,} items more (--report names them)"


def stay(text: str) -> int:
    """Return a stay_id. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no stay_id; write it like 31316840")
    return int(text)
