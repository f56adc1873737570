"""Evaluate the vital signs: when their readings go stale, and hypotension against the Table 2 target.

Source: criteria.md sections 3.1 and 5.
"""

from bisect import bisect_right

from rules.chart.chart import Chart
from rules.chart.facts import AT
from rules.chart.readings import Reading
from rules.chart.series import LOW, SEVERE, Systolic
from rules.evaluate.result import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, TRIPPED, Memory, Result
from rules.wire.instants import Instant

REQUIRED = ("systolic-bp",)
UNIT = "mm[Hg]"
MEAN = "Mean pressure"
SERIES = {
    "heart-rate": "hr",
    "systolic-bp": "sbp",
    "spo2": "spo2",
    "temperature": "temp",
    "respiratory-rate": "breathing",
}
"""The wire code of a signal -> its name in `rules.chart.vitals.Signals`."""


def stale_from(chart: Chart, reading: Reading, now: Instant) -> Instant:
    """Return when a reading goes stale, judged at `now`."""
    setting = chart.tail.setting
    return chart.mode.limit(reading.at, now, setting.stale_ward, setting.stale_intensive)


def latest_systolic(chart: Chart) -> Reading | None:
    """Return the latest systolic pressure, whatever its age; a mean pressure does not stand in."""
    last = chart.tail.now.sbp.last
    if last is None or last.mean is None:
        return last
    return next((one for one in reversed(chart.tail.readings.sbp) if one.mean is None), None)


def temperatures(chart: Chart, start: int) -> list[Reading]:
    """Return the temperatures from moment `start` on (inclusive), in order of `at`; of at most 3 days."""
    history = chart.tail.readings.temp
    return history[history.index(start) :]


def hypotension(chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the state of `blood_pressure`.

    When the data go stale a tripped state is kept, stale; without fresh data it is never clear.
    """
    sbp = chart.tail.now.sbp
    last = sbp.latest_counted
    if last is None:
        return _unseen(chart)
    limit = stale_from(chart, last, now)
    stale = now >= limit
    result = Result(latest=last.at, value=last.charted, unit=UNIT, stale=stale)
    result.next = None if stale else limit
    result.name = None if last.mean is None else MEAN
    result.flags = LOW * sbp.low.on | SEVERE * sbp.severe.on
    result.limit = limit_text(chart, last, sbp.severe.on)
    if sbp.severe.on or sbp.low.on:
        _tripped(sbp, result)
    elif stale:
        result.state, result.at, result.missing, result.evidence = (
            INDETERMINATE,
            limit,
            REQUIRED,
            (last.reference,),
        )
    else:
        was = sbp.low.changed is not None and before.state in TRIPPED
        result.state, result.at = CLEAR, sbp.low.changed
        result.evidence = sbp.low.evidence if was else (last.reference,)
    return result


def _unseen(chart: Chart) -> Result:
    """Return the result of no pressure that counts: never seen, or stale already when it became known."""
    charted_too_late = chart.tail.now.sbp.last is not None
    limit = chart.tail.setting.pressure.trip.text
    return Result(INDETERMINATE, unit=UNIT, missing=REQUIRED, limit=limit, stale=charted_too_late)


def _tripped(sbp: Systolic, result: Result) -> None:
    low, severe = sbp.low, sbp.severe
    result.state = ABSOLUTE if severe.on else RELATIVE
    later = severe.changed is not None and (low.changed is None or severe.changed > low.changed)
    decisive = severe if severe.on or later else low
    result.at, result.evidence = decisive.changed, decisive.evidence


def limit_text(chart: Chart, reading: Reading, severe: bool) -> str:
    """Return the limit that a reading is compared with: of a mean pressure its own."""
    setting = chart.tail.setting
    if reading.mean is not None:
        return f"<{setting.mean.severe if severe else setting.mean.at_target:g}"
    return setting.severe_pressure.text if severe else setting.pressure.trip.text


def phase(chart: Chart, t: int) -> str | None:
    """Return before-peak, peak (4 h to <6 h after the dose) or after-peak; None before the first dose."""
    given = bisect_right(chart.cycle_doses, t, key=AT)
    if not given:
        return None
    since = t - chart.cycle_doses[given - 1].at
    table = chart.guideline.pressure
    if since < table.peak_from:
        return "before-peak"
    return "peak" if since < table.peak_to else "after-peak"


def above_target(chart: Chart) -> bool | None:
    """Return whether the latest pressure is above target; None when there is none.

    Its age does not matter; a mean pressure that stands in for a systolic one counts.
    """
    last = chart.tail.now.sbp.last
    return None if last is None else last.value > chart.tail.setting.target
