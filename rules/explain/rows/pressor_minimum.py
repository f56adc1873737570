"""Explain the pressor load at the time of dosing, and from when it is evaluated."""

from rules.explain.explanation import Answer, Window, span, when
from rules.explain.pressor_load import explain_load, not_dosing
from rules.explain.question import Asked
from rules.guideline.declarations import PressorMinimumRow


def explain(row: PressorMinimumRow, asked: Asked) -> Answer:
    """Explain the row over the last half hour, from 8 h after the dose on."""
    chart, due = asked.chart, asked.result.evaluates_at
    started = chart.cycle.dosing(asked.t) and bool(chart.cycle_doses)
    window = (
        Window(asked.t - row.window, asked.t, f"the {span(row.window)} up to now")
        if started and due is None
        else None
    )
    words = (
        f"the highest load of the {span(row.window)} up to now, judged from {span(row.after)} after the "
        "dose until the next one"
    )
    why = (
        []
        if started
        else [
            "Nothing to judge before the first dose of a cycle."
            if chart.cycle.dosing(asked.t)
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
    return explain_load(row, asked, window, words, why)
