"""List the scenarios by name, in the order in which they are shown.

A new one is a declaration in `courses`, a test, and a line below: docs/howto/add-a-scenario.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from simulators.scenarios import courses
from simulators.scenarios.scenario import Scenario

ALL: Final = (
    courses.UNEVENTFUL,
    courses.TYPICAL_COURSE,
    courses.OLIGURIA_RESPONDS,
    courses.URINE_AT_THE_LIMIT,
    courses.OLIGURIA_RENAL_FAILURE,
    courses.PRESSOR_WEAN_FAILS,
    courses.NOREPINEPHRINE,
    courses.BAG_CHANGE,
    courses.PEAK_HYPOTENSION_ONLY,
    courses.TACHYCARDIA_WITH_FEVER,
    courses.ATRIAL_FIBRILLATION,
    courses.CHRONIC_FIBRILLATION,
    courses.PULMONARY_EDEMA,
    courses.HYPOXIA_UNTREATED,
    courses.NEUROTOXICITY_LATE,
    courses.THROMBOCYTOPENIA_BLEEDING,
    courses.SEPSIS,
    courses.HEPATIC,
    courses.DIARRHEA,
    courses.MISSED_CHARTING,
    courses.UNSEEN_NIGHT,
    courses.WRONG_CLOCK,
    courses.SINGLE_BAD_READINGS,
    courses.DISCHARGE_IN_ERROR,
    courses.DELAY_BEYOND_24H,
    courses.TIL_UNIT,
    courses.OCCULT_BLOOD_RETESTED,
    courses.FIBRILLATION_CONVERTED,
    courses.FIBRILLATION_UNCHARTED,
    courses.AGITATION,
    courses.LONG_INTUBATION,
    courses.TWO_CYCLES,
    courses.WARD_MIX,
)
OF_PACKS: Final = (
    "til-unit",
    "occult-blood-retested",
    "fibrillation-converted",
    "fibrillation-uncharted",
    "agitation",
    "long-intubation",
    "two-cycles",
)
"""Those about which the guideline packs differ: played apart, and no part of the ward, which goes by 2001."""

SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType({scenario.name: scenario for scenario in ALL})
