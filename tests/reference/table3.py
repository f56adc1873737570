"""The rows of Table 3 in its order (criteria.md 3)."""

from collections.abc import Callable
from fractions import Fraction

from . import findings, heart, labs, oxygen, pressors, stool, urine
from .knowledge import Knowledge, clocked
from .labs import Bands
from .row import ABSOLUTE, CLEAR, RELATIVE, Row
from .windows import STALE_DAILY_LAB, STALE_LAB

Evaluate = Callable[[Knowledge, int], Row]


def _bilirubin(v: Fraction) -> str:
    return RELATIVE if v > 7 else CLEAR


def _platelets(v: Fraction) -> str:
    return ABSOLUTE if v < 30 else RELATIVE if v <= 50 else CLEAR


def _creatinine(v: Fraction) -> str:
    return ABSOLUTE if v >= 3 else RELATIVE if v >= Fraction(5, 2) else CLEAR


BILIRUBIN = Bands(_bilirubin, (Fraction(7),))
PLATELETS = Bands(_platelets, (Fraction(30), Fraction(50)))
CREATININE = Bands(_creatinine, (Fraction(5, 2), Fraction(3)))

TABLE: list[tuple[str, str, Evaluate]] = [
    ("cardiac", "sinus-tachycardia", heart.sinus_tachycardia),
    ("cardiac", "atrial-fibrillation", findings.finding("atrial-fibrillation")),
    ("cardiac", "supraventricular-tachycardia", findings.finding("supraventricular-tachycardia")),
    ("cardiac", "ventricular-arrhythmia", findings.finding("ventricular-arrhythmia")),
    ("cardiac", "cardiac-enzymes", labs.cardiac_enzymes),
    ("cardiac", "ecg-ischemia", findings.finding("ecg-ischemia")),
    ("dermatologic", "moist-desquamation", findings.finding("moist-desquamation")),
    ("gastrointestinal", "diarrhea", stool.diarrhea),
    ("gastrointestinal", "refractory-vomiting", findings.finding("refractory-vomiting")),
    ("gastrointestinal", "abdominal-distention", findings.finding("abdominal-distention")),
    ("gastrointestinal", "abdominal-pain", findings.finding("abdominal-pain")),
    ("gastrointestinal", "bilirubin", labs.result("bilirubin", "mg/dL", BILIRUBIN, STALE_DAILY_LAB)),
    ("hemodynamic", "phenylephrine-maximum", pressors.maximum),
    ("hemodynamic", "phenylephrine-minimum", pressors.minimum),
    ("hemorrhagic", "bleeding", findings.finding("bleeding")),
    ("hemorrhagic", "platelets", labs.result("platelets", "10*3/uL", PLATELETS, STALE_LAB)),
    ("infectious", "infection", findings.finding("infection")),
    ("musculoskeletal", "weight-gain", labs.weight_gain),
    ("musculoskeletal", "extremities", findings.finding("extremities")),
    ("neurologic", "vivid-dreams", findings.finding("vivid-dreams")),
    ("neurologic", "emotional-lability", findings.finding("emotional-lability")),
    ("neurologic", "hallucination", findings.finding("hallucination")),
    ("neurologic", "mental-status", findings.mental_status),
    ("neurologic", "cognition", findings.finding("cognition")),
    ("neurologic", "disorientation", findings.finding("disorientation")),
    ("pulmonary", "dyspnea", findings.finding("dyspnea")),
    ("pulmonary", "oxygen-requirement", oxygen.requirement),
    ("pulmonary", "intubation", findings.finding("intubation")),
    ("pulmonary", "rales", findings.finding("rales")),
    ("pulmonary", "pleural-effusion", findings.finding("pleural-effusion")),
    ("renal", "urine-shift", urine.shift),
    ("renal", "urine-hour", urine.hour),
    ("renal", "creatinine", labs.result("creatinine", "mg/dL", CREATININE, STALE_LAB)),
]
EVALUATE: dict[str, Evaluate] = {code: clocked(evaluate) for _, code, evaluate in TABLE}
SYSTEM = {code: system for system, code, _ in TABLE}
CODES = tuple(SYSTEM)
GROUP = {"urine-shift": "urine", "urine-hour": "urine"}
MINIMUM = (
    "sinus-tachycardia",
    "cardiac-enzymes",
    "phenylephrine-maximum",
    "phenylephrine-minimum",
    "platelets",
    "mental-status",
    "oxygen-requirement",
    "urine-hour",
    "creatinine",
)


def evaluate_all(k: Knowledge, at: int) -> dict[str, Row]:
    """Every row of Table 3 at a clock, in the table's order."""
    return {code: evaluate(k, at) for code, evaluate in EVALUATE.items()}
