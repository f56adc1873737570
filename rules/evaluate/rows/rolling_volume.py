"""Evaluate the urine of the last hours up to the latest collection (editions.md 3, Rolling urine)."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import AT, edits_of
from rules.chart.unreadable import newest_is_unreadable
from rules.chart.volumes import END, Collection, covered, volume
from rules.evaluate.limit_bands import band, limit_text, unread
from rules.evaluate.result import CLEAR, INDETERMINATE, TRIPPED, Memory, Result, aged, in_time
from rules.evaluate.row_type import RowType
from rules.evaluate.rows.hourly_rate import ages, known_in_time, stretch
from rules.guideline.declarations import RollingVolumeRow
from rules.wire.instants import Instant

REQUIRED, WEIGHT = ("urine",), ("weight",)
WINDOWS = "windows/"
FEW_ENDS = 8
"""Ends of collections that are looked back over while the latest known state is clear."""


class Window(msgspec.Struct, frozen=True):
    """The window that ends with a collection: its state (None: too little is known of it) and its value.

    `at_a_rate`: the rate of a collection that ends there is known; else it changes nothing in a tripped row.
    """

    end: int
    state: str | None
    value: float
    inside: tuple[Collection, ...]
    at_a_rate: bool


class Kept(msgspec.Struct):
    """The windows as they were looked back over, and what they rest on.

    `stamp`: the row, its scale, the edits of the volumes and how much went into the bladder; `count`: how
    many volumes; `by_end`: each window looked at, None where nothing that ends there counts.
    """

    stamp: tuple[RollingVolumeRow, float, int, int, int]
    count: int
    by_end: dict[int, Window | None]
    windows: list[Window]


def rolling_volume(row: RollingVolumeRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the window up to the latest collection's end; kept where too little is known."""
    scale = kg(chart) if row.per_kg else 1.0
    if scale is None:
        return Result(INDETERMINATE, unit=row.unit, missing=WEIGHT)
    found = decided(row, chart, scale)
    untold = Result(INDETERMINATE, unit=row.unit, missing=REQUIRED)
    result = untold if found is None else _result(row, chart, found, now)
    counts = in_time(lambda at, t: chart.mode.limit(at, t, *ages(row, chart)))
    return unread(result, "urine") if newest_is_unreadable(chart, "urine", counts) else result


def kg(chart: Chart) -> float | None:
    """Return the baseline weight, else the latest one; None: none is known."""
    found = chart.baseline_readings.get("weight")
    if found is None and chart.weights:
        found = chart.weights[-1].value
    return found


def windows(row: RollingVolumeRow, chart: Chart, scale: float) -> list[Window]:
    """Return the windows that end with the latest collections, the latest first.

    No more than tell since when the latest state holds, and of a clear one not far back. A record that became
    known when a window was stale is left out of it. Two rows of a pack ask for them at one decision.
    """
    urine = chart.volumes["urine"]
    mode, volumes, found = chart.memo.get(WINDOWS + row.code, (None, None, None))
    kept: Kept | None = found if mode is chart.mode and volumes is urine else None
    stamp = (
        row,
        scale,
        edits_of(urine),
        edits_of(chart.volumes["irrigation"]),
        len(chart.volumes["irrigation"]),
    )
    if kept is None or kept.stamp != stamp or -1 in stamp[2:4]:
        kept = Kept(stamp, 0, {}, [])
        chart.memo[WINDOWS + row.code] = (chart.mode, urine, kept)
    if kept.count != len(urine):
        _go_on(row, chart, scale, kept)
    return kept.windows


def _go_on(row: RollingVolumeRow, chart: Chart, scale: float, kept: Kept) -> None:
    """Look back over the windows again: those that end before the volumes that are new are as they were."""
    urine = chart.volumes["urine"]
    first = urine[kept.count].at
    before = {end: one for end, one in kept.by_end.items() if end < first}
    kept.by_end, kept.count = {}, len(urine)
    kept.windows = _windows(row, chart, scale, before, kept.by_end)


def _windows(
    row: RollingVolumeRow,
    chart: Chart,
    scale: float,
    before: dict[int, Window | None],
    by_end: dict[int, Window | None],
) -> list[Window]:
    """Return the windows, the latest first, and put those looked at into `by_end`; `before`: known ones."""
    found: list[Window] = []
    known: str | None = None
    for end, _ in groupby(reversed(chart.volumes["urine"]), key=AT):
        one = before[end] if end in before else _ended(row, chart, end, scale)
        by_end[end] = one
        if one is None:
            continue
        found.append(one)
        if not one.at_a_rate:
            continue
        state = one.state
        known = known or state
        # What rests on a low urine, such as the boluses since it began, looks back over all of it.
        if state not in (None, known) or (known == CLEAR and len(found) >= FEW_ENDS):
            break
    return _without_unrated(found)


