"""Vital signs: what one instrument measured at one minute, and was stored together, is one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from simulators.mimic.chart_items import READINGS, SOURCES
from simulators.mimic.fact import Fact, neat, stamp
from simulators.mimic.rows import Charted
from simulators.mimic.sets import apart
from simulators.mimic.tables import CHART
from simulators.mimic.tally import Tally

UNITS = {"bpm": "/min", "insp/min": "/min", "mmHg": "mm[Hg]", "\u00b0F": "[degF]", "\u00b0C": "Cel"}
"""The source's spellings of units. What is not here is written as it stands, for the engine to judge: a unit is never guessed."""


def vitals(rows: Iterable[Charted], tally: Tally) -> Iterator[Fact]:
    """Readings as charted, artefacts and misplaced units included: an arterial mean of -23 and 98.9 degrees Celsius are for the engine to
    refuse as implausible, and to count."""
    mine = sorted((row for row in rows if row.item in READINGS), key=place)
    for (at, known, rank), group in groupby(mine, key=lambda row: place(row)[:3]):
        for readings in apart(map(reading, group), lambda: tally.drop(CHART.name, "repeated")):
            yield Fact(at, known, "vitals", f"v-{stamp(at)}", {"source": SOURCES[rank], "readings": readings})


def place(row: Charted) -> tuple[int, int, int, int]:
    return row.at, row.known, SOURCES.index(READINGS[row.item].source), row.item


def reading(row: Charted) -> dict[str, Any]:
    """The reading of a row, in the unit of the row, else of the table."""
    item = READINGS[row.item]
    assert row.number is not None
    return {"code": item.code, "value": neat(row.number), "unit": item.unit if row.unit is None else UNITS.get(row.unit, row.unit)}
