"""Import a MIMIC-IV folder: every chosen stay as lines of events, in order of `known`, in bounded memory.

Three passes: rows are read in pieces and spilled by stay; a few stays at a time become lines, spilled as
sorted runs (both in `disk_sort`); the runs are merged. The spilled files need about as much disk as the
mapped rows and the events, uncompressed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
    Watch,
    needed,
    path_of,
    pieces,
    small,
)
from simulators.mimic_iv.tally import ImportTally

ROWS_READ: Mapping[MimicTable, Mapping[int, str]] = {
    CHART: chart_items.LABELS,
    INPUTS: inputs.LABELS,
    OUTPUTS: outputs.LABELS,
    LABS: laboratory.LABELS,
}
"""The tables of events, and the items read of each with their labels."""
DICTIONARIES = {CHART: "icu/d_items", INPUTS: "icu/d_items", OUTPUTS: "icu/d_items", LABS: "hosp/d_labitems"}


def events(
    folder: Path, wanted: Collection[int] | None, tally: ImportTally, watch: Watch, spill: Path | None = None
) -> Iterator[bytes]:
    """Yield every line, each with its line end.

    `wanted`: stays by stay_id (None: all). `spill`: where the temporary folder is made.

    Raises UnreadableMimic for a folder that is not MIMIC-IV's, or a file that cannot be read.
    """
    courses = stays(folder, wanted, tally)
    tally.stays = len(courses)
    name_items(folder, tally)
    with TemporaryDirectory(prefix="il2watch-import-", dir=spill) as temporary:
        buckets = Buckets(Path(temporary))
        spill_rows(folder, courses, buckets, tally, watch)
        lines = Ordering(Path(temporary))
        for place, (stay, rows) in enumerate(by_stay(courses, buckets), 1):
            for known, line in written(counted(facts(stay, rows, tally), tally), stay.patient):
                lines.add(known, line)
            watch("charting stays", place, len(courses))
        yield from lines.lines()


def spill_rows(
    folder: Path, courses: list[MimicStay], buckets: Buckets, tally: ImportTally, watch: Watch
) -> None:
    """Read every table, and spill the rows that belong to a stay."""
    windows = Windows(courses)
    sizes = {table: needed(folder, table.name).stat().st_size for table in ROWS_READ}
    done = 0
    for table, items in ROWS_READ.items():
        read = {*items, *tally.by_name[table.name]}
        for frame in pieces(folder, table, watch, done, sum(sizes.values())):
            buckets.add(table.name, selected(frame, table, windows, read, tally))
        done += sizes[table]


def by_stay(courses: list[MimicStay], buckets: Buckets) -> Iterator[tuple[MimicStay, dict[str, Any]]]:
    """Yield each stay with its rows by table, a bucket of stays in memory at a time."""
    for first in range(0, len(courses), buckets.stays):
        rows = {table.name: buckets.rows(table.name, first // buckets.stays) for table in ROWS_READ}
        for place, stay in enumerate(courses[first : first + buckets.stays], first):
            yield stay, {name: own[place] for name, own in rows.items() if place in own}


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
