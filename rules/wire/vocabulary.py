"""Define the vocabulary of the wire: codes, kinds, agents and words, in the order of wire.md (Events).

Drug lists also in criteria.md section 7.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

Status = Literal[
    "final",
    "preliminary",
    "corrected",
    "entered-in-error",
    "amended",
    "appended",
    "cancelled",
    "registered",
]
STATUS: Mapping[str | None, str] = MappingProxyType(
    {
        None: "final",
        "final": "final",
        "preliminary": "preliminary",
        "corrected": "corrected",
        "entered-in-error": "entered-in-error",
        "amended": "corrected",
        "appended": "corrected",
        "cancelled": "entered-in-error",
        "registered": "preliminary",
    }
)
"""A status as sent, FHIR's words included -> what it means (wire.md, What is refused)."""
Direction = Literal["in", "out"]
Specimen = Literal["stool", "emesis", "sputum"]
EncounterEvent = Literal["admit", "baseline", "cycle-start", "transfer", "therapy-end", "discharge"]
WARD, ICU = "ward", "icu"
AcceptedLevel = Literal["absolute", "relative"]
Level = Literal["absolute", "relative", "technical", "advisory"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""Their order is that of the counts in every state record."""
EventType = Literal[
    "vitals",
    "labs",
    "io",
    "dose",
    "infusion",
    "medication",
    "finding",
    "encounter",
    "ack",
    "silence",
    "resume",
    "accept",
    "tick",
]

WITHDRAWN: Final = "entered-in-error"
CORRECTING: Final = ("corrected", WITHDRAWN)
EVERY_PATIENT: Final = "*"

# wire.md, Vitals codes: code -> canonical unit (None: the value is a word).
VITALS: Mapping[str, str | None] = MappingProxyType(
    {
        "heart-rate": "/min",
        "systolic-bp": "mm[Hg]",
        "diastolic-bp": "mm[Hg]",
        "mean-bp": "mm[Hg]",
        "respiratory-rate": "/min",
        "temperature": "Cel",
        "spo2": "%",
        "o2-device": None,
        "o2-flow": "L/min",
        "fio2": "%",
        "weight": "kg",
    }
)
O2_DEVICES = ("room-air", "nasal-cannula", "mask", "high-flow", "nippv", "ventilator", "other")

# wire.md, Labs codes: code -> canonical unit.
LABS: Mapping[str, str] = MappingProxyType(
    {
        "creatinine": "mg/dL",
        "bilirubin": "mg/dL",
        "platelets": "10*3/uL",
        "bicarbonate": "mmol/L",
        "potassium": "mmol/L",
        "sodium": "mmol/L",
        "calcium": "mg/dL",
        "magnesium": "mg/dL",
        "phosphate": "mg/dL",
        "hematocrit": "%",
        "hemoglobin": "g/dL",
        "albumin": "g/dL",
        "alt": "U/L",
        "ast": "U/L",
        "ck": "U/L",
        "ck-mb": "ng/mL",
        "troponin-t": "ng/mL",
        "troponin-i": "ng/mL",
        "urea": "mg/dL",
        "glucose": "mg/dL",
        "pt": "s",
        "inr": "1",
        "ptt": "s",
        "tsh": "m[iU]/L",
        "free-t4": "ng/dL",
        "wbc": "10*3/uL",
    }
)

# wire.md, io.
IO_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "out": ("urine", "stool", "emesis", "drain", "other"),
        "in": ("iv-maintenance", "iv-bolus", "oral", "blood-product", "irrigation", "other"),
    }
)
ABOVE_MAINTENANCE = ("iv-bolus", "blood-product")

# criteria.md section 6: any of these running makes the mode `intensive`.
VASOPRESSORS = ("phenylephrine", "dopamine", "norepinephrine", "vasopressin", "epinephrine")
# criteria.md 3.3: pressors of which no equivalent in phenylephrine is published.
WITHOUT_EQUIVALENT = ("dobutamine", "milrinone", "metaraminol", "ephedrine", "angiotensin-ii")

# wire.md, dose: the one agent that is dosed.
IL2 = "aldesleukin"
COMPARATORS = ("<", "<=", ">", ">=")

# wire.md, finding codes: `present` true or false.
PRESENT_FINDINGS = (
    "atrial-fibrillation",
    "supraventricular-tachycardia",
    "ventricular-arrhythmia",
    "ecg-ischemia",
    "moist-desquamation",
    "refractory-vomiting",
    "ileus",
    "distention",
    "severe-distention",
    "severe-abdominal-pain",
    "guaiac-positive",
    "frank-blood",
    "infection",
    "extremity-tightness",
    "extremity-paresthesias",
    "vivid-dreams",
    "emotional-lability",
    "persistent-crying",
    "hallucination",
    "cognition-failed",
    "disorientation",
    "dyspnea-at-rest",
    "intubation",
    "effusion-drained",
    "chills",
    "cultures-sent",
    "agitation",
    "anxiety",
    "sinus-rhythm",
    "cardiac-symptoms",
    "bradycardia-treated",
    "sustained-vt",
    "rhythm-uncontrolled",
    "angina",
    "tamponade",
    "coma",
    "toxic-psychosis",
    "seizures-uncontrolled",
    "bowel-ischemia",
    "gi-bleeding-surgery",
    "dialysis",
)
# wire.md, finding: the one finding that may name the specimen it was found in.
WITH_SPECIMEN = "guaiac-positive"
# wire.md, finding codes: those that carry a `value`.
VALUE_FINDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mental-status": ("normal", "changed"), "rales": ("none", "one-third", "half")}
)
# wire.md, finding codes: those that record that something was done (the monitoring of Table 1).
DONE_FINDINGS = ("iv-site", "ecg", "chest-xray", "urinalysis")
FINDINGS = frozenset({*PRESENT_FINDINGS, *VALUE_FINDINGS, *DONE_FINDINGS})

# wire.md, `findings` of a `baseline` event, for eligibility.
BASELINE_FINDINGS = (
    "recent-steroid",
    "recent-infection",
    "stress-test-normal",
    "ecg-normal",
    "chest-xray-clear",
    "heavy-smoker",
    "heavy-lung-burden",
    "pft-adequate",
    "antihypertensives-stopped",
    "major-organ-disease",
    "family-history-cardiac",
    "exercise-echo-normal",
    "earlier-myocarditis",
    "hepatic-disease",
    "ejection-fraction",
    "cns-evaluated",
    "earlier-sustained-vt",
    "earlier-rhythm-uncontrolled",
    "earlier-ecg-ischemia",
    "earlier-tamponade",
    "earlier-intubation-72h",
    "earlier-psychosis-48h",
    "earlier-seizures-uncontrolled",
    "earlier-bowel-surgery",
    "earlier-dialysis-72h",
)
EARLIER = "earlier-"
"""How a finding of a `baseline` begins that names what an earlier course has shown."""

HEARTBEAT_PATIENT = "il2watch-heartbeat-"
TEST_PATIENT = "il2watch-test-"
"""The reserved prefixes of patients who are made up: of the pager's heartbeat, and of a qualification."""


def is_test_patient(patient: str) -> bool:
    """Return whether a patient is a qualification's: paged on routes marked as test, and on no other."""
    return patient.startswith(TEST_PATIENT)


def is_made_up(patient: str) -> bool:
    """Return whether a patient is nobody: of no census, rate, review, handover or board."""
    return patient.startswith((HEARTBEAT_PATIENT, TEST_PATIENT))


Verdict = Literal["useful", "useless", "late"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
