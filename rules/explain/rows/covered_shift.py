"""Explain urine in a shift: each collection's share, and whether they cover enough of it."""

from rules.chart.volumes import Shift, covered, last_completed, shift_of
from rules.explain.explanation import (
    Answer,
    Rule,
    Window,
    amount,
    back,
    both,
    met,
    span,
    when,
)
from rules.explain.question import Asked
from rules.explain.urine_collections import shares
from rules.guideline.declarations import CoveredShiftRow


def explain(row: CoveredShiftRow, asked: Asked) -> Answer:
    """Explain the row: the last completed shift, or the earlier one whose state is kept."""
    shifts, result, chart = asked.guideline.shifts, asked.result, asked.chart
    last = last_completed(asked.t, shifts)
    shift = last if result.at is None else shift_of(result.at, shifts)
    words = "the last completed shift" if shift == last else "an earlier shift, whose state is kept"
    next_end = shift_of(asked.t + 1, shifts)[1]
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3, urine",
            relative=met(row.relative, row.unit),
            absolute=met(row.absolute, row.unit),
            window=f"the last completed shift, collections covering all but {span(row.gap)} of it",
            stale="kept when the last completed shift is not covered",
        ),
        facts=shares(
            asked,
            [c for c in chart.collections if c.reference[0] in asked.ids],
            shift[0],
            shift[1],
            "the shift",
        ),
        window=Window(*shift, words),
        look=asked.look("intake-output", chart.collections[-1].end if chart.collections else None),
        why=[*both(result.value, row.relative, row.absolute, row.unit), *_coverage(row, asked, last)],
        clears=[
            *back(result.state, row.relative, row.absolute, row.unit, "a covered shift"),
            f"Decided again at the end of the shift, {when(next_end)}.",
        ],
    )


def _coverage(row: CoveredShiftRow, asked: Asked, shift: Shift) -> list[str]:
    start, end = shift
    inside = [one for one in asked.chart.collections if one.reaches(start, end)]
    time, needed = covered(inside, start, end), end - start - row.gap
    share = (
        f"Collections cover {span(time)} of the {span(end - start)} of the last completed shift, "
        f"{when(start)} to {when(end)}"
    )
    total = sum(one.share(start, end) for one in inside)
    return [
        f"{share}: enough."
        if time >= needed
        else f"{share}, {amount(total, 'mL')}; {span(needed - time)} more are needed."
    ]
