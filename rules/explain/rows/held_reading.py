"""Explain a row that holds by readings: its limits, the reading that tripped it, how far it is from both."""

from rules.evaluate.rows.held_reading import latest, trip_of
from rules.explain.citations import cite_all
from rules.explain.explanation import Answer, Rule, ages, both, met, span
from rules.explain.question import Asked
from rules.guideline.declarations import HeldReadingRow, Limit
from rules.guideline.nurse_names import finding_name


def explain(row: HeldReadingRow, asked: Asked) -> Answer:
    """Explain the row: tripped by a confirmed reading, until the other limit is sustained."""
    setting, last = asked.chart.tail.setting, latest(row, asked.chart)
    limit = trip_of(row, asked.chart)
    back = row.resume or (None if limit is None else Limit(">=", limit.value))
    until = "the patient's target" if back is None else met(back, row.unit)
    denied = "" if row.unless is None else f" and {finding_name(row.unless).lower()} are not present"
    mean = f"; a mean pressure that stands in {met(row.mean_trip, row.unit)}" if row.mean_trip else ""
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="editions.md section 3, Value and Patient's target",
            absolute=("below the patient's target" if limit is None else met(limit, row.unit)) + mean,
            window=f"a confirmed reading; held until {until} is sustained for {span(row.span)}{denied}",
            stale=f"latest reading as old as {ages(setting.stale_ward, setting.stale_intensive)}",
        ),
        facts=cite_all(asked.chart, asked.ids, "decides", row.signal),
        look=asked.look("vital-signs", None if last is None else last.at, 2.0),
        why=[] if limit is None else both(asked.result.value, None, limit, row.unit),
        clears=[f"Clear once {until} is sustained for {span(row.span)}{denied}."] if asked.tripped else [],
    )
