"""Advice after therapy, explained: what has still to come about before fluid is stopped, water driven out, or the patient goes home."""

from rules.advice.recovery import off_pressors
from rules.chart.mode import FOREVER
from rules.evaluate.pressure import above_target
from rules.explain.amounts import amount, number, span, unmet, when
from rules.explain.asked import Asked, ask
from rules.explain.explanation import Window
from rules.explain.oxygen import in_force
from rules.explain.temperature import Told
from rules.guideline.table5 import Advice


def ended(asked: Asked) -> list[str]:
    """Whether therapy is over."""
    end = asked.chart.cycle.end
    return ["No therapy-end is charted: this advice is for afterwards."] if end is None else [f"Therapy ended at {when(end)}."]


def pressors(asked: Asked, within: int) -> str:
    """When a vasopressor last ran, beside the time it must have been off."""
    spans = [found for found in asked.chart.pressors if found[0] <= asked.t]
    if not spans:
        return "No vasopressor ever ran."
    _, end = spans[-1]
    if end == FOREVER or end > asked.t:
        return "A vasopressor is running."
    word = "long enough" if off_pressors(asked.chart.pressors, asked.t, within) else "not long enough"
    return f"The last vasopressor stopped at {when(end)}, {span(asked.t - end)} ago: {word} ({span(within)})."


def pressure(asked: Asked) -> str:
    last, above = asked.chart.tail.now.sbp.last, above_target(asked.chart)
    if last is None:
        return "Missing: systolic-bp: never charted."
    side = "above" if above else "not above"
    return f"Systolic {amount(last.sbp, 'mm[Hg]')} at {when(last.at)} is {side} the target {amount(asked.chart.tail.setting.target, 'mm[Hg]')}."


def stop_maintenance(advice: Advice, asked: Asked) -> Told:
    doses, fluid = asked.chart.cycle_doses, asked.chart.volumes["iv-maintenance"]
    opening = when(doses[-1].at + advice.after) if doses else ""
    start = f"It opens from {opening}, {span(advice.after)} after the last dose." if doses else "No dose was given in this cycle."
    last = f"Maintenance fluid was last charted at {when(fluid[-1].at)}." if fluid else "No maintenance fluid was ever charted."
    return Window(asked.t - advice.within, asked.t, "maintenance fluid charted"), [*ended(asked), start, last]


def diurese(advice: Advice, asked: Asked) -> Told:
    urine = ask(asked.patient, "urine-hour").result
    need = "" if advice.limit is None else f"; closed once it is {unmet(advice.limit, advice.unit)}"
    value = amount(urine.value, urine.unit) if urine.value is not None else "not known"
    return Window(asked.t - advice.within, asked.t, "no vasopressor may have run"), [
        *ended(asked),
        pressure(asked),
        pressors(asked, advice.within),
        f"Urine is {value}{' (stale)' if urine.stale or urine.state == 'indeterminate' else ''}{need}.",
    ]


def recovery_late(advice: Advice, asked: Asked) -> Told:
    end = asked.chart.cycle.end
    start = [] if end is None else [f"It opens from {when(end + advice.after)}, {span(advice.after)} after therapy-end."]
    return None, [*ended(asked), *start, pressors(asked, 0)]


def premedication(advice: Advice, asked: Asked) -> Told:
    """Each of the three: when last charted, and when it is late."""
    end, agents = asked.chart.cycle.end, asked.guideline.agents
    if end is None:
        return None, ended(asked)
    told = []
    for kind, every in agents.premedication_every.items():
        last = max((drug.at for drug in asked.chart.drugs if drug.kind == kind), default=None)
        due = (end if last is None else last) + int(every * agents.overdue_factor)
        told.append(f"{kind}: {'never charted' if last is None else f'last charted at {when(last)}'}; late from {when(due)}.")
    return Window(end, end + advice.until, "premedication goes on"), [*ended(asked), *told]


def discharge_ready(advice: Advice, asked: Asked) -> Told:
    """Each part of the condition with its value."""
    chart = asked.chart
    baseline, limits = chart.baseline_readings.get("weight"), advice.limits
    heavy = "unknown" if baseline is None else f"at most {amount(baseline * limits.get('weight', 1), 'kg')}"
    weight = f"Weight {amount(chart.weights[-1].value, 'kg') if chart.weights else 'never charted'}; {heavy} is wanted."
    spo2 = chart.tail.now.spo2.last
    seen = amount(spo2.spo2, "%") if spo2 is not None else "never charted"
    breath = f"SpO2 {seen}; at least {number(limits.get('spo2', 0))} % on room air is wanted."
    labs = [_course(asked, code, limits.get(code), word) for code, word in (("creatinine", "highest"), ("platelets", "lowest"))]
    return None, [*ended(asked), pressors(asked, advice.within), pressure(asked), weight, *labs, breath, in_force(chart.tail.now.oxygen)]


def _course(asked: Asked, code: str, harmless: float | None, word: str) -> str:
    labs, start = asked.chart.labs.get(code, []), asked.chart.cycle.start or 0
    if not labs:
        return f"Missing: {code}: never charted."
    course = [lab.value for lab in labs if lab.at >= start] or [labs[-1].value]
    worst = max(course) if word == "highest" else min(course)
    never = "" if harmless is None else f", or never beyond {number(harmless)}"
    last, unit = labs[-1].value, labs[-1].unit
    return f"{code.capitalize()} {amount(last, unit)}, {word} since cycle-start {amount(worst, unit)}: past it is wanted{never}."
