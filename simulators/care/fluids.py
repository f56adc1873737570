"""Treat hypotension and low urine: crystalloid boluses, dopamine at 2 ug/kg/min, phenylephrine or
norepinephrine titrated to the Table 2 target; diuresis after therapy.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simulators.care.observation import OVER, ObservedValues, steady
from simulators.care.order_sheet import OrderSheet
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import CHUNK, Array, Flags

# Crystalloid boluses and the maintenance infusion.
#
# Sources: normal saline 250-500 mL for hypotension and oliguria (Table 6); less than 1.5 L a day above
# maintenance, from where on criteria.md section 7.1 calls it exceeded, none when weight is >10 % over
# baseline or the lungs are wet (section 7.3); lactated Ringer's 50-100 mL/h from just before the first dose
# until 8 h after the last (paper). Assumptions: a bolus runs in over 30 min, and the next is decided 45 min
# after its start.


BOLUS, SMALL = 500.0, 250.0
RUNS: Final = 30
APART: Final = 3
"""Chunks between the starts of two boluses."""
CHUNKS_A_DAY: Final = 96
DAILY_LIMIT: Final = 1500.0
RESTRICTED, WET = 0.10, 1.0
"""Weight gain and rales from which more fluid harms."""


class Fluids:
    """`above`: mL of boluses and blood in the last 24 h; `left`: mL still to run in; arrays (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.left, self.since = np.zeros(len(cohort)), np.full(len(cohort), float(APART))
        self.day = np.zeros((CHUNKS_A_DAY, len(cohort)))

    @property
    def above(self) -> Array:
        """The mL above maintenance in the last 24 h."""
        total: Array = self.day.sum(axis=0)
        return total

    def next_chunk(self) -> None:
        """Advance by one chunk."""
        self.since = self.since + 1
        self.day = np.concatenate([self.day[1:], np.zeros((1, len(self.cohort)))])

    def may(self, observed: ObservedValues) -> Flags:
        """Return who may have a bolus now: the last one is done, it stays within the day's limit, and would
        not harm.
        """
        return (self.since >= APART) & (self.above + SMALL < DAILY_LIMIT) & ~self.harmful(observed)

    def harmful(self, observed: ObservedValues) -> Flags:
        """Return whose weight or lungs say that more fluid harms (criteria.md section 7.3)."""
        wet: Flags = (observed.gain > RESTRICTED) | (observed.examined["rales"] >= WET)
        return wet | (observed.examined["effusion"] > 0) | (observed.examined["intubation"] > 0)

    def harms(self, observed: ObservedValues, sheet: OrderSheet) -> Flags:
        """Return for whom fluid is spent or would harm: the day's limit, weight, lungs, oxygen."""
        oxygen = (sheet.setting["o2-flow"] >= 3) | (sheet.setting["o2-device"] >= 2)
        return self.harmful(observed) | oxygen | (self.above + SMALL >= DAILY_LIMIT)

    def bolus(self, who: Flags, observed: ObservedValues, sheet: OrderSheet) -> Array:
        """Start a bolus for each of `who`; return its mL (0 for the others)."""
        careful = (observed.gain > 0.05) | (self.above + BOLUS >= DAILY_LIMIT)
        volume = np.where(who, np.where(careful, SMALL, BOLUS), 0.0)
        sheet.note("bolus", who, lambda bed: {"volume": float(volume[bed]), "minutes": RUNS})
        self.add_volume(volume)
        self.since = np.where(who, 0.0, self.since)
        return volume

    def add_volume(self, volume: Array) -> None:
        """Count a volume above maintenance, and add it to what is to run in."""
        self.left = self.left + volume
        self.day[-1] += volume

    def rows(self, sheet: OrderSheet, added: Array) -> Array:
        """Return mL in each minute of the chunk, (CHUNK, patients); `added`: what was ordered in this chunk,
        running from the nurse's minute.
        """
        flow, left = np.zeros((CHUNK, len(self.cohort))), self.left - added
        for row in range(CHUNK):
            left = left + np.where(sheet.minute == row, added, 0.0)
            flow[row] = np.minimum(left, BOLUS / RUNS)
            left = left - flow[row]
        self.left = left
        return flow


def maintenance(cohort: Cohort) -> Array:
    """Return mL/h: 1 mL/kg/h within the paper's 50-100."""
    return np.round(cohort.weight.clip(50, 100) / 5) * 5


# Too little urine: fluid, then dopamine at 2 ug/kg/min; after therapy, diuresis.
#
# Sources: paper, Overview ("if 1-1.5 L crystalloid does not restore urine flow, ... dopamine") and
# Posttherapy intervention (diuretics, aggressively repeated, until 200 mL/h, once pressure is stable off
# vasopressors); Tables 5, 6. Assumptions: furosemide 20 mg, doubled to 80 when a dose fails, no sooner than 4
# h; dopamine is stopped after 4 h of good urine, or for a fast or irregular heart.


LOW, GOOD = 20.0, 45.0
"""mL/h: Table 3's relative limit; and enough to do without dopamine."""
DOPAMINE_AFTER: Final = 1000.0
RENAL: Final = 2.0
GOOD_FOR: Final = 16
REPEAT: Final = 16
BRISK: Final = 200.0
DRY: Final = 0.002
"""Diuresis ends with the weight this near the baseline."""


class Oliguria:
    """`bolus_ml`: mL of boluses since the urine failed, array (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        n = len(cohort)
        self.bolus_ml, self.good_for, self.since, self.strength = (
            np.zeros(n),
            np.zeros(n),
            np.full(n, float(REPEAT)),
            np.full(n, 20.0),
        )

    def care(self, here: Flags, observed: ObservedValues, fluids: Fluids, sheet: OrderSheet) -> Flags:
        """Set dopamine; return who is to have a bolus for urine."""
        self.good_for = steady(observed.urine >= GOOD, self.good_for)
        self.bolus_ml = np.where(self.good_for >= GOOD_FOR, 0.0, self.bolus_ml)
        low = here & (observed.urine <= LOW) & (sheet.start % 60 == 0)
        needs_bolus = low & (self.bolus_ml < DOPAMINE_AFTER) & fluids.may(observed)
        rate = sheet.setting["dopamine"]
        racing = (observed.heart_rate > 130) | (observed.examined["rhythm"] > 0)
        starts = (
            low
            & ~needs_bolus
            & (rate == 0)
            & ~racing
            & ((self.bolus_ml >= DOPAMINE_AFTER) | (fluids.since >= 8) | fluids.harms(observed, sheet))
        )
        stops = (rate > 0) & (racing | (self.good_for >= GOOD_FOR))
        sheet.rate("dopamine", starts | stops, np.where(starts, RENAL, 0.0))
        return needs_bolus

    def diurese(self, ready: Flags, observed: ObservedValues, sheet: OrderSheet) -> Array:
        """Give furosemide to those ready who are still above their weight and do not pass 200 mL/h; return
        its strength: 1 is a full effect.
        """
        self.since = self.since + 1
        who = ready & (observed.gain > DRY) & (observed.urine < BRISK) & (self.since >= REPEAT)
        self.strength = np.where(
            who & (self.since < 2 * REPEAT), np.minimum(self.strength * 2, 80.0), self.strength
        )
        self.since = np.where(who, 0.0, self.since)
        sheet.note(
            "medication",
            who,
            lambda bed: {
                "agent": "furosemide",
                "amount": float(self.strength[bed]),
                "unit": "mg",
                "route": "IV",
            },
        )
        return np.where(who, 0.5 + self.strength / 80, 0.0)


# Hypotension: fluid first, a pressor after 1-1.5 L of it or where more fluid would harm, titrated to the
# Table 2 target and weaned when it can be.
#
# Sources: paper, Overview and Tables 2, 5, 6 (phenylephrine 0.1-2 ug/kg/min, "or another alpha agonist").
# Assumptions: steps of 0.1-0.3 every 15 min up to 5 above target, where an episode of hypotension ends
# (criteria.md section 5); weaning by 0.1 each half-hour with the pressure 10 above target; norepinephrine
# where phenylephrine at its most is not enough. Some are given norepinephrine from the first, a tenth of it.


PRESSOR_AFTER: Final = 1000.0
START, STEP, MOST, WEANED = 0.3, 0.2, 2.0, 0.1
OVER_FOR: Final = 8
"""Chunks with the pressure well over target after which an episode is over, and fluid counts from 0 again."""
DEEP: Final = 8
"""mm[Hg] below target at which a pressor does not wait for the fluid."""
NEXT, NEXT_MOST = 0.04, 0.6
"""Norepinephrine after phenylephrine: first rate and step, most."""
EQUIVALENT: Final = 10.0
"""Phenylephrine of the effect of norepinephrine, both in ug/kg/min."""
BAG: Final = (2, 6)
"""Minutes of the chunk between which the pump stands still for a bag to be changed."""


class Pressors:
    """`bolus_ml`: mL of boluses in this episode of hypotension, array (patients,).

    `norepinephrine`: who is given it instead of phenylephrine; `fluid_only`: who is given no pressor.
    """

    def __init__(
        self,
        cohort: Cohort,
        norepinephrine: frozenset[int] = frozenset(),
        fluid_only: frozenset[int] = frozenset(),
    ) -> None:
        self.cohort = cohort
        self.bolus_ml = np.zeros(len(cohort))
        self.norepinephrine: Flags = np.isin(np.arange(len(cohort)), list(norepinephrine))
        self.fluid_only: Flags = np.isin(np.arange(len(cohort)), list(fluid_only))

    def care(
        self, here: Flags, observed: ObservedValues, fluids: Fluids, sheet: OrderSheet, bags: Flags
    ) -> Flags:
        """Set the pressors; return who is to have a bolus for pressure. `bags`: whose bag is changed now."""
        running = self.first_rate(sheet) > 0
        self.bolus_ml = np.where((observed.high_for >= OVER_FOR) & ~running, 0.0, self.bolus_ml)
        low = here & (observed.low_for >= 1)
        needs_bolus = low & (self.bolus_ml < PRESSOR_AFTER) & fluids.may(observed)
        harms = fluids.harms(observed, sheet)
        dry = low & ~needs_bolus & ((fluids.since >= 2) | harms)
        self.increase(here & ~bags & ~self.fluid_only, dry, harms, observed, sheet)
        self.wean(here & (observed.high_for >= 2) & ~bags, sheet)
        for agent in ("phenylephrine", "norepinephrine"):
            sheet.pause(agent, bags, *BAG)
        return needs_bolus & ~running

    def first_rate(self, sheet: OrderSheet) -> Array:
        """Return the rate of the first pressor, as phenylephrine."""
        instead = EQUIVALENT * sheet.setting["norepinephrine"]
        return np.where(self.norepinephrine, instead, sheet.setting["phenylephrine"])

    def set_first(self, who: Flags, wanted: Array, sheet: OrderSheet) -> None:
        """Set the rate of the first pressor, given as phenylephrine."""
        sheet.rate("phenylephrine", who & ~self.norepinephrine, np.round(wanted, 2))
        sheet.rate("norepinephrine", who & self.norepinephrine, np.round(wanted / EQUIVALENT, 3))

    def increase(
        self, here: Flags, dry: Flags, harms: Flags, observed: ObservedValues, sheet: OrderSheet
    ) -> None:
        """Start a pressor where fluid was not enough or would harm, and raise it until the pressure is over
        its target by what ends an episode.
        """
        rate = self.first_rate(sheet)
        low, near = (here & (observed.systolic <= self.cohort.target + over) for over in (0, OVER))
        deep = observed.systolic <= self.cohort.target - DEEP
        waited = (self.bolus_ml >= PRESSOR_AFTER) | (observed.low_for >= 3) | deep | harms
        starts = low & dry & (rate == 0) & waited
        rises = near & (rate > 0) & (rate < MOST)
        wanted = np.where(starts, START, np.where(rises, rate + np.where(deep, 1.5 * STEP, STEP / 2), rate))
        self.set_first(starts | rises, wanted.clip(0, MOST), sheet)
        more = sheet.setting["norepinephrine"]
        helps = low & (rate >= MOST) & (observed.low_for >= 2) & ~self.norepinephrine
        sheet.rate("norepinephrine", helps, np.round((more + NEXT).clip(0, NEXT_MOST), 3))

    def wean(self, well: Flags, sheet: OrderSheet) -> None:
        """Lower by a step each half-hour: norepinephrine first; below the least rate, off."""
        more, rate = sheet.setting["norepinephrine"], self.first_rate(sheet)
        even = sheet.start // 15 % 2 == 0
        helped = ~self.norepinephrine & (more > 0)
        sheet.rate("norepinephrine", well & helped & even, np.round((more - NEXT).clip(0, None), 3))
        less = np.where(rate - WEANED < 0.0999, 0.0, rate - WEANED)
        self.set_first(well & ~helped & (rate > 0) & even, less, sheet)
