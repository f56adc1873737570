"""What nurses measure and write down: a set of vital signs, temperature, oxygen; minutes late, as it is typed in afterwards."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulators.charting.noise import observed
from simulators.charting.oxygen import oxygen
from simulators.charting.pen import Pen
from simulators.charting.silence import Silence
from simulators.latent import Chunk
from simulators.seeds import Flags, Whole
from simulators.writing.lines import Fields, reading

SIGNS: Final = (
    ("heart-rate", "/min"), ("systolic-bp", "mm[Hg]"), ("diastolic-bp", "mm[Hg]"), ("respiratory-rate", "/min"), ("spo2", "%"),
)  # fmt: skip
TEMPERATURE: Final = (("temperature", "Cel"),)
HOUR: Final = 60
LATE: Final = (1.0, 10.0)
"""Assumption: a set is typed in 1-10 min after it was taken."""
WORRYING: Final = 120.0
NEAR: Final = 5.0
"""Assumption: a pulse of 120, or a pressure within 5 mm Hg of its target, has the nurse back each quarter of an hour."""


class Nurse:
    """Each hour, each bed at a minute of its own; the interval is never longer, so that no reading stands alone (criteria.md, section 3, sustained).

    Beds under a monitor get temperature and oxygen; beds without one the whole set, and every 15 min while it is worrying.
    """

    def __init__(self, watched: Flags, target: Any, pen: Pen, rng: np.random.Generator) -> None:
        self.watched, self.target, self.pen, self.rng = watched, target, pen, rng
        self.offset: Whole = np.arange(len(watched)) * 7 % HOUR
        self.worried: Flags = np.zeros(len(watched), dtype=bool)

    def chart(self, chunk: Chunk, silence: Silence) -> None:
        due = self.due(chunk) & (chunk.support["present"] > 0) & ~silence.of("vitals")
        rows, beds = np.nonzero(due)
        if not len(rows):
            return
        seen = {code: observed(code, chunk.latent[code][rows, beds], self.rng) for code, _ in (*SIGNS, *TEMPERATURE)}
        seen["spo2"] = np.minimum(seen["spo2"], 100)
        self.worried[beds] = ~self.watched[beds] & worrying(seen["heart-rate"], seen["systolic-bp"], self.target[beds])
        for number, (row, bed) in enumerate(zip(rows.tolist(), beds.tolist(), strict=True)):
            signs = TEMPERATURE if self.watched[bed] else (*SIGNS, *TEMPERATURE)
            readings = [taken(code, float(seen[code][number]), unit) for code, unit in signs]
            self.pen.write("vitals", bed, chunk.start + row, nursing([*readings, *oxygen(chunk, row, bed)]), LATE)

    def due(self, chunk: Chunk) -> Flags:
        """Who is visited in which minute: (minutes, patients)."""
        minutes = chunk.start + np.arange(chunk.minutes)[:, None] - self.offset
        found: Flags = (minutes % HOUR == 0) | (self.worried & (minutes % 15 == 0))
        return found


def worrying(pulse: Any, pressure: Any, target: Any) -> Any:
    return (pulse >= WORRYING) | (pressure <= target + NEAR)


def taken(code: str, value: float, unit: str) -> Fields:
    """A reading; whole numbers are written whole."""
    return reading(code, int(value) if value.is_integer() and code != "temperature" else value, unit)


def nursing(readings: list[Fields]) -> Fields:
    return {"source": "nursing", "readings": readings}
