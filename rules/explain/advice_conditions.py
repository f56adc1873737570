"""Write when each advice is open, with the numbers of the guideline.

Also how far fever and the advice after therapy are from it (criteria.md section 7).
"""

from rules.advice.pressors import off_vasopressors
from rules.chart.course import FOREVER
from rules.evaluate.pressure import above_target
from rules.evaluate.vital_signs import temperatures
from rules.explain.explanation import Window, amount, away, met, number, span, unmet, when
from rules.explain.question import Asked, ask
from rules.explain.rows.oxygen import in_force
from rules.guideline.advice_declarations import Advice
from rules.guideline.edition import Guideline

OPENS = {
    "fluid-bolus": "hypotension, or urine-hour relative or absolute",
    "add-pressor": (
        "hypotension, {volume} of boluses since it opened, no phenylephrine running; a reminder "
        "at {second_volume}"
    ),
    "add-dopamine": (
        "a urine row tripped, {volume} of boluses since the earlier one opened, no dopamine "
        "running; a reminder at {second_volume}"
    ),
    "fluid-limit": (
        "boluses and blood products of the last {within} reach {volume}; relative at {second_volume}"
    ),
    "edema-caution": "the latest weight {limit} over baseline",
    "acidosis": "the latest {lab} {limit}; {second}: the larger amount",
    "hypoxemia": "SpO2 sustained {low}, until sustained {high}",
    "fever": "the latest temperature {limit}, no older than {within}",
    "septic-workup": (
        "the latest temperature, more than {after} after dose 1, {limit} and at least {rise} "
        "above the highest of the {within} before"
    ),
    "early-fever-expected": "fever is open within {within} of dose 1 or 2",
    "mental-status-watch": "mental status changed and not reversed, before {within} are over",
    "forbidden-medication": (
        "a steroid or an antihypertensive between cycle-start and therapy-end; closes "
        "{within} after the last one"
    ),
    "dose-changed": "the latest dose given differs from the cycle's first by more than {tolerance} %",
    "corrective": "one for each tripped criterion; it rides on the criterion's alert",
    "peak-window": "from {peak_from} to {peak_to} after the last dose given",
    "stop-maintenance": (
        "after therapy-end, from {after} after the last dose, while maintenance fluid was "
        "charted in the last {within}"
    ),
    "diurese": (
        "after therapy-end: systolic above target, no vasopressor in the last {within}, a fresh "
        "urine-hour value {limit}"
    ),
    "recovery-late": "from {after} after therapy-end: still hypotensive, or on a pressor",
    "continue-premedication": (
        "from therapy-end to {until} after it: a premedication not charted for "
        "{overdue_factor} times its Table 6 interval"
    ),
    "discharge-ready": "after therapy-end: no vasopressor for {within}, systolic above target, weight at "
    "most {weight} times baseline, "
    "creatinine and platelets past their worst, SpO2 at least {spo2} % on room air",
}
BY_LAB = {
    True: "the latest {lab} {limit}",
    False: "the latest {lab} outside the reference limit printed with it",
}


def opens(advice: Advice, guideline: Guideline) -> str:
    """Write what opens an advice."""
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


Explained = tuple[Window | None, list[str]]
"""The window of the data, and the sentences."""


def fever(advice: Advice, asked: Asked) -> Explained:
    """Explain fever: the latest temperature, its distance to the limit and how long it counts."""
    last = asked.chart.tail.now.temp.last
    if last is None or advice.limit is None:
        return None, ["Missing: temperature: never charted, so the advice stays closed."]
    ends = last.at + advice.within
    age = f"Taken at {when(last.at)}; it counts for {span(advice.within)}, until {when(ends)}."
    return Window(last.at, ends, "as long as the reading counts"), [
        away(last.value, advice.limit, "advice", advice.unit),
        age,
    ]


def septic_workup(advice: Advice, asked: Asked) -> Explained:
    """Explain septic-workup: each part of the condition with its value."""
    last, doses = asked.chart.tail.now.temp.last, asked.chart.cycle_doses
    if last is None or advice.limit is None or advice.rise is None:
        return None, ["Missing: temperature: never charted, so the advice stays closed."]
    before_it = (one for one in temperatures(asked.chart, last.at - advice.within + 1) if one.at < last.at)
    highest = max(before_it, key=lambda one: one.value, default=None)
    before = (
        f"none was taken in the {span(advice.within)} before it"
        if highest is None
        else f"the highest before it was {amount(highest.value, 'Cel')}"
    )
    rise = (
        ""
        if highest is None
        else (
            f", a rise of {amount(last.value - highest.value, 'Cel')} of the {amount(advice.rise, 'Cel')} "
            "that count"
        )
    )
    dose = (
        "no dose was given yet"
        if not doses
        else f"dose 1 was {span(last.at - doses[0].at)} {'before' if last.at >= doses[0].at else 'after'} it"
    )
    window = Window(last.at - advice.within, last.at, "the readings it is compared with")
    return window, [
        away(last.value, advice.limit, "advice", advice.unit),
        f"Of the latest temperature: {before}{rise}; {dose}.",
    ]


def early_fever(advice: Advice, asked: Asked) -> Explained:
    """Explain early-fever-expected: whether fever is open, and until when each dose makes it early."""
    doses = asked.chart.cycle_doses[:2]
    memory = asked.patient.memories.get("fever")
    state = "closed" if memory is None or memory.state != "advisory" else "open"
    found = [
        f"Dose {i} at {when(dose.at)}: early until {when(dose.at + advice.within)}."
        for i, dose in enumerate(doses, 1)
    ]
    return None, [f"The advice fever is {state}.", *(found or ["No dose of this cycle was given yet."])]


