"""Check the numbers of a guideline against one another, whoever sets them: relative before absolute, a range
wide enough."""

from collections.abc import Iterator
from itertools import chain, pairwise

import msgspec

from rules.guideline.declare import (
    CoveredShiftRow,
    ExcusedRateRow,
    HourlyRateRow,
    Limit,
    OxygenRow,
    PersistentFindingRow,
    Row,
    Sustained,
)
from rules.guideline.edition import Guideline
from rules.guideline.settings.values import minutes_of
from rules.wire.durations import duration_text
from rules.wire.instants import DAY, HOUR, MINUTE

LATE_AT_MOST = 8 * HOUR
"""The chart keeps the vitals of the last 8 h record by record: older ones cannot join a run."""
WARM_AT_MOST = 25 * HOUR
"""The chart keeps the highest temperatures of the last 25 h."""


class Conflict(msgspec.Struct, frozen=True):
    """Numbers that cannot stand together: for each key in it, what is wrong as seen from that key, with the
    remedy.
    """

    faults: tuple[tuple[str, str], ...]


Conflicts = Iterator[Conflict]


def conflicts(guideline: Guideline) -> Conflicts:
    """Everything in a guideline that cannot stand together."""
    return chain(
        _rows(guideline),
        _pressure(guideline),
        _monitoring(guideline),
        _advice(guideline),
        _plausible(guideline),
        _kept(guideline),
    )


def _upward(limit: Limit) -> bool:
    return limit.op in (">", ">=")


def _inclusive(limit: Limit) -> bool:
    return limit.op in ("<=", ">=")


def reached_first(first: Limit, second: Limit) -> bool:
    """Whether some value meets `first` and not yet `second`."""
    if first.value == second.value:
        return _inclusive(first) and not _inclusive(second)
    return (first.value < second.value) == _upward(first)


def apart(trip: Limit, clear: Limit) -> bool:
    """Whether no value meets both, so that clearing never trips again."""
    if trip.value == clear.value:
        return not (_inclusive(trip) and _inclusive(clear))
    return (clear.value < trip.value) == _upward(trip)


def _steps(table: str, first: tuple[str, Limit], second: tuple[str, Limit]) -> Conflicts:
    """Two limits of which the first must be reached first."""
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


def _rising(lower: tuple[str, float], upper: tuple[str, float], equal: bool = False) -> Conflicts:
    """Two numbers of which the first must be the smaller one (`equal`: or the same)."""
    (one, low), (other, high) = lower, upper
    if low > high or (low == high and not equal):
        than = "at most" if equal else "below"
        over = "at least" if equal else "above"
        yield Conflict(
            (
                (one, f"{_text(low)} is not {than} {other} ({_text(high)}); lower it, or raise the other"),
                (other, f"{_text(high)} is not {over} {one} ({_text(low)}); raise it, or lower the other"),
            )
        )


def _text(value: float) -> str:
    return duration_text(value) if isinstance(value, int) else f"{value}"


def _rows(guideline: Guideline) -> Conflicts:
    for row in guideline.rows:
        table = f"criteria.{row.code}"
        relative, absolute = getattr(row, "relative", None), getattr(row, "absolute", None)
        if isinstance(relative, Limit) and isinstance(absolute, Limit):
            yield from _steps(table, ("relative", relative), ("absolute", absolute))
        if isinstance(row, ExcusedRateRow):
            yield from _nested(table, row)
        if isinstance(row, OxygenRow):
            yield from _steps(
                table, ("relative-flow", row.relative_flow), ("absolute-flow", row.absolute_flow)
            )
            yield from _hysteresis(f"{table}.low", row.low)
        yield from _times(table, row, guideline)


def _nested(table: str, row: ExcusedRateRow) -> Conflicts:
    """Over 120 goes on as long as over 130 does."""
    yield from _hysteresis(f"{table}.relative", row.relative)
    yield from _hysteresis(f"{table}.absolute", row.absolute)
    yield from _steps(table, ("relative.trip", row.relative.trip), ("absolute.trip", row.absolute.trip))
    yield from _rising(
        (f"{table}.relative.clear", row.relative.clear.value),
        (f"{table}.absolute.clear", row.absolute.clear.value),
        equal=True,
    )


