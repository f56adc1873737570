"""Explain labs by their upper limit: each against the site's or its own."""

from rules.chart.facts import Lab
from rules.evaluate.rows.upper_limit import is_above, upper
from rules.explain.citations import cited, compared
from rules.explain.explanation import Answer, Rule, amount, number
from rules.explain.question import Asked
from rules.guideline.declarations import UpperLimitRow


def explain(row: UpperLimitRow, asked: Asked) -> Answer:
    """Explain the row: each enzyme's latest reading against its upper limit, and the total CK."""
    codes = (*row.labs, row.screen)
    latest = {code: labs[-1] for code in codes if (labs := asked.chart.labs.get(code))}
    return Answer(
        rule=Rule(
            words=row.words,
            source=row.source,
            section="criteria.md section 3.2, cardiac-enzymes",
            absolute=f"{', '.join(row.labs)} above its upper limit{_site(row)}",
            window=(
                "the latest reading of each; measured on suspicion only, never measured is clear, unless the "
                f"total {row.screen.upper()} is above its own"
                if row.never_measured_clear
                else "the latest reading of each; never measured cannot be told"
            ),
            stale="they do not go stale",
        ),
        facts=[cited(lab, _enzyme(row, code, lab), code) for code, lab in latest.items()],
        look=asked.look(seen=max((lab.at for lab in latest.values()), default=None)),
        why=[_beside(row, code, lab) for code, lab in latest.items()]
        or [f"{', '.join(row.labs)}: never measured."],
        clears=["Clear once the latest reading of each is at or below its upper limit."],
    )


def _site(row: UpperLimitRow) -> str:
    own = ", ".join(f"{code} {number(limit)}" for code, limit in row.limits.items())
    return f" (this site's, before the one printed with a reading: {own})" if own else ""


def _enzyme(row: UpperLimitRow, code: str, lab: Lab) -> str:
    high = upper(row, code, lab)
    return f"the latest {code}, upper limit {'unknown' if high is None else amount(high, lab.unit)}"


def _beside(row: UpperLimitRow, code: str, lab: Lab) -> str:
    high, above = upper(row, code, lab), is_above(row, code, lab)
    value = compared(lab)
    if high is None:
        return f"{code} {value}: its upper limit is not known, so it cannot be told."
    limit = f"its upper limit {amount(high, lab.unit)}"
    if above is None:
        return f"{code} {value} may be above {limit} or not: it cannot be told."
    side = "above" if above else "not above"
    return f"{code} {value} is {side} {limit}, {amount(abs(lab.value - high), lab.unit, 0)} away."
