"""Outputs: one row, one collection. Irrigant is taken off what comes out; sums for a time outside the ICU are no collection of urine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from rules.instant import DAY, text
from simulators.mimic.fact import Fact, neat, stamp
from simulators.mimic.irrigation import irrigated
from simulators.mimic.output_items import OUTPUTS
from simulators.mimic.rows import Collected
from simulators.mimic.tables import OUTPUTS as TABLE
from simulators.mimic.tally import Tally

URINE = "urine"


def outputs(rows: Iterable[Collected], tally: Tally) -> Iterator[Fact]:
    """Every output. A collection of urine runs from the end of the one before it (criteria.md 3, urine), so no start is written, but after a
    sum from outside: 4,300 mL of an operation charted on arrival would else be a rate of litres an hour, and the first 50 mL after it,
    spread over the operation, an oliguria that never was.
    """
    summed = ended = None
    for at, together in groupby(sorted(irrigated(rows, tally), key=attrgetter("at", "item")), key=attrgetter("at")):
        group = list(together)
        begins = start(at, summed, ended)
        for row in group:
            yield fact(row, begins if collection(row) else None)
        if begins is not None and any(map(collection, group)):
            tally.adjust(TABLE.name, "begins-after-sum", sum(map(collection, group)))
        summed, ended = later(at, group, elsewhere, summed), later(at, group, collection, ended)


def start(at: int, summed: int | None, ended: int | None) -> int | None:
    """Where the collections that end at `at` begin, if a sum from outside came after the last collection; else it is not for us to say."""
    after = summed is not None and (ended is None or ended < summed) and at - summed <= DAY
    return summed if after else None


def later(at: int, group: Sequence[Collected], is_one: Callable[[Collected], bool], before: int | None) -> int | None:
    return at if any(map(is_one, group)) else before


def collection(row: Collected) -> bool:
    """Whether a row is urine of the ICU."""
    return OUTPUTS[row.item].kind == URINE and not OUTPUTS[row.item].elsewhere


def elsewhere(row: Collected) -> bool:
    """Whether a row is a sum of urine from outside the ICU."""
    return OUTPUTS[row.item].kind == URINE and OUTPUTS[row.item].elsewhere


def fact(row: Collected, start: int | None) -> Fact:
    """The row on the wire; what was collected outside the ICU is `other`."""
    assert row.volume is not None
    output = OUTPUTS[row.item]
    began = {} if start is None else {"start": text(start)}
    fields = {"direction": "out", "kind": "other" if output.elsewhere else output.kind, "volume": neat(row.volume), "unit": row.unit or "mL", **began}
    return Fact(row.at, row.known, "io", f"out-{row.item}-{stamp(row.at)}", fields)
