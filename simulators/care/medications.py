"""Medication by the clock and by need (paper, Table 6; started 8-12 h before the first dose, continued 16-24 h after the last)."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from simulators.care.sheet import Sheet
from simulators.care.sight import Sight
from simulators.cohort import Cohort
from simulators.latent import CHUNK
from simulators.seeds import Array, Flags


class Scheduled(NamedTuple):
    agent: str
    amount: float
    unit: str
    route: str
    every: int


SCHEDULED: Final = (
    Scheduled("acetaminophen", 650, "mg", "PO", 240),
    Scheduled("indomethacin", 50, "mg", "PO", 480),
    Scheduled("ranitidine", 50, "mg", "IV", 480),
    Scheduled("granisetron", 0.8, "mg", "IV", 1440),
)
CONTINUED: Final = 20 * 60
"""Minutes after therapy's end; the paper says 16-24 h."""
LOOSE, SOOTHES, SOOTHED_FOR = 45.0, 0.4, 24
"""Stool (mL/h) from which loperamide is given each 3 h; the share it prevents; for how many chunks."""
CHILLS_AGAIN: Final = 8


class Medications:
    """`soothed`: the share of stool that loperamide prevents now, array (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.admitted = cohort.admitted
        self.loperamide, self.meperidine = np.zeros(len(cohort)), np.full(len(cohort), float(CHILLS_AGAIN))

    @property
    def soothed(self) -> Array:
        return np.where(self.loperamide > 0, SOOTHES, 0.0)

    def care(self, here: Flags, premedicated: Flags, shaking: Flags, sight: Sight, sheet: Sheet) -> None:
        """`premedicated`: from admission until `CONTINUED` after therapy."""
        for drug in SCHEDULED:
            due = (sheet.start - self.admitted) % drug.every < CHUNK
            given = drug._asdict()
            del given["every"]
            sheet.note("medication", premedicated & due, lambda bed, given=given: given)  # type: ignore[misc]
        self.loperamide, self.meperidine = self.loperamide - 1, self.meperidine + 1
        self.on_need(
            here & (sight.shown["stool-rate"] > LOOSE) & (self.loperamide <= SOOTHED_FOR // 2),
            here & shaking & (self.meperidine >= CHILLS_AGAIN),
            sheet,
        )

    def on_need(self, loose: Flags, cold: Flags, sheet: Sheet) -> None:
        self.loperamide = np.where(loose, SOOTHED_FOR, self.loperamide)
        self.meperidine = np.where(cold, 0.0, self.meperidine)
        sheet.note("medication", loose, lambda bed: {"agent": "loperamide", "amount": 2, "unit": "mg", "route": "PO"})
        sheet.note("medication", cold, lambda bed: {"agent": "meperidine", "amount": 25, "unit": "mg", "route": "IV"})
