"""Sum up one patient's shift in figures (criteria.md sections 1, 3 and 7.1): a shift is (start, end]."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import msgspec

from rules.chart.chart import Chart
from rules.chart.facts import Lab, references
from rules.chart.in_force import Charted, Reading
from rules.chart.pressor_loads import Load, highest, load_at
from rules.chart.volumes import END, Shift, reaching, volume
from rules.evaluate.rows.baseline_gain import gain
from rules.evaluate.rows.hourly_rate import Stretch, stretch
from rules.guideline.declarations import AnyRow, BaselineGainRow, HourlyRateRow, LabRow
from rules.guideline.edition import Guideline
from rules.guideline.roles import URINE_RATE
from rules.wire.events import Reference
from rules.wire.instants import DAY, text
from rules.wire.vocabulary import ABOVE_MAINTENANCE

LOAD_UNIT = "ug/kg/min"
LOWEST_AND_HIGHEST = {"systolic-bp": "mm[Hg]", "heart-rate": "/min", "spo2": "%", "o2-flow": "L/min"}
"""The signs of which a shift has the lowest and the highest, with their units."""


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number of a shift, in its canonical unit.

    `at`: RFC 3339, when it was so, or when what it sums up ended; `evidence`: the ids of the facts it is made
    of; `before`: of a result, the one before it; `comparator`: of a result that came with one (`<`);
    `charted`: in words, what was charted in another unit.
    """

    code: str
    value: float | str
    unit: str
    at: str
    evidence: tuple[str, ...]
    before: float | None = None
    comparator: str | None = None
    charted: str | None = None


def shift_figures(charted: Charted, shift: Shift) -> dict[str, Figure]:
    """Return the figures of a shift by code; what was not charted has none."""
    parts = (
        _signs(charted, shift),
        _urine(charted.chart, shift),
        _intake(charted.chart, shift),
        _weight(charted.chart, shift),
        _pressors(charted.chart, shift),
        _labs(charted.chart, shift),
    )
    return {one.code: one for part in parts for one in part}


def _signs(charted: Charted, shift: Shift) -> Iterator[Figure]:
    """Yield the lowest and the highest of each sign, of equal ones the first; and the device at the end."""
    for code, unit in LOWEST_AND_HIGHEST.items():
        found = charted.numbers(code, *shift)
        if found:
            low = min(found, key=lambda one: one[0])
            high = max(found, key=lambda one: one[0])
            yield _sign(f"{code}-lowest", unit, *low)
            yield _sign(f"{code}-highest", unit, *high)
    devices = [one for one in charted.readings.get("o2-device", ()) if one.at <= shift[1]]
    if devices:
        last = devices[-1]
        yield Figure("o2-device", last.value, "", text(last.at), (last.id,))


def _sign(code: str, unit: str, value: float, reading: Reading) -> Figure:
    return Figure(code, value, unit, text(reading.at), (reading.id,))


def _urine(chart: Chart, shift: Shift) -> Iterator[Figure]:
    """Yield the urine of the shift, mL, and the least hour that ended in it, mL/h (criteria.md 3.4)."""
    inside = reaching(chart.collections, *shift)
    if not inside:
        return
    total = round(volume(inside, *shift), 4)
    end = text(min(inside[-1].end, shift[1]))
    yield Figure("urine", total, "mL", end, _ids(one.reference for one in inside))
    hours = [hour for hour in _hours(chart, shift) if hour is not None]
    if hours:
        least = min(hours, key=lambda hour: hour.rate)
        evidence = _ids(one.reference for one in least.inside)
        yield Figure("urine-least-hour", least.rate, "mL/h", text(least.end), evidence)


def _hours(chart: Chart, shift: Shift) -> Iterator[Stretch | None]:
    """Yield the stretch that decides `urine-hour` at each end of a collection in the shift."""
    row = chart.guideline.row[URINE_RATE]
    assert isinstance(row, HourlyRateRow)
    for end in sorted({one.end for one in chart.collections if shift[0] < one.end <= shift[1]}):
        until = chart.collections[: bisect_right(chart.collections, end, key=END)]
        yield stretch(row, chart, until, row.covers)


def _intake(chart: Chart, shift: Shift) -> Iterator[Figure]:
    """Yield the fluid above maintenance of the shift, mL."""
    given = [
        one for kind in ABOVE_MAINTENANCE for one in chart.volumes[kind] if shift[0] < one.at <= shift[1]
    ]
    if given:
        total = round(sum(one.volume for one in given), 4)
        last = text(max(one.at for one in given))
        yield Figure("above-maintenance", total, "mL", last, _ids(references(given)))


def _weight(chart: Chart, shift: Shift) -> Iterator[Figure]:
    """Yield the latest weight, kg, and its gain over the baseline, per cent."""
    weights = [one for one in chart.weights if one.at <= shift[1]]
    if not weights:
        return
    last, baseline = weights[-1], chart.baseline_readings.get("weight")
    yield Figure("weight", last.value, "kg", text(last.at), (last.id,))
    if baseline is not None:
        made_of = tuple(one.id for one in chart.baselines if "weight" in one.readings)[-1:]
        yield Figure("weight-gain", gain(last.value, baseline), "%", text(last.at), (last.id, *made_of))


def _pressors(chart: Chart, shift: Shift) -> Iterator[Figure]:
    """Yield the highest pressor load of the shift and the one at its end, where a pressor was charted."""
    found = {"pressor-highest": highest(chart.loads, *shift), "pressor-now": load_at(chart.loads, shift[1])}
    for code, load in found.items():
        if load is not None and load.at <= shift[1]:
            yield Figure(code, load.load, LOAD_UNIT, text(_since(load, shift)), _ids(load.evidence))


def _since(load: Load, shift: Shift) -> int:
    """Return since when a load was so, within the shift."""
    return max(load.at, shift[0])


def _labs(chart: Chart, shift: Shift) -> Iterator[Figure]:
    """Yield the latest result of each lab in the 24 h up to the end, with the one before it."""
    for code, results in chart.labs.items():
        until = [one for one in results if one.at <= shift[1]]
        if until and until[-1].at > shift[1] - DAY:
            yield _lab(code, until[-1], until[-2] if len(until) > 1 else None)


def _lab(code: str, last: Lab, before: Lab | None) -> Figure:
    made_of = (last.id,) if before is None else (last.id, before.id)
    return Figure(
        f"lab/{code}",
        last.value,
        last.unit,
        text(last.at),
        made_of,
        None if before is None else before.value,
        last.comparator,
        last.charted,
    )


def _ids(found: Iterable[Reference]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id for id, _ in found))


def goes_stale(row: AnyRow, guideline: Guideline, at: int, intensive: bool) -> int | None:
    """Return when a value of moment `at` is stale (ms), while the mode stays; None for a row of another kind.

    Source: criteria.md section 3.2; laboratory and weight.
    """
    if isinstance(row, BaselineGainRow):
        return at + row.stale
    if not isinstance(row, LabRow):
        return None
    seen = guideline.observes[row.monitored_by]
    return at + int((seen.intensive if intensive else seen.ward) * row.stale_factor)


def staleness_of(row: AnyRow) -> str | None:
    """Return the code of the figure that a row of laboratory or weight rests on; None for another row."""
    if isinstance(row, BaselineGainRow):
        return "weight"
    return f"lab/{row.lab}" if isinstance(row, LabRow) else None
