"""Evaluate `pre-dose-assessment`: what a pack wants seen before each dose (editions.md 3)."""

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.evaluate.dosing import due_at
from rules.evaluate.monitoring import last_seen
from rules.evaluate.result import ADVISORY, CLEAR, Memory, Result, soonest
from rules.guideline.packs.declarations import PreDose
from rules.wire.instants import Instant

NAME, SYSTOLIC = "pre-dose-assessment", "systolic-bp"
INPUTS = dirty_flags.SYSTOLIC | dirty_flags.URINE | dirty_flags.DOSES | dirty_flags.ENCOUNTER


def lacking(wanted: PreDose, chart: Chart, due: int) -> tuple[str, ...]:
    """Return what was not seen soon enough before a dose that is due; a mean stands in for no systolic."""
    since = due - wanted.within
    return tuple(code for code in wanted.seen if not _seen(chart, code, since))


def _seen(chart: Chart, code: str, since: int) -> bool:
    at = chart.tail.now.sbp.systolic_at if code == SYSTOLIC else last_seen(chart, code)
    return at is not None and at >= since


def pre_dose_assessment(wanted: PreDose, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return whether the assessment before the next dose is to be made: from shortly before it is due."""
    due, end = due_at(chart), chart.cycle.end
    if due is None or (end is not None and now >= end):
        return Result(CLEAR, at=end if end is not None and now >= end else None)
    asked = due - wanted.asked
    missing = lacking(wanted, chart, due)
    if now < asked or not missing:
        return Result(CLEAR, next=soonest(now, asked, end))
    return Result(ADVISORY, at=asked, missing=missing, next=soonest(now, end))
