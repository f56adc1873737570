"""Explain the advice at the bedside: chills, fever, spikes, and vital signs that are sustained.

Source: criteria.md sections 7.1 and 7.2.
"""

from rules.advice.harm import indomethacin_harms
from rules.advice.spikes import usual_before
from rules.chart.held import Latch
from rules.chart.readings import Reading
from rules.decide.subjects import AdviceCase
from rules.evaluate.vital_signs import SERIES
from rules.explain.advice_after_therapy import Explained
from rules.explain.citations import Run, under_way
from rules.explain.explanation import Window, amount, away, span, when
from rules.explain.question import Asked
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import Sustained

NAMES = {"spo2": "SpO2", "heart-rate": "heart rate"}


def peak(advice: Advice, asked: Asked) -> Explained:
    """Explain peak-window: the last dose and its peak."""
    doses, table = asked.chart.cycle_doses, asked.guideline.pressure
    if not doses:
        return None, ["No dose of this cycle was given yet."]
    window = Window(*table.peak(doses[-1].at), "the peak after the last dose")
    since = span(asked.t - doses[-1].at)
    return window, [f"The last dose was given at {when(doses[-1].at)}, {since} before now."]


def chills(advice: Advice, asked: Asked) -> Explained:
    """Explain chills: the latest record of them."""
    signs = asked.chart.findings.get("chills", [])
    if not signs:
        return None, ["Chills were never charted."]
    last = signs[-1]
    window = Window(last.at, last.at + advice.within, "the record counts")
    return window, [f"Chills were last charted {last.value} at {when(last.at)}."]


def fever(advice: Advice, asked: Asked) -> Explained:
    """Explain fever: the latest temperature, its distance to the limit and how long it counts."""
    last = asked.chart.tail.now.temp.last
    if last is None or advice.limit is None:
        return None, ["Missing: temperature: never charted, so the advice stays closed."]
    ends, harm = last.at + advice.within, indomethacin_harms(AdviceCase.of(asked.patient))
    age = f"Taken at {when(last.at)}; it counts for {span(advice.within)}, until {when(ends)}."
    return Window(last.at, ends, "as long as the reading counts"), [
        away(last.value, advice.limit, "advice", advice.unit),
        age,
        *([f"Indomethacin would harm: {harm}."] if harm else []),
    ]


def septic_workup(advice: Advice, asked: Asked) -> Explained:
    """Explain septic-workup: the latest temperature against those of the day before it."""
    last, doses = asked.chart.tail.now.temp.last, asked.chart.cycle_doses
    if last is None or advice.limit is None or advice.rise is None:
        return None, ["Missing: temperature: never charted, so the advice stays closed."]
    usual, count = usual_before(advice, asked.chart, last.at)
    rise = amount(round(last.value - usual, 4), "Cel")
    before = (
        f"the median of {count} before it is {amount(usual, 'Cel')}"
        if count
        else f"none of the {span(advice.within)} before it counts, so {amount(usual, 'Cel')} is taken"
    )
    dose = (
        "no dose was given yet"
        if not doses
        else f"dose 1 was {span(last.at - doses[0].at)} {'before' if last.at >= doses[0].at else 'after'} it"
    )
    window = Window(last.at - advice.within, last.at, "the readings it is compared with")
    return window, [
        away(last.value, advice.limit, "advice", advice.unit),
        f"Of the latest temperature: {before}, a rise of {rise} of the {amount(advice.rise, 'Cel')} that "
        f"count; {dose}.",
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


def hypoxemia(advice: Advice, asked: Asked) -> Explained:
    """Explain hypoxemia: the latest saturation, and the run on the way."""
    signals, low = asked.chart.tail.now, asked.chart.tail.setting.low
    return _sustained(asked, "spo2", signals.spo2.last, signals.spo2.low, low)


def bradycardia(advice: Advice, asked: Asked) -> Explained:
    """Explain bradycardia: the latest heart rate, and the run on the way."""
    hr, slow = asked.chart.tail.now.hr, asked.guideline.vital_signs.slow
    return _sustained(asked, "heart-rate", hr.last, hr.slow, slow)


def _sustained(
    asked: Asked, code: str, last: Reading | None, latch: Latch, condition: Sustained
) -> Explained:
    if last is None:
        return None, [f"Missing: {code}: never charted, so the advice stays closed."]
    limit, goal = (condition.clear, "closing") if latch.on else (condition.trip, asked.name)
    unit, history = asked.result.unit or "", getattr(asked.chart.tail.readings, SERIES[code])
    run = Run(goal, limit, unit, condition.span)
    latest = f"The latest {NAMES[code]} is {amount(last.value, unit)} at {when(last.at)}."
    return None, [latest, under_way(asked, history, run)]


def tachypnea(advice: Advice, asked: Asked) -> Explained:
    """Explain tachypnea: the latest respiratory rate, and since when it has been fast."""
    breathing = asked.chart.tail.now.breathing
    if breathing.last is None:
        return None, ["Missing: respiratory-rate: never charted, so the advice stays closed."]
    run = breathing.run
    since = "" if run is None else f" It has been fast since {when(run.at)}."
    value = amount(breathing.last.value, advice.unit)
    return None, [f"The latest respiratory rate is {value} at {when(breathing.last.at)}.{since}"]
