"""Explain a pressor load: the loads in force in the window, and the one in force now."""

from rules.chart.chart import Chart
from rules.chart.pressor_loads import EQUIVALENT, WEIGHT, Load, load_at
from rules.evaluate.pressor_load import AnyPressorRow
from rules.explain.citations import cite_all
from rules.explain.explanation import Answer, Cited, Rule, Window, amount, back, both, met, number, span, when
from rules.explain.question import Asked
from rules.guideline.declarations import Pressors


def not_dosing(chart: Chart) -> str:
    """Write why a load is clear outside of therapy."""
    if chart.cycle.start is None:
        return "Before cycle-start it is clear."
    return (
        f"Therapy ended at {when(chart.cycle.end)}: it is clear."
        if chart.cycle.end is not None
        else "It is clear."
    )


def explain_load(
    row: AnyPressorRow, asked: Asked, window: Window | None, words: str, why: list[str]
) -> Answer:
    """Explain a row about the load, over its window (None: it is not evaluated now)."""
    current, result = load_at(asked.chart.loads, asked.t), asked.result
    distances = both(result.value, row.relative, row.absolute, row.unit) if window else []
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section=f"criteria.md section 3.3, {row.code}",
            relative=met(row.relative, row.unit),
            absolute=met(row.absolute, row.unit),
            window=words,
            stale=(
                "never: a rate is in force until the next one is charted; none ever charted means none "
                "is running"
            ),
        ),
        facts=_facts(asked, window, current),
        window=window,
        look=asked.look(seen=None if current is None else current.at),
        why=[*why, *distances, *_now(asked, current, row.unit)],
        clears=[
            *back(result.state, row.relative, row.absolute, row.unit, f"a highest load of {span(row.window)}")
        ],
    )


def _facts(asked: Asked, window: Window | None, current: Load | None) -> list[Cited]:
    """Cite the infusions that decided, then the others of the window, then the ones in force now."""
    found = dict.fromkeys(
        asked.ids, f"in force, a load of {amount(asked.result.value, asked.result.unit)} in all: decides"
    )
    for load in _inside(asked.chart.loads, window) if window else []:
        for id, _ in load.evidence:
            found.setdefault(id, f"in force from {when(load.at)}, a load of {amount(load.load, 'ug/kg/min')}")
    for id, _ in current.evidence if current else ():
        found.setdefault(id, "in force now")
    return [one for id, part in found.items() for one in cite_all(asked.chart, [id], part)]


def _inside(loads: list[Load], window: Window) -> list[Load]:
    """Return the loads in force at some moment of the window, the one carried in included."""
    carried = load_at(loads, window.start)
    return [load for load in loads if load is carried or window.start < load.at <= window.end]


def _now(asked: Asked, current: Load | None, unit: str | None) -> list[str]:
    if current is None:
        return ["No pressor is in force: none charted means none is running."]
    if current.missing:
        return [_unknown(missing) for missing in current.missing]
    counted = [_counted(agent, rate, asked.guideline.pressors) for agent, rate in current.rates]
    parts = f" ({'; '.join(counted)})" if counted else ""
    return [f"In force now: {amount(current.load, unit)} since {when(current.at)}{parts}."]


def _unknown(missing: str) -> str:
    agent, _, lacks = missing.partition(".")
    if missing == WEIGHT:
        return (
            "A rate in force now was charted without 'per kg' and no weight was known: chart a weight and "
            "the rate again, or the rate per kg, or a rate 0."
        )
    if lacks == EQUIVALENT:
        return f"{agent.capitalize()} is running, which has no equivalent in phenylephrine here."
    return f"{agent.capitalize()} is running; the rate that was charted last could not be read."


def _counted(agent: str, rate: float | None, pressors: Pressors) -> str:
    unit = "U/min" if agent in pressors.in_units else "ug/kg/min"
    factor = number(pressors.equivalents.get(agent, 0.0))
    renal = agent == "dopamine" and rate is not None and rate <= pressors.renal_dopamine
    return f"{agent} {amount(rate, unit)} " + ("for the kidneys, not counted" if renal else f"x {factor}")
