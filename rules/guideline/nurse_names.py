"""Name inputs, subjects and what stands against a dose as a nurse does (criteria.md section 10)."""

from rules.guideline.edition import Guideline
from rules.guideline.finding_names import FINDING_NAMES
from rules.wire.written import figures

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
    "forbidden-medication": "Steroid or antihypertensive charted",
    "hyperkalemia": "Potassium high",
    "hypokalemia": "Potassium low",
    "mental-status-watch": "Mental status to be reassessed",
    "recommendation": "Recommendation",
    "septic-workup": "Temperature spike, infection to be looked for",
}
"""A subject that is no row of Table 3 -> its name; any other is named by its code."""


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
        "blood-pressure": "Blood pressure not seen",
        "hypotension": "Hypotension, or the latest pressure at or below target",
        "phenylephrine": f"Pressor load above {weaned} mcg/kg/min, or a pressor that cannot be counted",
        "urine": "Urine flow to be established first",
    }
    return names.get(blocker) or subject_name(blocker, guideline)


def _of_family(family: str, own: str, guideline: Guideline) -> str:
    if family == "overdue":
        return guideline.observes[own].words
    if family == "stop-rule":
        return next((one.words for one in guideline.stop_rules if one.rule == own), f"Stop rule {own}")
    named = {
        "eligibility": f"Not met or not recorded: {guideline.eligibility.item_name(own)}",
        "not-understood": f"{own} runs, and the monitor does not know it",
        "pre-dose": f"{first_capital(input_name(own))} not taken within the last hour",
        "recheck": f"{first_capital(input_name(own))} to be repeated",
    }
    return named.get(family) or first_capital(f"{family} {own}".replace("-", " "))
