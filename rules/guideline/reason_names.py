"""Name as a nurse does what the recommendation rests on, and what stands in a dose's way.

Source: criteria.md sections 4 and 10.
"""

from collections.abc import Callable

from rules.guideline.edition import Guideline
from rules.wire.assessments import STOP_RULE
from rules.wire.written import hours, written

NAMES = {
    "hypotension": "Hypotension",
    "blood-pressure": "Blood pressure not seen, or too old",
    "urine": "Urine is low: it must recover before a dose",
    "dose-error": "A dose in error, not yet acknowledged",
    "mental-status-watch": "Mental status changed: reassess",
    "ck-elevated": "Total CK is high, no CK-MB or troponin since",
    "anemia": "Hematocrit is low",
    "hypokalemia": "Potassium is low",
    "hyperkalemia": "Potassium is high",
    "bradycardia": "Slow heart rate",
    "tachypnea": "Fast breathing",
    "septic-workup": "A high spike of temperature: infection?",
    "forbidden-medication": "A steroid or an antihypertensive is charted",
    "dose-count": "The usual number of doses is reached",
}
SIGNALS = {
    "heart-rate": "Heart rate",
    "systolic-bp": "Blood pressure",
    "spo2": "SpO2",
    "temperature": "Temperature",
}


def reason_name(code: str, guideline: Guideline) -> str:
    """Return a reason or a blocker in words: `pre-dose/spo2` -> `SpO2 not taken in the last 1:00 h`."""
    if code == "phenylephrine":
        weaned = written(guideline.table4.weaned, "ug/kg/min")
        return f"Pressor load above {weaned} in the last half hour, or not known"
    if code in guideline.row:
        return guideline.row[code].words
    for prefix, name in PREFIXES.items():
        if code.startswith(prefix):
            return name(code.removeprefix(prefix), guideline)
    return NAMES.get(code, code.replace("-", " "))


def _stop_rule(rule: str, guideline: Guideline) -> str:
    return next((one.words for one in guideline.stop_rules if one.rule == rule), f"Stop rule {rule}")


def _recheck(signal: str, guideline: Guideline) -> str:
    return f"{SIGNALS.get(signal, signal)}: repeat the reading"


def _overdue(what: str, guideline: Guideline) -> str:
    return guideline.observes[what].words if what in guideline.observes else f"{what} overdue"


def _pre_dose(code: str, guideline: Guideline) -> str:
    return f"{SIGNALS.get(code, code)} not taken in the last {hours(guideline.table4.pre_dose_age)} h"


def _not_understood(name: str, guideline: Guideline) -> str:
    return f"{name}: not known to the monitor"


def _eligibility(item: str, guideline: Guideline) -> str:
    return f"Before dose 1: {guideline.eligibility.items.get(item, item)}"


PREFIXES: dict[str, Callable[[str, Guideline], str]] = {
    STOP_RULE: _stop_rule,
    "recheck/": _recheck,
    "overdue/": _overdue,
    "pre-dose/": _pre_dose,
    "not-understood/": _not_understood,
    "eligibility/": _eligibility,
}
