"""Explain the advice after therapy: how far each is from opening or closing (criteria.md section 7.1)."""

from rules.advice.after_therapy import last_dose, systolic
from rules.advice.discharge import lacking
from rules.advice.pressors import off_vasopressors
from rules.chart.course import FOREVER
from rules.decide.subjects import AdviceCase
from rules.evaluate.vital_signs import above_target
from rules.explain.explanation import Window, amount, span, unmet, when
from rules.explain.question import Asked, ask
from rules.guideline.advice_declarations import Advice
from rules.guideline.roles import URINE_RATE

Explained = tuple[Window | None, list[str]]
"""The window of the data, and the sentences."""


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
    off = off_vasopressors(asked.chart.pressors, asked.t, within)
    word = "long enough" if off else "not long enough"
    return f"The last vasopressor stopped at {when(end)}, {span(asked.t - end)} ago: {word} ({span(within)})."


def pressure(asked: Asked) -> str:
    """Write the latest systolic pressure against its target and its baseline."""
    latest, above = systolic(AdviceCase.of(asked.patient)), above_target(asked.chart)
    if latest is None:
        return "Missing: systolic-bp: never charted."
    baseline = asked.chart.baseline_readings.get("systolic-bp")
    before = "not charted" if baseline is None else amount(baseline, "mm[Hg]")
    side, target = "above" if above else "not above", amount(asked.chart.tail.setting.target, "mm[Hg]")
    return f"Systolic {amount(latest, 'mm[Hg]')} is {side} the target {target}; the baseline is {before}."


def weight(asked: Asked) -> str:
    """Write the latest weight against the baseline."""
    baseline, weights = asked.chart.baseline_readings.get("weight"), asked.chart.weights
    now = amount(weights[-1].value, "kg") if weights else "never charted"
    return f"Weight {now}, at the baseline {'not charted' if baseline is None else amount(baseline, 'kg')}."


def dosed(asked: Asked, after: int) -> str:
    """Write from when after the last dose an advice opens."""
    if not asked.chart.cycle_doses:
        return "No dose was given in this cycle: it counts from therapy-end."
    opening = last_dose(AdviceCase.of(asked.patient)) + after
    return f"It opens from {when(opening)}, {span(after)} after the last dose."


def stop_maintenance(advice: Advice, asked: Asked) -> Explained:
    """Explain stop-maintenance: from when it opens, and when maintenance fluid was last charted."""
    fluid = asked.chart.volumes["iv-maintenance"]
    last = (
        f"Maintenance fluid was last charted at {when(fluid[-1].at)}."
        if fluid
        else "No maintenance fluid was ever charted."
    )
    window = Window(asked.t - advice.within, asked.t, "maintenance fluid charted")
    return window, [*ended(asked), dosed(asked, advice.after), last]


def diurese(advice: Advice, asked: Asked) -> Explained:
    """Explain diurese: each part of the condition with its value."""
    urine = ask(asked.patient, URINE_RATE).result
    need = "" if advice.limit is None else f"; closed once it is {unmet(advice.limit, advice.unit)}"
    value = amount(urine.value, urine.unit) if urine.value is not None else "not known"
    old = " (stale)" if urine.stale or urine.state == "indeterminate" else ""
    return Window(asked.t - advice.within, asked.t, "no vasopressor may have run"), [
        *ended(asked),
        dosed(asked, advice.after),
        pressure(asked),
        weight(asked),
        pressors(asked, advice.within),
        f"Urine is {value}{old}{need}.",
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


def discharge_ready(advice: Advice, asked: Asked) -> Explained:
    """Explain discharge-ready: all that is lacking."""
    if asked.chart.cycle.end is None:
        return None, ended(asked)
    found = [f"Lacking: {one}." for one in lacking(advice, AdviceCase.of(asked.patient), asked.t)]
    return None, [
        *ended(asked),
        pressors(asked, advice.within),
        pressure(asked),
        weight(asked),
        *(found or ["Nothing is lacking."]),
    ]
