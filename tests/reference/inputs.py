"""Which facts each subject rests on, by the tokens of `facts.tokens`; only `amended` asks (criteria.md 9)."""

from . import monitoring
from .advice import forbidden
from .windows import VASOPRESSORS

PRESSURE = {"systolic-bp", "baseline:systolic-bp"}
URINE = {"io:out:urine"}
PHENYLEPHRINE = {"infusion:phenylephrine", "dose", "encounter:therapy-end", "encounter:cycle-start"}
PRESSORS = {f"infusion:{drug}" for drug in VASOPRESSORS}
END = {"encounter:therapy-end"}
WEIGHT = {"weight", "baseline:weight"}
BOLUS, BLOOD = "io:in:iv-bolus", "io:in:blood-product"

CRITERIA: dict[str, set[str]] = {
    "sinus-tachycardia": {"heart-rate", "temperature", "infusion:dopamine"} | PRESSURE,
    "cardiac-enzymes": {"ck-mb", "troponin-t", "troponin-i"},
    "diarrhea": {"io:out:stool"},
    "bilirubin": {"bilirubin"},
    "phenylephrine-maximum": PHENYLEPHRINE,
    "phenylephrine-minimum": PHENYLEPHRINE,
    "platelets": {"platelets"},
    "weight-gain": WEIGHT,
    "oxygen-requirement": {"o2-device", "o2-flow", "fio2", "spo2"},
    "urine-shift": URINE,
    "urine-hour": URINE,
    "creatinine": {"creatinine"},
    "abdominal-distention": {"finding:ileus", "finding:distention", "finding:severe-distention"},
    "abdominal-pain": {"finding:severe-abdominal-pain"},
    "bleeding": {"finding:guaiac-positive", "finding:frank-blood"},
    "extremities": {"finding:extremity-tightness", "finding:extremity-paresthesias"},
    "emotional-lability": {"finding:emotional-lability", "finding:persistent-crying"},
    "cognition": {"finding:cognition-failed"},
    "dyspnea": {"finding:dyspnea-at-rest"},
    "pleural-effusion": {"finding:effusion-drained"},
}
ADVICE: dict[str, set[str]] = {
    "peak-window": {"dose"},
    "fluid-bolus": PRESSURE | URINE,
    "add-pressor": PRESSURE | {BOLUS, "infusion:phenylephrine"},
    "add-dopamine": URINE | {BOLUS, "infusion:dopamine"},
    "fluid-limit": {BOLUS, BLOOD},
    "edema-caution": WEIGHT,
    "acidosis": {"bicarbonate"},
    "hypokalemia": {"potassium"},
    "hypocalcemia": {"calcium"},
    "hypomagnesemia": {"magnesium"},
    "hypophosphatemia": {"phosphate"},
    "hypoalbuminemia": {"albumin"},
    "anemia": {"hematocrit"},
    "transfuse-platelets": {"platelets"},
    "hypoxemia": {"spo2"},
    "ck-elevated": {"ck"},
    "fever": {"temperature"},
    "septic-workup": {"temperature", "dose"},
    "early-fever-expected": {"temperature", "dose"},
    "mental-status-watch": {"finding:mental-status"},
    "dose-changed": {"dose"},
    "stop-maintenance": {"io:in:iv-maintenance", "dose"} | END,
    "diurese": PRESSURE | URINE | PRESSORS | END,
    "recovery-late": PRESSURE | PRESSORS | END,
    "continue-premedication": END,
    "discharge-ready": PRESSURE
    | PRESSORS
    | END
    | WEIGHT
    | {"creatinine", "platelets", "spo2", "o2-device", "o2-flow", "fio2"},
}


def touches(kind: str, subject: str, token: str) -> bool:
    """Whether a token is an input of a subject."""
    if kind == "criterion":
        return token in CRITERIA.get(subject, {f"finding:{subject}"})
    if kind == "blood-pressure":
        return token in PRESSURE
    if kind == "monitoring":
        return token in _monitored(subject.removeprefix("monitoring/"))
    if subject in ("forbidden-medication", "continue-premedication") and token.startswith("medication:"):
        return forbidden(token.removeprefix("medication:")) if subject == "forbidden-medication" else True
    return token in ADVICE.get(subject, set())


def _monitored(what: str) -> set[str]:
    if what == "intake-output":
        return URINE
    if what in monitoring.FINDINGS:
        return {f"finding:{what}"}
    return {code for codes in monitoring.SEEN_BY[what] for code in codes}
