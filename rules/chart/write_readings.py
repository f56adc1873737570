"""Write readings to the chart: vital signs, weights, results; and what their records withdraw."""

from typing import Any

from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.chart import FADED, FADED_KEPT, Chart
from rules.chart.corrected_codes import COLUMN, WHOLE, precedence
from rules.chart.facts import Fact, Ghost, Lab, Weight, insert, listed, of_record
from rules.chart.identity import keep_digest
from rules.chart.oxygen import UNREAD, VitalsRow
from rules.chart.record_outcome import Heading, Recorded, artefact, plausible, set_aside, withdraw_codes
from rules.wire import vocabulary


def vitals(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write a set of vital signs: one row, and the weight by itself. Return the dirty flags."""
    row = VitalsRow(*heading)
    dirty = 0
    unusable = event.unusable
    ranges = chart.guideline.plausible
    empty = True
    for code, value in event.readings:
        within = ranges.get(code)
        if within is not None and not within.low <= value <= within.high:
            outcome.implausible = (*outcome.implausible, code)
            unusable = (*unusable, artefact(code, value, vocabulary.VITALS[code]))
        elif code in COLUMN:
            setattr(row, COLUMN[code], value)
            empty = False
        elif code == "weight":
            weight = Weight(*heading, value)
            insert(chart.raw_weights, weight)
            chart.seen[event.id] = weight
            dirty = dirty_flags.WEIGHT
    for each in unusable:
        row.unread |= UNREAD.get(each.code, 0)
    if not empty or row.unread:
        chart.seen[event.id] = row
        dirty |= chart.tail.add(row)
    if unusable or event.withdrawn:
        dirty |= set_aside(chart, heading, unusable) | withdraw_codes(chart, heading, event.withdrawn)
    if chart.tail.pruned:
        _drop_pruned(chart)
    return dirty


def _drop_pruned(chart: Chart) -> None:
    rows = chart.tail.rows_of({row.id for row in chart.tail.pruned})
    kept = {row.id: row for row in sorted(rows, key=precedence)}
    faded = chart.faded
    for row in chart.tail.pruned:
        moments = chart.moved.get(row.id, (row.at,))
        other = kept.get(row.id) or next(of_record(chart.raw_weights, row.id, moments), None)
        digest = row.digest or chart.digests.pop(row.id, 0)
        if other is None:
            chart.seen[row.id] = faded[row.id] = _faded(row, digest, faded.get(row.id))
        else:
            chart.seen[row.id] = other
            keep_digest(chart, row.id, digest)
    chart.tail.pruned.clear()
    chart.unsaved |= FADED
    while len(faded) > FADED_KEPT:
        oldest = next(iter(faded))
        del faded[oldest], chart.seen[oldest]
        chart.moved.pop(oldest, None)


def _faded(row: VitalsRow, digest: int, other: Fact | None) -> Ghost:
    """Return what is kept of an id of which a row leaves the tail; `other`: what is kept of another row."""
    ghost = Ghost(row.at, row.tie, row.n, row.id, row.first, row.rank, row.offset, digest)
    if not isinstance(other, Ghost):
        return ghost
    outranking = max(ghost, other, key=precedence)
    return replace(outranking, digest=digest or other.digest)


def labs(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write a set of results, each by its code. Return the dirty flags."""
    unusable = list(event.unusable)
    dirty, charted = 0, dict(event.charted)
    for code, value, low, high, unit, comparator in event.readings:
        if not plausible(chart, code, value, outcome):
            unusable.append(artefact(code, value, unit))
        else:
            lab = Lab(*heading, value, low, high, unit, comparator, charted.get(code))
            insert(listed(chart.labs, code), lab)
            chart.seen[event.id] = lab
            dirty |= dirty_flags.BIT[code]
    return dirty | set_aside(chart, heading, unusable) | withdraw_codes(chart, heading, event.withdrawn)


def withdrawal(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write that a record was entered in error. Return the dirty flags."""
    return withdraw_codes(chart, heading, (WHOLE,))
