"""Fever and what is made of it, explained: how warm, how old, how long after the dose."""

from rules.explain.amounts import amount, away, span, when
from rules.explain.asked import Asked
from rules.explain.explanation import Window
from rules.guideline.table5 import Advice

Told = tuple[Window | None, list[str]]
"""The window looked at, and the sentences."""


def fever(advice: Advice, asked: Asked) -> Told:
    last = asked.chart.tail.now.temp.last
    if last is None or last.temp is None or advice.limit is None:
        return None, ["Missing: temperature: never charted, so the advice stays closed."]
    ends = last.at + advice.within
    age = f"Taken at {when(last.at)}; it counts for {span(advice.within)}, until {when(ends)}."
    return Window(last.at, ends, "as long as the reading counts"), [away(last.temp, advice.limit, "advice", advice.unit), age]


def septic_workup(advice: Advice, asked: Asked) -> Told:
    """Each part of the condition with its value."""
    temperature, doses = asked.chart.tail.now.temp, asked.chart.cycle_doses
    last = temperature.last
    if last is None or last.temp is None or advice.limit is None or advice.rise is None:
        return None, ["Missing: temperature: never charted, so the advice stays closed."]
    highest = temperature.highest(last.at - advice.within, last.at)
    before = f"none was taken in the {span(advice.within)} before it" if highest is None else f"the highest before it was {amount(highest[1], 'Cel')}"
    rise = "" if highest is None else f", a rise of {amount(last.temp - highest[1], 'Cel')} of the {amount(advice.rise, 'Cel')} that count"
    dose = "no dose was given yet" if not doses else f"dose 1 was {span(last.at - doses[0].at)} {'before' if last.at >= doses[0].at else 'after'} it"
    window = Window(last.at - advice.within, last.at, "the readings it is compared with")
    return window, [away(last.temp, advice.limit, "advice", advice.unit), f"Of the latest temperature: {before}{rise}; {dose}."]


def early_fever(advice: Advice, asked: Asked) -> Told:
    doses = asked.chart.cycle_doses[:2]
    memory = asked.patient.memories.get("fever")
    state = "closed" if memory is None or memory.state != "advisory" else "open"
    told = [f"Dose {i} at {when(dose.at)}: early until {when(dose.at + advice.within)}." for i, dose in enumerate(doses, 1)]
    return None, [f"The advice fever is {state}.", *(told or ["No dose of this cycle was given yet."])]
