"""Compare two numbers of a guideline, and describe for each key what is wrong with it."""

from collections.abc import Iterator

import msgspec

from rules.guideline.declarations import Limit, Sustained
from rules.wire.durations import duration_text


class Conflict(msgspec.Struct, frozen=True):
    """A conflict between numbers: for each key in it, what is wrong as seen from it, with the remedy."""

    faults: tuple[tuple[str, str], ...]


Conflicts = Iterator[Conflict]


def _upward(limit: Limit) -> bool:
    return limit.op in (">", ">=")


def _inclusive(limit: Limit) -> bool:
    return limit.op in ("<=", ">=")


def reached_first(first: Limit, second: Limit) -> bool:
    """Return whether some value meets `first` and not yet `second`."""
    if first.value == second.value:
        return _inclusive(first) and not _inclusive(second)
    return (first.value < second.value) == _upward(first)


def apart(trip: Limit, clear: Limit) -> bool:
    """Return whether no value meets both, so that clearing never trips again."""
    if trip.value == clear.value:
        return not (_inclusive(trip) and _inclusive(clear))
    return (clear.value < trip.value) == _upward(trip)


def in_turn(table: str, first: tuple[str, Limit], second: tuple[str, Limit]) -> Conflicts:
    """Check two limits of which the first must be reached first."""
    (one, low), (other, high) = first, second
    if not reached_first(low, high):
        remedy = f"{one} must be reached first"
        yield Conflict(
            (
                (f"{table}.{one}", f"{low.value} lies {_beyond(low, high)} {other} ({high.value}); {remedy}"),
                (
                    f"{table}.{other}",
                    f"{high.value} is reached {_before(low, high)} {one} ({low.value}); {remedy}",
                ),
            )
        )


def _beyond(low: Limit, high: Limit) -> str:
    return "at" if low.value == high.value else "beyond"


def _before(low: Limit, high: Limit) -> str:
    return "together with" if low.value == high.value else "before"


def rising(lower: tuple[str, float], upper: tuple[str, float], equal: bool = False) -> Conflicts:
    """Check two numbers of which the first must be the smaller one (`equal`: or the same)."""
    (one, low), (other, high) = lower, upper
    if low > high or (low == high and not equal):
        than = "at most" if equal else "below"
        over = "at least" if equal else "above"
        yield Conflict(
            (
                (
                    one,
                    f"{worded(low)} is not {than} {other} ({worded(high)}); lower it, or raise the other",
                ),
                (
                    other,
                    f"{worded(high)} is not {over} {one} ({worded(low)}); raise it, or lower the other",
                ),
            )
        )


def worded(value: float) -> str:
    """Write a number as the file does: an integer is a duration."""
    return duration_text(value) if isinstance(value, int) else f"{value}"


def hysteresis(table: str, condition: Sustained) -> Conflicts:
    """Check that what clears a condition lies on the safe side of what trips it."""
    trip, clear = condition.trip, condition.clear
    if not apart(trip, clear):
        side = "below" if _upward(trip) else "above"
        yield Conflict(
            (
                (
                    f"{table}.clear",
                    (
                        f"{clear.value} is not on the safe side of trip ({trip.value}); clear must lie "
                        f"{side} "
                        "trip"
                    ),
                ),
                (
                    f"{table}.trip",
                    (
                        f"{trip.value} would trip what clear ({clear.value}) calls safe; clear must lie "
                        f"{side} "
                        "trip"
                    ),
                ),
            )
        )
