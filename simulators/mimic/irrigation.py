"""Bladder irrigation: what was put in is no urine, and comes out again with it, sometimes later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from simulators.mimic.output_items import IRRIGANT_IN, IRRIGANT_OUT
from simulators.mimic.rows import Collected
from simulators.mimic.tables import OUTPUTS
from simulators.mimic.tally import Tally


def irrigated(rows: Iterable[Collected], tally: Tally) -> Iterator[Collected]:
    """The rows, those of irrigation (227488 in, 227489 out) as the urine that is left of them.

    Less out than in is fluid that is still in the bladder: no collection ends then, the lack is taken off the next that comes out, and the
    next collection runs from before. So 3,000 in and 2,800 out, then 3,000 in and 3,600 out, are one collection of 400 mL.
    """
    ours = (IRRIGANT_IN, IRRIGANT_OUT)
    listed = list(rows)
    yield from (row for row in listed if row.item not in ours)
    owed = 0.0
    for _, together in groupby(sorted((row for row in listed if row.item in ours), key=attrgetter("at")), key=attrgetter("at")):
        group = list(together)
        left = sum((row.volume or 0.0) * (1 if row.item == IRRIGANT_OUT else -1) for row in group) - owed
        owed = max(-left, 0.0)
        if owed:
            tally.adjust(OUTPUTS.name, "irrigant-owed", len(group))
        elif any(row.item == IRRIGANT_OUT for row in group):
            yield group[-1]._replace(item=IRRIGANT_OUT, volume=left, known=max(row.known for row in group))
