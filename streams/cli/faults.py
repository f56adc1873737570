"""Run `il2watch faults`: a file of events as a bad feed would deliver it, and the fault log."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from importlib import import_module
from typing import Any, BinaryIO, Protocol, TypedDict

from streams.cli import event_files, options
from streams.cli.options import seed
from streams.errors import UsageError
from streams.service.lifecycle import until_ended

SIMULATOR = "simulators.faults"
"""Imported by name when called, as all of `simulators` is."""


class Fault(Protocol):
    """One fault of a feed: its rate alone and on a usual feed, which records it alters, and what it does."""

    rate: float
    usual: float
    of: str
    says: str


class Counts(TypedDict):
    """Counts of a fault log: how often each fault occurred, records lost, and refusals to be expected."""

    faults: dict[str, int]
    lost: int
    refused: dict[str, int]


DESCRIPTION = """\
Applies feed faults to a file of events, as a hospital's interfaces cause them: late, lost, twice,
out of order, garbled, stuck sensors, wrong units. The same seed gives the same bytes. --list names
the faults with their rates. The fault log names every record touched; all others stay byte for byte."""
EXAMPLE = """\
  il2watch faults --list
  il2watch faults ward.jsonl.gz --faults usual -o spoiled.jsonl.gz --fault-log faults.jsonl.gz
  il2watch faults ward.jsonl --faults drop=0.05,garbled | il2watch run -"""


def parser() -> options.Parser:
    command = options.parser("faults", DESCRIPTION, EXAMPLE)
    command.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="events in order of `known`, plain or gzip; - is standard input",
    )
    command.add_argument("--list", action="store_true", help="name the faults, what each does, and how often")
    command.add_argument(
        "--faults",
        metavar="F",
        default="usual",
        help="usual, all, or names and rates like drop=0.01,duplicate; default: usual",
    )
    command.add_argument(
        "--seed", metavar="S", type=seed, default=1, help="another number, other records; default: 1"
    )
    options.fault_log(command, "what was done to which record, JSON Lines; *.gz is compressed")
    event_files.option(command)
    return command


@until_ended()
def main(arguments: list[str]) -> int:
    """Write the altered file and its fault log."""
    chosen = parser().parse_args(arguments)
    faults = import_module(SIMULATOR)
    if chosen.list:
        return listed(faults.FAULTS)
    if chosen.file is None:
        raise UsageError("faults: name a file of events; il2watch faults --list names the faults")
    return spoil(chosen, faults, rates(chosen.faults, faults))


def rates(value: str, faults: Any) -> dict[str, float]:
    """Return the rate of each fault. Raises UsageError."""
    try:
        found: dict[str, float] = faults.parse(value)
    except ValueError as error:
        raise UsageError(f"--faults: {error}") from None
    return found


def spoil(chosen: argparse.Namespace, faults: Any, rates: dict[str, float]) -> int:
    """Write the events with faults applied, and report the counts on stderr."""
    from streams.service.event_file import warn

    with (
        event_files.opened(chosen.into) as into,
        event_files.opened(chosen.fault_log) if chosen.fault_log else nullcontext() as log_file,
    ):
        fault_log = faults.FaultLog(None if log_file is None else entry_writer(log_file))
        for _, line in faults.apply(feed(chosen.file), rates, chosen.seed, fault_log):
            into.write(line + b"\n")
    counts: Counts = fault_log.counts
    summary = ", ".join(f"{name} {number}" for name, number in counts["faults"].items())
    warn(
        f"il2watch: {chosen.file}: {summary or 'nothing altered'}; {counts['lost']} lost, "
        f"{sum(counts['refused'].values())} will be refused"
    )
    return 0


def entry_writer(into: BinaryIO) -> Any:
    """Return a function that writes an entry of the fault log."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    return lambda entry: into.write(encode(entry) + b"\n")


def feed(path: str) -> Iterator[tuple[int, bytes]]:
    """Yield the lines, each with the instant (ms) it became known.

    A line without a time has that of the line before it. Raises UsageError for a file out of order.
    """
    from streams.replay.record import Unsendable, record
    from streams.service.files import lines, watched

    last = 0
    for line in watched(lines(path), path):
        if line.data is None:
            raise UsageError(f"{path}:{line.number}: longer than 1 MiB; one event a line")
        try:
            known = record(line.data).known
        except Unsendable:
            known = last
        if known < last:
            raise UsageError(
                f"{path}:{line.number}: known before the line above it; faults streams, and needs a file "
                "in order of `known`"
            )
        last = known
        yield known, line.data


def listed(faults: Mapping[str, Fault]) -> int:
    """Print the faults in the order in which they are applied."""
    from streams.show import terminal

    table = terminal.table("fault", "all", "usual", "of", "what it does")
    for name, fault in faults.items():
        table.add_row(
            name, f"{fault.rate:g}", f"{fault.usual:g}" if fault.usual else "-", fault.of, fault.says
        )
    terminal.console().print(table)
    return 0
