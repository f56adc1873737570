"""Evaluate what a dose waits for: when it is due, the pressors, the readings before it (criteria.md 4)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from rules.chart.chart import Chart
from rules.chart.course import FOREVER, Span, cycles_in
from rules.chart.facts import AT
from rules.chart.pressor_loads import highest, load_in_force
from rules.guideline.declarations import PressorMinimumRow
from rules.guideline.roles import WEANED_LOAD
from rules.wire.instants import Instant

LATEST_SIGNAL = {"heart-rate": "hr", "systolic-bp": "sbp", "spo2": "spo2", "temperature": "temp"}


def due_at(chart: Chart) -> Instant | None:
    """Return when the next dose of the cycle is due; None before cycle-start."""
    if chart.cycle_doses:
        return chart.cycle_doses[-1].at + chart.guideline.table4.dose_interval
    return first_due(chart)


def first_due(chart: Chart) -> Instant | None:
    """Return when the first dose of the cycle is due: at cycle-start, or when planned later."""
    return None if chart.cycle.start is None else _first_due(chart, chart.cycle.start)


def _first_due(chart: Chart, start: Instant) -> Instant:
    planned = chart.dose_1_planned
    return start if planned is None else max(start, planned)


def due_spans(chart: Chart, since: int) -> list[Span]:
    """Return the half-open spans in which a dose was due and not given: from its instant to the dose.

    Those of earlier cycles too: what has gone stale is kept as it stood then. Those that had ended at moment
    `since` (ms) are left out.
    """
    cycle = chart.cycle
    if cycle.start is not None and cycle.start <= since:
        return _due_in(chart, cycle.start, FOREVER if cycle.end is None else cycle.end, since)
    cycles = cycles_in(chart.places, chart.doses, chart.guideline.choices.cycle_taken_over)
    ends = [*list(cycles)[1:], FOREVER]
    return [
        span
        for (start, one), end in zip(cycles.items(), ends, strict=False)
        for span in _due_in(chart, start, end if one.end is None else min(end, one.end), since)
    ]


def _due_in(chart: Chart, start: Instant, end: Instant, since: int) -> list[Span]:
    """Return the spans of one cycle, from its start to its therapy-end or the next one's start."""
    all_doses, every = chart.doses, chart.guideline.table4.dose_interval
    first, given = bisect_left(all_doses, start, key=AT), bisect_right(all_doses, since, key=AT)
    begins = all_doses[given - 1].at + every if given > first else _first_due(chart, start)
    doses = [dose.at for dose in all_doses[max(first, given) : bisect_right(all_doses, end, key=AT)]]
    dues = [begins, *(at + every for at in doses)]
    spans = [(due, min(over, end)) for due, over in zip(dues, [*doses, end], strict=True)]
    return [(due, over) for due, over in spans if max(due, since) < over]


def pressor_holds(chart: Chart, now: Instant) -> bool:
    """Return whether pressors hold a dose: the load of the last 30 min, or one that has no number."""
    row = chart.guideline.row[WEANED_LOAD]
    assert isinstance(row, PressorMinimumRow)
    if load_in_force(chart.loads, now) is None:
        return True
    found = highest(chart.loads, now - row.window, now)
    return found is not None and found.load > chart.guideline.table4.weaned


def latest_reading(chart: Chart, code: str) -> int | None:
    """Return the `at` of the latest reading of a signal; of the pressure a mean that stands in too."""
    last = getattr(chart.tail.now, LATEST_SIGNAL[code]).last
    return None if last is None else int(last.at)


def unknown_infusions(chart: Chart, now: Instant) -> Iterator[str]:
    """Yield the names of the infusions that nobody knows and that run, as far as is known."""
    lasts = chart.guideline.choices.not_understood_lasts
    for name, records in chart.not_understood.items():
        last = records[-1] if records else None
        if last is not None and last.rate and now < last.at + lasts:
            yield name
