"""Act as the care team: in each chunk it observes, acts, moves the patient, and leaves the pumps running as
set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from simulators.care.dosing import SECOND_CYCLE, Ask, Dosing, DosingPlan
from simulators.care.fluids import Fluids, Oliguria, Pressors, maintenance
from simulators.care.labs import LabOrders
from simulators.care.observation import ObservedValues, Observer, steady
from simulators.care.order_sheet import OrderSheet
from simulators.care.supportive_care import CONTINUED, Medications, OxygenTherapy, breathed
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import CHUNK, PRESSORS, SUPPORT, Act, Array, Flags, generator

# Where the patient is: admission, intensive care, discharge.
#
# Sources: paper, Table 1 (intensive care or vasopressors), Posttherapy: most are discharged 2-3 days after
# the last dose, at or below admission weight. Assumptions: to intensive care with phenylephrine at 1.0 or a
# second pressor, or a mask; back after 8 h without.


HEAVY: Final = 1.0
BETTER_FOR: Final = 32
WELL_FOR: Final = 96
"""Chunks off every vasopressor before discharge (criteria.md, section 7, `discharge-ready`: 24 h)."""
AT_LEAST: Final = 60 * 60
"""Minutes from therapy's end to discharge, at least."""
DAYTIME: Final = range(9 * 60, 18 * 60)


class StayState:
    """Where the patients are; `present`, `icu`: flags (patients,)."""

    def __init__(self, cohort: Cohort, clock: int, returning: frozenset[int] = frozenset()) -> None:
        n = len(cohort)
        self.cohort, self.clock = cohort, clock
        self.returning: Flags = np.isin(np.arange(n), list(returning))
        self.present, self.gone, self.icu = (
            np.zeros(n, dtype=bool),
            np.zeros(n, dtype=bool),
            cohort.icu.copy(),
        )
        self.better_for, self.well_for = np.zeros(n), np.zeros(n)

    def admit(self, sheet: OrderSheet) -> Flags:
        """Admit and return those who come in this chunk, or come back; charted with the baseline."""
        back = self.returning & ~self.present & self.comes(sheet.start - SECOND_CYCLE)
        comes = self.comes(sheet.start) | back
        self.present = self.present | comes
        for kind in ("admit", "baseline"):
            sheet.note(kind, comes, self.location, sharp=True)
        sheet.set("present", comes, 1.0)
        sheet.set("icu", comes, self.icu.astype(float))
        return comes

    def comes(self, start: int) -> Flags:
        """Return who is admitted for the first time in the chunk from `start`."""
        return (self.cohort.admitted >= start) & (self.cohort.admitted < start + CHUNK)

    def location(self, bed: int) -> dict[str, Any]:
        """Return the location of a patient, as the detail of an act."""
        return {"location": "icu" if self.icu[bed] else "ward"}

    def move(self, sheet: OrderSheet) -> None:
        """Move patients to intensive care and back."""
        heavy = (
            (sheet.setting["phenylephrine"] >= HEAVY)
            | (sheet.setting["norepinephrine"] > 0)
            | (sheet.setting["o2-device"] >= 2)
        )
        self.better_for = steady(~heavy & (sheet.setting["phenylephrine"] < 0.5), self.better_for)
        moves = self.present & (
            (heavy & ~self.icu) | (self.icu & ~self.cohort.icu & (self.better_for >= BETTER_FOR))
        )
        self.icu = self.icu ^ moves
        sheet.set("icu", moves, self.icu.astype(float))
        sheet.note("transfer", moves, self.location)

    def leave(self, ended: Array, observed: ObservedValues, sheet: OrderSheet) -> None:
        """Discharge those who have been well for a day, lungs and weight and mind recovered, in the
        daytime.
        """
        pressors = sum(sheet.setting[agent] for agent in ("phenylephrine", "dopamine", "norepinephrine"))
        self.well_for = steady((pressors == 0) & (observed.systolic > self.cohort.target), self.well_for)
        if (sheet.start + self.clock) % 1440 not in DAYTIME:
            return
        lasting = [
            name
            for name in (
                "infection",
                "rhythm",
                "bleeding",
                "mental-status",
                "disorientation",
                "hallucination",
            )
            if name in observed.examined
        ]
        ill = sum(observed.examined[name] for name in lasting) > 0
        settled = (
            (sheet.setting["o2-device"] == 0)
            & (observed.gain <= 0.03)
            & (observed.temperature < 38)
            & (observed.examined["creatinine"] < 2)
            & ~ill
        )
        goes = self.present & settled & (self.well_for >= WELL_FOR) & (sheet.start - ended >= AT_LEAST)
        self.present = self.present & ~goes
        sheet.note("discharge", goes)
        sheet.set("present", goes, 0.0)


STABLE: Final = 16
"""Chunks without a vasopressor before diuresis, and before the patient is off intensive monitoring
(criteria.md, sections 6 and 7: 4 h).
"""
ORAL, SICK_ORAL = 1.4, 0.5
"""Drunk, mL/kg/h: as much as a resting patient loses, and under therapy (assumptions)."""


@dataclass(frozen=True, slots=True)
class ChunkOrders:
    """What care does to the body in the chunk.

    `support`: as in `Chunk`; `fluid`, `drunk`: mL a minute, (minutes, patients); `breathed`: FiO2; the rest
    (patients,).
    """

    acts: list[Act]
    support: Mapping[str, Array]
    fluid: Array
    drunk: Array
    breathed: Array
    dosed: Array
    diuretic: Array
    soothed: Array
    raised: Mapping[str, Array]