def _hysteresis(table: str, condition: Sustained) -> Conflicts:
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


def _times(table: str, row: Row, guideline: Guideline) -> Conflicts:
    if isinstance(row, PersistentFindingRow):
        yield from _rising((f"{table}.lasts", row.lasts), (f"{table}.stale", row.stale))
    if isinstance(row, HourlyRateRow):
        yield from _rising((f"{table}.covers", row.covers), (f"{table}.longest", row.longest), equal=True)
    if isinstance(row, CoveredShiftRow):
        yield from _gap(f"{table}.gap", row.gap, _shortest_shift(guideline))


def _gap(key: str, gap: int, shortest: int) -> Conflicts:
    if gap >= shortest:
        ours = (
            f"{_text(gap)} is not shorter than the shortest shift ({_text(shortest)}); lower it, or "
            "lengthen the shift"
        )
        theirs = (
            f"the shortest shift lasts {_text(shortest)}, no longer than {key} ({_text(gap)}); "
            "lengthen it, or lower the gap"
        )
        yield Conflict(((key, ours), ("shifts.starts", theirs)))


def _shortest_shift(guideline: Guideline) -> int:
    minutes = [minutes_of(start) for start in guideline.shifts.starts]
    return min(b - a for a, b in pairwise([*minutes, minutes[0] + DAY // MINUTE])) * MINUTE


def _pressure(guideline: Guideline) -> Conflicts:
    table = guideline.pressure
    yield from _rising(
        ("pressure.low-baseline", table.low_baseline), ("pressure.high-baseline", table.high_baseline)
    )
    # Without a baseline the highest target stands in as the strictest one.
    yield from _rising(
        ("pressure.target-low", table.target_low), ("pressure.target-normal", table.target_normal), equal=True
    )
    yield from _rising(
        ("pressure.target-normal", table.target_normal),
        ("pressure.target-high", table.target_high),
        equal=True,
    )
    yield from _rising(
        ("pressure.severe-below", table.severe_below), ("pressure.target-low", table.target_low)
    )
    yield from _rising(("pressure.peak-from", table.peak_from), ("pressure.peak-to", table.peak_to))
    range, ends = (
        guideline.plausible["systolic-bp"],
        (table.target_low - table.severe_below, table.target_high + table.clear_above),
    )
    if ends[0] < range.low:
        yield _unseen("severe-below", "target-low", "low", f"target-low - severe-below is {ends[0]}")
    if ends[1] > range.high:
        yield _unseen("clear-above", "target-high", "high", f"target-high + clear-above is {ends[1]}")


def _unseen(margin: str, target: str, side: str, said: str) -> Conflict:
    keys = (f"pressure.{margin}", f"pressure.{target}", f"plausible.systolic-bp.{side}")
    return Conflict(
        tuple(
            (
                key,
                (
                    f"{said}, beyond plausible.systolic-bp.{side}: such readings would be dropped; bring it "
                    "inside"
                ),
            )
            for key in keys
        )
    )


def _monitoring(guideline: Guideline) -> Conflicts:
    for seen in guideline.observations:
        table = f"monitoring.{seen.what}"
        yield from _rising((f"{table}.intensive", seen.intensive), (f"{table}.ward", seen.ward), equal=True)


def _advice(guideline: Guideline) -> Conflicts:
    for advice in guideline.advice:
        table = f"advice.{advice.code}"
        if advice.limit is not None and advice.second is not None:
            yield from _steps(table, ("limit", advice.limit), ("second", advice.second))
        if advice.volume is not None and advice.second_volume is not None:
            yield from _rising(
                (f"{table}.volume", advice.volume), (f"{table}.second-volume", advice.second_volume)
            )


def _plausible(guideline: Guideline) -> Conflicts:
    for code, range in guideline.plausible.items():
        low, high = f"plausible.{code}.low", f"plausible.{code}.high"
        yield from _rising((low, range.low), (high, range.high))
        if range.low >= range.high:
            continue
        for key, value in judged(guideline).get(code, ()):
            if not range.low <= value <= range.high:
                ours = (
                    f"{value} lies outside plausible.{code} ({range.low} to {range.high}), where "
                    "readings are dropped; bring it inside"
                )
                side, end = (low, range.low) if value < range.low else (high, range.high)
                yield Conflict(
                    (
                        (
                            side,
                            (
                                f"{end} leaves out {key} ({value}): such readings would be dropped; widen "
                                "the "
                                "range"
                            ),
                        ),
                        (key, ours),
                    )
                )


def judged(guideline: Guideline) -> dict[str, list[tuple[str, float]]]:
    """The limits each wire code is judged by, so that no plausible range hides a criterion's own limits."""
    found: dict[str, list[tuple[str, float]]] = {code: [] for code in guideline.plausible}
    for row in guideline.rows:
        code = str(getattr(row, "lab", getattr(row, "agent", "")))
        for field in ("relative", "absolute"):
            limit = getattr(row, field, None)
            if code in found and isinstance(limit, Limit):
                found[code].append((f"criteria.{row.code}.{field}", limit.value))
        _vitals_judged(row, found)
    for advice in guideline.advice:
        code = advice.lab or ("temperature" if advice.unit == "Cel" else "")
        for field, limit in (("limit", advice.limit), ("second", advice.second)):
            if code in found and limit is not None:
                found[code].append((f"advice.{advice.code}.{field}", limit.value))
    table = guideline.pressure
    found["systolic-bp"].extend(
        (f"pressure.target-{name}", getattr(table, f"target_{name}")) for name in ("low", "normal", "high")
    )
    for code in ("creatinine", "bilirubin"):
        found[code].append((f"eligibility.{code}", getattr(guideline.eligibility, code)))
    for code, value in guideline.advises["discharge-ready"].limits.items():
        if code != "weight":  # a factor, not a weight
            found[code].append((f"advice.discharge-ready.limits.{code}", value))
    return found


def _vitals_judged(row: Row, found: dict[str, list[tuple[str, float]]]) -> None:
    table = f"criteria.{row.code}"
    if isinstance(row, ExcusedRateRow):
        for name, condition in (("relative", row.relative), ("absolute", row.absolute)):
            found["heart-rate"] += [
                (f"{table}.{name}.trip", condition.trip.value),
                (f"{table}.{name}.clear", condition.clear.value),
            ]
        found["temperature"].append((f"{table}.fever", row.fever.value))
    if isinstance(row, OxygenRow):
        found["spo2"] += [
            (f"{table}.low.trip", row.low.trip.value),
            (f"{table}.low.clear", row.low.clear.value),
        ]
        for name in ("relative", "absolute"):
            found["o2-flow"].append((f"{table}.{name}-flow", getattr(row, f"{name}_flow").value))
        found["o2-flow"].append((f"{table}.at-flow", row.at_flow.value))
        found["fio2"].append((f"{table}.absolute-fio2", row.absolute_fio2.value))


def _kept(guideline: Guideline) -> Conflicts:
    """What the chart forgets cannot be asked for."""
    late, within = guideline.choices.late_readings, guideline.advises["septic-workup"].within
    if late > LATE_AT_MOST:
        yield Conflict(
            (
                (
                    "choices.late-readings",
                    f"{_text(late)} is more than the chart keeps; write at most {_text(LATE_AT_MOST)}",
                ),
            )
        )
    if within > WARM_AT_MOST:
        yield Conflict(
            (
                (
                    "advice.septic-workup.within",
                    f"{_text(within)} is more than the chart keeps; write at most {_text(WARM_AT_MOST)}",
                ),
            )
        )
