"""The scenarios by name, in the order in which they are listed. A new one is a file, a test, and a line below."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from simulators.scenario import Scenario
from simulators.scenarios import blood, charting, gut, heart, infection, kidney, lungs, nerves, usual, vessels, ward

ALL: Final = (
    usual.UNEVENTFUL,
    usual.TYPICAL_COURSE,
    kidney.OLIGURIA_RESPONDS,
    kidney.OLIGURIA_RENAL_FAILURE,
    vessels.PRESSOR_WEAN_FAILS,
    usual.PEAK_HYPOTENSION_ONLY,
    heart.TACHYCARDIA_WITH_FEVER,
    heart.ATRIAL_FIBRILLATION,
    lungs.PULMONARY_EDEMA,
    nerves.NEUROTOXICITY_LATE,
    blood.THROMBOCYTOPENIA_BLEEDING,
    infection.SEPSIS,
    gut.HEPATIC,
    gut.DIARRHEA,
    charting.MISSED_CHARTING,
    gut.DELAY_BEYOND_24H,
    ward.WARD,
)

SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType({scenario.name: scenario for scenario in ALL})