def ended(asked: Asked) -> list[str]:
    """Write whether therapy is over."""
    end = asked.chart.cycle.end
    return (
        ["No therapy-end is charted: this advice is for afterwards."]
        if end is None
        else [f"Therapy ended at {when(end)}."]
    )


def pressors(asked: Asked, within: int) -> str:
    """Write when a vasopressor last ran, and the time it must have been off."""
    spans = [found for found in asked.chart.pressors if found[0] <= asked.t]
    if not spans:
        return "No vasopressor ever ran."
    _, end = spans[-1]
    if end == FOREVER or end > asked.t:
        return "A vasopressor is running."
    word = "long enough" if off_vasopressors(asked.chart.pressors, asked.t, within) else "not long enough"
    return f"The last vasopressor stopped at {when(end)}, {span(asked.t - end)} ago: {word} ({span(within)})."


def pressure(asked: Asked) -> str:
    """Write the latest systolic pressure against its target."""
    last, above = asked.chart.tail.now.sbp.last, above_target(asked.chart)
    if last is None:
        return "Missing: systolic-bp: never charted."
    side = "above" if above else "not above"
    return (
        f"Systolic {amount(last.charted, 'mm[Hg]')} at {when(last.at)} is {side} the target "
        f"{amount(asked.chart.tail.setting.target, 'mm[Hg]')}."
    )


def stop_maintenance(advice: Advice, asked: Asked) -> Explained:
    """Explain stop-maintenance: from when it opens, and when maintenance fluid was last charted."""
    doses, fluid = asked.chart.cycle_doses, asked.chart.volumes["iv-maintenance"]
    opening = when(doses[-1].at + advice.after) if doses else ""
    start = (
        f"It opens from {opening}, {span(advice.after)} after the last dose."
        if doses
        else "No dose was given in this cycle."
    )
    last = (
        f"Maintenance fluid was last charted at {when(fluid[-1].at)}."
        if fluid
        else "No maintenance fluid was ever charted."
    )
    return Window(asked.t - advice.within, asked.t, "maintenance fluid charted"), [*ended(asked), start, last]


def diurese(advice: Advice, asked: Asked) -> Explained:
    """Explain diurese: each part of the condition with its value."""
    urine = ask(asked.patient, "urine-hour").result
    need = "" if advice.limit is None else f"; closed once it is {unmet(advice.limit, advice.unit)}"
    value = amount(urine.value, urine.unit) if urine.value is not None else "not known"
    return Window(asked.t - advice.within, asked.t, "no vasopressor may have run"), [
        *ended(asked),
        pressure(asked),
        pressors(asked, advice.within),
        f"Urine is {value}{' (stale)' if urine.stale or urine.state == 'indeterminate' else ''}{need}.",
    ]


def recovery_late(advice: Advice, asked: Asked) -> Explained:
    """Explain recovery-late: from when it opens, and when a vasopressor last ran."""
    end = asked.chart.cycle.end
    start = (
        []
        if end is None
        else [f"It opens from {when(end + advice.after)}, {span(advice.after)} after therapy-end."]
    )
    return None, [*ended(asked), *start, pressors(asked, 0)]


def premedication(advice: Advice, asked: Asked) -> Explained:
    """Explain continue-premedication: for each of the three when it was last charted and when it is late."""
    end, agents = asked.chart.cycle.end, asked.guideline.agents
    if end is None:
        return None, ended(asked)
    found = []
    for kind, every in agents.premedication_every.items():
        last = max((drug.at for drug in asked.chart.drugs if drug.kind == kind), default=None)
        due = (end if last is None else last) + int(every * agents.overdue_factor)
        found.append(
            f"{kind}: {'never charted' if last is None else f'last charted at {when(last)}'}; late from "
            f"{when(due)}."
        )
    return Window(end, end + advice.until, "premedication goes on"), [*ended(asked), *found]


def discharge_ready(advice: Advice, asked: Asked) -> Explained:
    """Explain discharge-ready: each part of the condition with its value."""
    chart = asked.chart
    baseline, limits = chart.baseline_readings.get("weight"), advice.limits
    wanted_weight = (
        "unknown" if baseline is None else f"at most {amount(baseline * limits.get('weight', 1), 'kg')}"
    )
    weight = (
        f"Weight {amount(chart.weights[-1].value, 'kg') if chart.weights else 'never charted'}; "
        f"{wanted_weight} is wanted."
    )
    spo2 = chart.tail.now.spo2.last
    seen = amount(spo2.value, "%") if spo2 is not None else "never charted"
    saturation = f"SpO2 {seen}; at least {number(limits.get('spo2', 0))} % on room air is wanted."
    labs = [
        _course(asked, code, limits.get(code), word)
        for code, word in (("creatinine", "highest"), ("platelets", "lowest"))
    ]
    return None, [
        *ended(asked),
        pressors(asked, advice.within),
        pressure(asked),
        weight,
        *labs,
        saturation,
        in_force(chart.tail.now.oxygen),
    ]


def _course(asked: Asked, code: str, harmless: float | None, word: str) -> str:
    labs, start = asked.chart.labs.get(code, []), asked.chart.cycle.start or 0
    if not labs:
        return f"Missing: {code}: never charted."
    course = [lab.value for lab in labs if lab.at >= start] or [labs[-1].value]
    worst = max(course) if word == "highest" else min(course)
    never = "" if harmless is None else f", or never beyond {number(harmless)}"
    last, unit = labs[-1].value, labs[-1].unit
    return (
        f"{code.capitalize()} {amount(last, unit)}, {word} since cycle-start {amount(worst, unit)}: "
        f"past it is wanted{never}."
    )
