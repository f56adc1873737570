"""Make records of oxygen: device, flow and FiO2 of one minute are one record; and of intubation, which only
the wording shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from simulators.mimic_iv.chart_items import (
    BIPAP_FLOW,
    DEVICE,
    DEVICES,
    ENDOTRACHEAL_TUBE,
    FIO2,
    FLOW,
    OXYGEN,
    SECOND_FLOW,
    SUPPORT,
    VERBAL,
    wording,
)
from simulators.mimic_iv.fact import MimicFact, neat, stamp
from simulators.mimic_iv.tables import CHART, Charted
from simulators.mimic_iv.tally import ImportTally

# Intubation, from what only the wording says: the device `Endotracheal tube`, or a verbal response of `No
# Response-ETT`.
#
# The demo has no wording, and so no intubation is known there: a verbal score of 1 is also that of a patient
# who does not answer.


TUBE = "no response-ett"
SPEAKS = 2


def intubation(rows: Iterable[Charted]) -> Iterator[MimicFact]:
    """Yield `intubation` when it begins and when it ends; nothing for a patient who was never intubated."""
    before = False
    mine = sorted((row for row in rows if row.item in (DEVICE, VERBAL)), key=attrgetter("at"))
    for at, together in groupby(mine, key=attrgetter("at")):
        group = list(together)
        now = tube(group)
        if now is not None and now != before:
            before = now
            fields = {"code": "intubation", "present": now}
            yield MimicFact(at, max(row.known for row in group), "finding", f"intubation-{stamp(at)}", fields)


def tube(group: list[Charted]) -> bool | None:
    """Return whether a tube is in the airway; None when nothing charted at that minute shows it
    either way.
    """
    if any(in_airway(row) for row in group):
        return True
    devices = any(row.item == DEVICE and row.text is not None for row in group)
    return (
        False if devices or any(row.item == VERBAL and (row.number or 0) >= SPEAKS for row in group) else None
    )


def in_airway(row: Charted) -> bool:
    """Return whether the row's wording says that a tube is in the airway."""
    found = wording(row.text or "")
    return found == (ENDOTRACHEAL_TUBE if row.item == DEVICE else TUBE)


ROOM_AIR = 21.0


def oxygen(rows: Iterable[Charted], tally: ImportTally) -> Iterator[MimicFact]:
    """Yield one record a minute.

    A second cannula is extra to the main flow, which holds until it is charted again: alone it must not count
    as the whole, or 2 L/min beside a mask at 15 would read as weaned. Stored at different times, the record
    is known when the last of it was.
    """
    main = 0.0
    mine = sorted((row for row in rows if row.item in OXYGEN), key=attrgetter("at", "item"))
    for at, together in groupby(mine, key=attrgetter("at")):
        group = list(together)
        main = highest(group, FLOW, BIPAP_FLOW, otherwise=main)
        flow = delivered(group, main)
        readings = [*device(group, flow, tally), *flow_reading(flow), *fio2_reading(group, tally)]
        if readings:
            yield MimicFact(
                at,
                max(row.known for row in group),
                "vitals",
                f"v-{stamp(at)}",
                {"source": "oxygen", "readings": readings},
            )


def highest(group: Sequence[Charted], *items: int, otherwise: float) -> float:
    """Return the highest number of the items in the group; `otherwise` when there is none."""
    return max(
        (row.number for row in group if row.item in items and row.number is not None), default=otherwise
    )


def delivered(group: Sequence[Charted], main: float) -> float | None:
    """Return L/min in all; None when no flow was charted."""
    if not any(row.item in (FLOW, BIPAP_FLOW, SECOND_FLOW) for row in group):
        return None
    return main + highest(group, SECOND_FLOW, otherwise=0.0)


def flow_reading(flow: float | None) -> Iterator[dict[str, Any]]:
    if flow is not None:
        yield {"code": "o2-flow", "value": neat(flow), "unit": "L/min"}


def fio2_reading(group: Sequence[Charted], tally: ImportTally) -> Iterator[dict[str, Any]]:
    """Yield FiO2 in per cent, which the source names nowhere.

    No air has 1 % of oxygen: up to 1 the number is a fraction.
    """
    given = [row.number for row in group if row.item == FIO2 and row.number is not None]
    if given and 0.2 < max(given) <= 1:
        tally.adjust(CHART.name, "fio2-as-fraction", len(given))
        yield {"code": "fio2", "value": max(given), "unit": "1"}
    elif given:
        yield {"code": "fio2", "value": neat(max(given)), "unit": "%"}


def device(group: Sequence[Charted], flow: float | None, tally: ImportTally) -> Iterator[dict[str, Any]]:
    """Yield the device that supports most of those charted; none when it is `None` beside oxygen
    that flows.
    """
    named = [row for row in group if row.item == DEVICE and row.text is not None]
    found = [DEVICES[wording(row.text or "")] for row in named if wording(row.text or "") in DEVICES]
    strange = [row.text or "" for row in named if wording(row.text or "") not in DEVICES]
    if strange:
        tally.drop(CHART.name, "device-unknown", len(strange))
        tally.wordings[CHART.name].update(strange)
    strongest = max(found, key=SUPPORT.index, default=None)
    if strongest == "room-air" and (flow or highest(group, FIO2, otherwise=0.0) > ROOM_AIR):
        tally.adjust(CHART.name, "device-contradicted", len(found))
    elif strongest is not None:
        yield {"code": "o2-device", "value": strongest}
