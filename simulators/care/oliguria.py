"""Too little urine: fluid, then dopamine at 2 ug/kg/min; after therapy, diuresis.

Sources: paper, Overview ("if 1-1.5 L crystalloid does not restore urine flow, ... dopamine") and Posttherapy intervention (diuretics, aggressively
repeated, until 200 mL/h, once pressure is stable off vasopressors); Tables 5, 6. Assumptions: furosemide 20 mg, doubled to 80 when an answer
fails, no sooner than 4 h; dopamine is stopped after 4 h of good urine, or for a fast or irregular heart.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.care.fluids import Fluids
from simulators.care.sheet import Sheet
from simulators.care.sight import Sight, steady
from simulators.cohort import Cohort
from simulators.seeds import Array, Flags

LOW, GOOD = 20.0, 45.0
"""mL/h: Table 3's relative limit; and enough to do without dopamine."""
AFTER: Final = 1000.0
RENAL: Final = 2.0
GOOD_FOR: Final = 16
REPEAT: Final = 16
BRISK: Final = 200.0
DRY: Final = 0.002
"""Diuresis ends with the weight this near the baseline."""


class Oliguria:
    """`poured` mL of boluses since the urine failed: array (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        n = len(cohort)
        self.poured, self.good_for, self.since, self.strength = np.zeros(n), np.zeros(n), np.full(n, float(REPEAT)), np.full(n, 20.0)

    def care(self, here: Flags, sight: Sight, fluids: Fluids, sheet: Sheet) -> Flags:
        """Turns dopamine; returns who is to have a bolus for urine."""
        self.good_for = steady(sight.urine >= GOOD, self.good_for)
        self.poured = np.where(self.good_for >= GOOD_FOR, 0.0, self.poured)
        low = here & (sight.urine <= LOW) & (sheet.start % 60 == 0)
        thirsty = low & (self.poured < AFTER) & fluids.may(sight)
        rate = sheet.setting["dopamine"]
        racing = (sight.heart_rate > 130) | (sight.shown["rhythm"] > 0)
        starts = low & ~thirsty & (rate == 0) & ~racing & ((self.poured >= AFTER) | (fluids.since >= 8))
        stops = (rate > 0) & (racing | (self.good_for >= GOOD_FOR))
        sheet.rate("dopamine", starts | stops, np.where(starts, RENAL, 0.0))
        return thirsty

    def diurese(self, ready: Flags, sight: Sight, sheet: Sheet) -> Array:
        """Furosemide for those ready who are still wet and do not pass 200 mL/h; returns its strength: 1 is a full effect."""
        self.since = self.since + 1
        who = ready & (sight.gain > DRY) & (sight.urine < BRISK) & (self.since >= REPEAT)
        self.strength = np.where(who & (self.since < 2 * REPEAT), np.minimum(self.strength * 2, 80.0), self.strength)
        self.since = np.where(who, 0.0, self.since)
        sheet.note("medication", who, lambda bed: {"agent": "furosemide", "amount": float(self.strength[bed]), "unit": "mg", "route": "IV"})
        return np.where(who, 0.5 + self.strength / 80, 0.0)
