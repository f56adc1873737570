"""Import a MIMIC-IV folder: every chosen stay as lines of events, in order of `known`, in bounded memory.

Three passes: rows are read in pieces and spilled by stay; a few stays at a time become lines, spilled as
sorted runs (both in `disk_sort`); the runs are merged. The spilled files need about as much disk as the
mapped rows and the events, uncompressed. Processes may share the tables of the first pass, and the stays of
the second: neither depends on the others of its kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from simulators.mimic_iv import chart_items, inputs, laboratory, outputs
from simulators.mimic_iv.disk_sort import Buckets, Ordering
from simulators.mimic_iv.fact import written
from simulators.mimic_iv.item_names import is_read
from simulators.mimic_iv.stay_facts import facts
from simulators.mimic_iv.stays import MimicStay, Windows, selected, stays
from simulators.mimic_iv.tables import (
    CHART,
    INPUTS,
    LABS,
    OUTPUTS,
    MimicTable,
    needed,
    path_of,
    pieces,
    small,
)
from simulators.mimic_iv.tally import ImportTally
from simulators.shared_work import Opened, Pool, Watch, done_file, followed, in_process, naming

ROWS_READ: Mapping[MimicTable, Mapping[int, str]] = {
    CHART: chart_items.LABELS,
    INPUTS: inputs.LABELS,
    OUTPUTS: outputs.LABELS,
    LABS: laboratory.LABELS,
}
"""The tables of events, and the items read of each with their labels."""
BUCKET = 64
"""Stays that are in memory at once."""
DICTIONARIES = {CHART: "icu/d_items", INPUTS: "icu/d_items", OUTPUTS: "icu/d_items", LABS: "hosp/d_labitems"}


def events(
    folder: Path,
    wanted: Collection[int] | None,
    tally: ImportTally,
    watch: Watch,
    spill: Path | None = None,
    opened: Opened = in_process,
) -> Iterator[bytes]:
    """Yield every line, each with its line end.

    `wanted`: stays by stay_id (None: all). `spill`: where the temporary folder is made. `opened`: opens the
    pool that shares the work, where there are stays for more than one process.

    Raises UnreadableMimic for a folder that is not MIMIC-IV's, or a file that cannot be read.
    """
    courses = stays(folder, wanted, tally)
    tally.stays = len(courses)
    name_items(folder, tally)
    with TemporaryDirectory(prefix="il2watch-import-", dir=spill) as temporary:
        work, lines = Path(temporary), Ordering(Path(temporary), number=len(courses))
        few = len(courses) <= BUCKET
        with in_process() if few else opened() as pool:
            spill_rows(folder, courses, work, tally, watch, pool)
            charted = pool(chart_bucket, buckets_of(courses, work, tally))
            for done, (runs, found) in enumerate(charted, 1):
                lines.runs += runs
                tally.merge(found)
                watch("charting stays", min(done * BUCKET, len(courses)), len(courses))
        yield from lines.lines()


class TableRequest(NamedTuple):
    """A table whose rows are to be spilled; `items`: those that are read of it.

    `spill`: the folder for what is spilled, which also tells how far this is; `together`: stays of a bucket.
    """

    folder: Path
    table: MimicTable
    items: frozenset[int]
    courses: list[MimicStay]
    spill: Path
    together: int


def spill_rows(
    folder: Path, courses: list[MimicStay], spill: Path, tally: ImportTally, watch: Watch, pool: Pool
) -> None:
    """Read every table, and spill the rows that belong to a stay."""
    size = sum(needed(folder, table.name).stat().st_size for table in ROWS_READ)
    requests = [
        TableRequest(folder, table, frozenset({*items, *tally.by_name[table.name]}), courses, spill, BUCKET)
        for table, items in ROWS_READ.items()
    ]
    with followed(spill, "reading tables", size // PIECE, watch):
        for found in pool(spill_table, requests):
            tally.merge(found)


PIECE = 1 << 16
"""Bytes of a table that count as one piece of the work."""


def spill_table(request: TableRequest) -> ImportTally:
    """Spill the rows of a table that belong to a stay; return what became of the others."""
    tally, windows = ImportTally(), Windows(request.courses)
    table, buckets = request.table, Buckets(request.spill)
    with (
        naming(request.spill.parent),
        done_file(request.spill, table.name.replace("/", "-")).open("wb", buffering=0) as done,
    ):
        for frame, read in pieces(request.folder, table):
            buckets.add(table.name, selected(frame, table, windows, request.items, tally), request.together)
            done.write(b"." * (read // PIECE - done.tell()))
    return tally


class BucketRequest(NamedTuple):
    """Some stays whose rows were spilled: those of bucket `number`, from the place `first` on.

    `by_name`: the items that are read by their names alone.
    """

    spill: Path
    number: int
    first: int
    courses: list[MimicStay]
    by_name: dict[str, dict[int, str]]


def buckets_of(courses: list[MimicStay], spill: Path, tally: ImportTally) -> Iterator[BucketRequest]:
    """Yield the stays, some at a time."""
    for number, first in enumerate(range(0, len(courses), BUCKET)):
        yield BucketRequest(spill, number, first, courses[first : first + BUCKET], dict(tally.by_name))


def chart_bucket(request: BucketRequest) -> tuple[list[Path], ImportTally]:
    """Turn some stays into sorted runs of lines; return these, and what became of the rows."""
    tally, lines = ImportTally(), Ordering(request.spill, number=request.number)
    tally.by_name.update(request.by_name)
    buckets = Buckets(request.spill)
    rows = {table.name: buckets.rows(table.name, request.number) for table in ROWS_READ}
    for place, stay in enumerate(request.courses, request.first):
        own = {name: found[place] for name, found in rows.items() if place in found}
        for known, line in written(counted(facts(stay, own, tally), tally), stay.patient):
            lines.add(known, line)
    return lines.spilled(), tally


def counted(found: list[Any], tally: ImportTally) -> list[Any]:
    """Count the facts by type; return them unchanged."""
    tally.events.update(fact.kind for fact in found)
    return found


def name_items(folder: Path, tally: ImportTally) -> None:
    """Take the names of items from the source's own dictionaries; note the items whose name there differs
    from ours, and those that are read by their name alone.
    """
    for table, labels in ROWS_READ.items():
        path = path_of(folder, DICTIONARIES[table])
        if path is None:
            continue
        frame = small(path, ("itemid", "label"))
        names = {
            int(item): str(label)
            for item, label in zip(frame.itemid.tolist(), frame.label.tolist(), strict=True)
        }
        tally.labels[table.name] = names
        tally.relabelled[table.name] = {
            item: names[item] for item, label in labels.items() if differs(names.get(item, label), label)
        }
        tally.by_name[table.name] = {
            item: names[item]
            for item, category in of_table(frame, table)
            if item not in labels and is_read(table, names[item], category)
        }


def of_table(frame: Any, table: MimicTable) -> Iterator[tuple[int, str]]:
    """Yield the items of a dictionary that belong to a table, each with its category."""
    rows = zip(frame.itemid.tolist(), column(frame, "linksto"), column(frame, "category"), strict=True)
    for item, linked, category in rows:
        if linked in ("", table.name.partition("/")[2]):
            yield int(item), category


def column(frame: Any, name: str) -> list[str]:
    """Return a column as text, blank where there is none."""
    if name not in frame.columns:
        return [""] * len(frame)
    return ["" if cell != cell or cell is None else str(cell) for cell in frame[name].tolist()]


def differs(there: str, here: str) -> bool:
    """Return whether two labels name different things."""
    return there.strip().casefold() != here.casefold()
