"""Phenylephrine explained: the rates in force in the window, and when it is judged."""

from rules.chart.chart import Chart
from rules.chart.infusions import Segment, overlapping, segment_at
from rules.evaluate.infusions import AnyRateRow, dosing
from rules.explain.citations import cite_all
from rules.explain.explanation import Answer, Cited, Rule, Window, amount, back, both, met, span, when
from rules.explain.question import Asked
from rules.guideline.declare import RateMaximumRow, RateMinimumRow


def rate_maximum(row: RateMaximumRow, asked: Asked) -> Answer:
    """The dose interval so far."""
    chart, doses = asked.chart, asked.chart.cycle_doses
    start = doses[-1].at if doses else chart.cycle.start
    since = "the last dose given" if doses else "cycle-start"
    window = (
        None
        if start is None or not dosing(chart, asked.t)
        else Window(start, asked.t, f"the dose interval, since {since}")
    )
    words = (
        "since the last dose given (before the first: since cycle-start), a rate carried in from "
        "before included"
    )
    return _answer(row, asked, window, words, [] if window else [not_dosing(chart)])


def rate_minimum(row: RateMinimumRow, asked: Asked) -> Answer:
    """The last half hour, from 8 h after the dose on."""
    chart, due = asked.chart, asked.result.evaluates_at
    started = dosing(chart, asked.t) and bool(chart.cycle_doses)
    window = (
        Window(asked.t - row.window, asked.t, f"the {span(row.window)} up to now")
        if started and due is None
        else None
    )
    words = (
        f"the lowest rate of the {span(row.window)} up to now, judged from {span(row.after)} after the "
        "dose until the next one"
    )
    why = (
        []
        if started
        else [
            "Nothing to judge before the first dose of a cycle."
            if dosing(chart, asked.t)
            else not_dosing(chart)
        ]
    )
    if due is not None:
        why = [
            (
                f"Not judged before {span(row.after)} after the dose of {when(chart.cycle_doses[-1].at)}: at "
                f"{when(due)}."
            )
        ]
    return _answer(row, asked, window, words, why)


def not_dosing(chart: Chart) -> str:
    if chart.cycle.start is None:
        return "Before cycle-start it is clear."
    return (
        f"Therapy ended at {when(chart.cycle.end)}: it is clear."
        if chart.cycle.end is not None
        else "It is clear."
    )


def _answer(row: AnyRateRow, asked: Asked, window: Window | None, words: str, why: list[str]) -> Answer:
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
    """The rates that decided, then the others of the window, then the one in force now."""
    told = dict.fromkeys(
        asked.ids, f"in force, {amount(asked.result.value, asked.result.unit)} in all: decides"
    )
    for segment in overlapping(asked.chart.phenylephrine, window.start, window.end) if window else []:
        for id, _ in segment.evidence:
            told.setdefault(id, f"in force from {when(segment.at)}, {_rate(segment)} in all")
    for id, _ in current.evidence if current else ():
        told.setdefault(id, "in force now")
    return [one for id, part in told.items() for one in cite_all(asked.chart, [id], part)]


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
