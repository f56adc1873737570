"""Evaluate labs by the upper reference limit that came with each value.

Source: criteria.md section 3, cardiac-enzymes.
"""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import Lab, place
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, Memory, Result
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import UpperLimitRow
from rules.wire.instants import Instant


def upper_limit(row: UpperLimitRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the latest reading of each lab against its upper reference limit, or the site's.

    Never measured: clear; never stale.
    """
    found: list[tuple[str, Lab]] = [(code, lab) for code in row.labs for lab in chart.labs.get(code, ())]
    found.sort(key=lambda pair: place(pair[1]))
    now_known: dict[str, Lab] = {}
    result = Result()
    for code, lab in found:
        now_known[code] = lab
        state = _enzymes(row, now_known)
        if state != result.state or result.at is None:
            result.state, result.at = state, lab.at
        result.latest = lab.at
    return _with_evidence(row, now_known, result)


def upper(row: UpperLimitRow, code: str, lab: Lab) -> float | None:
    """Return a reading's own upper limit; else the site's.

    The site's is in the canonical unit, so it is not for readings in another (CK-MB may come in U/L).
    """
    return lab.high if lab.high is not None else row.limits.get(code) if lab.unit == "ng/mL" else None


def _above(row: UpperLimitRow, code: str, lab: Lab) -> bool | None:
    high = upper(row, code, lab)
    return None if high is None else lab.value > high


def _enzymes(row: UpperLimitRow, known: dict[str, Lab]) -> str:
    answers = [_above(row, code, lab) for code, lab in known.items()]
    return ABSOLUTE if True in answers else INDETERMINATE if None in answers else CLEAR


def _with_evidence(row: UpperLimitRow, known: dict[str, Lab], result: Result) -> Result:
    above = [code for code in row.labs if code in known and _above(row, code, known[code])]
    result.flags = sum(1 << i for i, code in enumerate(row.labs) if code in above)
    if result.state == INDETERMINATE:
        result.missing = tuple(
            f"{code}.high" for code in row.labs if code in known and upper(row, code, known[code]) is None
        )
    chosen = above or sorted(known, key=lambda code: place(known[code]), reverse=True)[:1]
    for code in chosen[:1]:
        high = upper(row, code, known[code])
        result.value, result.unit = known[code].value, known[code].unit
        result.limit = None if high is None else f">{high:g}"
    result.evidence = tuple(known[code].reference for code in chosen)
    return result


ROW_TYPE = RowType[UpperLimitRow](evaluate=upper_limit, inputs=lambda row: dirty_flags.bits(row.labs))
