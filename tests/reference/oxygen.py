"""Oxygen: the device in force, and the sustained low saturation on 4 L/min or more (criteria.md 3)."""

from dataclasses import dataclass, replace
from typing import Any

from .clock import MINUTE
from .facts import Knowledge, Record, timeless
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row, ids
from .windows import STALE_VITAL, Latch, latch, stale, vitals

SPAN = 5 * MINUTE
CODES = ("o2-device", "o2-flow", "fio2")


@dataclass(frozen=True)
class Supply:
    """Device, flow and FiO2 in force, each with the fact that charted it."""

    charted: str | None = None
    flow: float | None = None
    fio2: float | None = None
    device_by: Record | None = None
    flow_by: Record | None = None
    fio2_by: Record | None = None

    @property
    def device(self) -> str:
        """The device; none charted: cannula by a flow, mask by a FiO2, else room air."""
        if self.charted is not None:
            return self.charted
        return (
            "nasal-cannula"
            if self.flow
            else "mask"
            if self.fio2 is not None and self.fio2 > 21
            else "room-air"
        )

    @property
    def facts(self) -> list[Record]:
        """What charted it."""
        return [f for f in (self.device_by, self.flow_by, self.fio2_by) if f is not None]


def charting(record: Record) -> dict[str, Any]:
    """The oxygen values of one record."""
    return {r.code: r.value for r in record.readings if r.code in CODES}


@timeless
def supplies(k: Knowledge) -> list[tuple[Record, Supply]]:
    """The supply after each record that charts oxygen, in order of `at`."""
    result, supply = [], Supply()
    for record in k.of_type("vitals"):
        if charted := charting(record):
            supply = _next(supply, record, charted)
            result.append((record, supply))
    return result


def _next(was: Supply, record: Record, charted: dict[str, Any]) -> Supply:
    supply = was
    if "o2-device" in charted:
        supply = was if charted["o2-device"] == was.device else Supply()
        supply = replace(supply, charted=charted["o2-device"], device_by=record)
    elif (charted.get("o2-flow", 0) > 0 or charted.get("fio2", 0) > 21) and _off(was):
        supply = Supply()
    if "o2-flow" in charted:
        supply = replace(supply, flow=charted["o2-flow"], flow_by=record)
    if "fio2" in charted:
        supply = replace(supply, fio2=charted["fio2"], fio2_by=record)
    return supply


def _off(supply: Supply) -> bool:
    return supply.charted == "room-air" or (supply.flow == 0 and supply.charted != "ventilator")


def supply_at(k: Knowledge, at: int) -> Supply:
    """The supply in force at an instant, records of that instant included."""
    return next((s for r, s in reversed(supplies(k)) if r.at <= at), Supply())


def band(supply: Supply) -> str:
    """The device table."""
    device = supply.device
    if device == "ventilator":
        return ABSOLUTE
    if device == "room-air" or supply.flow == 0:
        return CLEAR
    if device == "mask" or (device == "other" and supply.flow is None and supply.fio2 is not None):
        return RELATIVE if supply.fio2 is not None and supply.fio2 < 40 else ABSOLUTE
    if supply.flow is None:
        return INDETERMINATE
    return CLEAR if supply.flow < 3 else RELATIVE if supply.flow <= 4 else ABSOLUTE


@timeless
def desaturation(k: Knowledge) -> Latch:
    """SpO2 <95 % sustained with >= 4 L/min in force at each reading, until sustained >= 95 %."""
    values = vitals(k, "spo2")
    held = {v.id: (supply_at(k, v.at).flow or 0) >= 4 for v in values}
    return latch(k, values, SPAN, lambda v: v.value < 95 and held[v.id], lambda v: v.value >= 95)


def requirement(k: Knowledge, at: int) -> Row:
    """The worse of device and desaturation; clear only with a fresh SpO2."""
    history, values, low = supplies(k), vitals(k, "spo2"), desaturation(k)
    supply = history[-1][1] if history else Supply()
    state, old = band(supply), not values or stale(k, values[-1].at, STALE_VITAL, at)
    since = _since(history, state)
    if low.on and state != ABSOLUTE:
        assert low.since is not None
        return Row(
            ABSOLUTE,
            values[-1].value,
            "%",
            old,
            evidence=ids(low.run),
            at=low.since.at,
            basis=("spo2", low.since.id),
        )
    basis = ("device", state, since, low.since.id if low.since and state == CLEAR else None)
    if state == CLEAR and low.since is not None and (since is None or low.since.at > since):
        since = low.since.at
    facts, value, unit = _shown(supply)
    if state == INDETERMINATE:
        return Row(INDETERMINATE, missing=("o2-flow",), evidence=ids(facts), basis=basis)
    if state == CLEAR and old:
        return Row(INDETERMINATE, missing=("spo2",), evidence=ids(facts), basis=basis)
    evidence = ids([*facts, *(low.run or values[-1:])]) if state == CLEAR else ids(facts)
    return Row(state, value, unit, evidence=evidence, at=since, basis=basis)


def _since(history: list[tuple[Record, Supply]], state: str) -> int | None:
    since = None
    for record, supply in reversed(history):
        if band(supply) != state:
            break
        since = record.at
    return since


def _shown(supply: Supply) -> tuple[list[Record], float | None, str | None]:
    if supply.flow is not None:
        return supply.facts, supply.flow, "L/min"
    return supply.facts, supply.fio2, "%" if supply.fio2 is not None else None
