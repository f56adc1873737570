"""Write a simulation to files: the feed with its faults, the ground truth, and the fault log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from simulators import faults
from simulators.charting.records import Record, sink, write
from simulators.course.simulation import DoseConsultant, Simulation
from simulators.truth import file as truth_file

BATCH = 4096


class Wanted(NamedTuple):
    """Paths of the files to write, gzip by their names; `-` is standard output.

    `faults`: in the syntax of `--faults` (`simulators.faults.parse`). Faults alter the feed only: the
    consultant is given the records without them.
    """

    events: str
    truth: str | None = None
    fault_log: str | None = None
    faults: str = ""


class Produced:
    """Progress: the records written, the `chunks` of the simulation done, and the fault log."""

    def __init__(self, fault_log: faults.FaultLog) -> None:
        self.chunks = self.records = 0
        self.fault_log = fault_log


def produce(simulation: Simulation, consultant: DoseConsultant, wanted: Wanted) -> Iterator[Produced]:
    """Run the simulation to its end, streaming; yield the progress after each chunk.

    Raises OSError for a file, `faults.FaultsError` for the faults.
    """
    with (
        sink(wanted.events) as events,
        sink(wanted.fault_log) if wanted.fault_log else nullcontext() as entries,
    ):
        if wanted.truth:
            Path(wanted.truth).touch()  # a missing folder is reported now, not after the course
        done = Produced(fault_log(entries))
        for records in with_faults(
            consulted(simulation, consultant, done), wanted.faults, simulation.request.seed, done.fault_log
        ):
            done.records += write(records, events)
            yield done
    if wanted.truth:
        truth_file.write(Path(wanted.truth), simulation.truths())
    yield done


def fault_log(entries: BinaryIO | None) -> faults.FaultLog:
    """Return a fault log that writes its entries as JSON Lines, if there is a file for them."""
    if entries is None:
        return faults.FaultLog()
    encode = msgspec.json.Encoder().encode
    return faults.FaultLog(lambda entry: entries.write(encode(entry) + b"\n"))


def consulted(simulation: Simulation, consultant: DoseConsultant, done: Produced) -> Iterator[list[Record]]:
    """Yield the records chunk by chunk; the consultant gets each chunk first."""
    for records in simulation.run(consultant):
        consultant.chart(records)
        yield records
        done.chunks += 1


def with_faults(
    feed: Iterator[list[Record]], spec: str, seed: int, fault_log: faults.FaultLog
) -> Iterator[list[Record]]:
    """Yield the same feed after its faults, in lists of some thousand records."""
    rates = faults.parse(spec)
    if not rates:
        yield from feed
        return
    batch: list[Record] = []
    for record in faults.apply(chain.from_iterable(feed), rates, seed, fault_log):
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch
