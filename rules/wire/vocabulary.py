"""Define the vocabulary of the wire: codes, kinds, agents and words, in the order of wire.md (Events).

Drug lists also in criteria.md section 7.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

Status = Literal["final", "preliminary", "corrected", "entered-in-error"]
Direction = Literal["in", "out"]
EncounterEvent = Literal["admit", "baseline", "cycle-start", "transfer", "therapy-end", "discharge"]
Location = Literal["ward", "icu"]
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
O2_DEVICES = ("room-air", "nasal-cannula", "mask", "ventilator", "other")

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

# wire.md, infusion: a name on the wire, in lower case -> the agent.
INFUSION_AGENTS: Mapping[str, str] = MappingProxyType(
    {
        "phenylephrine": "phenylephrine",
        "neosynephrine": "phenylephrine",
        "neo-synephrine": "phenylephrine",
        "dopamine": "dopamine",
        "norepinephrine": "norepinephrine",
        "vasopressin": "vasopressin",
        "epinephrine": "epinephrine",
    }
)
# criteria.md section 6: any of these running makes the mode `intensive`.
VASOPRESSORS = ("phenylephrine", "dopamine", "norepinephrine", "vasopressin", "epinephrine")

# wire.md, dose: the names of the one agent that is dosed.
IL2_NAMES = frozenset({"aldesleukin", "proleukin", "il-2", "interleukin-2"})

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
)
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
)

# wire.md, medication: agents the advice knows, generic names, lower case.
STEROIDS = (
    "dexamethasone",
    "prednisone",
    "prednisolone",
    "methylprednisolone",
    "hydrocortisone",
    "betamethasone",
    "triamcinolone",
    "budesonide",
    "fluticasone",
    "beclomethasone",
    "mometasone",
    "clobetasol",
)
ANTIHYPERTENSIVE_ENDINGS = ("pril", "sartan", "olol", "dipine", "azosin")
ANTIHYPERTENSIVES = (
    "verapamil",
    "diltiazem",
    "clonidine",
    "hydralazine",
    "methyldopa",
    "hydrochlorothiazide",
    "chlorthalidone",
    "spironolactone",
)
H2_BLOCKERS = ("ranitidine", "famotidine", "cimetidine", "nizatidine")


HEARTBEAT_PATIENT = "il2watch-heartbeat-"
