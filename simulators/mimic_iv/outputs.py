"""Map the items of `icu/outputevents`: one row, one collection; irrigant is subtracted from what comes out,
and sums for a time outside the ICU are no collection of urine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from rules.wire.instants import DAY, text
from simulators.mimic_iv.fact import MimicFact, neat, stamp
from simulators.mimic_iv.tables import OUTPUTS, Collected
from simulators.mimic_iv.tables import OUTPUTS as TABLE
from simulators.mimic_iv.tally import ImportTally


class OutputKind(NamedTuple):
    """A kind of wire.md (io, out).

    `elsewhere`: one sum for a time outside the ICU, of which only the end is charted.
    """

    label: str
    kind: str
    elsewhere: bool = False


IRRIGANT_IN, IRRIGANT_OUT = 227488, 227489
OUTPUT_ITEMS: Mapping[int, OutputKind] = MappingProxyType(
    {
        226559: OutputKind("Foley", "urine"),
        226560: OutputKind("Void", "urine"),
        226561: OutputKind("Condom Cath", "urine"),
        226584: OutputKind("Ileoconduit", "urine"),
        226563: OutputKind("Suprapubic", "urine"),
        226564: OutputKind("R Nephrostomy", "urine"),
        226565: OutputKind("L Nephrostomy", "urine"),
        226567: OutputKind("Straight Cath", "urine"),
        226557: OutputKind("R Ureteral Stent", "urine"),
        226558: OutputKind("L Ureteral Stent", "urine"),
        IRRIGANT_IN: OutputKind("GU Irrigant Volume In", "urine"),
        IRRIGANT_OUT: OutputKind("GU Irrigant/Urine Volume Out", "urine"),
        226627: OutputKind("OR Urine", "urine", elsewhere=True),
        226631: OutputKind("PACU Urine", "urine", elsewhere=True),
        226633: OutputKind("Pre-Admission", "urine", elsewhere=True),
        226579: OutputKind("Stool", "stool"),
        226580: OutputKind("Fecal Bag", "stool"),
        226582: OutputKind("Ostomy (output)", "stool"),
        226583: OutputKind("Rectal Tube", "stool"),
        226571: OutputKind("Emesis", "emesis"),
        226573: OutputKind("Gastric Tube", "emesis"),
        226575: OutputKind("Nasogastric", "emesis"),
        226576: OutputKind("Oral Gastric", "emesis"),
        226588: OutputKind("Chest Tube #1", "drain"),
        226589: OutputKind("Chest Tube #2", "drain"),
        226590: OutputKind("L Pleural #1", "drain"),
        226592: OutputKind("Mediastinal", "drain"),
        226599: OutputKind("Jackson Pratt #1", "drain"),
        226604: OutputKind("Hemovac #1", "drain"),
        226606: OutputKind("Cerebral Ventricular #1", "drain"),
        226607: OutputKind("Cerebral Ventricular #2", "drain"),
        226612: OutputKind("Pericardial", "drain"),
        226613: OutputKind("Wound Vac #1", "drain"),
        226625: OutputKind("Tap", "drain"),
        226628: OutputKind("PACU Drains", "drain", elsewhere=True),
        227701: OutputKind("Drainage Bag", "drain"),
    }
)

DRAIN = OutputKind("by its name in the dictionary", "drain")


def output(row: Collected) -> OutputKind:
    """Return what a row is; one that is read by its name alone is a drain."""
    return OUTPUT_ITEMS.get(row.item, DRAIN)


LABELS: Mapping[int, str] = MappingProxyType({item: each.label for item, each in OUTPUT_ITEMS.items()})


def irrigated(rows: Iterable[Collected], tally: ImportTally) -> Iterator[Collected]:
    """Yield the rows, those of irrigation (227488 in, 227489 out) as the urine that is left of them.

    Less out than in is fluid that is still in the bladder: no collection ends then, the deficit is subtracted
    from the next that comes out, and the next collection runs from before. So 3,000 in and 2,800 out, then
    3,000 in and 3,600 out, are one collection of 400 mL.
    """
    ours = (IRRIGANT_IN, IRRIGANT_OUT)
    listed = list(rows)
    yield from (row for row in listed if row.item not in ours)
    pending = 0.0
    for _, together in groupby(
        sorted((row for row in listed if row.item in ours), key=attrgetter("at")), key=attrgetter("at")
    ):
        group = list(together)
        left = sum((row.volume or 0.0) * (1 if row.item == IRRIGANT_OUT else -1) for row in group) - pending
        pending = max(-left, 0.0)
        if pending:
            tally.adjust(OUTPUTS.name, "irrigant-owed", len(group))
        elif any(row.item == IRRIGANT_OUT for row in group):
            yield group[-1]._replace(item=IRRIGANT_OUT, volume=left, known=max(row.known for row in group))


URINE = "urine"


def outputs(rows: Iterable[Collected], tally: ImportTally) -> Iterator[MimicFact]:
    """Yield every output.

    A collection of urine runs from the end of the one before it (criteria.md 3, urine-hour), so no start is
    written, except after a sum from outside: 4,300 mL of an operation charted on arrival would otherwise be a
    rate of litres an hour, and the first 50 mL after it, spread over the operation, an oliguria that never
    was.
    """
    summed = ended = None
    for at, together in groupby(
        sorted(irrigated(rows, tally), key=attrgetter("at", "item")), key=attrgetter("at")
    ):
        group = list(together)
        begins = start(at, summed, ended)
        for row in group:
            yield fact(row, begins if collection(row) else None)
        if begins is not None and any(map(collection, group)):
            tally.adjust(TABLE.name, "begins-after-sum", sum(map(collection, group)))
        summed, ended = later(at, group, elsewhere, summed), later(at, group, collection, ended)


def start(at: int, summed: int | None, ended: int | None) -> int | None:
    """Return where the collections that end at `at` begin, if a sum from outside came after the last
    collection; otherwise None: the engine decides it.
    """
    after = summed is not None and (ended is None or ended < summed) and at - summed <= DAY
    return summed if after else None


def later(
    at: int, group: Sequence[Collected], is_one: Callable[[Collected], bool], before: int | None
) -> int | None:
    """Return `at` when one of the group is such a row, else `before`."""
    return at if any(map(is_one, group)) else before


def collection(row: Collected) -> bool:
    """Return whether a row is urine of the ICU."""
    return output(row).kind == URINE and not output(row).elsewhere


def elsewhere(row: Collected) -> bool:
    """Return whether a row is a sum of urine from outside the ICU."""
    return output(row).kind == URINE and output(row).elsewhere


def fact(row: Collected, start: int | None) -> MimicFact:
    """Return the row on the wire; what was collected outside the ICU is `other`."""
    assert row.volume is not None
    found = output(row)
    began = {} if start is None else {"start": text(start)}
    fields = {
        "direction": "out",
        "kind": "other" if found.elsewhere else found.kind,
        "volume": neat(row.volume),
        "unit": row.unit or "mL",
        **began,
    }
    return MimicFact(row.at, row.known, "io", f"out-{row.item}-{stamp(row.at)}", fields)
