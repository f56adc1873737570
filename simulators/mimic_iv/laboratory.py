"""Map the items of `hosp/labevents`, and make one record of the results of one specimen that were stored
together, with the reference range of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

from simulators.mimic_iv.fact import MimicFact, distinct_sets, neat, stamp
from simulators.mimic_iv.tables import LABS, Resulted
from simulators.mimic_iv.tally import ImportTally

# What the items of `hosp/labevents` are on the wire. Labels as in `hosp/d_labitems`; the unit is the one
# charted, this one where none is.
#
# 50808 (Free Calcium) is left out on purpose: ionised calcium is another quantity than the total calcium of
# wire.md, and the factor from mmol/L to mg/dL would turn a normal 1.2 into a total of 4.8.


class Analyte(NamedTuple):
    """A code of wire.md (Labs codes)."""

    label: str
    code: str
    unit: str | None


ANALYTES: Mapping[int, Analyte] = MappingProxyType(
    {
        50912: Analyte("Creatinine", "creatinine", "mg/dL"),
        52546: Analyte("Creatinine, Whole Blood", "creatinine", "mg/dL"),
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
        51002: Analyte("Troponin I", "troponin-i", "ng/mL"),
        50993: Analyte("Thyroid Stimulating Hormone", "tsh", "uIU/mL"),
        50995: Analyte("Thyroxine (T4), Free", "free-t4", "ng/dL"),
    }
)

LABELS: Mapping[int, str] = MappingProxyType({item: each.label for item, each in ANALYTES.items()})


LIMIT = re.compile(r"\s*(?:<|>|LESS THAN|GREATER THAN)\s*=?\s*([0-9]+\.?[0-9]*|\.[0-9]+)", re.IGNORECASE)
"""`<0.01` at the start of the value, or of the comments where the value is empty."""


def results(rows: Iterable[Resulted], tally: ImportTally) -> Iterator[MimicFact]:
    """Yield results by specimen and time of storing.

    A result without a number is a limit of detection, or none at all.
    """
    found = [
        row._replace(number=value) for row in rows for value in [number(row, tally)] if value is not None
    ]
    for (at, known, specimen), group in groupby(
        sorted(found, key=lambda row: (*place(row), row.item)), key=place
    ):
        for readings in distinct_sets(map(reading, group), lambda: tally.drop(LABS.name, "repeated")):
            yield MimicFact(
                at,
                known,
                "labs",
                f"lab-{specimen}" if specimen else f"lab-{stamp(at)}",
                {"readings": readings},
            )


def place(row: Resulted) -> tuple[int, int, int]:
    """Return the order of a row: `at`, `known`, specimen."""
    return row.at, row.known, row.specimen or 0


def number(row: Resulted, tally: ImportTally) -> float | None:
    """Return the result: `valuenum` (`value` is often blanked to `___` beside it), else the limit of
    detection, the nearest that was measured.

    `<0.01` becomes 0.01, which trips no criterion whose upper limit is 0.01, for those are strict.
    """
    if row.number is not None:
        return row.number
    found = LIMIT.match(row.text or "") or LIMIT.match(row.comments or "")
    if found is None:
        tally.drop(LABS.name, "no-number")
        return None
    tally.adjust(LABS.name, "detection-limit")
    return float(found[1])


def reading(row: Resulted) -> dict[str, Any]:
    """Return the reading as reported, in the unit of the row, else of the table."""
    analyte = ANALYTES[row.item]
    unit = row.unit or analyte.unit
    assert row.number is not None
    found: dict[str, Any] = {"code": analyte.code, "value": neat(row.number)}
    limits = {"unit": unit, "low": row.low, "high": row.high}
    return found | {
        name: neat(each) if isinstance(each, float) else each
        for name, each in limits.items()
        if each is not None
    }
