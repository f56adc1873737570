"""Divide volumes by time: urine collections, and shifts in the site's time zone; a shift is (start, end].

Source: criteria.md sections 1, 3.2 and 3.4.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from rules.chart.facts import AT, FactList, Volume, edits_of
from rules.guideline.site_choices import Shifts
from rules.wire.events import Reference
from rules.wire.instants import HOUR


class Collection(msgspec.Struct, frozen=True):
    """A volume, mL, collected between two moments.

    `start == end`: its rate is unknown, it covers no time and counts wholly at its end.
    """

    start: int
    end: int
    volume: float
    first: int
    reference: Reference

    @property
    def rate(self) -> float | None:
        """The rate in mL/h, taken as evenly spread; None when the start of the collection is unknown."""
        return None if self.start >= self.end else self.volume * HOUR / (self.end - self.start)

    def share(self, start: int, end: int) -> float:
        """Return the mL that fall into (start, end], taken as evenly spread."""
        if self.start == self.end:
            return self.volume if start < self.end <= end else 0.0
        if start <= self.start and self.end <= end:
            return self.volume
        inside = min(end, self.end) - max(start, self.start)
        return self.volume * inside / (self.end - self.start) if inside > 0 else 0.0

    def reaches(self, start: int, end: int) -> bool:
        """Return whether some of the collection falls into (start, end]."""
        if self.start == self.end:
            return start < self.end <= end
        return self.start < end and self.end > start


START, END, VOLUME = attrgetter("start"), attrgetter("end"), attrgetter("volume")


class Resolved(NamedTuple):
    """Volumes of urine, and the collections that they are, of the first `known` with so many `edits`.

    `edits` -1: something went into the bladder, and none can be gone on with. `collections` is never changed
    but by later ones.
    """

    volumes: list[Volume]
    collections: list[Collection]
    known: int = 0
    edits: int = 0


def gone_on(before: Resolved, volumes: list[Volume], longest: int, irrigation: list[Volume]) -> Resolved:
    """Return the collections of volumes; those before any change are taken over as they were resolved."""
    edits = -1 if irrigation else edits_of(volumes)
    known = _untouched(before, volumes) if -1 not in (edits, before.edits) else 0
    if not known:
        return Resolved(volumes, resolved(volumes, longest, irrigation), len(volumes), edits)
    first = known - 1
    while first and volumes[first].at == volumes[known - 1].at:
        first -= 1
    new = resolved(volumes[first:], longest)
    collections = before.collections if edits == before.edits else before.collections[:known]
    collections.extend(new[known - first :])
    return Resolved(volumes, collections, len(volumes), edits)


def _untouched(before: Resolved, volumes: list[Volume]) -> int:
    """Return how many of the volumes resolved before lie before every one that was edited since."""
    if volumes is not before.volumes or not isinstance(volumes, FactList):
        return 0
    at = volumes.edited_from(before.edits)
    return before.known if at is None else bisect_left(volumes, at, key=AT)


def resolved(volumes: Sequence[Volume], longest: int, irrigation: Sequence[Volume] = ()) -> list[Collection]:
    """Return the collections in order of their end, what went into the bladder taken off.

    Without a charted start: from the end of the latest one that ended strictly earlier, unless nothing ended
    less than `longest` before.
    """
    out: list[Collection] = []
    begins: list[int | None] = []
    earlier: int | None = None
    last: int | None = None
    for volume in volumes:
        if last is not None and volume.at > last:
            earlier = last
        last = volume.at
        start = volume.start
        if start is None:
            start = earlier if earlier is not None and volume.at - earlier < longest else volume.at
        out.append(Collection(start, volume.at, volume.volume, volume.first, volume.reference))
        begins.append(start if start < volume.at else earlier)
    return _without_irrigation(out, begins, irrigation) if irrigation else out


def _without_irrigation(
    collections: list[Collection], begins: list[int | None], irrigation: Sequence[Volume]
) -> list[Collection]:
    """Return the collections without what went into the bladder.

    It is taken off the collections in whose time it lies, the one that ends first, as far as each reaches.
    `begins`: from when on a collection takes it; None: always.
    """
    left = [one.volume for one in collections]
    for into in irrigation:
        rest = into.volume
        for i in range(bisect_left(collections, into.at, key=END), len(collections)):
            begin = begins[i]
            if begin is None or begin < into.at:
                taken = min(rest, left[i])
                left[i], rest = left[i] - taken, rest - taken
            if rest <= 0:
                break
    return [
        one if one.volume == volume else msgspec.structs.replace(one, volume=volume)
        for one, volume in zip(collections, left, strict=True)
    ]


def covered(collections: list[Collection], start: int, end: int) -> int:
    """Return the ms of (start, end] in which some collection ran."""
    time, until = 0, start
    for one in sorted(collections, key=START):
        a, b = max(one.start, until), min(one.end, end)
        if b > a:
            time += b - a
            until = b
    return time


def volume(collections: list[Collection], start: int, end: int) -> float:
    """Return the mL within (start, end]."""
    return sum(one.share(start, end) for one in collections)


def reaching(collections: list[Collection], start: int, end: int) -> list[Collection]:
    """Return the collections of which some falls into (start, end]; those passed in are in order of end."""
    after = bisect_right(collections, start, key=END)
    return [one for one in collections[after:] if one.reaches(start, end)]


Shift = tuple[int, int]
SHIFT = 8 * HOUR
"""Limits per shift are for one of this length."""


@lru_cache(maxsize=512)
def _starts(day: int, zone: str, starts: tuple[str, ...]) -> tuple[int, ...]:
    """Return the shift starts in ms of the local day `day` (proleptic ordinal)."""
    date = datetime.fromordinal(day).date()
    local = (datetime.combine(date, time.fromisoformat(start), ZoneInfo(zone)) for start in starts)
    return tuple(round(moment.timestamp() * 1000) for moment in local)


@lru_cache(maxsize=4096)
def _shift_of_hour(hour: int, zone: str, starts: tuple[str, ...]) -> tuple[int, ...]:
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).toordinal()
    return tuple(
        sorted(
            {
                start
                for d in (day - 2, day - 1, day, day + 1, day + 2)
                if d > 0
                for start in _starts(d, zone, starts)
            }
        )
    )


def shift_of(t: int, shifts: Shifts) -> Shift:
    """Return the shift (start, end] that contains moment `t`.

    A total charted at 15:00 sharp belongs to the shift that ends then.
    """
    bounds = _shift_of_hour(t // 3_600_000, shifts.timezone, shifts.starts)
    after = bisect_left(bounds, t)
    return bounds[after - 1], bounds[after]


def by_shift(collections: list[Collection], shifts: Shifts) -> dict[Shift, float]:
    """Return mL by shift in order, whole volumes at their end."""
    totals: dict[Shift, float] = {}
    for one in collections:
        shift = shift_of(one.end, shifts)
        totals[shift] = totals.get(shift, 0.0) + one.volume
    return dict(sorted(totals.items()))


def last_completed(t: int, shifts: Shifts) -> Shift:
    """Return the shift that ended last, at `t` itself included."""
    start, end = shift_of(t, shifts)
    return (start, end) if end == t else shift_of(start, shifts)


def running(t: int, shifts: Shifts) -> Shift:
    """Return the shift in progress at `t`, which may start at `t` itself."""
    return shift_of(t + 1, shifts)
