"""Ask again for a finding that stands: charted long ago, or not yet confirmed (criteria.md section 3.5)."""

from collections.abc import Mapping
from typing import NamedTuple

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import Sign
from rules.chart.stated import flags_of, fold_stated, is_stated
from rules.evaluate.result import ADVISORY, CLEAR, TECHNICAL, Memory, Result, soonest
from rules.evaluate.rows.finding import wanted
from rules.guideline.declarations import FindingRow, HeldFindingRow, PersistentFindingRow
from rules.guideline.edition import Guideline
from rules.wire.instants import Instant

PREFIX = "finding/"


def standing_values(guideline: Guideline) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return for each finding of Table 3 the values by which it counts, with the codes of the rows.

    In the order of the table.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in guideline.rows:
        for code, value in _values(row):
            values = found.setdefault(code, {})
            values[value] = (*values.get(value, ()), row.code)
    return found


def _values(row: object) -> list[tuple[str, str]]:
    if isinstance(row, FindingRow):
        return [wanted(name) for name in (*row.relative, *row.absolute)]
    if isinstance(row, HeldFindingRow):
        return [wanted(name.replace(":stool", "")) for name in row.trips]
    return [(row.finding, row.value)] if isinstance(row, PersistentFindingRow) else []


class Run(NamedTuple):
    """The latest record of a finding that counts, and the first of its unbroken run of the same value."""

    first: Sign
    last: Sign


def run_of(chart: Chart, code: str) -> Run | None:
    """Return the latest run of a finding's records that count: of this cycle, where charted by exception.

    None: there are none.
    """
    if not is_stated(chart, code):
        return None
    row = chart.guideline.row.get(code)
    stale = row.stale if isinstance(row, PersistentFindingRow) else None
    cycle = chart.cycle

    def counts(sign: Sign) -> bool:
        return cycle.holds(sign.at) if stale is None else sign.first < sign.at + stale

    def add(run: Run | None, _: str, sign: Sign) -> Run | None:
        if not counts(sign):
            return run
        return Run(sign if run is None or run.last.value != sign.value else run.first, sign)

    return fold_stated(chart, PREFIX + code, (code,), _none, add)


def _none() -> Run | None:
    return None


def recharting(
    code: str,
    values: Mapping[str, tuple[str, ...]],
    chart: Chart,
    now: Instant,
    before: Memory,
    accepted: frozenset[str],
) -> Result:
    """Return whether a finding must be charted again.

    `technical`: it is unconfirmed, since 2 h after its run's first record; `advisory`: it counts, none of its
    rows or not all being `accepted`, and was last charted 16 h ago. Clear with flags: it is accepted.
    """
    run = run_of(chart, code)
    if run is None or run.last.value not in values:
        return Result(CLEAR)
    choices, last = chart.guideline.choices, run.last
    old = last.at + choices.finding_asked_again
    due = confirmed_from(code, run, chart)
    kind, evidence = list(values).index(last.value) + 1, (last.reference,)
    if due is not None and last.at < due <= now:
        return Result(TECHNICAL, at=due, latest=last.at, flags=kind, evidence=evidence)
    due = due if due is not None and last.at < due else None
    if accepted.issuperset(values[last.value]):
        return Result(CLEAR, latest=last.at, flags=kind, next=soonest(now, due))
    if now >= old:
        at = None if _was_accepted(before) else old
        return Result(ADVISORY, at=at, latest=last.at, flags=kind, evidence=evidence)
    return Result(CLEAR, latest=last.at, next=soonest(now, old, due))


def _was_accepted(before: Memory) -> bool:
    """Return whether a finding did not count until now: from now on it is asked for."""
    return before.state == CLEAR and before.flags != 0


def confirmed_from(code: str, run: Run, chart: Chart) -> int | None:
    """Return from when (ms) a record confirms the run; None where nothing needs to be confirmed."""
    if code not in chart.guideline.table4.confirmed:
        return None
    return run.first.at + chart.guideline.choices.finding_confirmed


def inputs_of(code: str) -> int:
    """Return the dirty flags of a finding's records."""
    return flags_of((code,)) | dirty_flags.ENCOUNTER
