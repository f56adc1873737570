"""Explain the highest rate of phenylephrine in the dose interval."""

from rules.explain.explanation import Answer, Window
from rules.explain.phenylephrine_rates import explain_rate, not_dosing
from rules.explain.question import Asked
from rules.guideline.declarations import RateMaximumRow


def explain(row: RateMaximumRow, asked: Asked) -> Answer:
    """Explain the row over the dose interval so far."""
    chart, doses = asked.chart, asked.chart.cycle_doses
    start = doses[-1].at if doses else chart.cycle.start
    since = "the last dose given" if doses else "cycle-start"
    window = (
        None
        if start is None or not chart.cycle.dosing(asked.t)
        else Window(start, asked.t, f"the dose interval, since {since}")
    )
    words = (
        "since the last dose given (before the first: since cycle-start), a rate carried in from "
        "before included"
    )
    return explain_rate(row, asked, window, words, [] if window else [not_dosing(chart)])
