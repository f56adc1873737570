"""Evaluate a charted state that counts only once it has lasted (criteria.md section 3, mental-status)."""

from collections.abc import Callable
from typing import NamedTuple

from rules.chart.chart import Chart
from rules.chart.facts import Sign
from rules.chart.folded import key_of
from rules.chart.stated import flags_of, fold_stated
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, Memory, Result, in_time, soonest
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import PersistentFindingRow
from rules.wire.events import Reference
from rules.wire.instants import Instant


class Run(NamedTuple):
    """The latest records of one value without a break: the first, the last, and by which the row counts."""

    first: Sign
    last: Sign
    evidence: tuple[Reference, ...]


def persistent_finding(row: PersistentFindingRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for a charted state that counts only when it has lasted.

    Never charted or too old it is indeterminate.
    """
    return lasting(row, chart, now)


def lasting(row: PersistentFindingRow, chart: Chart, now: Instant, also: tuple[str, ...] = ()) -> Result:
    """Return the result by what is stated of the finding; `also`: by these findings too, while present."""
    run = fold_stated(chart, key_of(row, chart), (row.finding,), _no_run, _add_of(row), also, row.value)
    if run is None:
        return Result(INDETERMINATE, missing=(row.finding,))
    limit, value = run.last.at + row.stale, run.last.value
    stale = now >= limit
    if value == row.value:
        return _persisting(row, run, now, stale)
    if stale:
        return Result(INDETERMINATE, at=limit, value=value, missing=(row.finding,), evidence=run.evidence)
    return Result(CLEAR, at=run.first.at, latest=run.last.at, value=value, evidence=run.evidence, next=limit)


def _no_run() -> Run | None:
    return None


def _add_of(row: PersistentFindingRow) -> Callable[[Run | None, str, Sign], Run | None]:
    counts = in_time(lambda at, _: at + row.stale)

    def add(run: Run | None, _: str, sign: Sign) -> Run | None:
        if not counts(sign):
            return run
        evidence = (sign.reference,)
        if run is None or run.last.value != sign.value:
            return Run(sign, sign, evidence)
        return Run(run.first, sign, run.evidence + evidence if sign.value == row.value else evidence)

    return add


def _persisting(row: PersistentFindingRow, run: Run, now: Instant, stale: bool) -> Result:
    due = run.first.at + row.lasts
    if now < due:
        return Result(
            CLEAR,
            at=run.first.at,
            latest=run.last.at,
            value=row.value,
            evaluates_at=due,
            evidence=run.evidence,
            next=due,
        )
    after = run.last.at + row.stale
    return Result(
        ABSOLUTE, at=due, value=row.value, stale=stale, evidence=run.evidence, next=soonest(now, after)
    )


ROW_TYPE = RowType[PersistentFindingRow](
    evaluate=persistent_finding, inputs=lambda row: flags_of((row.finding,))
)
