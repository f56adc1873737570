"""What the items of `icu/inputevents` are on the wire. Labels as in `icu/d_items`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

CRYSTALLOID, EXPANDER, BLOOD, CARRIER, ELSEWHERE = "crystalloid", "expander", "blood", "carrier", "elsewhere"


class Pressor(NamedTuple):
    label: str
    agent: str


class Fluid(NamedTuple):
    """`class_`: crystalloid (bolus or maintenance, by the order), expander (a colloid: above maintenance always), blood (products and
    albumin), carrier (what a drug is dissolved in), elsewhere (one sum for the time outside the ICU, whenever that was)."""

    label: str
    class_: str


PRESSORS: Mapping[int, Pressor] = MappingProxyType(
    {
        221749: Pressor("Phenylephrine", "phenylephrine"),
        221662: Pressor("Dopamine", "dopamine"),
        221906: Pressor("Norepinephrine", "norepinephrine"),
        222315: Pressor("Vasopressin", "vasopressin"),
        221289: Pressor("Epinephrine", "epinephrine"),
    }
)

FLUIDS: Mapping[int, Fluid] = MappingProxyType(
    {
        225158: Fluid("NaCl 0.9%", CRYSTALLOID),
        225159: Fluid("NaCl 0.45%", CRYSTALLOID),
        225161: Fluid("NaCl 3% (Hypertonic Saline)", CRYSTALLOID),
        220949: Fluid("Dextrose 5%", CRYSTALLOID),
        225823: Fluid("D5 1/2NS", CRYSTALLOID),
        225825: Fluid("D5NS", CRYSTALLOID),
        225827: Fluid("D5LR", CRYSTALLOID),
        225828: Fluid("LR", CRYSTALLOID),
        225941: Fluid("D5 1/4NS", CRYSTALLOID),
        225944: Fluid("Sterile Water", CRYSTALLOID),
        225943: Fluid("Solution", CARRIER),
        226089: Fluid("Piggyback", CARRIER),
        225174: Fluid("Hetastarch (Hespan) 6%", EXPANDER),
        225795: Fluid("Dextran 40", EXPANDER),
        225796: Fluid("Dextran 70", EXPANDER),
        220862: Fluid("Albumin 25%", BLOOD),
        220864: Fluid("Albumin 5%", BLOOD),
        225168: Fluid("Packed Red Blood Cells", BLOOD),
        225170: Fluid("Platelets", BLOOD),
        220970: Fluid("Fresh Frozen Plasma", BLOOD),
        225171: Fluid("Cryoprecipitate", BLOOD),
        226361: Fluid("Pre-Admission/Non-ICU Intake", ELSEWHERE),
        226363: Fluid("Cath Lab Intake", ELSEWHERE),
        226364: Fluid("OR Crystalloid Intake", ELSEWHERE),
        226365: Fluid("OR Colloid Intake", ELSEWHERE),
        226367: Fluid("OR FFP Intake", ELSEWHERE),
        226368: Fluid("OR Packed RBC Intake", ELSEWHERE),
        226369: Fluid("OR Platelet Intake", ELSEWHERE),
        226370: Fluid("OR Autologous Blood Intake", ELSEWHERE),
        226371: Fluid("OR Cryoprecipitate Intake", ELSEWHERE),
        226372: Fluid("OR Cell Saver Intake", ELSEWHERE),
        226375: Fluid("PACU Crystalloid Intake", ELSEWHERE),
        226376: Fluid("PACU Colloid Intake", ELSEWHERE),
        227070: Fluid("PACU Packed RBC Intake", ELSEWHERE),
        227071: Fluid("PACU Platelet Intake", ELSEWHERE),
        227072: Fluid("PACU FFP Intake", ELSEWHERE),
    }
)

LABELS: Mapping[int, str] = MappingProxyType(
    {item: each.label for item, each in PRESSORS.items()} | {item: each.label for item, each in FLUIDS.items()}
)
