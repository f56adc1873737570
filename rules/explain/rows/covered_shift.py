"""Explain urine in a shift: each collection's share, and whether they cover enough of it."""

from rules.chart.unreadable import unreadable_between
from rules.chart.volumes import Shift, covered, last_completed, reaching, running, shift_of, volume
from rules.evaluate.result import TRIPPED
from rules.evaluate.rows.covered_shift import URINE, limits, reached
from rules.explain.explanation import Answer, Rule, Window, amount, back, both, met, number, span, when
from rules.explain.question import Asked
from rules.explain.urine_collections import shares
from rules.guideline.declarations import CoveredShiftRow


def explain(row: CoveredShiftRow, asked: Asked) -> Answer:
    """Explain the row: the shift decided, the running one that ended it, or the earlier one that is kept."""
    shifts, result, chart = asked.guideline.shifts, asked.result, asked.chart
    last = last_completed(asked.t, shifts)
    shift = last if result.at is None else shift_of(result.at, shifts)
    return Answer(
        rule=_rule(row, shift),
        facts=shares(
            asked,
            [c for c in chart.collections if c.reference[0] in asked.ids],
            shift[0],
            shift[1],
            "the shift",
        ),
        window=Window(*shift, _words(asked, shift, last)),
        look=asked.look("intake-output", chart.collections[-1].end if chart.collections else None),
        why=[*both(result.value, *limits(row, shift), row.unit), *_coverage(row, asked, last)],
        clears=_clears(row, asked),
    )


def _rule(row: CoveredShiftRow, shift: Shift) -> Rule:
    relative, absolute = limits(row, shift)
    return Rule(
        words=row.words,
        source=row.source,
        section="criteria.md section 3.4, urine-shift",
        relative=met(relative, row.unit),
        absolute=met(absolute, row.unit),
        window=(
            f"the last completed shift, collections covering {number(row.coverage * 100)} % of it, "
            "scaled to the whole"
        ),
        stale="kept when the last completed shift is not covered",
    )


def _words(asked: Asked, shift: Shift, last: Shift) -> str:
    if shift == running(asked.t, asked.guideline.shifts):
        return "the running shift, which has collected enough to end what was"
    return "the last completed shift" if shift == last else "an earlier shift, whose state stands"


def _coverage(row: CoveredShiftRow, asked: Asked, shift: Shift) -> list[str]:
    start, end = shift
    inside = reaching(asked.chart.collections, start, end)
    time, needed = covered(inside, start, end), round((end - start) * row.coverage)
    share = (
        f"Collections cover {span(time)} of the {span(end - start)} of the last completed shift, "
        f"{when(start)} to {when(end)}, {amount(volume(inside, start, end), 'mL')}"
    )
    found = [f"{share}: enough." if time >= needed else f"{share}; {span(needed - time)} more are needed."]
    if asked.t < end + row.wait and not reached(asked.chart.collections, end):
        found.append(f"It is decided when a collection reaches its end, or at {when(end + row.wait)}.")
    if unreadable_between(asked.chart, URINE, start, end):
        found.append("A collection of it was charted that could not be read.")
    return found


def _clears(row: CoveredShiftRow, asked: Asked) -> list[str]:
    under_way = running(asked.t, asked.guideline.shifts)
    relative, _ = limits(row, under_way)
    found = back(asked.result.state, row.relative, row.absolute, row.unit, "a covered shift of 8 h")
    if asked.result.state in TRIPPED:
        found.append(
            f"Clear as soon as the running shift has collected more than {amount(relative.value, 'mL')}."
        )
    return [*found, f"Decided again at the end of the shift, {when(under_way[1])}."]
