"""Name findings, inputs, subjects and what stands against a dose as a nurse does.

Source: criteria.md sections 3.5 and 10.
"""

from rules.guideline.edition import Guideline
from rules.wire.written import figures

FINDING_NAMES = {
    "atrial-fibrillation": "Atrial fibrillation",
    "supraventricular-tachycardia": "Supraventricular tachycardia",
    "ventricular-arrhythmia": "Ventricular arrhythmia (frequent PVCs, bigeminy or tachycardia)",
    "ecg-ischemia": "ECG changes of ischemia",
    "moist-desquamation": "Moist desquamation",
    "refractory-vomiting": "Vomiting not responsive to medication",
    "ileus": "Ileus",
    "distention": "Abdominal distention",
    "severe-distention": "Severe abdominal distention affecting breathing",
    "severe-abdominal-pain": "Severe, unrelenting abdominal pain",
    "guaiac-positive": "Guaiac-positive sputum, emesis or stool",
    "frank-blood": "Frank blood in sputum, emesis or stool",
    "infection": "Infection, suspected or documented",
    "extremity-tightness": "Extremity tightness",
    "extremity-paresthesias": "Extremity paresthesias",
    "vivid-dreams": "Vivid dreams",
    "emotional-lability": "Emotional lability",
    "persistent-crying": "Persistent crying",
    "hallucination": "Hallucination",
    "cognition-failed": "Cannot subtract serial 7s or spell WORLD backward",
    "disorientation": "Disorientation",
    "dyspnea-at-rest": "Short of breath at rest",
    "intubation": "Intubation",
    "effusion-drained": "Pleural effusion needing a tap or a chest tube",
    "mental-status=changed": "Changed mental status",
    "rales=one-third": "Rales 1/3 up the chest",
    "rales=half": "Moist rales 1/2 up the chest",
    "agitation": "Agitation",
    "anxiety": "Anxiety",
    "sinus-rhythm": "Sinus rhythm",
    "cardiac-symptoms": "Cardiac symptoms",
    "bradycardia-treated": "Bradycardia that needed treatment",
    "sustained-vt": "Sustained ventricular tachycardia",
    "rhythm-uncontrolled": "Rhythm disturbance not controlled",
    "angina": "Angina",
    "tamponade": "Cardiac tamponade",
    "coma": "Coma",
    "toxic-psychosis": "Toxic psychosis",
    "seizures-uncontrolled": "Seizures, repetitive or hard to control",
    "bowel-ischemia": "Bowel ischemia or perforation",
    "gi-bleeding-surgery": "Gastrointestinal bleeding that needs surgery",
    "dialysis": "Dialysis",
}
"""A finding by its code, or by `code=value`, -> its name."""

INPUT_NAMES = {
    "baseline-weight": "baseline weight",
    "ck": "total CK",
    "ck-mb": "CK-MB",
    "fio2": "FiO2",
    "heart-rate": "heart rate",
    "mean-bp": "mean pressure",
    "o2-device": "oxygen device",
    "o2-flow": "oxygen flow",
    "spo2": "SpO2",
    "stool-volume": "volume of each stool",
    "systolic-bp": "systolic pressure",
    "troponin": "troponin or CK-MB as new as the CK",
    "troponin-i": "troponin I",
    "troponin-t": "troponin T",
}
"""An input by its wire code -> its name within a sentence; any other is named by its code."""

LACKS = {
    "high": "upper limit of {}",
    "range": "exact {}",
    "unreadable": "readable {}",
    "equivalent": "equivalent of {} in phenylephrine",
}
"""What is missing of an input that was charted: `troponin-t.high`."""

SUBJECT_NAMES = {
    "anemia": "Hematocrit low",
    "blood-pressure": "Blood pressure",
    "ck-elevated": "Total CK high",
    "dose-count": "Number of doses",
    "dose-error": "Dose in error",
    "eligibility": "Conditions of therapy",
    "forbidden-medication": "Steroid or antihypertensive charted",
    "hyperkalemia": "Potassium high",
    "hypokalemia": "Potassium low",
    "mental-status-watch": "Mental status to be reassessed",
    "monitoring/after-discharge": "Charting after the discharge",
    "monitoring/cycle-start": "Start of the cycle not charted",
    "monitoring/pack": "Guideline pack of the cycle not configured",
    "monitoring/pre-dose-assessment": "Systolic pressure and urine before the dose",
    "monitoring/reference-limit": "Upper limit of a result missing",
    "monitoring/weight-for-rate": "Weight for a pressor rate missing",
    "recommendation": "Recommendation",
    "septic-workup": "Temperature spike, infection to be looked for",
}
"""A subject that is no row of Table 3 -> its name; any other is named by its code."""


def finding_name(name: str) -> str:
    """Return the name of a finding (`ileus`, `rales=half`)."""
    return FINDING_NAMES[name]


def input_name(code: str) -> str:
    """Return the name of an input within a sentence: `heart rate`, `upper limit of troponin T`."""
    base, _, lack = code.partition(".")
    name = INPUT_NAMES.get(base, base.replace("-", " "))
    return LACKS[lack].format(name) if lack in LACKS else name


def first_capital(text: str) -> str:
    """Return a text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def subject_name(subject: str, guideline: Guideline) -> str:
    """Return the name of any subject: of a row by its words, of an item of Table 1 by what is not done."""
    family, _, own = subject.partition("/")
    if subject in guideline.row:
        return guideline.row[subject].words
    if family == "monitoring" and own in guideline.observes:
        return guideline.observes[own].words
    if family == "finding":
        return FINDING_NAMES.get(own, first_capital(own.replace("-", " ")))
    if family == "recheck":
        return first_capital(input_name(own))
    return SUBJECT_NAMES.get(subject) or first_capital((own or subject).replace("-", " "))


def blocker_name(blocker: str, guideline: Guideline) -> str:
    """Return what stands against the next dose, in words (criteria.md section 4, Blockers)."""
    family, _, own = blocker.partition("/")
    if own:
        return _of_family(family, own, guideline)
    weaned = figures(guideline.table4.weaned)
    names = {
        "frank-blood": "Frank blood",
        "pre-dose-assessment": "Systolic pressure or urine not taken before the dose",
        "spo2-below-90": "SpO2 below 90 %",
        "blood-pressure": "Blood pressure not seen",
        "hypotension": "Hypotension, or the latest pressure at or below target",
        "phenylephrine": f"Pressor load above {weaned} mcg/kg/min, or a pressor that cannot be counted",
        "urine": "Urine flow to be established first",
    }
    return names.get(blocker) or subject_name(blocker, guideline)


def _of_family(family: str, own: str, guideline: Guideline) -> str:
    if family == "overdue":
        return guideline.observes[own].words
    named = {
        "eligibility": f"Not met or not recorded: {guideline.eligibility.item_name(own)}",
        "not-understood": f"{own} runs, and the monitor does not know it",
        "pre-dose": f"{first_capital(input_name(own))} not taken within the last hour",
        "recheck": f"{first_capital(input_name(own))} to be repeated",
    }
    return named.get(family) or first_capital(f"{family} {own}".replace("-", " "))
