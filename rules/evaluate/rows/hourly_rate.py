"""Evaluate urine per hour over the shortest stretch of collections (criteria.md 3.4, urine-hour)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import Protocol

import msgspec

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import AT, Volume, edits_of, latest_known
from rules.chart.unreadable import newest_is_unreadable
from rules.chart.volumes import END, START, VOLUME, Collection, reaching, resolved, volume
from rules.evaluate.limit_bands import band, limit_text, unread
from rules.evaluate.result import CLEAR, INDETERMINATE, RELATIVE, TRIPPED, Memory, Result, aged, in_time
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import HourlyRateRow
from rules.wire.instants import HOUR, Instant

REQUIRED = ("urine",)


class Stretch(msgspec.Struct, frozen=True):
    """The time from the start of a collection to the end of the latest one, and the rate in it, mL/h."""

    start: int
    end: int
    rate: float
    inside: list[Collection]


class Step(msgspec.Struct, frozen=True):
    """What the collections that end at one moment say.

    `hour`: the stretch that decides; None: none is known; `clear_over`: whether the longer one that clears is
    above the limit; `at_a_rate`: whether the rate of one of the collections is known.
    """

    end: int
    hour: Stretch | None
    clear_over: bool
    at_a_rate: bool

    def state(self, row: HourlyRateRow) -> str | None:
        """Return the state by the hour alone; None when its rate is unknown."""
        return None if self.hour is None else band(self.hour.rate, row.relative, row.absolute)

    def decides(self, row: HourlyRateRow) -> bool:
        """Return whether the state does not depend on the one before."""
        state = self.state(row)
        return state in TRIPPED or (state == CLEAR and self.clear_over)


def hourly_rate(row: HourlyRateRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for the average over the shortest stretch that covers 60 min.

    It starts with a collection and ends with the latest. It clears only on the like stretch of 120 min.
    """
    result = _usable(row, chart, now)
    counts = in_time(lambda at, t: chart.mode.limit(at, t, *ages(row, chart)))
    return unread(result, "urine") if newest_is_unreadable(chart, "urine", counts) else result


class Kept(msgspec.Struct):
    """The result up to the latest end of a collection, and what it rests on.

    `edits`: of the volumes, and how much went into the bladder; `count`: how many volumes; `end`: the latest;
    `before`: the result before that one, if it is `whole`: it was made too.
    """

    edits: tuple[int, ...]
    count: int
    end: int
    before: Result | None
    result: Result | None
    whole: bool


def _usable(row: HourlyRateRow, chart: Chart, now: Instant) -> Result:
    result = _by_collections(row, chart)
    if result is None:
        return Result(INDETERMINATE, unit=row.unit, missing=REQUIRED)
    assert result.latest is not None
    return aged(result, chart.mode.limit(result.latest, now, *ages(row, chart)), now, REQUIRED)


def _by_collections(row: HourlyRateRow, chart: Chart) -> Result | None:
    """Return the result by all collections; it goes on from the one before where only later ones are new."""
    urine, into = chart.volumes["urine"], chart.volumes["irrigation"]
    edits = (edits_of(urine), edits_of(into), len(into))
    mode, volumes, found = chart.memo.get(row.code, (None, None, None))
    kept: Kept | None = found if mode is chart.mode and volumes is urine and -1 not in edits else None
    if kept is None or kept.edits != edits or not _go_on(row, chart, kept):
        kept = _anew(row, chart, edits)
        chart.memo[row.code] = (chart.mode, urine, kept)
    return _copy(kept.result)


def _go_on(row: HourlyRateRow, chart: Chart, kept: Kept) -> bool:
    """Add the volumes that are new; return False when that needs a result that was not made."""
    urine = chart.volumes["urine"]
    for end, _ in groupby(urine[kept.count :], key=AT):
        if end == kept.end and not kept.whole:
            return False
        if end != kept.end:
            kept.before, kept.whole, kept.end = kept.result, True, end
        step = _step(row, chart, end)
        kept.result = kept.before if step is None else _after(row, step, _copy(kept.before))
    kept.count = len(urine)
    return True


