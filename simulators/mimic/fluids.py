"""Fluids: the volume of a row counts whole at its end, in the kind that its order says (criteria.md 7, fluid-limit)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.instant import text
from simulators.mimic.fact import Fact, neat, stamp
from simulators.mimic.input_items import BLOOD, CRYSTALLOID, EXPANDER, FLUIDS
from simulators.mimic.rows import Given
from simulators.mimic.tables import INPUTS
from simulators.mimic.tally import Tally
from simulators.mimic.times import learned

MAIN, BOLUS = "Main order parameter", "Bolus"
FAST = 248.0
"""mL/h above which a continuous crystalloid is a bolus by another name (mimic-code, crystalloid_bolus)."""
PER_MINUTE = "mL/min"


def fluids(rows: Iterable[Given], tally: Tally) -> Iterator[Fact]:
    """Each volume given, over the time it ran."""
    for row in rows:
        if row.item not in FLUIDS:
            continue
        if not row.amount or row.amount < 0:
            tally.drop(INPUTS.name, "no-amount")
            continue
        began = {"start": text(row.start)} if row.start < row.end else {}
        fields = {"direction": "in", "kind": kind(row), "volume": neat(row.amount), "unit": row.amount_unit or "mL", **began}
        yield Fact(row.end, learned(row.end, row.stored), "io", f"in-{row.order or row.item}-{row.item}-{stamp(row.end)}", fields)


def kind(row: Given) -> str:
    """`iv-bolus` and `blood-product` count above maintenance. What carries a drug, and sums from outside the ICU, are `other`: the one is no
    fluid therapy, of the other nobody knows when it was given."""
    class_ = FLUIDS[row.item].class_
    if class_ == BLOOD:
        return "blood-product"
    if class_ == EXPANDER:
        return "iv-bolus"
    if class_ != CRYSTALLOID or row.component not in (MAIN, None):
        return "other"
    return "iv-bolus" if row.category == BOLUS or per_hour(row) > FAST else "iv-maintenance"


def per_hour(row: Given) -> float:
    """mL/h; 0 where no rate is charted."""
    return (row.rate or 0.0) * (60.0 if row.rate_unit == PER_MINUTE else 1.0)
