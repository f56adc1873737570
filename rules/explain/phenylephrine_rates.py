"""Explain a rate of phenylephrine: the rates in force in the window, and the one in force now."""

from rules.chart.chart import Chart
from rules.chart.infusions import Segment, overlapping, segment_at
from rules.evaluate.phenylephrine_rates import AnyRateRow
from rules.explain.citations import cite_all
from rules.explain.explanation import Answer, Cited, Rule, Window, amount, back, both, met, span, when
from rules.explain.question import Asked
from rules.guideline.declarations import RateMaximumRow


def not_dosing(chart: Chart) -> str:
    """Write why a rate is clear outside of therapy."""
    if chart.cycle.start is None:
        return "Before cycle-start it is clear."
    return (
        f"Therapy ended at {when(chart.cycle.end)}: it is clear."
        if chart.cycle.end is not None
        else "It is clear."
    )


def explain_rate(row: AnyRateRow, asked: Asked, window: Window | None, words: str, why: list[str]) -> Answer:
    """Explain a row about a rate, over its window (None: it is not evaluated now)."""
    current, result = segment_at(asked.chart.phenylephrine, asked.t), asked.result
    distances = both(result.value, row.relative, row.absolute, row.unit) if window else []
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section=f"criteria.md section 3, {row.code}",
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
        why=[*why, *distances, _now(asked.chart, current, row.unit)],
        clears=_clears(row, asked),
    )


def _facts(asked: Asked, window: Window | None, current: Segment | None) -> list[Cited]:
    """Cite the rates that decided, then the others of the window, then the one in force now."""
    found = dict.fromkeys(
        asked.ids, f"in force, {amount(asked.result.value, asked.result.unit)} in all: decides"
    )
    for segment in overlapping(asked.chart.phenylephrine, window.start, window.end) if window else []:
        for id, _ in segment.evidence:
            found.setdefault(id, f"in force from {when(segment.at)}, {_rate(segment)} in all")
    for id, _ in current.evidence if current else ():
        found.setdefault(id, "in force now")
    return [one for id, part in found.items() for one in cite_all(asked.chart, [id], part)]


def _rate(segment: Segment) -> str:
    return "a rate that needs a weight" if segment.rate is None else amount(segment.rate, "ug/kg/min")


def _now(chart: Chart, current: Segment | None, unit: str | None) -> str:
    if current is None:
        return "No phenylephrine is in force: none charted means none is running."
    if current.rate is None:
        return (
            "The rate in force now was charted without 'per kg' and no weight is known: chart a weight, "
            "or the rate per kg, or a rate 0."
        )
    return f"In force now: {amount(current.rate, unit)} since {when(current.at)}."


def _clears(row: AnyRateRow, asked: Asked) -> list[str]:
    if isinstance(row, RateMaximumRow):
        return [
            (
                "The highest rate stands until the next dose given or therapy-end; clear when it was "
                f"{_below(row)} all the interval."
            )
        ]
    return back(
        asked.result.state, row.relative, row.absolute, row.unit, f"a lowest rate of the {span(row.window)}"
    )


def _below(row: AnyRateRow) -> str:
    return f"below {amount(row.relative.value, row.unit)}"
