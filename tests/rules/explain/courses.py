"""Small courses as files of events: patients at a bedside, folded to an instant, and what is then explained
of them.
"""

import json
from typing import Any

from rules.decide.engine import fold
from rules.decide.state import Patient
from rules.explain import explain, lines, wire
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from rules.wire.instants import HOUR, parse
from rules.wire.instants import text as written

DAY = "2026-03-02T"
START = parse(f"{DAY}00:00:00Z")


def at(hours: float) -> str:
    """Hours after midnight of the first day, as on the wire."""
    return written(START + round(hours * HOUR))


def record(type: str, id: str, hours: float, **fields: Any) -> dict[str, Any]:
    return {"type": type, "id": id, "patient": "p1", "at": at(hours)} | fields


def vitals(id: str, hours: float, **values: Any) -> dict[str, Any]:
    units = {
        "heart-rate": "/min",
        "systolic-bp": "mm[Hg]",
        "temperature": "Cel",
        "spo2": "%",
        "weight": "kg",
        "o2-flow": "L/min",
        "fio2": "%",
    }
    codes = {name.replace("_", "-"): value for name, value in values.items()}
    readings = [
        {"code": code, "value": value} | ({"unit": units[code]} if code in units else {})
        for code, value in codes.items()
    ]
    return record("vitals", id, hours, readings=readings)


def lab(id: str, hours: float, code: str, value: float | str, unit: str, **more: Any) -> dict[str, Any]:
    return record("labs", id, hours, readings=[{"code": code, "value": value, "unit": unit}]) | more


def volume(id: str, hours: float, kind: str, ml: float, start: float | None = None) -> dict[str, Any]:
    direction = "in" if kind.startswith("iv") or kind == "blood-product" else "out"
    begun = {} if start is None else {"start": at(start)}
    return record("io", id, hours, direction=direction, kind=kind, volume=ml, unit="mL", **begun)


def finding(id: str, hours: float, code: str, value: bool | str = True) -> dict[str, Any]:
    return record(
        "finding",
        id,
        hours,
        code=code,
        **({"value": value} if isinstance(value, str) else {"present": value}),
    )


def dose(id: str, hours: float) -> dict[str, Any]:
    return record("dose", id, hours, agent="aldesleukin", given=True, amount=600000, unit="[iU]/kg")


def rate(
    id: str, hours: float, value: float, unit: str = "ug/kg/min", agent: str = "phenylephrine"
) -> dict[str, Any]:
    return record("infusion", id, hours, agent=agent, rate=value, unit=unit)


ADMITTED = [
    record("encounter", "e1", -1, event="admit", location="ward"),
    record("encounter", "e2", -1, event="baseline", readings=[
        {"code": "systolic-bp", "value": 124, "unit": "mm[Hg]"}, {"code": "weight", "value": 70, "unit": "kg"}]),
    record("encounter", "e3", 0, event="cycle-start"),
]  # fmt: skip


def settled(events: list[dict[str, Any]], hours: float) -> Patient:
    decoded = [event for one in events if (event := decode(json.dumps(one))[0]) is not None]
    return fold(decoded, SCHWARTZENTRUBER_2001, START + round(hours * HOUR)).patients["p1"]


def explained(subject: str, hours: float, *events: dict[str, Any], verbose: bool = False) -> str:
    """Everything that is said of a subject, over an admitted patient in a cycle; the same in both forms."""
    explanation = explain(settled([*ADMITTED, *events], hours), subject)
    json.dumps(wire(explanation))
    return "\n".join(lines(explanation, verbose))
