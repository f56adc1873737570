"""Where the patient is: admission, intensive care, discharge.

Sources: paper, Table 1 (intensive care or vasopressors), Posttherapy: most are discharged 2-3 days after the last dose, at or below admission
weight. Assumptions: to intensive care with phenylephrine at 1.0 or a second pressor, or a mask; back after 8 h without.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from simulators.care.sheet import Sheet
from simulators.care.sight import Sight, steady
from simulators.cohort import Cohort
from simulators.seeds import Array, Flags

HEAVY: Final = 1.0
BETTER_FOR: Final = 32
WELL_FOR: Final = 96
"""Chunks off every vasopressor before discharge (criteria.md, section 7, `discharge-ready`: 24 h)."""
AT_LEAST: Final = 60 * 60
"""Minutes from therapy's end to discharge, at least."""
DAYTIME: Final = range(9 * 60, 18 * 60)


class Stay:
    """`present`, `icu`: flags (patients,)."""

    def __init__(self, cohort: Cohort, clock: int) -> None:
        n = len(cohort)
        self.cohort, self.clock = cohort, clock
        self.present, self.gone, self.icu = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), cohort.icu.copy()
        self.better_for, self.well_for = np.zeros(n), np.zeros(n)

    def admit(self, sheet: Sheet) -> Flags:
        """Who comes in this chunk; charted with the baseline."""
        comes = (self.cohort.admitted >= sheet.start) & (self.cohort.admitted < sheet.start + 15)
        self.present = self.present | comes
        for kind in ("admit", "baseline"):
            sheet.note(kind, comes, self.place, sharp=True)
        sheet.set("present", comes, 1.0)
        sheet.set("icu", comes, self.icu.astype(float))
        return comes

    def place(self, bed: int) -> dict[str, Any]:
        return {"location": "icu" if self.icu[bed] else "ward"}

    def move(self, sheet: Sheet) -> None:
        """To intensive care and back."""
        heavy = (sheet.setting["phenylephrine"] >= HEAVY) | (sheet.setting["norepinephrine"] > 0) | (sheet.setting["o2-device"] >= 2)
        self.better_for = steady(~heavy & (sheet.setting["phenylephrine"] < 0.5), self.better_for)
        moves = self.present & ((heavy & ~self.icu) | (self.icu & ~self.cohort.icu & (self.better_for >= BETTER_FOR)))
        self.icu = self.icu ^ moves
        sheet.set("icu", moves, self.icu.astype(float))
        sheet.note("transfer", moves, self.place)

    def leave(self, ended: Array, sight: Sight, sheet: Sheet) -> None:
        """Home: well for a day, lungs and weight and mind recovered, in the daytime."""
        pressed = sum(sheet.setting[agent] for agent in ("phenylephrine", "dopamine", "norepinephrine"))
        self.well_for = steady((pressed == 0) & (sight.systolic > self.cohort.target), self.well_for)
        if (sheet.start + self.clock) % 1440 not in DAYTIME:
            return
        lasting = [name for name in ("infection", "rhythm", "bleeding", "mental-status", "disorientation", "hallucination") if name in sight.shown]
        ill = sum(sight.shown[name] for name in lasting) > 0
        settled = (sheet.setting["o2-device"] == 0) & (sight.gain <= 0.03) & (sight.temperature < 38) & (sight.shown["creatinine"] < 2) & ~ill
        goes = self.present & settled & (self.well_for >= WELL_FOR) & (sheet.start - ended >= AT_LEAST)
        self.present = self.present & ~goes
        sheet.note("discharge", goes)
        sheet.set("present", goes, 0.0)
