"""Explain a heart rate by the row's own conditions."""

from rules.explain.citations import cite_all
from rules.explain.explanation import Answer, Rule, ages, back, both, met, span
from rules.explain.question import Asked
from rules.guideline.declarations import SustainedRateRow


def explain(row: SustainedRateRow, asked: Asked) -> Answer:
    """Explain the row: its nested conditions; what excuses a rate is as in criteria.md 3.1."""
    setting, result = asked.chart.tail.setting, asked.result
    trips = (row.relative.trip, row.absolute.trip)
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="editions.md section 4.1; criteria.md section 3.1, sinus-tachycardia",
            relative=f"{met(row.relative.trip, row.unit)} sustained for {span(row.relative.span)}",
            absolute=(
                f"{met(row.absolute.trip, row.unit)} sustained for {span(row.absolute.span)}, unless a cause "
                "excuses it"
            ),
            stale=f"latest reading as old as {ages(setting.stale_ward, setting.stale_intensive)}",
        ),
        facts=cite_all(asked.chart, asked.ids, "decides", "heart-rate"),
        look=asked.look(row.monitored_by, result.latest, row.stale_factor),
        why=both(result.value, *trips, row.unit),
        clears=back(result.state, *trips, row.unit, "a heart rate"),
    )
