"""Explain a lab: its latest value against its limits."""

from rules.chart.facts import Fact, Lab
from rules.evaluate.limit_bands import band_of
from rules.evaluate.rows.lab import ages as stale_ages
from rules.explain.citations import cite_all, cited, compared
from rules.explain.explanation import Answer, Cited, Rule, ages, back, both, met
from rules.explain.question import Asked
from rules.guideline.declarations import LabRow

TOO_LATE = "already stale when it became known: does not count"


def explain(row: LabRow, asked: Asked) -> Answer:
    """Explain the row: the latest value of its lab, the distances, when it goes stale."""
    result = asked.result
    limit = ages(*stale_ages(row, asked.chart, asked.t))
    labs = asked.chart.labs.get(row.lab, [])
    last = next((lab for lab in labs if lab.id in asked.ids), None)
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3.2, labs",
            relative=None if row.relative is None else met(row.relative, row.unit),
            absolute=None if row.absolute is None else met(row.absolute, row.unit),
            window="the latest value by its time of sampling",
            stale=(f"{limit} old ({row.stale_factor:g} times the Table 1 interval of {row.monitored_by})"),
        ),
        facts=[
            *cite_all(asked.chart, asked.ids, "the latest value", row.lab),
            *_too_late(labs, asked, row.lab),
        ],
        look=asked.look(row.monitored_by, None if last is None else last.at, row.stale_factor),
        why=_why(row, asked, last),
        clears=back(result.state, row.relative, row.absolute, row.unit, f"a {row.lab}"),
    )


def _why(row: LabRow, asked: Asked, last: Lab | None) -> list[str]:
    """Write the distances from the limits; of a result with a comparator, what it stands for."""
    if last is None or last.comparator is None:
        return both(asked.result.value, row.relative, row.absolute, row.unit)
    states = band_of(last, row.relative, row.absolute)
    range_of_states = "some of them past a limit and some not" if states is None else f"at the least {states}"
    return [f"{compared(last)} stands for every value that it allows: {range_of_states}."]


def _too_late(facts: list[Lab], asked: Asked, code: str) -> list[Cited]:
    """Cite a value that is newer than the one that decided, but did not count."""
    newest: Fact | None = facts[-1] if facts else None
    return [] if newest is None or newest.id in asked.ids else [cited(newest, TOO_LATE, code)]
