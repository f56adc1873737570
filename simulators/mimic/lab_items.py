"""What the items of `hosp/labevents` are on the wire. Labels as in `hosp/d_labitems`; the unit is the one charted, this one where none is.

50808 (Free Calcium) is left out on purpose: ionised calcium is another quantity than the total calcium of wire.md, and the factor from
mmol/L to mg/dL would turn a normal 1.2 into a total of 4.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Analyte(NamedTuple):
    """A code of wire.md (Labs codes)."""

    label: str
    code: str
    unit: str | None


ANALYTES: Mapping[int, Analyte] = MappingProxyType(
    {
        50912: Analyte("Creatinine", "creatinine", "mg/dL"),
        52024: Analyte("Creatinine, Whole Blood", "creatinine", "mg/dL"),
        51006: Analyte("Urea Nitrogen", "urea", "mg/dL"),
        50885: Analyte("Bilirubin, Total", "bilirubin", "mg/dL"),
        50861: Analyte("Alanine Aminotransferase (ALT)", "alt", "IU/L"),
        50878: Analyte("Asparate Aminotransferase (AST)", "ast", "IU/L"),
        50862: Analyte("Albumin", "albumin", "g/dL"),
        50882: Analyte("Bicarbonate", "bicarbonate", "mEq/L"),
        50803: Analyte("Calculated Bicarbonate, Whole Blood", "bicarbonate", "mEq/L"),
        50983: Analyte("Sodium", "sodium", "mEq/L"),
        50824: Analyte("Sodium, Whole Blood", "sodium", "mEq/L"),
        50971: Analyte("Potassium", "potassium", "mEq/L"),
        50822: Analyte("Potassium, Whole Blood", "potassium", "mEq/L"),
        50960: Analyte("Magnesium", "magnesium", "mg/dL"),
        50893: Analyte("Calcium, Total", "calcium", "mg/dL"),
        50970: Analyte("Phosphate", "phosphate", "mg/dL"),
        50931: Analyte("Glucose", "glucose", "mg/dL"),
        50809: Analyte("Glucose", "glucose", "mg/dL"),
        51265: Analyte("Platelet Count", "platelets", "K/uL"),
        51221: Analyte("Hematocrit", "hematocrit", "%"),
        50810: Analyte("Hematocrit, Calculated", "hematocrit", "%"),
        51222: Analyte("Hemoglobin", "hemoglobin", "g/dL"),
        50811: Analyte("Hemoglobin", "hemoglobin", "g/dL"),
        51301: Analyte("White Blood Cells", "wbc", "K/uL"),
        51237: Analyte("INR(PT)", "inr", None),
        51274: Analyte("PT", "pt", "sec"),
        51275: Analyte("PTT", "ptt", "sec"),
        50910: Analyte("Creatine Kinase (CK)", "ck", "IU/L"),
        50911: Analyte("Creatine Kinase, MB Isoenzyme", "ck-mb", "ng/mL"),
        51003: Analyte("Troponin T", "troponin-t", "ng/mL"),
        50993: Analyte("Thyroid Stimulating Hormone", "tsh", "uIU/mL"),
        50995: Analyte("Thyroxine (T4), Free", "free-t4", "ng/dL"),
    }
)

LABELS: Mapping[int, str] = MappingProxyType({item: each.label for item, each in ANALYTES.items()})
