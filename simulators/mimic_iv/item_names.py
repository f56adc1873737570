"""Tell by their names in MIMIC-IV's own dictionary what items are that no table here lists.

A sample holds some of the items; the dictionary of the folder names all of them, with a category. What a
stay depends on is read by it: vasopressors, steroids, antihypertensives and drains.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rules.wire.agents import found_in, vasopressor
from simulators.mimic_iv.tables import INPUTS, OUTPUTS, MimicTable

STEROIDS = (
    "hydrocortisone", "methylprednisolone", "dexamethasone", "prednisone", "prednisolone", "betamethasone",
    "cortisone", "fludrocortisone", "triamcinolone", "budesonide",
)  # fmt: skip
ANTIHYPERTENSIVES = (
    "labetalol", "metoprolol", "esmolol", "atenolol", "carvedilol", "propranolol", "bisoprolol", "nadolol",
    "nicardipine", "clevidipine", "amlodipine", "nifedipine", "diltiazem", "verapamil", "hydralazine",
    "nitroprusside", "nitroglycerin", "enalaprilat", "enalapril", "lisinopril", "captopril", "ramipril",
    "losartan", "valsartan", "clonidine", "fenoldopam", "phentolamine", "minoxidil", "prazosin", "doxazosin",
    "methyldopa", "furosemide", "torsemide", "bumetanide", "hydrochlorothiazide", "spironolactone",
)  # fmt: skip
OTHER_NAMES = {
    "solumedrol": "methylprednisolone",
    "solu medrol": "methylprednisolone",
    "medrol": "methylprednisolone",
    "solucortef": "hydrocortisone",
    "solu cortef": "hydrocortisone",
    "decadron": "dexamethasone",
    "nipride": "nitroprusside",
    "cardene": "nicardipine",
    "cleviprex": "clevidipine",
    "lopressor": "metoprolol",
    "brevibloc": "esmolol",
    "lasix": "furosemide",
    "nitroglycerine": "nitroglycerin",
    "cardizem": "diltiazem",
}
_MEDICINES: Mapping[str, str] = {name: name for name in (*STEROIDS, *ANTIHYPERTENSIVES)} | OTHER_NAMES

_DRAIN = re.compile(
    r"chest tube|pleural|mediastin|jackson|\bjp\b|hemovac|blake|penrose|pigtail|sump|t[ -]?tube|wound vac"
    r"|drain|\btap\b|paracentesis|thoracentesis|ventricular #|pericardial|lumbar|biliary|cholecystostomy",
    re.IGNORECASE,
)
_DRAINS = "drains"


def medicine(label: str) -> str | None:
    """Return the steroid or antihypertensive that a label names; None: neither."""
    found = found_in(label, _MEDICINES)
    return found[0] if found else None


def is_drain(label: str, category: str) -> bool:
    """Return whether an output is a drain: by its category, else by its name."""
    return category.strip().casefold() == _DRAINS or _DRAIN.search(label) is not None


def is_read(table: MimicTable, label: str, category: str) -> bool:
    """Return whether an item that is not listed is read by its name."""
    if table == INPUTS:
        return vasopressor(label) is not None or medicine(label) is not None
    return table == OUTPUTS and is_drain(label, category)