class Team:
    """The care team: it holds what the protocols remember; the same seed and the same truth give the same
    acts.
    """

    def __init__(self, cohort: Cohort, plan: DosingPlan, seed: int, ask: Ask) -> None:
        self.cohort = cohort
        self.sheet = OrderSheet(len(cohort), cohort.draws(generator(seed, "care")))
        self.observer = Observer(cohort, cohort.draws(generator(seed, "observation")))
        self.stay, self.dosing, self.labs = (
            StayState(cohort, plan.clock, plan.returning),
            Dosing(cohort, plan, ask),
            LabOrders(cohort, plan.clock),
        )
        self.imposed = plan.clinical_events
        self.fluids, self.oliguria = Fluids(cohort), Oliguria(cohort)
        self.pressors = Pressors(cohort, plan.norepinephrine, plan.fluid_only)
        self.oxygen, self.medications = OxygenTherapy(cohort), Medications(cohort)
        self.free_for = np.full(len(cohort), float(STABLE))

    def act(self, start: int, last: Mapping[str, Array], urine: Array, shaking: Flags) -> ChunkOrders:
        """Return one chunk's care.

        `last`: latent values at its start; `urine`: mL/h over the chunk before; `shaking`: who has chills.
        """
        sheet, observed = self.sheet, self.observer.look(last, urine)
        sheet.next_chunk(start)
        self.fluids.next_chunk()
        before = self.fluids.left
        admitted = self.admit(start)
        here = self.stay.present
        dosed = self.dosing.decide(here, sheet)
        self.free_for = steady(
            np.all([sheet.setting[agent] == 0 for agent in PRESSORS], axis=0), self.free_for
        )
        begun = here & (self.dosing.starts <= start)
        self.give_boluses(begun, observed)
        self.give_oxygen(begun, observed)
        self.labs.draw(here, admitted, self.stay.icu | (self.free_for < STABLE), observed, sheet)
        raised = self.labs.treat(begun, self.fluids, sheet)
        ended = self.dosing.ended
        self.medications.care(begun, here & (start < ended + CONTINUED), shaking, observed, sheet)
        diuretic = self.oliguria.diurese(
            here & (start >= ended) & (self.free_for >= STABLE) & (observed.low_for == 0), observed, sheet
        )
        self.set_maintenance(here, start)
        self.stay.move(sheet)
        self.stay.leave(ended, observed, sheet)
        self.clear(here & ~self.stay.present)
        return self.chunk_orders(before, dosed, diuretic, raised)

    def admit(self, start: int) -> Flags:
        """Admit and return those who come in this chunk; who comes back begins another cycle."""
        admitted = self.stay.admit(self.sheet)
        self.dosing.begin_again(admitted & (self.cohort.admitted < start), start)
        return admitted

    def imposed_now(self, kind: str) -> Flags:
        """Return on whom something is imposed at the chunk's first minute."""
        found = [
            one.patient
            for one in self.imposed
            if one.kind == kind and one.start <= self.sheet.start < one.end
        ]
        return np.isin(np.arange(len(self.cohort)), found)

    def give_oxygen(self, begun: Flags, observed: ObservedValues) -> None:
        """Step the oxygen, but for those from whom it is withheld or whose airway is kept open."""
        withheld, tube = self.imposed_now("oxygen-withheld"), self.imposed_now("intubated")
        self.oxygen.care(begun, withheld, tube, observed, self.sheet)

    def give_boluses(self, begun: Flags, observed: ObservedValues) -> None:
        """Give boluses for pressure first, then for urine: one bolus serves both, and counts for both."""
        for_pressure = self.pressors.care(
            begun, observed, self.fluids, self.sheet, self.imposed_now("bag-change")
        )
        for_urine = self.oliguria.care(
            begun & (self.dosing.ended > self.sheet.start), observed, self.fluids, self.sheet
        )
        volume = self.fluids.bolus(for_pressure | for_urine, observed, self.sheet)
        self.pressors.bolus_ml = self.pressors.bolus_ml + volume * (observed.low_for >= 1)
        self.oliguria.bolus_ml = self.oliguria.bolus_ml + volume * (observed.urine <= 25)

    def set_maintenance(self, here: Flags, start: int) -> None:
        """Set maintenance fluid: from the first dose until 8 h after the last, once therapy is over."""
        dosing, sheet = self.dosing, self.sheet
        over = (dosing.ended <= start) & (start - dosing.last >= 480)
        wanted = np.where((dosing.starts <= start) & ~over, maintenance(self.cohort), 0.0)
        changes = here & (wanted != sheet.setting["maintenance"])
        sheet.note("maintenance", changes, lambda bed: {"rate": float(wanted[bed])})
        sheet.set("maintenance", changes, wanted)
        weak = (dosing.starts <= start) & (start < dosing.ended + 720)
        sheet.set("oral", here, np.where(weak, SICK_ORAL, ORAL) * self.cohort.weight)

    def clear(self, gone: Flags) -> None:
        """Stop the infusions of patients who have left."""
        for name in ("maintenance", "icu"):
            self.sheet.set(name, gone, 0.0)

    def chunk_orders(
        self, before: Array, dosed: Array, diuretic: Array, raised: Mapping[str, Array]
    ) -> ChunkOrders:
        """Return the chunk's orders from the settings and what was ordered; `before`: mL still to run in at
        its start.
        """
        sheet = self.sheet
        support = {name: sheet.rows(name) for name in SUPPORT}
        flow = self.fluids.rows(sheet, self.fluids.left - before)
        away = self.cohort.weight * ORAL * (1 - support["present"])
        return ChunkOrders(
            acts=sheet.written(),
            support=support,
            fluid=flow + support["maintenance"] / 60,
            drunk=(support["oral"] * support["present"] + away) / 60,
            breathed=breathed(support["o2-device"], support["o2-flow"], support["fio2"]),
            dosed=dosed,
            diuretic=diuretic,
            soothed=self.medications.soothed,
            raised=raised,
        )
