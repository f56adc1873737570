"""Chart what nurses measure: vital signs, temperature, oxygen with its device, and weight; minutes late, as
it is typed in afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from simulators.charting.noise import Draws, with_errors
from simulators.charting.records import Fields, reading
from simulators.charting.writer import (
    AFTER_PRESSOR,
    DAY,
    FOREVER,
    HOUR,
    ChartingGap,
    ChartWriter,
    CourseClock,
    Vitals,
    turn_of,
)
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import DEVICES, PRESSORS, Chunk, Flags, Whole


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
"""Assumption: with a pulse of 120, a pressure within 5 mm Hg of its target or a saturation below the
patient's limit, the nurse comes back every 15 min: the monitor asks for it (criteria.md section 3.1,
recheck).
"""
SELDOM: Final = 4 * HOUR
"""Table 1 of the paper: vital signs each 4 h on the ward, each hour in intensive care or with a vasopressor.
"""
BAD: Final[tuple[Mapping[str, float], ...]] = ({"heart-rate": 55}, {"systolic-bp": -40}, {"spo2": -11})
"""What is misread once, by the size of a `bad-reading`: a pulse miscounted, a cuff too large, a cold finger.
"""


class Nurse:
    """Measures each bed each hour, or each 4 hours where that is the habit, at a minute of its own; and
    before each dose.

    Beds under a monitor get temperature and oxygen; beds without one the whole set, and every 15 min while it
    is worrying.
    """

    def __init__(self, vitals: Sequence[Vitals], cohort: Cohort, writer: ChartWriter, draws: Draws) -> None:
        self.cohort, self.writer, self.draws = cohort, writer, draws
        self.watched: Flags = np.array([often == "minute" for often in vitals])
        self.seldom: Flags = np.array([often == "4-hourly" for often in vitals])
        self.offset: Whole = cohort.beds * 7 % HOUR
        self.worried, self.misread = (np.zeros(len(vitals), dtype=bool) for _ in range(2))
        self.pressor: Whole = np.full(len(vitals), -FOREVER)

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart the sets that are due in the chunk, except within a gap."""
        due = (self.due(chunk) | ordered(chunk)) & (chunk.support["present"] > 0) & ~gap.of("vitals")
        rows, beds = np.nonzero(due)
        if not len(rows):
            return
        taken = beds.tolist(), (chunk.start + rows).tolist()
        seen = {
            code: with_errors(code, chunk.latent[code][rows, beds], self.draws.normals(code, *taken))
            for code, _ in (*SIGNS, *TEMPERATURE)
        }
        self.misread_once(seen, rows, beds, gap)
        seen["spo2"] = np.minimum(seen["spo2"], 100)
        self.worried[beds] = ~self.watched[beds] & self.worrying(seen, beds)
        for number, (row, bed) in enumerate(zip(rows.tolist(), beds.tolist(), strict=True)):
            signs = TEMPERATURE if self.watched[bed] else (*SIGNS, *TEMPERATURE)
            self.writer.turn = turn_of(chunk.start, "nurse", row)
            readings = [reading_of(code, float(seen[code][number]), unit) for code, unit in signs]
            self.writer.write(
                "vitals", bed, chunk.start + row, nursing([*readings, *oxygen(chunk, row, bed)]), LATE
            )

    def due(self, chunk: Chunk) -> Flags:
        """Return who is visited in which minute: (minutes, patients)."""
        now = chunk.start + np.arange(chunk.minutes)[:, None]
        running = np.logical_or.reduce([chunk.support[agent] > 0 for agent in PRESSORS]).any(axis=0)
        self.pressor[running] = chunk.start + chunk.minutes
        close = (chunk.support["icu"] > 0) | (now - self.pressor <= AFTER_PRESSOR)
        minutes = now - self.offset
        hourly = (minutes % HOUR == 0) & (close | ~self.seldom)
        found: Flags = hourly | (minutes % SELDOM == 0) | (self.worried & (minutes % 15 == 0))
        return found

    def worrying(self, seen: Mapping[str, Any], beds: Whole) -> Flags:
        """Return where the pulse, the pressure or the saturation has the nurse back every 15 min."""
        found: Flags = (
            (seen["heart-rate"] >= WORRYING)
            | (seen["systolic-bp"] <= self.cohort.target[beds] + NEAR)
            | (seen["spo2"] < self.cohort.saturation_limit[beds])
        )
        return found

    def misread_once(self, seen: Mapping[str, Any], rows: Whole, beds: Whole, gap: ChartingGap) -> None:
        """Misread the first set of each `bad-reading`, in place."""
        size = gap.size("bad-reading")
        for number, (row, bed) in enumerate(zip(rows.tolist(), beds.tolist(), strict=True)):
            wrong = 0 if size is None else int(size[row, bed])
            if wrong and not self.misread[bed]:
                for code, by in BAD[wrong - 1].items():
                    seen[code][number] += by
            self.misread[bed] = bool(wrong)


def ordered(chunk: Chunk) -> Flags:
    """Return where a set was ordered, before a dose: (minutes, patients)."""
    found: Flags = np.zeros(chunk.support["present"].shape, dtype=np.bool_)
    for act in chunk.acts:
        if act.kind == "vital-signs":
            found[act.minute - chunk.start, act.patient] = True
    return found


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

    def __init__(self, admitted: Whole, clock: CourseClock, writer: ChartWriter, draws: Draws) -> None:
        self.clock, self.writer, self.draws = clock, writer, draws
        self.missed: Whole = admitted + FIRST

    def chart(self, chunk: Chunk, gap: ChartingGap) -> None:
        """Chart the weights that are due in the chunk: in the morning, or when one was missed."""
        charted = (chunk.support["present"] > 0) & ~gap.of("everything")
        for row in range(chunk.minutes):
            minute = chunk.start + row
            self.writer.turn = turn_of(chunk.start, "scale", row)
            beds = np.flatnonzero(
                charted[row] & ((self.missed <= minute) | (self.clock.of_day(minute) == MORNING))
            )
            if len(beds):
                self.missed[beds] = minute + MISSED
                errors = self.draws.normals("weight", beds.tolist(), [minute] * len(beds))
                weights = with_errors("weight", chunk.latent["weight"][row, beds], errors)
                for bed, weight in zip(beds.tolist(), weights.tolist(), strict=True):
                    self.writer.write(
                        "vitals",
                        bed,
                        minute,
                        {"source": "scale", "readings": [reading("weight", weight, "kg")]},
                        LATE,
                    )
