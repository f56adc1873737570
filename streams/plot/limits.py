"""The numbers that are drawn as lines, read from the guideline in force: a site's overrides move the picture too."""

from __future__ import annotations

from typing import Any, NamedTuple

from rules.guideline import Guideline


class Line(NamedTuple):
    """A limit in the panel's unit, and the level that it opens."""

    value: float
    level: str


def limits(guideline: Guideline, code: str) -> list[Line]:
    """The relative and absolute ends of a row's bands (Table 3)."""
    row: Any = guideline.row[code]
    found = ((getattr(row, level), level) for level in ("relative", "absolute"))
    return [Line(getattr(band, "trip", band).value, level) for band, level in found if band is not None]


def advised(guideline: Guideline, code: str) -> list[Line]:
    """The limits from which an advice opens."""
    advice = guideline.advises[code]
    return [Line(limit.value, "advisory") for limit in (advice.limit, advice.second) if limit is not None]


def target(guideline: Guideline, baseline: float | None) -> float:
    """The systolic pressure to stay above (Table 2); the strictest when there is no baseline."""
    table = guideline.pressure
    if baseline is None or baseline > table.high_baseline:
        return table.target_high
    return table.target_low if baseline < table.low_baseline else table.target_normal


def peaks(guideline: Guideline, doses: list[tuple[int, bool]]) -> list[tuple[int, int]]:
    """The windows in which each given dose presses the pressure most, 4 to 6 h after it."""
    table = guideline.pressure
    return [(at + table.peak_from, at + table.peak_to) for at, given in doses if given]
