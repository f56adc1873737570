"""Chart what nurses measure: vital signs, temperature, oxygen with its device, and weight; minutes late, as
it is typed in afterwards.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulators.charting.noise import observed
from simulators.charting.records import Fields, reading
from simulators.charting.writer import DAY, HOUR, ChartingGap, ChartWriter, CourseClock
from simulators.physiology.latent_state import DEVICES, Chunk, Flags, Whole


def oxygen(chunk: Chunk, row: int, bed: int) -> list[Fields]:
    """Return the readings of a bed in a minute; none on room air, which is charted when it changes and not
    each hour.
    """
    device = DEVICES[int(chunk.support["o2-device"][row, bed])]
    if device == "room-air":
        return []
    flow, fio2 = float(chunk.support["o2-flow"][row, bed]), float(chunk.support["fio2"][row, bed])
    return device_readings(device, flow, fio2)


def device_readings(device: str, flow: float | None, fio2: float | None) -> list[Fields]:
    """Return the device always; a flow on a cannula, a FiO2 above that of air on a mask or ventilator."""
    readings = [reading("o2-device", device)]
    if device == "nasal-cannula" and flow is not None:
        readings.append(reading("o2-flow", round(flow, 4), "L/min"))
    elif device in ("mask", "ventilator") and fio2 is not None and fio2 > 21:
        readings.append(reading("fio2", round(fio2), "%"))
    return readings


SIGNS: Final = (
    ("heart-rate", "/min"), ("systolic-bp", "mm[Hg]"), ("diastolic-bp", "mm[Hg]"),
    ("respiratory-rate", "/min"), ("spo2", "%"),
)  # fmt: skip
TEMPERATURE: Final = (("temperature", "Cel"),)
LATE: Final = (1.0, 10.0)
"""Assumption: a set is typed in 1-10 min after it was taken."""
WORRYING: Final = 120.0
NEAR: Final = 5.0
"""Assumption: with a pulse of 120, or a pressure within 5 mm Hg of its target, the nurse comes back every 15
min.
"""


class Nurse:
    """Measures each bed each hour, at a minute of its own.

    The interval is never longer, so that no reading is isolated (criteria.md, section 3, sustained). Beds
    under a monitor get temperature and oxygen; beds without one the whole set, and every 15 min while it is
    worrying.
    """

    def __init__(self, watched: Flags, target: Any, writer: ChartWriter, rng: np.random.Generator) -> None:
        self.watched, self.target, self.writer, self.rng = watched, target, writer, rng
        self.offset: Whole = np.arange(len(watched)) * 7 % HOUR
        self.worried: Flags = np.zeros(len(watched), dtype=bool)

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart the sets that are due in the chunk, except within a gap."""
        due = self.due(chunk) & (chunk.support["present"] > 0) & ~gap.of("vitals")
        rows, beds = np.nonzero(due)
        if not len(rows):
            return
        seen = {
            code: observed(code, chunk.latent[code][rows, beds], self.rng)
            for code, _ in (*SIGNS, *TEMPERATURE)
        }
        seen["spo2"] = np.minimum(seen["spo2"], 100)
        self.worried[beds] = ~self.watched[beds] & worrying(
            seen["heart-rate"], seen["systolic-bp"], self.target[beds]
        )
        for number, (row, bed) in enumerate(zip(rows.tolist(), beds.tolist(), strict=True)):
            signs = TEMPERATURE if self.watched[bed] else (*SIGNS, *TEMPERATURE)
            readings = [reading_of(code, float(seen[code][number]), unit) for code, unit in signs]
            self.writer.write(
                "vitals", bed, chunk.start + row, nursing([*readings, *oxygen(chunk, row, bed)]), LATE
            )

    def due(self, chunk: Chunk) -> Flags:
        """Return who is visited in which minute: (minutes, patients)."""
        minutes = chunk.start + np.arange(chunk.minutes)[:, None] - self.offset
        found: Flags = (minutes % HOUR == 0) | (self.worried & (minutes % 15 == 0))
        return found


def worrying(pulse: Any, pressure: Any, target: Any) -> Any:
    """Return where the pulse or the pressure has the nurse back every 15 min."""
    return (pulse >= WORRYING) | (pressure <= target + NEAR)


def reading_of(code: str, value: float, unit: str) -> Fields:
    """Return a reading; whole numbers are written whole."""
    return reading(code, int(value) if value.is_integer() and code != "temperature" else value, unit)


def nursing(readings: list[Fields]) -> Fields:
    """Return the fields of a nurse's set."""
    return {"source": "nursing", "readings": readings}


MORNING: Final = 6 * HOUR
MISSED: Final = DAY + 2 * HOUR
"""Assumption: a weight that was missed is made up 2 h later, or when charting resumes."""
FIRST: Final = 20
"""Assumption: the first weight is taken 20 min after admission."""


class WeightScale:
    """Weighs the patients who are present (paper, Table 1: weight daily)."""

    def __init__(
        self, admitted: Whole, clock: CourseClock, writer: ChartWriter, rng: np.random.Generator
    ) -> None:
        self.clock, self.writer, self.rng = clock, writer, rng
        self.missed: Whole = admitted + FIRST

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart the weights that are due in the chunk: in the morning, or when one was missed."""
        charted = (chunk.support["present"] > 0) & ~gap.of("everything")
        for row in range(chunk.minutes):
            minute = chunk.start + row
            beds = np.flatnonzero(
                charted[row] & ((self.missed <= minute) | (self.clock.of_day(minute) == MORNING))
            )
            if len(beds):
                self.missed[beds] = minute + MISSED
                weights = observed("weight", chunk.latent["weight"][row, beds], self.rng)
                for bed, weight in zip(beds.tolist(), weights.tolist(), strict=True):
                    self.writer.write(
                        "vitals",
                        bed,
                        minute,
                        {"source": "scale", "readings": [reading("weight", weight, "kg")]},
                        LATE,
                    )
