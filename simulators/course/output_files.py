"""Write a simulation to files: the feed with its faults, the ground truth, and the fault log.

A large ward is shared out by beds: each part of it is simulated in a process of its own, into a sorted file
of records with their places, and the files are merged. The bytes are those of one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import msgspec

from simulators import faults
from simulators.charting.records import Placed, Record, sink, unplaced, write
from simulators.course.simulation import Beds, DoseConsultant, Simulation, SimulationRequest
from simulators.scenarios import SCENARIOS
from simulators.shared_work import SHIFT, Opened, Watch, done_file, followed, merged, naming
from simulators.truth import file as truth_file

BATCH = 4096
Consult = Callable[[Sequence[str]], DoseConsultant]
"""Returns the consultant of some patients, by their ids; it can be sent to another process."""
Opening = Callable[[str], AbstractContextManager[BinaryIO]]


class Wanted(NamedTuple):
    """Paths of the files to write, gzip by their names; `-` is standard output.

    `faults`: in the syntax of `--faults` (`simulators.faults.parse`). Faults alter the feed only: the
    consultant is given the records without them. `opened`: opens the file of the events.
    """

    events: str
    truth: str | None = None
    fault_log: str | None = None
    faults: str = ""
    opened: Opening = sink


class Ward(Protocol):
    """A ward that can be simulated once; its truth may be written after that."""

    request: SimulationRequest

    def feed(self, watch: Watch) -> Iterator[list[Record]]: ...

    def write_truth(self, path: Path) -> None: ...


class Produced(NamedTuple):
    """How many records were written, and the fault log."""

    records: int
    fault_log: faults.FaultLog


def produce(ward: Ward, wanted: Wanted, watch: Watch) -> Produced:
    """Simulate to the end, streaming, and write the files.

    Raises OSError for a file, `faults.FaultsError` for the faults.
    """
    with (
        wanted.opened(wanted.events) as events,
        sink(wanted.fault_log) if wanted.fault_log else nullcontext() as entries,
        promised(wanted.truth),
    ):
        log = fault_log(entries)
        feed = with_faults(ward.feed(watch), wanted.faults, ward.request.seed, log)
        written = sum(write(records, events) for records in feed)
    if wanted.truth:
        ward.write_truth(Path(wanted.truth))
    return Produced(written, log)


@contextmanager
def promised(path: str | None) -> Iterator[None]:
    """Report now, and not after the course, that a file cannot be made; where all fails leave none behind."""
    if path is None:
        yield
        return
    new = not Path(path).exists()
    Path(path).touch()
    try:
        yield
    except BaseException:
        if new:
            Path(path).unlink(missing_ok=True)
        raise


class WholeWard:
    """A ward simulated in this process."""

    def __init__(self, request: SimulationRequest, consult: Consult, truth: bool) -> None:
        self.request, self.simulation = request, Simulation(request, truth=truth)
        self.consultant = consult(self.simulation.cohort.ids)

    def feed(self, watch: Watch) -> Iterator[list[Record]]:
        """Yield the records chunk by chunk; the consultant gets each chunk first."""
        for done, records in enumerate(self.simulation.run(self.consultant), 1):
            self.consultant.chart(records)
            yield records
            watch("simulating", done, self.request.chunks + 1)

    def write_truth(self, path: Path) -> None:
        """Write what truly happened, a patient a line."""
        truth_file.write(path, self.simulation.truths())


FEWEST, MOST = 16, 512
"""Beds of a part: with fewer, most of its time goes into what a chunk takes with any number of patients; with
more, it takes too much memory."""
WORTH = 100.0
"""Patient-days from which a ward is shared out: to start processes takes longer than to simulate fewer."""


def parts_of(request: SimulationRequest, jobs: int) -> list[Beds]:
    """Return the parts into which a ward is shared out for so many processes; empty: it is not.

    One process too simulates a large ward part by part: memory does not grow with the number of patients.
    """
    patients = request.patients
    parts = min(max(jobs, -(-patients // MOST)), patients // FEWEST)
    if parts < 2 or patients * request.minutes < WORTH * 1440:
        return []
    return list(pairwise(patients * part // parts for part in range(parts + 1)))


class PartRequest(NamedTuple):
    """A part of a ward, for another process.

    `scenario`: its name; `rest`: the other fields of the request; `folder`: where the files go that are
    named by the part's first bed.
    """

    scenario: str
    rest: tuple[Any, ...]
    beds: Beds
    consult: Consult
    folder: Path
    truth: bool


RECORDS, TRUTH = "records-{:06}", "truth-{:06}"


class WardInParts:
    """A ward whose parts are simulated in processes; `folder`: where their files are until it is written."""

    def __init__(
        self,
        request: SimulationRequest,
        consult: Consult,
        truth: bool,
        parts: Sequence[Beds],
        pool: Opened,
        folder: Path,
    ) -> None:
        self.request, self.parts, self.pool, self.folder = request, parts, pool, folder
        name, *rest = request._replace(scenario=request.scenario.name)[:-1]  # type: ignore[arg-type]
        self.requests = [PartRequest(str(name), tuple(rest), beds, consult, folder, truth) for beds in parts]

    def feed(self, watch: Watch) -> Iterator[list[Record]]:
        """Yield the records in order, once every part is simulated."""
        chunks = (self.request.chunks + 1) * len(self.parts)
        with self.pool() as run, followed(self.folder, "simulating", chunks, watch):
            total = sum(run(simulate_part, self.requests))
        paths = [self.folder / RECORDS.format(first) for first, _ in self.parts]
        for done, records in enumerate(batches(paths), 1):
            yield records
            watch("writing", min(done * BATCH, total), total)

    def write_truth(self, path: Path) -> None:
        """Write what truly happened, a patient a line."""
        with ExitStack() as stack:
            files = [self.folder / TRUTH.format(first) for first, _ in self.parts]
            lines = chain.from_iterable(stack.enter_context(file.open("rb")) for file in files)
            truth_file.write_lines(path, lines)


def simulate_part(request: PartRequest) -> int:
    """Simulate the patients of a part into its files; return how many records there are."""
    scenario = SimulationRequest(SCENARIOS[request.scenario], *request.rest)
    simulation = Simulation(scenario, truth=request.truth, beds=request.beds)
    consultant, first = request.consult(simulation.cohort.ids), request.beds[0]
    count = 0
    with (
        naming(request.folder.parent),
        (request.folder / RECORDS.format(first)).open("wb", buffering=1 << 20) as file,
        done_file(request.folder, str(first)).open("wb", buffering=0) as done,
    ):
        for records in simulation.placed(consultant):
            consultant.chart(unplaced(records))
            file.writelines(map(placed_line, records))
            count += len(records)
            done.write(b".")
    if request.truth:
        truth_file.write(request.folder / TRUTH.format(first), simulation.truths())
    return count


KNOWN, PLACE = 16, 16 + 1 + 9 + 1 + 6 + 1


def placed_line(record: Placed) -> bytes:
    """Return a record as a line that sorts by its place."""
    known, turn, bed, data = record
    return b"%016d %09d %06d %b\n" % (known + SHIFT, turn, bed, data)


def batches(paths: Iterable[Path]) -> Iterator[list[Record]]:
    """Yield the records of sorted files in order, some thousand at a time."""
    batch: list[Record] = []
    for line in merged(paths):
        batch.append((int(line[:KNOWN]) - SHIFT, line[PLACE:-1]))
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def fault_log(entries: BinaryIO | None) -> faults.FaultLog:
    """Return a fault log that writes its entries as JSON Lines, if there is a file for them."""
    if entries is None:
        return faults.FaultLog()
    encode = msgspec.json.Encoder().encode
    return faults.FaultLog(lambda entry: entries.write(encode(entry) + b"\n"))


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
