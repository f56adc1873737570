"""Laboratory results: what of one specimen was stored together is one record, with the reference range of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from simulators.mimic.fact import Fact, neat, stamp
from simulators.mimic.lab_items import ANALYTES
from simulators.mimic.rows import Resulted
from simulators.mimic.sets import apart
from simulators.mimic.tables import LABS
from simulators.mimic.tally import Tally

LIMIT = re.compile(r"\s*(?:<|>|LESS THAN|GREATER THAN)\s*=?\s*([0-9]+\.?[0-9]*|\.[0-9]+)", re.IGNORECASE)
"""`<0.01` at the start of the value, or of the comments where the value is empty."""


def results(rows: Iterable[Resulted], tally: Tally) -> Iterator[Fact]:
    """Results by specimen and time of storing. A result without a number is a limit of detection, or none at all."""
    found = [row._replace(number=value) for row in rows for value in [number(row, tally)] if value is not None]
    for (at, known, specimen), group in groupby(sorted(found, key=lambda row: (*place(row), row.item)), key=place):
        for readings in apart(map(reading, group), lambda: tally.drop(LABS.name, "repeated")):
            yield Fact(at, known, "labs", f"lab-{specimen}" if specimen else f"lab-{stamp(at)}", {"readings": readings})


def place(row: Resulted) -> tuple[int, int, int]:
    return row.at, row.known, row.specimen or 0


def number(row: Resulted, tally: Tally) -> float | None:
    """The result: `valuenum` (`value` is often blanked to `___` beside it), else the limit of detection: nothing nearer was measured.

    `<0.01` becomes 0.01, which trips no criterion whose upper limit is 0.01, for those are strict.
    """
    if row.number is not None:
        return row.number
    found = LIMIT.match(row.text or "") or LIMIT.match(row.comments or "")
    if found is None:
        tally.drop(LABS.name, "no-number")
        return None
    tally.adjust(LABS.name, "detection-limit")
    return float(found[1])


def reading(row: Resulted) -> dict[str, Any]:
    """The reading as reported, in the unit of the row, else of the table."""
    analyte = ANALYTES[row.item]
    unit = row.unit or analyte.unit
    assert row.number is not None
    found: dict[str, Any] = {"code": analyte.code, "value": neat(row.number)}
    limits = {"unit": unit, "low": row.low, "high": row.high}
    return found | {name: neat(each) if isinstance(each, float) else each for name, each in limits.items() if each is not None}
