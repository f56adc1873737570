"""Read the limits that are drawn across a panel, and the least span of its axis, from the guideline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from rules.guideline import Guideline
from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import HeldReadingRow, LabRow, Limit, Row
from rules.guideline.roles import FAST_RATE, OXYGEN


class Line(NamedTuple):
    """A limit in the panel's unit, the level it opens, and its number as written."""

    value: float
    level: str
    text: str


def line(value: float, level: str) -> Line:
    """Return a limit whose text is its number."""
    return Line(value, level, f"{value:g}")


def limits(guideline: Guideline, code: str) -> list[Line]:
    """Return the relative and absolute limits of a row; none where the pack that decides has no such row."""
    if code not in guideline.own_codes:
        return []
    row: Any = guideline.row[code]
    found = ((getattr(row, level), level) for level in ("relative", "absolute"))
    return [line(getattr(band, "trip", band).value, level) for band, level in found if band is not None]


def lab_limits(guideline: Guideline, lab: str) -> list[Line]:
    """Return the limits of the row that judges a lab; none where no row does."""
    rows = (row for row in guideline.rows if isinstance(row, LabRow) and row.lab == lab)
    return [one for row in rows for one in limits(guideline, row.code)]


def thresholds(guideline: Guideline, unit: str) -> tuple[float, ...]:
    """Return the limits across which no number of a unit is rounded on a screen.

    The levels of a row or an advice are in its unit, if it has one; its other limits may be in any.
    """
    if (guideline.sha256, unit) not in KNOWN:
        every = (*guideline.rows, *guideline.advice)
        judged = [one if one.unit in (unit, None, "") else others(one) for one in every]
        found = {limit.value for limit in limits_in(judged)}
        KNOWN[guideline.sha256, unit] = tuple(sorted(found))
    return KNOWN[guideline.sha256, unit]


KNOWN: dict[tuple[str, str], tuple[float, ...]] = {}
"""The limits by the guideline's hash and the unit: a guideline itself cannot be a key."""


LEVELS = {"relative", "absolute", "limit", "second"}


def others(judge: Row | Advice) -> list[Any]:
    """Return what a row or an advice has beside the limits of its levels."""
    return [getattr(judge, name) for name in judge.__struct_fields__ if name not in LEVELS]


def limits_in(part: Any) -> Iterator[Limit]:
    """Yield the limits in a part of the guideline, however deep."""
    if isinstance(part, Limit):
        yield part
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from limits_in(getattr(part, name))
    elif isinstance(part, Iterable) and not isinstance(part, str | bytes):
        for one in part:
            yield from limits_in(one)


def advised(guideline: Guideline, code: str) -> list[Line]:
    """Return the limits at which an advice opens; none where a pack has a row in its place."""
    advice = guideline.advises.get(code)
    if advice is None:
        return []
    return [line(limit.value, "advisory") for limit in (advice.limit, advice.second) if limit is not None]


def held(guideline: Guideline, signal: str) -> list[Line]:
    """Return the limits of the rows that hold a dose by a signal; a patient's own target is none of them."""
    rows = (row for row in guideline.rows if isinstance(row, HeldReadingRow) and row.signal == signal)
    return [line(row.trip.value, "absolute") for row in rows if row.trip is not None]


def fever(guideline: Guideline) -> list[Line]:
    """Return the temperature from which a fast heart rate is excused."""
    if FAST_RATE not in guideline.own_codes:
        return []
    row: Any = guideline.row[FAST_RATE]
    return [line(row.fever.value, "advisory")]


def saturation(guideline: Guideline) -> list[Line]:
    """Return the saturation to keep."""
    if OXYGEN not in guideline.own_codes:
        return held(guideline, "spo2")
    row: Any = guideline.row[OXYGEN]
    return [line(row.low.trip.value, "absolute")]


def saturations(guideline: Guideline) -> tuple[float, float]:
    """Return the least span of the axis: every limit of the saturation is within."""
    lowest = min((one.value - 1 for one in saturation(guideline)), default=SATURATION[0])
    return min(lowest, SATURATION[0]), SATURATION[1]


def oxygen_flow(guideline: Guideline) -> list[Line]:
    """Return the flows of oxygen that trip `oxygen-requirement`."""
    if OXYGEN not in guideline.own_codes:
        return []
    row: Any = guideline.row[OXYGEN]
    return [
        Line(row.relative_flow.value, "relative", row.relative_flow.text),
        Line(row.absolute_flow.value, "absolute", row.absolute_flow.text),
    ]


class Pressure(NamedTuple):
    """Limits of systolic pressure, mm[Hg]: the target to stay above, and where hypotension is severe."""

    target: float
    severe: float

    @property
    def bands(self) -> list[tuple[float, float, str]]:
        """The bands of hypotension: from, to, level."""
        return [(self.severe, self.target, "relative"), (0, self.severe, "absolute")]


def pressure(guideline: Guideline, target: float) -> Pressure:
    """Return the limits for a patient's target (Table 2)."""
    return Pressure(target, guideline.pressure.severe(target))


SATURATION: tuple[float, float] = (91, 100)
PHENYLEPHRINE: tuple[float, float] = (0, 1.8)
OXYGEN_FLOW: tuple[float, float] = (0, 6)
"""The least span of an axis, in the panel's unit."""
