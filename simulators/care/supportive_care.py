"""Give medication by the clock and by need, and oxygen stepped to keep saturation at 95 % (paper,
Table 6).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from simulators.care.dosing import LEAD
from simulators.care.observation import ObservedValues, steady
from simulators.care.order_sheet import OrderSheet
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import CHUNK, DEVICES, Array, Flags


class Scheduled(NamedTuple):
    """A drug given by the clock; `every`: minutes between doses; `first`: minutes from admission to the
    first.
    """

    agent: str
    amount: float
    unit: str
    route: str
    every: int
    first: int = 0


SCHEDULED: Final = (
    Scheduled("acetaminophen", 650, "mg", "PO", 240),
    Scheduled("indomethacin", 50, "mg", "PO", 480),
    Scheduled("ranitidine", 50, "mg", "IV", 480),
    Scheduled("granisetron", 0.8, "mg", "IV", 1440, LEAD - 60),
)
CONTINUED: Final = 20 * 60
"""Minutes after therapy's end; the paper says 16-24 h."""
LOOSE, SOOTHES, SOOTHED_FOR = 45.0, 0.4, 24
"""Stool (mL/h) from which loperamide is given each 3 h; the share it prevents; for how many chunks."""
CHILLS_AGAIN: Final = 8


class Medications:
    """Medication by the clock and by need; `soothed`: the share of stool that loperamide prevents now,
    (patients,).
    """

    def __init__(self, cohort: Cohort) -> None:
        self.admitted = cohort.admitted
        self.loperamide, self.meperidine = np.zeros(len(cohort)), np.full(len(cohort), float(CHILLS_AGAIN))

    @property
    def soothed(self) -> Array:
        """The share of stool that loperamide prevents now."""
        return np.where(self.loperamide > 0, SOOTHES, 0.0)

    def care(
        self, here: Flags, premedicated: Flags, shaking: Flags, observed: ObservedValues, sheet: OrderSheet
    ) -> None:
        """Give what is due; `premedicated`: from admission until `CONTINUED` after therapy."""
        for drug in SCHEDULED:
            since = sheet.start - self.admitted - drug.first
            due = (since >= 0) & (since % drug.every < CHUNK) & ~self.harmful(drug.agent, observed)
            given = {"agent": drug.agent, "amount": drug.amount, "unit": drug.unit, "route": drug.route}
            sheet.note("medication", premedicated & due, lambda bed, given=given: given)  # type: ignore[misc]
        self.loperamide, self.meperidine = self.loperamide - 1, self.meperidine + 1
        self.on_need(
            here & (observed.examined["stool-rate"] > LOOSE) & (self.loperamide <= SOOTHED_FOR // 2),
            here & shaking & (self.meperidine >= CHILLS_AGAIN),
            sheet,
        )

    def harmful(self, agent: str, observed: ObservedValues) -> Flags:
        """Return to whom a drug would do harm: indomethacin to kidneys and platelets (criteria.md section
        7.3).
        """
        examined = observed.examined
        harmed: Flags = (
            (examined["platelets"] <= 50)
            | (examined["creatinine"] >= 2.5)
            | (examined["bleeding"] > 0)
            | (observed.urine < 10)
        )
        return harmed & (agent == "indomethacin")

    def on_need(self, loose: Flags, cold: Flags, sheet: OrderSheet) -> None:
        """Give loperamide for loose stool, and meperidine for chills."""
        self.loperamide = np.where(loose, SOOTHED_FOR, self.loperamide)
        self.meperidine = np.where(cold, 0.0, self.meperidine)
        sheet.note(
            "medication", loose, lambda bed: {"agent": "loperamide", "amount": 2, "unit": "mg", "route": "PO"}
        )
        sheet.note(
            "medication", cold, lambda bed: {"agent": "meperidine", "amount": 25, "unit": "mg", "route": "IV"}
        )


# Oxygen, stepped up to keep saturation at 95 % (or the patient's own limit) and down when it can be.
#
# Source: paper, Overview and Table 5 (SpO2 <95 %: oxygen; 4 L/min by cannula or 40 % by mask is the limit of
# dosing). Assumptions: the ladder, and two hours at 97 % before a step down.


class Rung(NamedTuple):
    """One step of the oxygen ladder; the columns are those of `LADDER`."""

    device: int
    flow: float
    fio2: float
    breathed: float


LADDER: Final = (
    Rung(0, 0, 21, 21), Rung(1, 2, 21, 29), Rung(1, 3, 21, 33), Rung(1, 4, 21, 37), Rung(1, 6, 21, 44),
    Rung(2, 0, 50, 50), Rung(2, 0, 60, 60), Rung(2, 0, 80, 80), Rung(3, 0, 60, 60), Rung(3, 0, 80, 80),
    Rung(3, 0, 100, 100),
)  # fmt: skip
"""Device, L/min, FiO2 set (21: none is), FiO2 breathed: a cannula adds 4 % per L/min."""
CANNULA, TUBE = 1, 8
"""The rungs at which oxygen and ventilation begin."""
FAILING: Final = -6.0
"""Saturation over the patient's limit on the highest mask below which the patient is intubated."""
PRESSING, GRAVE = -4.0, -5.0
"""Likewise, below which one observation is enough, and below which two steps are taken at once."""
ENOUGH, CALM_FOR = 2.0, 8
"""Saturation over the limit, and chunks, before a step down."""


class OxygenTherapy:
    """`rung`: index of `LADDER`, array (patients,)."""

    def __init__(self, cohort: Cohort) -> None:
        self.limit = cohort.saturation_limit
        self.rung = np.zeros(len(cohort), dtype=int)
        self.calm, self.short = np.zeros(len(cohort)), np.zeros(len(cohort))

    def care(
        self, here: Flags, withheld: Flags, tube: Flags, observed: ObservedValues, sheet: OrderSheet
    ) -> None:
        """Step up where two observations were below the patient's limit (two steps where they are 5 below
        it), down after two good hours. `withheld`: from whom oxygen is withheld; `tube`: who is intubated
        whatever the saturation.
        """
        below = observed.spo2 - self.limit
        self.short = steady(below < 0, self.short)
        self.calm = steady(below >= ENOUGH, self.calm)
        may = (
            here
            & ~withheld
            & ((self.rung < TUBE - 1) | (below < FAILING) | (self.rung >= TUBE))
            & (self.rung < len(LADDER) - 1)
        )
        up = may & ((self.short >= 2) | (below < PRESSING))
        down = here & (self.rung > 0) & (self.calm >= CALM_FOR) & ~up & ~(tube & (self.rung <= TUBE))
        leap = np.where((below < GRAVE) & (self.rung < TUBE - 2), 2, 1)
        self.rung = np.where(
            up, self.rung + leap, np.where(down, np.where(self.rung == TUBE, 4, self.rung - 1), self.rung)
        )
        intubated = here & tube & (self.rung < TUBE)
        self.rung = np.where(intubated, TUBE, self.rung)
        self.short, self.calm = np.where(up, 0.0, self.short), np.where(up | down, 0.0, self.calm)
        self.fit(up | down | intubated, sheet)

    def fit(self, who: Flags, sheet: OrderSheet) -> None:
        """Set the rung's device, flow and FiO2, and note them."""
        for name, column in (("o2-device", 0), ("o2-flow", 1), ("fio2", 2)):
            sheet.set(name, who, np.array([rung[column] for rung in LADDER], dtype=float)[self.rung])
        sheet.note("o2", who, lambda bed: worn(LADDER[int(self.rung[bed])]))


def worn(rung: Rung) -> dict[str, Any]:
    """Return the act's detail: a flow where the device has one, an FiO2 where one is set."""
    device = DEVICES[rung.device]
    return {
        "device": device,
        "flow": rung.flow if device in ("room-air", "nasal-cannula") else None,
        "fio2": rung.fio2 if rung.device >= 2 else None,
    }


def breathed(device: Array, flow: Array, fio2: Array) -> Array:
    """Return per cent of oxygen breathed in, from what is set; the arrays have the same shape."""
    return np.where(device == 1, 21 + np.minimum(4 * flow, 40), fio2)
