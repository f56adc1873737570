"""Evaluate a charted state that counts only once it has lasted (criteria.md section 3, mental-status)."""

from rules.chart.chart import Chart
from rules.chart.facts import Sign
from rules.chart.stated import flags_of, stated
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, Memory, Result, counted, soonest
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import PersistentFindingRow
from rules.wire.instants import Instant


def persistent_finding(row: PersistentFindingRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for a charted state that counts only when it has lasted.

    Never charted or too old it is indeterminate.
    """
    return lasting(row, stated(chart, row.finding), now)


def lasting(row: PersistentFindingRow, signs: list[Sign], now: Instant) -> Result:
    """Return the result by what is stated of the finding."""
    signs = counted(signs, lambda at, t: at + row.stale)
    if not signs:
        return Result(INDETERMINATE, missing=(row.finding,))
    run = len(signs) - 1
    while run and signs[run - 1].value == signs[-1].value:
        run -= 1
    limit = signs[-1].at + row.stale
    stale = now >= limit
    if signs[-1].value == row.value:
        return _persisting(row, signs[run:], now, stale)
    evidence = (signs[-1].reference,)
    if stale:
        return Result(
            INDETERMINATE, at=limit, value=signs[-1].value, missing=(row.finding,), evidence=evidence
        )
    return Result(
        CLEAR,
        at=signs[run].at,
        latest=signs[-1].at,
        value=signs[-1].value,
        evidence=evidence,
        next=limit,
    )


def _persisting(row: PersistentFindingRow, run: list[Sign], now: Instant, stale: bool) -> Result:
    due = run[0].at + row.lasts
    evidence = tuple(sign.reference for sign in run)
    if now < due:
        return Result(
            CLEAR,
            at=run[0].at,
            latest=run[-1].at,
            value=row.value,
            evaluates_at=due,
            evidence=evidence,
            next=due,
        )
    after = run[-1].at + row.stale
    return Result(ABSOLUTE, at=due, value=row.value, stale=stale, evidence=evidence, next=soonest(now, after))


ROW_TYPE = RowType[PersistentFindingRow](
    evaluate=persistent_finding, inputs=lambda row: flags_of((row.finding,))
)
