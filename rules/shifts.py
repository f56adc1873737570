"""Shifts: blocks of the day in the site's time zone; a shift is (start, end] (criteria.md section 1)."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.guideline.choices import Shifts

Shift = tuple[int, int]


@lru_cache(maxsize=512)
def _starts(day: int, zone: str, starts: tuple[str, ...]) -> tuple[int, ...]:
    """Shift starts in ms of the local day `day` (proleptic ordinal)."""
    date = datetime.fromordinal(day).date()
    local = (datetime.combine(date, time.fromisoformat(start), ZoneInfo(zone)) for start in starts)
    return tuple(round(moment.timestamp() * 1000) for moment in local)


@lru_cache(maxsize=4096)
def _shift_of_hour(hour: int, zone: str, starts: tuple[str, ...]) -> tuple[int, ...]:
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)).toordinal()
    return tuple(sorted({start for d in (day - 2, day - 1, day, day + 1, day + 2) if d > 0 for start in _starts(d, zone, starts)}))


def shift_of(t: int, shifts: Shifts) -> Shift:
    """The shift (start, end] that holds moment `t`: a total charted at 15:00 sharp belongs to the shift that ends then."""
    bounds = _shift_of_hour(t // 3_600_000, shifts.timezone, shifts.starts)
    start = max(bound for bound in bounds if bound < t)
    return start, min(bound for bound in bounds if bound > start)


def last_completed(t: int, shifts: Shifts) -> Shift:
    """The shift that ended last, at `t` itself included."""
    start, end = shift_of(t, shifts)
    return (start, end) if end == t else shift_of(start, shifts)


def running(t: int, shifts: Shifts) -> Shift:
    """The shift under way at `t`, which may start at `t` itself."""
    return shift_of(t + 1, shifts)
