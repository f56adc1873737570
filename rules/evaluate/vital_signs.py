"""Tell when readings of the vital signs go stale, and which there were.

Source: criteria.md section 3.1.
"""

from rules.chart.chart import Chart
from rules.chart.readings import Reading
from rules.wire.instants import Instant

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
