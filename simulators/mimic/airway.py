"""Intubation, from what only the wording says: the device `Endotracheal tube`, or a verbal response of `No Response-ETT`.

The demo has no wording, and so no intubation is known there: a verbal score of 1 is also that of a patient who does not answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from simulators.mimic.chart_items import DEVICE, VERBAL
from simulators.mimic.devices import ENDOTRACHEAL_TUBE, wording
from simulators.mimic.fact import Fact, stamp
from simulators.mimic.rows import Charted

TUBE = "no response-ett"
SPEAKS = 2


def intubation(rows: Iterable[Charted]) -> Iterator[Fact]:
    """`intubation` when it begins and when it ends; nothing for who was never intubated."""
    before = False
    mine = sorted((row for row in rows if row.item in (DEVICE, VERBAL)), key=attrgetter("at"))
    for at, together in groupby(mine, key=attrgetter("at")):
        group = list(together)
        now = tube(group)
        if now is not None and now != before:
            before = now
            fields = {"code": "intubation", "present": now}
            yield Fact(at, max(row.known for row in group), "finding", f"intubation-{stamp(at)}", fields)


def tube(group: list[Charted]) -> bool | None:
    """Whether a tube is in the airway; None when nothing charted at that minute says so or otherwise."""
    if any(in_airway(row) for row in group):
        return True
    devices = any(row.item == DEVICE and row.text is not None for row in group)
    return False if devices or any(row.item == VERBAL and (row.number or 0) >= SPEAKS for row in group) else None


def in_airway(row: Charted) -> bool:
    said = wording(row.text or "")
    return said == (ENDOTRACHEAL_TUBE if row.item == DEVICE else TUBE)
