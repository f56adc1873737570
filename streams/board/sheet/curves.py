"""Curves and steps: pressure against its target, pulse, temperature, saturation with oxygen, phenylephrine, the labs of Table 3."""

from __future__ import annotations

from typing import Any

from streams.board import words
from streams.board.sheet.page import Page, Panel, line, panel, steps
from streams.plot.limits import target
from streams.plot.pressor import pressor

PRESSURES = (("systolic-bp", "systolic"), ("mean-bp", "mean"), ("diastolic-bp", "diastolic"))
LABS = (("creatinine", "Creatinine"), ("platelets", "Platelets"), ("bilirubin", "Bilirubin"))


def pressure(page: Page) -> Panel:
    """Over the bands that count as hypotension; the target is the worker's."""
    assessment = page.bedside.assessment
    above = assessment["blood_pressure"]["target"] if assessment else target(page.guideline, page.baseline("systolic-bp"))
    severe = above - page.guideline.pressure.severe_below
    bands = [{"from": severe, "to": above, "level": "relative"}, {"from": 0, "to": severe, "level": "absolute"}] if page.trusted else []
    curves = [one for code, name in PRESSURES for one in page.curve(code, name)]
    lines = [line(above, f"target >{above:g}", "ink")]
    return panel("pressure", "Blood pressure", "mmHg", curves, lines, (severe - 20, above + 40), before=page.before("systolic-bp")) | {"bands": bands}


def heart_rate(page: Page) -> Panel:
    curve, lines = page.curve("heart-rate", "Heart rate"), page.lines("sinus-tachycardia")
    return panel("heart-rate", "Heart rate", "/min", curve, lines, (70, 135), before=page.before("heart-rate"))


def temperature(page: Page) -> Panel:
    """With the limit of fever."""
    row: Any = page.guideline.row["sinus-tachycardia"]
    lines = [line(row.fever.value, f"{row.fever.value:g}", "advisory")] if page.trusted else []
    return panel("temperature", "Temperature", "°C", page.curve("temperature", "Temperature"), lines, (36.5, 38.5), before=page.before("temperature"))


def saturation(page: Page) -> Panel:
    """With the saturation to keep."""
    row: Any = page.guideline.row["oxygen-requirement"]
    lines = [line(row.low.trip.value, f"{row.low.trip.value:g}", "absolute")] if page.trusted else []
    return panel("spo2", "SpO2", "%", page.curve("spo2", "SpO2"), lines, (91, 100), before=page.before("spo2"))


def oxygen(page: Page) -> Panel:
    """The flow as steps; charting another device drops the flow of the one before. Devices and FiO2 stand as words."""
    facts, span = page.bedside.facts, page.span
    flow = facts.signals.get("o2-flow")
    flows = {at: 0.0 for at, _, _ in facts.devices} | (dict(flow.between(0, span.end)) if flow else {})
    row: Any = page.guideline.row["oxygen-requirement"]
    limits = ((row.relative_flow, "relative"), (row.absolute_flow, "absolute"))
    lines = [line(limit.value, limit.text, level) for limit, level in limits] if page.trusted else []
    texts = [[at, word.replace("-", " ")] for at, word, _ in facts.devices if span.start <= at <= span.end]
    texts += [[at, f"FiO2 {value:g} %"] for one in page.curve("fio2", "FiO2") for at, value in one["points"]]
    return panel("oxygen", "Oxygen", "L/min", steps("o2-flow", "flow", sorted(flows.items()), span), lines, (0, 6), texts=sorted(texts))


def phenylephrine(page: Page) -> Panel:
    """With the limits of its highest rate, and the rate to be weaned to."""
    weight, weaned = page.bedside.facts.signals.get("weight"), page.guideline.table4.weaned
    rates = pressor(page.slow, weight.between(0, page.span.end) if weight else [], page.baseline("weight"))
    lines = [line(weaned, f"{weaned:g} to dose", "ink"), *page.lines("phenylephrine-maximum")] if page.trusted else []
    return panel("phenylephrine", "Phenylephrine", "µg/kg/min", steps("phenylephrine", "phenylephrine", rates, page.span), lines, (0, 1.8))


def labs(page: Page) -> list[Panel]:
    """Those of Table 3."""
    units = page.bedside.facts.units
    return [panel(code, name, words.unit(units.get(code)), page.curve(code, name), page.lines(code), before=page.before(code)) for code, name in LABS]
