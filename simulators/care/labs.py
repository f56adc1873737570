"""Draw blood by Table 1, in the mode in force, and treat by its results.

Sources: paper, Tables 1, 5, 6: blood count and chemistry daily, twice daily with vasopressors or in intensive
care; the rest daily; thyroid each cycle; isoenzymes when total CK is raised; bicarbonate 50 or 100 mEq below
20 or 18 mmol/L; potassium chloride at or below 3.6; calcium, magnesium, phosphate below their lowest normal
values; red cells at a hematocrit of 28 % or less, platelets below 20. Assumptions: rounds at 06:00 and 18:00;
results are acted on 75 min after the draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from simulators.care.fluids import Fluids
from simulators.care.observation import ObservedValues
from simulators.care.order_sheet import OrderSheet
from simulators.physiology.cohort import Cohort
from simulators.physiology.latent_state import CHUNK, Array, Flags

PANELS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "blood-count": ("platelets", "hematocrit", "hemoglobin", "wbc"),
        "chemistry": ("sodium", "potassium", "bicarbonate", "urea", "creatinine", "glucose"),
        "liver": ("alt", "ast", "bilirubin", "albumin"),
        "minerals": ("calcium", "magnesium", "phosphate"),
        "coagulation": ("inr", "ptt"),
        "creatine-kinase": ("ck",),
        "enzymes": ("ck-mb", "troponin-t"),
        "thyroid": ("tsh", "free-t4"),
    }
)
DAILY: Final = ("blood-count", "chemistry", "liver", "minerals", "coagulation", "creatine-kinase")
TWICE: Final = ("blood-count", "chemistry")
MORNING, EVENING = 6 * 60, 18 * 60
RESULTS: Final = 5
"""Chunks from the draw until its results are acted on."""
CK_HIGH: Final = 200.0
RISING: Final = 1.8
"""Creatinine (mg/dL) from which chemistry is drawn in the evening too."""
DRAW_GAP: Final = 60
"""Minutes after a draw in which a round skips the patient."""


class Remedy(NamedTuple):
    """Below `limit`, `amount` is given, which raises the level by `raises`."""

    code: str
    limit: float
    agent: str
    amount: float
    unit: str
    raises: float


REMEDIES: Final = (
    Remedy("potassium", 3.601, "potassium chloride", 20, "meq", 0.3),
    Remedy("calcium", 8.5, "calcium gluconate", 1, "g", 0.4),
    Remedy("magnesium", 1.6, "magnesium sulfate", 1, "g", 0.25),
    Remedy("phosphate", 2.5, "potassium phosphate", 15, "mmol", 0.5),
    Remedy("bicarbonate", 18, "sodium bicarbonate", 100, "meq", 4.0),
    Remedy("bicarbonate", 20, "sodium bicarbonate", 50, "meq", 2.0),
)
TREATED: Final = (*dict.fromkeys(remedy.code for remedy in REMEDIES), "hematocrit", "platelets")
ANEMIC, CELLS, CELLS_RAISE = 28.0, 300.0, 3.0
BARE, POOL, POOL_RAISES = 20.0, 250.0, 22.0


class LabOrders:
    """Who was drawn, and when the results are acted on."""

    def __init__(self, cohort: Cohort, clock: int) -> None:
        self.cohort, self.clock = cohort, clock
        self.waiting = np.zeros(len(cohort))
        self.sample = {code: cohort.labs[code] for code in TREATED}
        self.last = np.full(len(cohort), -1e9)

    def draw(
        self, here: Flags, admitted: Flags, intensive: Flags, observed: ObservedValues, sheet: OrderSheet
    ) -> None:
        """Order panels: all on admission, the daily ones at the morning round, in the evening those due twice
        a day in intensive mode.
        """
        hour = (sheet.start + self.clock) % 1440
        self.order(admitted, (*DAILY, "thyroid"), observed, sheet)
        fresh = sheet.start - self.last < DRAW_GAP
        if 0 <= hour - MORNING < CHUNK:
            self.order(here & ~fresh, DAILY, observed, sheet)
            self.order(here & ~fresh & (observed.examined["ck"] > CK_HIGH), ("enzymes",), observed, sheet)
        if 0 <= hour - EVENING < CHUNK:
            self.order(here & ~fresh & intensive, TWICE, observed, sheet)
            self.order(
                here & ~fresh & ~intensive & (observed.examined["creatinine"] >= RISING),
                ("chemistry",),
                observed,
                sheet,
            )

    def order(self, who: Flags, panels: tuple[str, ...], observed: ObservedValues, sheet: OrderSheet) -> None:
        """Order panels for each of `who`; the sample keeps today's levels until its results are acted on."""
        sheet.note("lab-draw", who, lambda bed: {"panels": panels})
        self.last = np.where(who, sheet.start, self.last)
        self.waiting = np.where(who, RESULTS, self.waiting)
        self.sample = {
            code: np.where(who, observed.examined[code], level) for code, level in self.sample.items()
        }

    def treat(self, begun: Flags, fluids: Fluids, sheet: OrderSheet) -> dict[str, Array]:
        """Give what the results that are back call for; return how much it raises each lab's level,
        (patients,) each.
        """
        self.waiting = self.waiting - 1
        back = begun & (self.waiting == 0)
        raised: dict[str, Array] = {}
        if back.any():
            self.replace(back, self.sample, sheet, raised)
            self.transfuse(back, self.sample, fluids, sheet, raised)
        return raised

    def replace(
        self, back: Flags, level: Mapping[str, Array], sheet: OrderSheet, raised: dict[str, Array]
    ) -> None:
        """Give the first remedy that applies for each substance."""
        done: dict[str, Flags] = {}
        for remedy in REMEDIES:
            who = back & (level[remedy.code] < remedy.limit) & ~done.get(remedy.code, np.zeros_like(back))
            done[remedy.code] = done.get(remedy.code, np.zeros_like(back)) | who
            raised[remedy.code] = raised.get(remedy.code, np.zeros(len(self.cohort))) + remedy.raises * who
            given = {"agent": remedy.agent, "amount": remedy.amount, "unit": remedy.unit, "route": "IV"}
            sheet.note("medication", who, lambda bed, given=given: given)  # type: ignore[misc]

    def transfuse(
        self,
        back: Flags,
        level: Mapping[str, Array],
        fluids: Fluids,
        sheet: OrderSheet,
        raised: dict[str, Array],
    ) -> None:
        """Give red cells and platelets to those whose results are at or below the limit."""
        for code, limit, product, volume, raises in (
            ("hematocrit", ANEMIC, "erythrocytes", CELLS, CELLS_RAISE),
            ("platelets", BARE, "platelets", POOL, POOL_RAISES),
        ):
            who = back & (level[code] <= limit)
            detail = {"product": product, "volume": volume, "minutes": 60}
            sheet.note("blood-product", who, lambda bed, detail=detail: detail)  # type: ignore[misc]
            fluids.add_volume(np.where(who, volume, 0.0))
            raised[code] = np.where(who, raises, 0.0)
