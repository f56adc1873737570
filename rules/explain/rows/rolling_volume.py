"""Explain the urine of the last hours: the window, the collections in it, and the limits."""

from rules.evaluate.rows.hourly_rate import ages as stale_ages
from rules.evaluate.rows.rolling_volume import kg
from rules.explain.citations import cite_all
from rules.explain.explanation import Answer, Rule, Window, ages, amount, back, both, met, span
from rules.explain.question import Asked
from rules.guideline.declarations import RollingVolumeRow


def explain(row: RollingVolumeRow, asked: Asked) -> Answer:
    """Explain the row: the volume in the window, scaled where not all of it is covered."""
    result, weight = asked.result, kg(asked.chart)
    per = f", for {amount(weight, 'kg')}" if row.per_kg and weight is not None else ""
    window = None
    if result.latest is not None:
        window = Window(result.latest - row.window, result.latest, "up to the latest collection's end")
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="editions.md section 3, Rolling urine",
            relative=None if row.relative is None else met(row.relative, row.unit),
            absolute=met(row.absolute, row.unit) + per,
            window=f"{span(row.window)}, of which {span(row.covers)} or more is covered, scaled to the whole",
            stale=ages(*stale_ages(row, asked.chart)),
        ),
        facts=cite_all(asked.chart, asked.ids, "a collection of the window"),
        window=window,
        look=asked.look(row.monitored_by, result.latest, row.stale_factor),
        why=both(result.value, row.relative, row.absolute, row.unit),
        clears=back(result.state, row.relative, row.absolute, row.unit, "a window"),
    )
