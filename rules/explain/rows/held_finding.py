"""Explain a row that holds from one finding until others are charted: the records, and what is awaited."""

from rules.chart.facts import Sign
from rules.chart.stated import stated
from rules.evaluate.rows.held_finding import named
from rules.explain.citations import cited
from rules.explain.explanation import Answer, Cited, Rule, span
from rules.explain.question import Asked
from rules.guideline.declarations import HeldFindingRow

SHOWN = 10
"""Records shown: the latest, besides those that decide."""


def words(text: str) -> str:
    """Write what a row names: `guaiac-positive:stool=absent` -> `guaiac-positive (stool) absent`."""
    one = named(text)
    specimen = f" ({one.specimen})" if one.specimen else ""
    return f"{one.code}{specimen} {one.word}"


def explain(row: HeldFindingRow, asked: Asked) -> Answer:
    """Explain the row: what trips it, and what must be charted before it no longer holds."""
    codes = dict.fromkeys(named(text).code for text in (*row.trips, *row.resumes))
    records = sorted(
        ((code, sign) for code in codes for sign in stated(asked.chart, code, holds=True)),
        key=lambda one: one[1].at,
    )
    until = " and ".join(map(words, row.resumes)) or "it is denied"
    stale = f"{row.fresh} older than {span(row.stale)}" if row.fresh else "never: no record means absent"
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="editions.md section 3, Hold",
            absolute=" or ".join(map(words, row.trips)),
            window=f"held until {until} is charted at or after it; a new cycle changes nothing",
            stale=stale,
        ),
        facts=_cited(records, asked),
        look=asked.look(seen=records[-1][1].at if records else None),
        why=[f"Not charted since it was there: {', '.join(asked.result.missing)}."]
        if asked.tripped and asked.result.missing
        else [],
        clears=[f"Clear once {until} is charted, and none of them is present."] if asked.tripped else [],
    )


def _cited(records: list[tuple[str, Sign]], asked: Asked) -> list[Cited]:
    return [
        cited(sign, f"{code}, decides" if sign.id in asked.ids else code)
        for i, (code, sign) in enumerate(records)
        if i >= len(records) - SHOWN or sign.id in asked.ids
    ]