def _anew(row: HourlyRateRow, chart: Chart, edits: tuple[int, ...]) -> Kept:
    """Return the result by no more steps than it takes to one that does not depend on what was before it."""
    urine, steps = chart.volumes["urine"], _steps(row, chart)
    end = urine[-1].at if urine else 0
    latest = steps[0] if steps and steps[0].end == end else None
    before: Result | None = None
    for step in reversed(steps if latest is None else steps[1:]):
        before = _after(row, step, before)
    result = before if latest is None else _after(row, latest, _copy(before))
    whole = latest is None or not latest.decides(row)
    return Kept(edits, len(urine), end, before, result, whole)


def _copy(result: Result | None) -> Result | None:
    return None if result is None else msgspec.structs.replace(result)


class Collected(Protocol):
    """A row on urine: by which item of Table 1 it goes stale, and after how many of its intervals."""

    @property
    def monitored_by(self) -> str: ...

    @property
    def stale_factor(self) -> float: ...

    @property
    def longest(self) -> int: ...


def ages(row: Collected, chart: Chart) -> tuple[int, int]:
    """Return after how long a stretch is stale, on the ward and in intensive mode."""
    seen = chart.guideline.observes[row.monitored_by]
    return int(seen.ward * row.stale_factor), int(seen.intensive * row.stale_factor)


def _steps(row: HourlyRateRow, chart: Chart) -> list[Step]:
    """Return the steps from the latest back to one that does not depend on what was before it."""
    out: list[Step] = []
    for end, _ in groupby(reversed(chart.volumes["urine"]), key=AT):
        step = _step(row, chart, end)
        if step is not None:
            out.append(step)
            if step.decides(row):
                break
    return out


def _step(row: HourlyRateRow, chart: Chart, end: int) -> Step | None:
    """Return what the collections that end at `end` say; None when none of them counts."""
    collections = known_in_time(row, chart, end)
    if not collections or collections[-1].end != end:
        return None
    hour = stretch(row, chart, collections, row.covers)
    at_a_rate = any(one.start < one.end for one in collections[bisect_left(collections, end, key=END) :])
    if hour is None or row.relative.met(hour.rate):
        return Step(end, hour, False, at_a_rate)
    longer = stretch(row, chart, collections, row.clears_over)
    return Step(end, hour, longer is not None and not row.relative.met(longer.rate), at_a_rate)


def known_in_time(row: Collected, chart: Chart, end: int) -> list[Collection]:
    """Return the collections up to `end` that count for the stretch that ends there.

    A record that became known when that stretch was stale is left out of it.
    """
    soon = end + min(ages(row, chart))
    urine, irrigation = chart.volumes["urine"], chart.volumes["irrigation"]
    if max(latest_known(urine), latest_known(irrigation)) >= soon:
        near, into = _near(row, urine, end), _near(row, irrigation, end)
        late = _late(row, chart, end)
        if any(one.first >= soon and late(one) for one in (*near, *into)):
            near, into = ([one for one in volumes if not late(one)] for volumes in (near, into))
            return resolved(near, row.longest, into)
    collections = chart.collections
    first = bisect_right(collections, end - row.longest, key=END)
    return collections[first : bisect_right(collections, end, key=END)]


def _late(row: Collected, chart: Chart, end: int) -> Callable[[Volume], bool]:
    """Return what tells whether a volume became known when the stretch that ends at `end` was stale."""
    aged_at = ages(row, chart)
    return lambda one: one.first >= chart.mode.limit(end, one.first, *aged_at)


def _near(row: Collected, volumes: Sequence[Volume], end: int) -> Sequence[Volume]:
    """Return the volumes that a stretch which ends at `end` can have, and what they begin with."""
    first = bisect_right(volumes, end - 2 * row.longest, key=AT)
    return volumes[first : bisect_right(volumes, end, key=AT)]


