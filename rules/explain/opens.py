"""When each advice is open, in words (criteria.md section 7), with the numbers of the guideline."""

from rules.explain.amounts import amount, met, number, span
from rules.guideline.edition import Guideline
from rules.guideline.table5 import Advice

OPENS = {
    "fluid-bolus": "hypotension, or urine-hour relative or absolute",
    "add-pressor": "hypotension, {volume} of boluses since it opened, no phenylephrine running; a reminder at {second_volume}",
    "add-dopamine": "a urine row tripped, {volume} of boluses since the earlier one opened, no dopamine running; a reminder at {second_volume}",
    "fluid-limit": "boluses and blood products of the last {within} reach {volume}; relative at {second_volume}",
    "edema-caution": "the latest weight {limit} over baseline",
    "acidosis": "the latest {lab} {limit}; {second}: the larger amount",
    "hypoxemia": "SpO2 sustained {low}, until sustained {high}",
    "fever": "the latest temperature {limit}, no older than {within}",
    "septic-workup": "the latest temperature, more than {after} after dose 1, {limit} and at least {rise} above the highest of the {within} before",
    "early-fever-expected": "fever is open within {within} of dose 1 or 2",
    "mental-status-watch": "mental status changed and not reversed, before {within} are over",
    "forbidden-medication": "a steroid or an antihypertensive between cycle-start and therapy-end; closes {within} after the last one",
    "dose-changed": "the latest dose given differs from the cycle's first by more than {tolerance} %",
    "corrective": "one for each tripped criterion; it rides on the criterion's alert",
    "peak-window": "from {peak_from} to {peak_to} after the last dose given",
    "stop-maintenance": "after therapy-end, from {after} after the last dose, while maintenance fluid was charted in the last {within}",
    "diurese": "after therapy-end: systolic above target, no vasopressor in the last {within}, a fresh urine-hour value {limit}",
    "recovery-late": "from {after} after therapy-end: still hypotensive, or on a pressor",
    "continue-premedication": "from therapy-end to {until} after it: a premedication not charted for {overdue_factor} times its Table 6 interval",
    "discharge-ready": "after therapy-end: no vasopressor for {within}, systolic above target, weight at most {weight} times baseline, "
    "creatinine and platelets past their worst, SpO2 at least {spo2} % on room air",
}
BY_LAB = {True: "the latest {lab} {limit}", False: "the latest {lab} outside the reference limit printed with it"}


def opens(advice: Advice, guideline: Guideline) -> str:
    """What opens an advice."""
    template = OPENS.get(advice.code) or (BY_LAB[advice.limit is not None] if advice.lab else advice.text)
    return template.format(**_numbers(advice, guideline))


def _numbers(advice: Advice, guideline: Guideline) -> dict[str, str]:
    pressure, oxygen = guideline.pressure, guideline.row["oxygen-requirement"]
    low = getattr(oxygen, "low", None)
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
        "tolerance": number(guideline.table4.dose_tolerance * 100),
        "overdue_factor": number(guideline.agents.overdue_factor),
        "peak_from": span(pressure.peak_from),
        "peak_to": span(pressure.peak_to),
        "low": "" if low is None else met(low.trip, "%"),
        "high": "" if low is None else met(low.clear, "%"),
        "weight": number(advice.limits.get("weight", 0)),
        "spo2": number(advice.limits.get("spo2", 0)),
    }
