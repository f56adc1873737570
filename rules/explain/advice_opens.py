"""Write when each advice is open, with the numbers of the guideline (criteria.md section 7)."""

from rules.explain.explanation import amount, met, number, span
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import OxygenRow
from rules.guideline.edition import Guideline
from rules.guideline.roles import OXYGEN

HARMFUL = "fluid is spent or harmful"

OPENS = {
    "peak-window": "from {peak_from} to {peak_to} after the last dose given",
    "fluid-bolus": f"hypotension, or urine-hour tripped, and not while {HARMFUL}",
    "add-pressor": (
        f"hypotension without a pressor running: {{volume}} of boluses since it opened, or {HARMFUL}; a "
        "reminder at {second_volume}"
    ),
    "titrate-pressor": "hypotension while a pressor runs",
    "add-dopamine": (
        f"before therapy-end, a urine row tripped without dopamine running: {{volume}} of boluses since the "
        f"earlier one opened, or {HARMFUL}; a reminder at {{second_volume}}"
    ),
    "fluid-futile": (
        f"{HARMFUL}, and hypotension with a pressor running, or a urine row tripped with dopamine running or "
        "after therapy-end"
    ),
    "fluid-limit": (
        "boluses and blood products of the last {within} reach {volume}; relative at {second_volume}; it "
        "closes and improves after {lasts} below"
    ),
    "edema-caution": "the latest weight {limit} over baseline",
    "acidosis": "the latest {lab} {limit}; {second}: the larger amount",
    "hypoxemia": "SpO2 sustained below the patient's limit ({low}), until it clears",
    "ck-elevated": "the latest ck above its upper limit, and no CK-MB or troponin as new",
    "chills": "chills charted, up to {within} after the latest record of them",
    "fever": "the latest temperature {limit}, less than {within} old",
    "septic-workup": (
        "a temperature {after} or more after dose 1, {limit} and at least {rise} above the median of the "
        "{within} before it that were taken more than {lasts} after a dose; until {until} without another, "
        "or infection or cultures are charted"
    ),
    "early-fever-expected": "fever is open within {within} of dose 1 or 2",
    "mental-status-watch": "mental status changed and not reversed, before its 2 h are over",
    "forbidden-medication": (
        "a steroid or an antihypertensive between cycle-start and therapy-end; closes {within} after the "
        "last one; no steroid counts while a stop rule stands"
    ),
    "premedication": (
        "where medicines are charted: from {after} before dose 1 is due, one of the three not charted for "
        "{within}, or no antiemetic for {until}; during the cycle one of the three not charted for "
        "{overdue_factor} times its Table 6 interval"
    ),
    "corrective": "one for each tripped criterion; it rides on the criterion's alert",
    "stop-maintenance": (
        "after therapy-end, from {after} after the last dose, while maintenance fluid was charted in the "
        "last {within}"
    ),
    "diurese": (
        "after therapy-end, from {after} after the last dose: systolic above target and at least {systolic} "
        "% of its baseline, weight above baseline, no vasopressor in the last {within}, a fresh urine-hour "
        "value {limit}"
    ),
    "recovery-late": "from {after} after therapy-end: still hypotensive, or on a vasopressor",
    "continue-premedication": (
        "from therapy-end to {until} after it: a premedication not charted for {overdue_factor} times its "
        "Table 6 interval"
    ),
    "discharge-ready": (
        "after therapy-end, from {after} after the last dose: no criterion tripped, no vasopressor for "
        "{within}, systolic above target, weight at most {weight} times baseline, creatinine and platelets "
        "seen twice and past their worst, SpO2 at least {spo2} % on room air, all of it fresh"
    ),
    "dose-error": (
        "a dose less than {within} after the one before, of more than {most_given} IU/kg, or differing by "
        "more than half from the published ones and the cycle's first; at most {until}"
    ),
    "dose-changed": "the latest dose given differs from the cycle's first by more than {tolerance} %",
    "dose-against-advice": (
        "a dose given though the readiness without it was hold, unknown or finished; for {within}"
    ),
    "dose-count": "{usual_doses} doses given in the cycle; relative from {most_doses} on; until therapy-end",
    "cycle-ends-soon": "the next dose has been due for {after}; until a dose, therapy-end or a stop",
    "bradycardia": "a heart rate sustained {slow}, until sustained {slow_clear}",
    "tachypnea": "two respiratory rates {breaths}, none below between, until one {breaths_clear}",
    "hyperkalemia": "the latest {lab} {limit}; relative {second}",
    "dose-late": "the longest interval since the last dose is over; until a dose, therapy-end or a maximum",
    "cycle-length": "a dose was given after the cycle's last day; until therapy-end",
    "course-gap": "another course begins before the gap since the discharge is over; until its dose 1",
    "sbp-bolus": "the row that it is of holds",
    "urine-bolus": "the row that it is of holds",
    "no-nsaid": "creatinine, platelets or falling urine speak against it",
    "eligibility": "from cycle-start to dose 1, while a condition of therapy is not met or not recorded",
}
BY_LAB = {
    True: "the latest {lab} {limit}",
    False: "the latest {lab} below the lowest normal value printed with it",
}


def opens(advice: Advice, guideline: Guideline) -> str:
    """Write what opens an advice."""
    template = OPENS.get(advice.code) or BY_LAB[advice.limit is not None]
    return template.format(**_own(advice), **_shared(guideline))


def _own(advice: Advice) -> dict[str, str]:
    numbers = dict.fromkeys(("weight", "spo2", "systolic", "most-given", "most-doses", "usual-doses"), 0.0)
    numbers |= advice.limits
    return {
        "lab": advice.lab or "",
        "limit": "" if advice.limit is None else met(advice.limit, advice.unit),
        "second": "" if advice.second is None else met(advice.second, advice.unit),
        "volume": amount(advice.volume, advice.unit),
        "second_volume": amount(advice.second_volume, advice.unit),
        "rise": amount(advice.rise, advice.unit),
        "after": span(advice.after),
        "within": span(advice.within),
        "until": span(advice.until),
        "lasts": span(advice.lasts),
        "weight": number(numbers["weight"]),
        "spo2": number(numbers["spo2"]),
        "systolic": number(numbers["systolic"] * 100),
        "most_given": number(numbers["most-given"]),
        "most_doses": number(numbers["most-doses"]),
        "usual_doses": number(numbers["usual-doses"]),
    }


def _shared(guideline: Guideline) -> dict[str, str]:
    pressure, oxygen = guideline.pressure, guideline.row[OXYGEN]
    assert isinstance(oxygen, OxygenRow)
    slow, breathing = guideline.vital_signs.slow, guideline.vital_signs.breathing
    return {
        "tolerance": number(guideline.table4.dose_tolerance * 100),
        "overdue_factor": number(guideline.agents.overdue_factor),
        "peak_from": span(pressure.peak_from),
        "peak_to": span(pressure.peak_to),
        "low": met(oxygen.low.trip, "%"),
        "slow": met(slow.trip, "/min"),
        "slow_clear": met(slow.clear, "/min"),
        "breaths": met(breathing.trip, "/min"),
        "breaths_clear": met(breathing.clear, "/min"),
    }
