"""Turn one stay's rows into its facts: each table's rows are read, filtered by time, and given to the modules
that map them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from simulators.mimic_iv.chart_events import baseline, mental, vitals
from simulators.mimic_iv.chart_items import WORDS
from simulators.mimic_iv.fact import MimicFact, early, learned
from simulators.mimic_iv.inputs import fluids, infusions, medicines, pressor
from simulators.mimic_iv.laboratory import results
from simulators.mimic_iv.outputs import outputs
from simulators.mimic_iv.oxygen import intubation, oxygen
from simulators.mimic_iv.stays import MimicStay
from simulators.mimic_iv.tables import (
    CHART,
    INPUTS,
    LABS,
    OUTPUTS,
    Charted,
    Collected,
    Given,
    R,
    Resulted,
    cells,
    whole,
)
from simulators.mimic_iv.tally import ImportTally

REWRITTEN = "Rewritten"


def facts(stay: MimicStay, rows: Mapping[str, Any], tally: ImportTally) -> list[MimicFact]:
    """Return all facts of a stay.

    `rows`: the tables' rows of this stay (DataFrames), by name; a table without any may be left out.

    A fact that became known after the discharge would begin a new stay (criteria.md 9), and is left out: a
    row by its own time, and the end of an infusion that outlasts the stay, which the discharge ends.
    """
    chart = numbered(charted(rows.get(CHART.name), stay, tally), tally)
    given = inputs(rows.get(INPUTS.name), stay, tally)
    found = chain(
        stay.encounters(),
        baseline(stay, chart, given, tally),
        vitals(chart, tally),
        oxygen(chart, tally),
        mental(chart, tally),
        intubation(chart),
        infusions(given, tally),
        fluids(given, tally),
        medicines(given, tally),
        outputs(collected(rows.get(OUTPUTS.name), stay, tally), tally),
        results(resulted(rows.get(LABS.name), stay, tally), tally),
    )
    return [fact for fact in found if fact.known <= stay.closes and fact.at <= stay.closes]


def charted(frame: Any, stay: MimicStay, tally: ImportTally) -> list[Charted]:
    """Return the stay's rows of `icu/chartevents`."""
    return list(timely(frame, CHART.name, stay, tally, Charted, ("itemid", "valuenum", "value", "valueuom")))


def collected(frame: Any, stay: MimicStay, tally: ImportTally) -> list[Collected]:
    """Return the stay's rows of `icu/outputevents` that have a volume."""
    rows = list(timely(frame, OUTPUTS.name, stay, tally, Collected, ("itemid", "value", "valueuom")))
    there = [row for row in rows if row.volume is not None]
    if len(there) < len(rows):
        tally.drop(OUTPUTS.name, "no-number", len(rows) - len(there))
    return there


def resulted(frame: Any, stay: MimicStay, tally: ImportTally) -> list[Resulted]:
    """Return the stay's rows of `hosp/labevents`."""
    columns = (
        "itemid",
        "valuenum",
        "value",
        "comments",
        "valueuom",
        "ref_range_lower",
        "ref_range_upper",
        "specimen_id",
    )
    return list(timely(frame, LABS.name, stay, tally, Resulted, columns))


def timely(
    frame: Any, table: str, stay: MimicStay, tally: ImportTally, make: type[R], columns: tuple[str, ...]
) -> Iterator[R]:
    """Yield the rows of a table with one time that were known before the discharge; `make` is called with
    `at`, `known` and the columns.
    """
    if frame is None:
        return
    times = zip(whole(cells(frame, "at")), whole(cells(frame, "storetime")), strict=True)
    for (at, stored), *values in zip(times, *(cells(frame, column) for column in columns), strict=True):
        assert at is not None
        if in_time(table, stay, at, stored, tally):
            yield make(at, learned(at, stored), int(values[0]), *values[1:])


def in_time(table: str, stay: MimicStay, at: int, stored: int | None, tally: ImportTally) -> bool:
    """Return whether a row became known during the stay; count what was stored ahead of its time."""
    if learned(at, stored) > stay.closes:
        tally.drop(table, "known-after-discharge")
        return False
    if early(at, stored):
        tally.adjust(table, "stored-early")
    return True


def numbered(rows: list[Charted], tally: ImportTally) -> list[Charted]:
    """Return the rows that have a number, or an item whose wording counts."""
    there = [row for row in rows if row.number is not None or (row.item in WORDS and row.text is not None)]
    if len(there) < len(rows):
        tally.drop(CHART.name, "no-number", len(rows) - len(there))
    return there


GIVEN = (
    "itemid",
    "amount",
    "amountuom",
    "rate",
    "rateuom",
    "patientweight",
    "orderid",
    "ordercategorydescription",
    "ordercomponenttypedescription",
    "statusdescription",
)


def inputs(frame: Any, stay: MimicStay, tally: ImportTally) -> list[Given]:
    """Return the rows of `icu/inputevents` that ended in a stay, or began in it as a vasopressor."""
    if frame is None:
        return []
    times = (whole(cells(frame, name)) for name in ("at", "endtime", "storetime"))
    found = [given(*row) for row in zip(*times, *(cells(frame, column) for column in GIVEN), strict=True)]
    return [row for row in found if counts(row, stay, tally)]


def given(start: int, end: int | None, stored: int | None, item: float, *values: Any) -> Given:
    """Return a row of `icu/inputevents`; without an end it ends as it starts."""
    amount, amount_unit, rate, rate_unit, weight, order, category, component, status = values
    number = None if order is None else int(order)
    return Given(
        start,
        start if end is None else end,
        stored,
        int(item),
        amount,
        amount_unit,
        rate,
        rate_unit,
        weight,
        number,
        category,
        component,
        status,
    )


def counts(row: Given, stay: MimicStay, tally: ImportTally) -> bool:
    """Return whether a row counts: a vasopressor's time is its start, a volume's is its end, at which it is
    complete.
    """
    if row.status == REWRITTEN:
        tally.drop(INPUTS.name, "rewritten")
        return False
    at = row.start if pressor(row, tally) is not None else row.end
    if at > stay.closes:
        tally.drop(INPUTS.name, "outside-stay")
        return False
    return in_time(INPUTS.name, stay, at, row.stored, tally)