def stretch(row: Collected, chart: Chart, collections: list[Collection], covers: int) -> Stretch | None:
    """Return the shortest stretch that covers enough; None when none of less than 24 h does.

    A hole longer than the interval of Table 1 ends it.
    """
    unbroken = _unbroken(collections, covers)
    if unbroken:
        return _of_unbroken(row, unbroken, covers)
    end = collections[-1].end
    for start, time in _covered_from(_joined(row, chart, collections, covers), end):
        if end - start >= row.longest:
            return None
        if time >= covers:
            return _stretch(start, end, time, reaching(collections, start, end))
    return None


def _unbroken(collections: list[Collection], covers: int) -> list[Collection]:
    """Return the latest collections that cover enough, or all; each begins as the one before it ends.

    Empty where there is a hole, or two at a time. A meter that charts each second gives thousands an hour.
    """
    end = edge = collections[-1].end
    for i in range(len(collections) - 1, -1, -1):
        one = collections[i]
        if end - edge >= covers:
            return collections[i + 1 :] if one.end <= edge else []
        if one.end != edge or (one.start >= edge and i):
            return []
        if one.start >= edge:
            return collections[1:]
        edge = one.start
    return collections


def _of_unbroken(row: Collected, inside: list[Collection], covers: int) -> Stretch | None:
    start, end = inside[0].start, inside[-1].end
    time = end - start
    if time < covers or time >= row.longest:
        return None
    return Stretch(start, end, round(sum(map(VOLUME, inside)) * HOUR / time, 4), inside)


def _stretch(start: int, end: int, time: int, inside: list[Collection]) -> Stretch:
    return Stretch(start, end, round(volume(inside, start, end) * HOUR / time, 4), inside)


def _covered_from(joined: list[Collection], end: int) -> Iterator[tuple[int, int]]:
    """Yield each start, the latest first, with the ms from there to the end in which some collection ran."""
    joined.sort(key=START)
    ends = list(accumulate((one.end for one in joined), max))
    time, until = 0, end
    for i in range(len(joined) - 1, -1, -1):
        start = joined[i].start
        if start < until:
            time += min(until, ends[i]) - start
            until = start
        if not i or joined[i - 1].start < start:
            yield start, time


def _joined(row: Collected, chart: Chart, collections: list[Collection], covers: int) -> list[Collection]:
    """Return the collections of known rate, from the latest back to a hole that ends the stretch.

    No more of them than a stretch that covers enough can have.
    """
    seen = chart.guideline.observes[row.monitored_by]
    end = edge = collections[-1].end
    covers_all, out = 0, []
    for one in reversed(collections):
        if end - one.end >= row.longest or (covers_all >= covers and one.end <= edge):
            break
        if one.start < one.end:
            if edge - one.end > chart.mode.interval(one.end, seen.ward, seen.intensive):
                break
            out.append(one)
            covers_all += max(0, min(edge, one.end) - one.start)
            edge = min(edge, one.start)
    return out


def _after(row: HourlyRateRow, step: Step, before: Result | None) -> Result:
    tripped = before is not None and before.state in TRIPPED
    state = step.state(row)
    if step.hour is None or state is None:
        if before is not None and tripped:
            before.stale = before.stale or step.at_a_rate
            return before
        return Result(INDETERMINATE, at=step.end, latest=step.end, unit=row.unit, missing=REQUIRED)
    if state == CLEAR and tripped and not step.clear_over:
        state = RELATIVE
    return Result(
        state,
        at=step.end,
        latest=step.end,
        value=step.hour.rate,
        unit=row.unit,
        limit=limit_text(state, row.relative, row.absolute),
        evidence=tuple(one.reference for one in step.hour.inside),
    )


ROW_TYPE = RowType[HourlyRateRow](
    evaluate=hourly_rate, inputs=lambda row: dirty_flags.URINE | dirty_flags.MODE
)
