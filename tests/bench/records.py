"""Records of one patient by hours since cycle-start, seeded: what a monitor, a nurse and a
laboratory write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from simulators.scenarios.worked import PANELS, curve, pulse_curve

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
Record = dict[str, Any]
Naming = Callable[[], str]
TWICE_DAILY = ("blood count", "chemistry")


def short_ids() -> Naming:
    """`1`, `2`, ...: what a system with a counter sends."""
    numbers = iter(range(1, 1 << 30))
    return lambda: str(next(numbers))


def uuids(seed: int) -> Naming:
    """Random ids of 36 characters (version 4): what most interfaces send."""
    dice = Random(seed)
    return lambda: str(UUID(int=dice.getrandbits(128), version=4))


def clock(hours: float) -> str:
    """Hours since cycle-start as the wire writes a time, to the second."""
    return f"{START + timedelta(seconds=round(hours * 3600)):%Y-%m-%dT%H:%M:%SZ}"


def reading(code: str, value: float | str, unit: str | None = None, **limits: float | None) -> Record:
    return {"code": code, "value": value} | ({"unit": unit} if unit else {}) | limits


class Chart:
    """The records of one patient. Every method yields them with their hour; `lines` puts them on the wire."""

    def __init__(self, patient: str, seed: int, naming: Naming) -> None:
        self.patient, self.dice, self.naming = patient, Random(seed), naming
        self.low = self.dice.uniform(-6, 10)

    def admitted(self, location: str) -> Iterator[Record]:
        baseline = [reading("systolic-bp", 124, "mm[Hg]"), reading("weight", 72, "kg")]
        yield {"type": "encounter", "at": -3, "event": "admit", "location": location}
        yield {
            "type": "encounter",
            "at": -2.9,
            "event": "baseline",
            "age": 51,
            "readings": baseline,
            "findings": {"recent-steroid": False},
        }
        yield {"type": "encounter", "at": 0, "event": "cycle-start", "location": location}

    def doses(self, hours: float, last: float = 112) -> Iterator[Record]:
        for hour in range(0, int(min(hours, last)) + 1, 8):
            yield {
                "type": "dose",
                "at": hour,
                "agent": "aldesleukin",
                "given": True,
                "amount": 600000,
                "unit": "[iU]/kg",
            }

    def vitals(self, hours: float, minutes: int) -> Iterator[Record]:
        """Six readings a record, each with the noise of a bedside monitor; the dip after each dose is the
        worked course's.
        """
        for minute in range(-60, int(hours * 60), minutes):
            hour = min(minute / 60, 50 + minute / 60 % 8)
            pressure = round(curve(hour) + self.low + self.dice.gauss(0, 2.5))
            yield {"type": "vitals", "at": minute / 60, "source": "bedside monitor", "readings": [
                reading("heart-rate", round(pulse_curve(hour) + self.dice.gauss(0, 2.5)), "/min"),
                reading("systolic-bp", pressure, "mm[Hg]"),
                reading("diastolic-bp", round(pressure * 0.58), "mm[Hg]"),
                reading("respiratory-rate", 16 + self.dice.randrange(5), "/min"),
                reading("temperature", round(37.2 + self.dice.gauss(0, 0.2), 1), "Cel"),
                reading("spo2", min(100, round(97 + self.dice.gauss(0, 1))), "%"),
            ]}  # fmt: skip

    def weights(self, hours: float) -> Iterator[Record]:
        for hour in range(-2, int(hours), 24):
            yield {
                "type": "vitals",
                "at": hour,
                "readings": [reading("weight", round(72.2 + max(hour, 0) * 0.06, 1), "kg")],
            }

    def urine(self, hours: float) -> Iterator[Record]:
        for hour in range(1, int(hours) + 1):
            volume = max(4, round(34 + self.dice.gauss(0, 14)))
            yield {
                "type": "io",
                "at": hour,
                "start": hour - 1,
                "direction": "out",
                "kind": "urine",
                "volume": volume,
                "unit": "mL",
            }

    def fluids(self, hours: float) -> Iterator[Record]:
        fluid = {"type": "io", "direction": "in", "unit": "mL"}
        yield from (
            fluid | {"at": hour, "start": hour - 4, "kind": "iv-maintenance", "volume": 300}
            for hour in range(4, int(hours) + 1, 4)
        )
        yield from (
            fluid | {"at": hour + 5.2, "kind": "iv-bolus", "volume": 250}
            for hour in range(0, int(hours) - 5, 8)
        )

    def laboratory(self, hours: float) -> Iterator[Record]:
        """Each panel at its interval of Table 1 in intensive care; results come 70 min later."""
        for panel, codes in PANELS.items():
            every = 12 if panel in TWICE_DAILY else 24
            for number, hour in enumerate(range(-2, 1 if panel == "thyroid" else int(hours), every)):
                yield {"type": "labs", "at": hour, "known": hour + 70 / 60, "readings": [
                    reading(code, self.measured(values, number), unit, low=low, high=high) for code, (unit, values, low, high) in codes.items()
                ]}  # fmt: skip

    def measured(self, values: tuple[float | None, ...], number: int) -> float:
        known = [value for value in values if value is not None]
        return round(known[min(number, len(known) - 1)] * self.dice.uniform(0.92, 1.08), 2)

    def findings(self, hours: float) -> Iterator[Record]:
        for hour in range(-1, int(hours), 8):
            yield {"type": "finding", "at": hour, "code": "mental-status", "value": "normal"}
            yield {"type": "finding", "at": hour, "code": "iv-site", "present": True}
        for number, code in enumerate(("vivid-dreams", "dyspnea-at-rest", "extremity-tightness")):
            yield {"type": "finding", "at": 30 + number * 9, "code": code, "present": True}
            yield {"type": "finding", "at": 60 + number * 9, "code": code, "present": False}

    def pressor(self, hours: float, every: float = 8) -> Iterator[Record]:
        """Follows each dip: started, titrated twice up and twice down, stopped."""
        pump = {"type": "infusion", "agent": "phenylephrine", "unit": "ug/kg/min"}
        for dose in range(0, int(hours), int(every)):
            for after, rate in ((4.1, 0.5), (4.6, 0.8), (5.2, 1.1), (6.1, 0.7), (6.6, 0.4), (7.2, 0)):
                yield pump | {"at": dose + after, "rate": rate}

    def medication(self, hours: float) -> Iterator[Record]:
        for agent, every, amount in (
            ("acetaminophen", 6, 650),
            ("indomethacin", 6, 25),
            ("ranitidine", 12, 150),
        ):
            for hour in range(-1, int(hours), every):
                yield {
                    "type": "medication",
                    "at": hour,
                    "agent": agent,
                    "amount": amount,
                    "unit": "mg",
                    "route": "PO",
                }

    def lines(self, hours: float, *parts: Iterator[Record]) -> list[tuple[float, bytes]]:
        """(known in hours, the line) of all records of these parts known by then, in that order."""
        records = sorted(
            (record for part in parts for record in part),
            key=lambda record: float(record.get("known", record["at"])),
        )
        timed = [(float(record.get("known", record["at"])), record) for record in records]
        return [(known, self.on_wire(record)) for known, record in timed if known <= hours]

    def on_wire(self, record: Record) -> bytes:
        times = {key: clock(record[key]) for key in ("at", "start", "known") if key in record}
        return json.dumps(
            {"type": record["type"], "id": self.naming(), "patient": self.patient} | record | times
        ).encode()
