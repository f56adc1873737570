"""Evaluate hypotension against the Table 2 target, and its phase of the dose interval.

Source: criteria.md section 5.
"""

from rules.chart.chart import Chart
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Memory, Result
from rules.wire.instants import Instant

REQUIRED = ("systolic-bp",)


def hypotension(chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the state of `blood_pressure`.

    When the data go stale a tripped state is kept, stale; without fresh data it is never clear.
    """
    sbp, setting = chart.tail.now.sbp, chart.tail.setting
    if sbp.latest_counted is None:
        return Result(INDETERMINATE, unit="mm[Hg]", missing=REQUIRED, limit=f"<={setting.target:g}")
    limit = chart.mode.limit(sbp.latest_counted.at, now, setting.stale_ward, setting.stale_intensive)
    stale = now >= limit
    low, severe = sbp.a, sbp.b
    result = Result(
        latest=sbp.latest_counted.at,
        value=sbp.latest_counted.sbp,
        unit="mm[Hg]",
        limit=f"<={setting.target:g}",
        stale=stale,
    )
    result.next = None if stale else limit
    result.flags = low.on + 2 * severe.on
    if severe.on:
        result.state, result.at, result.evidence, result.limit = (
            ABSOLUTE,
            severe.changed,
            severe.evidence,
            f"<={setting.severe:g}",
        )
    elif low.on:
        result.state, result.at, result.evidence = RELATIVE, low.changed, low.evidence
        if severe.changed is not None and low.changed is not None and severe.changed > low.changed:
            result.at, result.evidence = severe.changed, severe.evidence
    elif stale:
        result.state, result.at, result.missing, result.evidence = (
            INDETERMINATE,
            limit,
            REQUIRED,
            (sbp.latest_counted.reference,),
        )
    else:
        result.state, result.at = CLEAR, low.changed
        result.evidence = (
            low.evidence
            if low.changed and before.state in (RELATIVE, ABSOLUTE)
            else (sbp.latest_counted.reference,)
        )
    return result


def phase(chart: Chart, t: int) -> str | None:
    """Return before-peak, peak (4 h to <6 h after the dose) or after-peak; None before the first dose."""
    given = [dose.at for dose in chart.cycle_doses if dose.at <= t]
    if not given:
        return None
    since = t - given[-1]
    table = chart.guideline.pressure
    if since < table.peak_from:
        return "before-peak"
    return "peak" if since < table.peak_to else "after-peak"


def above_target(chart: Chart) -> bool | None:
    """Return whether the latest systolic pressure is above target; None when there is none.

    Its age does not matter.
    """
    last = chart.tail.now.sbp.last
    return None if last is None or last.sbp is None else last.sbp > chart.tail.setting.target
