"""A second reading of a shift's figures, from the lines of the event file and criteria.md alone.

It imports nothing of the product: what it gives must come out of `il2watch handover` too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

Event = dict[str, Any]
PLAUSIBLE = {"heart-rate": (20, 300), "systolic-bp": (30, 260), "spo2": (40, 100), "o2-flow": (0, 80)}
"""criteria.md 8."""
FACTOR = {"phenylephrine": 1, "norepinephrine": 10, "epinephrine": 10, "dopamine": 0.1, "vasopressin": 25}
"""criteria.md 3.3: what a rate counts in phenylephrine; dopamine from above 2.5 on."""
HOUR = 3600.0


def seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def known(event: Event) -> float:
    return seconds(event.get("known", event["at"]))


def in_force(events: Iterable[Event]) -> list[Event]:
    """The last record of each id, by `known`: corrected over final, and none that was entered in error."""
    last: dict[str, Event] = {}
    for event in sorted(events, key=known):
        if event["id"] not in last or event.get("status") in ("corrected", "entered-in-error"):
            last[event["id"]] = event
    return sorted(
        (one for one in last.values() if one.get("status") != "entered-in-error"),
        key=lambda one: seconds(one["at"]),
    )


class Shift:
    """One patient's events, and a shift (start, end] in seconds."""

    def __init__(self, events: Iterable[Event], start: float, end: float) -> None:
        self.events, self.start, self.end = in_force(events), start, end

    def of(self, *types: str) -> list[Event]:
        return [one for one in self.events if one["type"] in types and seconds(one["at"]) <= self.end]

    def inside(self, event: Event) -> bool:
        return self.start < seconds(event["at"]) <= self.end

    def readings(self, code: str) -> list[tuple[float, float]]:
        low, high = PLAUSIBLE.get(code, (0, 1e9))
        return [
            (seconds(one["at"]), reading["value"])
            for one in self.of("vitals")
            for reading in one["readings"]
            if reading["code"] == code and low <= reading["value"] <= high
        ]

    def span(self, code: str) -> tuple[float, float] | None:
        """The lowest and the highest of the shift."""
        values = [value for at, value in self.readings(code) if at > self.start]
        return (min(values), max(values)) if values else None

    def collections(self) -> list[tuple[float, float, float]]:
        """Start, end and mL of each collection of urine; without a start, from the end of the one before."""
        found, before = [], None
        for one in self.of("io"):
            if one["kind"] == "urine":
                end = seconds(one["at"])
                start = seconds(one["start"]) if "start" in one else before
                assert start is not None, "the simulated ward charts when a collection began"
                found.append((start, end, one["volume"]))
                before = end
        return found

    def urine(self) -> float:
        """Each collection by its share of the shift."""
        return sum(
            volume * max(0.0, min(end, self.end) - max(start, self.start)) / (end - start)
            for start, end, volume in self.collections()
        )

    def least_hour(self) -> float | None:
        """The least rate over the shortest run of collections, back from each end, that is 60 min or more."""
        rates, found = [], self.collections()
        for place, (_, end, _) in enumerate(found):
            if end > self.start:
                length = total = 0.0
                for start, until, volume in reversed(found[: place + 1]):
                    length, total = length + until - start, total + volume
                    if length >= HOUR:
                        rates.append(total * HOUR / length)
                        break
        return min(rates, default=None)

    def above_maintenance(self) -> float | None:
        given = [
            one["volume"]
            for one in self.of("io")
            if one["kind"] in ("iv-bolus", "blood-product") and self.inside(one)
        ]
        return sum(given) if given else None

    def weight(self) -> float | None:
        weights = self.readings("weight")
        return weights[-1][1] if weights else None

    def gain(self) -> float | None:
        """Per cent over the baseline."""
        baseline = [
            reading["value"]
            for one in self.of("encounter")
            for reading in one.get("readings", ())
            if reading["code"] == "weight"
        ]
        weight = self.weight()
        return None if weight is None or not baseline else (weight / baseline[-1] - 1) * 100

    def loads(self) -> list[tuple[float, float]]:
        """The pressor load from each change on."""
        rates: dict[tuple[str, str], float] = {}
        found = []
        for one in self.of("infusion"):
            assert one["unit"] in ("ug/kg/min", "U/min")
            rates[one["agent"], one.get("line", "")] = one["rate"]
            totals: dict[str, float] = defaultdict(float)
            for (agent, _), rate in rates.items():
                totals[agent] += rate
            load = sum(
                FACTOR[agent] * total
                for agent, total in totals.items()
                if agent in FACTOR and not (agent == "dopamine" and total <= 2.5)
            )
            found.append((seconds(one["at"]), load))
        return found

    def highest_load(self) -> float | None:
        """The highest in force at some moment of the shift, one carried in included."""
        carried = [load for at, load in self.loads() if at <= self.start][-1:]
        found = carried + [load for at, load in self.loads() if at > self.start]
        return max(found, default=None)

    def load_now(self) -> float | None:
        return self.loads()[-1][1] if self.loads() else None

    def labs(self) -> dict[str, tuple[float, float | None]]:
        """By lab the latest result of the last 24 h, and the one before."""
        results: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for one in self.of("labs"):
            for reading in one["readings"]:
                results[reading["code"]].append((seconds(one["at"]), reading["value"]))
        return {
            code: (found[-1][1], found[-2][1] if len(found) > 1 else None)
            for code, found in results.items()
            if found[-1][0] > self.end - 24 * HOUR
        }

    def figures(self) -> dict[str, float | None]:
        """Every figure by its code on a sheet; None: nothing was charted."""
        found: dict[str, float | None] = {
            "urine": self.urine() if any(end > self.start for _, end, _ in self.collections()) else None,
            "urine-least-hour": self.least_hour(),
            "above-maintenance": self.above_maintenance(),
            "weight": self.weight(),
            "weight-gain": self.gain(),
            "pressor-highest": self.highest_load(),
            "pressor-now": self.load_now(),
        }
        for code in ("systolic-bp", "heart-rate", "spo2", "o2-flow"):
            low, high = self.span(code) or (None, None)
            found |= {f"{code}-lowest": low, f"{code}-highest": high}
        return found | {f"lab/{code}": value for code, (value, _) in self.labs().items()}
