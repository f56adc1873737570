"""Hypotension: fluid first, phenylephrine after 1-1.5 L of it, titrated to the Table 2 target and weaned when it can be.

Sources: paper, Overview and Tables 2, 5, 6 (phenylephrine 0.1-2 ug/kg/min). Assumptions: steps of 0.1-0.3 each quarter of an hour, weaning by 0.1
each half-hour with the pressure 8 above target; norepinephrine where phenylephrine at its most does not do.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.care.fluids import Fluids
from simulators.care.sheet import Sheet
from simulators.care.sight import Sight
from simulators.cohort import Cohort
from simulators.seeds import Flags

AFTER: Final = 1000.0
START, STEP, MOST, WEANED = 0.3, 0.2, 2.0, 0.1
OVER_FOR: Final = 8
"""Chunks with the pressure well over target after which an episode is over, and fluid counts anew."""
DEEP: Final = 8
"""mm[Hg] below target at which phenylephrine does not wait for the fluid."""
NEXT, NEXT_MOST = 0.04, 0.6
"""Norepinephrine: first rate and step, most."""


class Pressors:
    """`poured` mL of boluses in this episode of hypotension: array (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.poured = np.zeros(len(cohort))

    def care(self, here: Flags, sight: Sight, fluids: Fluids, sheet: Sheet) -> Flags:
        """Turns the pressors; returns who is to have a bolus for pressure."""
        running = sheet.setting["phenylephrine"] > 0
        self.poured = np.where((sight.high_for >= OVER_FOR) & ~running, 0.0, self.poured)
        low = here & (sight.low_for >= 1)
        thirsty = low & (self.poured < AFTER) & fluids.may(sight)
        self.squeeze(low, low & ~thirsty & (fluids.since >= 2), sight, sheet)
        self.wean(here & (sight.high_for >= 2), sheet)
        return thirsty & ~running

    def squeeze(self, low: Flags, dry: Flags, sight: Sight, sheet: Sheet) -> None:
        """Starts phenylephrine where fluid has had its chance, and goes up where the pressure is still low."""
        rate = sheet.setting["phenylephrine"]
        deep = sight.systolic <= self.cohort.target - DEEP
        starts = dry & (rate == 0) & ((self.poured >= AFTER) | (sight.low_for >= 3) | deep)
        rises = low & (rate > 0) & (rate < MOST)
        wanted = np.where(starts, START, np.where(rises, rate + np.where(deep, 1.5 * STEP, STEP / 2), rate))
        sheet.rate("phenylephrine", starts | rises, np.round(wanted.clip(0, MOST), 2))
        more = sheet.setting["norepinephrine"]
        helps = low & (rate >= MOST) & (sight.low_for >= 2)
        sheet.rate("norepinephrine", helps, np.round((more + NEXT).clip(0, NEXT_MOST), 3))

    def wean(self, well: Flags, sheet: Sheet) -> None:
        """Down by a step each half-hour: norepinephrine first; below the least rate, off."""
        more, rate = sheet.setting["norepinephrine"], sheet.setting["phenylephrine"]
        even = sheet.start // 15 % 2 == 0
        sheet.rate("norepinephrine", well & (more > 0) & even, np.round((more - NEXT).clip(0, None), 3))
        less = np.where(rate - WEANED < 0.1, 0.0, np.round(rate - WEANED, 2))
        sheet.rate("phenylephrine", well & (more == 0) & (rate > 0) & even, less)
