"""Evaluate what narrows a criterion to its stop rule: confirmed, marginal saturation, oxygen on end.

Source: criteria.md section 4, stop rules.
"""

from bisect import bisect_left
from collections.abc import Iterator

from rules.chart.chart import Chart
from rules.chart.facts import Fact, Sign, arrived, place
from rules.chart.oxygen import THREE_LITRES
from rules.chart.stated import stated
from rules.evaluate.recharting import confirmed_from, run_of
from rules.evaluate.result import soonest
from rules.evaluate.rows.finding import wanted
from rules.evaluate.rows.oxygen import low_saturation, spo2_limit
from rules.evaluate.rows.upper_limit import is_above
from rules.guideline.declarations import AnyRow, FindingRow, OxygenRow, PersistentFindingRow, UpperLimitRow
from rules.guideline.dose_decisions import StopRule, Table4
from rules.guideline.implied import IMPLIED_BY
from rules.guideline.roles import OXYGEN
from rules.wire.instants import Instant


def due_after(table: Table4) -> int:
    """Return how long after a dose (ms) the next one is late by more than 24 h."""
    return table.dose_interval + table.longest_delay + table.charting_grace


def stopping_oxygen(chart: Chart, lasts: int, now: Instant) -> tuple[bool, Instant | None]:
    """Return whether 4 L/min or 40 % of oxygen does not keep the saturation, and when that may change.

    By a saturation that stays low on so much, or by a device that gives more for `lasts` on end.
    """
    since = chart.tail.now.oxygen.stops_since
    low = chart.tail.now.spo2.on_charted.on
    if low or since is None:
        return low, None
    return now >= since + lasts, soonest(now, since + lasts)


def marginal(chart: Chart, now: Instant) -> tuple[bool, Instant | None]:
    """Return whether the saturation is marginal, and when the latest one goes stale.

    Below the limit, or kept by 3 L/min, a mask or a device that assists.
    """
    row = chart.guideline.row[OXYGEN]
    assert isinstance(row, OxygenRow)
    if chart.tail.now.oxygen.flags & THREE_LITRES:
        return True, None
    limit = spo2_limit(chart, now)
    return low_saturation(chart, now, row), None if limit is None else soonest(now, limit)


def finding_of(row: AnyRow) -> str | None:
    """Return the finding that makes a row absolute; None where it is not one finding."""
    if isinstance(row, PersistentFindingRow):
        return row.finding
    return wanted(row.absolute[0])[0] if isinstance(row, FindingRow) and len(row.absolute) == 1 else None


def confirmed(chart: Chart, row: AnyRow) -> bool:
    """Return whether an absolute finding stops: one that must be confirmed was charted again, still so."""
    finding = finding_of(row)
    if finding is None or finding not in chart.guideline.table4.confirmed:
        return True
    run = run_of(chart, finding)
    due = None if run is None else confirmed_from(finding, run, chart)
    return run is not None and due is not None and run.last.at >= due


def reverses(chart: Chart, finding: str, sign: Sign) -> bool:
    """Return whether a record shows a finding that must be confirmed reversed within 2 h of its run."""
    if finding not in chart.guideline.table4.confirmed or sign.value not in ("normal", "absent"):
        return False
    signs, earliest = stated(chart, finding), sign.at - chart.guideline.choices.finding_confirmed
    start = end = bisect_left(signs, place(sign), key=place)
    while start > 0 and signs[start - 1].value != sign.value:
        start -= 1
        if signs[start].at < earliest:
            return False
    return start < end


def trippers(rule: StopRule, code: str, chart: Chart, after: int = 0) -> Iterator[Fact]:
    """Yield the records, over or not, that make the rule stand when they are found out late.

    Only those that arrived after another; 0: all.
    """
    row = chart.guideline.row[code]
    if isinstance(row, UpperLimitRow):
        for lab in rule.by:
            new = arrived(chart.labs.get(lab, ()), after)
            yield from (fact for fact in new if is_above(row, lab, fact))
    elif isinstance(row, FindingRow):
        for finding, value in map(wanted, row.absolute):
            for source in (finding, *IMPLIED_BY.get(finding, ())):
                new_signs = arrived(chart.findings.get(source, ()), after)
                word = value if source == finding else "present"
                yield from (sign for sign in new_signs if sign.value == word)
