"""Explain the highest pressor load of the dose interval."""

from rules.chart.pressor_loads import blind_since
from rules.evaluate.rows.pressor_maximum import kept_from, window_start
from rules.explain.explanation import Answer, Window, span
from rules.explain.pressor_load import explain_load, not_dosing
from rules.explain.question import Asked
from rules.guideline.declarations import PressorMaximumRow


def explain(row: PressorMaximumRow, asked: Asked) -> Answer:
    """Explain the row over the part of the dose interval that lies in the last 8 h."""
    since = "the last dose given" if asked.chart.cycle_doses else "cycle-start"
    words = (
        f"the last {span(row.window)}, at most since {since}; a load carried in from before included, and "
        "while a running pressor cannot be counted since that began"
    )
    window = _window(row, asked)
    return explain_load(row, asked, window, words, [] if window else [not_dosing(asked.chart)])


def _window(row: PressorMaximumRow, asked: Asked) -> Window | None:
    chart, t = asked.chart, asked.t
    if not chart.cycle.dosing(t):
        return None
    blind = blind_since(chart.loads, t)
    start = window_start(row, chart, t) if blind is None else kept_from(row, chart, blind)
    return Window(start, t, "the part of the dose interval that decides")