def _without_unrated(found: list[Window]) -> list[Window]:
    """Return the windows, those of unknown rate after a tripped one telling nothing."""
    out: list[Window] = []
    before: str | None = None
    for one in reversed(found):
        silent = not one.at_a_rate and before in TRIPPED
        out.append(msgspec.structs.replace(one, state=None) if silent else one)
        before = out[-1].state or before
    return out[::-1]


def _ended(row: RollingVolumeRow, chart: Chart, end: int, scale: float) -> Window | None:
    """Return the window that ends with the collections of one end; None when none of them counts."""
    collections = known_in_time(row, chart, end)
    if not collections or collections[-1].end != end:
        return None
    return _window(row, chart, collections, end, scale)


def _window(
    row: RollingVolumeRow, chart: Chart, collections: list[Collection], end: int, scale: float
) -> Window:
    start = end - row.window
    first, last = bisect_right(collections, start, key=END), bisect_right(collections, end, key=END)
    inside = [one for one in collections[first:last] if one.reaches(start, end)]
    time, measured = covered(inside, start, end), volume(inside, start, end)
    at_a_rate = any(one.start < one.end for one in inside if one.end == end)
    least = round(measured / scale, 4)
    if time >= row.covers:
        value = round(_scaled(row, inside, start, end) / scale, 4)
        return Window(end, band(value, row.relative, row.absolute), value, tuple(inside), at_a_rate)
    if band(least, row.relative, row.absolute) == CLEAR or _recovered(row, chart, collections, scale):
        return Window(end, CLEAR, least, tuple(inside), at_a_rate)
    return Window(end, None, least, tuple(inside), at_a_rate)


def _scaled(row: RollingVolumeRow, inside: list[Collection], start: int, end: int) -> float:
    """Return the mL of the whole window; what was collected at an unknown rate counts as it is."""
    at_a_rate = [one for one in inside if one.start < one.end]
    rest = [one for one in inside if one.start >= one.end]
    spread = volume(at_a_rate, start, end) * row.window / covered(inside, start, end)
    return round(spread + volume(rest, start, end), 4)


def _recovered(row: RollingVolumeRow, chart: Chart, collections: list[Collection], scale: float) -> bool:
    """Return whether the latest stretch that covers enough clears by its rate."""
    if row.resume_rate is None:
        return False
    found = stretch(row, chart, collections, row.resume_covers)
    return found is not None and row.resume_rate.met(round(found.rate / scale, 4))


def decided(row: RollingVolumeRow, chart: Chart, scale: float) -> tuple[list[Window], int] | None:
    """Return the windows, and which one decides: the latest of which enough is known."""
    if not chart.collections:
        return None
    found = windows(row, chart, scale)
    i = next((i for i, one in enumerate(found) if one.state is not None), None)
    if i is None or (i and found[i].state not in TRIPPED):
        return None
    return found, i


def _result(row: RollingVolumeRow, chart: Chart, found: tuple[list[Window], int], now: Instant) -> Result:
    all_windows, i = found
    window = all_windows[i]
    state = window.state or CLEAR
    result = Result(
        state,
        at=since(all_windows[i:]),
        latest=all_windows[0].end,
        value=window.value,
        unit=row.unit,
        limit=limit_text(state, row.relative, row.absolute),
        evidence=tuple(one.reference for one in window.inside),
        stale=i > 0,
        missing=REQUIRED if i else (),
    )
    aged_at = chart.mode.limit(all_windows[0].end, now, *ages(row, chart))
    return aged(result, aged_at, now, REQUIRED) if not i or now < aged_at else result


def since(found: Sequence[Window]) -> int:
    """Return the end of the first window of the unbroken run in the state of the latest."""
    first = found[0]
    for one in found[1:]:
        if one.state is not None and one.state != found[0].state:
            break
        first = one if one.state is not None else first
    return first.end


ROW_TYPE = RowType[RollingVolumeRow](
    evaluate=rolling_volume,
    inputs=lambda row: dirty_flags.URINE | dirty_flags.MODE | dirty_flags.WEIGHT | dirty_flags.BASELINE,
)
