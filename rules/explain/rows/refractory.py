"""Explain a row that trips when fluid has not helped: the boluses, and the fact that met it after them."""

from rules.explain.citations import cite_all
from rules.explain.explanation import Answer, Rule, amount, span
from rules.explain.question import Asked
from rules.guideline.declarations import RefractoryRow


def explain(row: RefractoryRow, asked: Asked) -> Answer:
    """Explain the row: which condition goes on, after how much fluid and how long."""
    given = f"{row.boluses} boluses of {amount(row.volume, 'mL')} together"
    ends = "the next cycle-start or a resume" if row.cycle else f"{row.of} no longer holds"
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="editions.md section 3, Refractory",
            absolute=f"{row.of} holds, and {span(row.wait)} after {given} it is still so",
            window=f"since {row.of} began to hold",
        ),
        facts=cite_all(asked.chart, asked.ids, "fluid given, or a fact after it"),
        look=asked.look(seen=asked.result.latest),
        clears=[f"Ends with {ends}."] if asked.tripped else [],
    )
