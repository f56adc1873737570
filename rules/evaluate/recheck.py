"""Ask for a reading to be repeated: past a limit that one reading alone does not trip, or an extreme one.

Source: criteria.md section 3.1, `recheck/<signal>`.
"""

from collections.abc import Callable
from typing import NamedTuple

from rules.chart import dirty_flags, oxygen
from rules.chart.chart import Chart
from rules.chart.readings import History, Reading, is_confirmed
from rules.chart.series import (
    BELOW,
    BELOW_HIGH,
    BELOW_SEVERE,
    FAST,
    LOW,
    SEVERE,
    UNEXCUSED,
    VERY_FAST,
)
from rules.evaluate.result import ABSOLUTE, CLEAR, TECHNICAL, Memory, Result
from rules.evaluate.rows.excused_rate import is_excused
from rules.evaluate.vital_signs import MEAN, SERIES
from rules.guideline.declarations import ExcusedRateRow, Limit
from rules.guideline.roles import FAST_RATE
from rules.wire import vocabulary
from rules.wire.instants import Instant

PREFIX = "recheck/"
ASKED = 1
"""The flag of a result whose latest reading asks to be repeated, now or after its delay."""


class Asked(NamedTuple):
    """That a reading asks to be repeated: from how long (ms) after it, and at which level."""

    after: int
    level: str


class Open(NamedTuple):
    """A recheck that opens at a moment (ms), unless a newer reading is known by then.

    `known`: when the reading that opens it was known; `by`: the readings that made it so.
    """

    at: int
    known: int
    level: str
    by: tuple[Reading, ...]


def _heart_rate(chart: Chart, history: History, i: int) -> Asked | None:
    reading, signs = history[i], chart.guideline.vital_signs
    if signs.extreme_slow.met(reading.value):
        return _extreme(chart, history, i, signs.extreme_slow)
    if signs.extreme_fast.met(reading.value) and not _rate_is_absolute(chart, reading):
        return _extreme(chart, history, i, signs.extreme_fast)
    waits = chart.tail.setting.heart.relative.trip.met(reading.value) and not reading.on & FAST
    return Asked(signs.repeat, TECHNICAL) if waits else None


def _rate_is_absolute(chart: Chart, reading: Reading) -> bool:
    """Return whether sinus tachycardia was absolute by this reading, with the causes of its moment."""
    if reading.on & UNEXCUSED:
        return True
    row = chart.guideline.row[FAST_RATE]
    assert isinstance(row, ExcusedRateRow)
    return bool(reading.on & VERY_FAST) and not is_excused(row, chart, reading.at)


def _systolic(chart: Chart, history: History, i: int) -> Asked | None:
    reading, setting = history[i], chart.tail.setting
    if setting.severe_pressure.met(reading.value) and not reading.on & SEVERE:
        return _extreme(chart, history, i, setting.severe_pressure)
    waits = setting.pressure.trip.met(reading.value) and not reading.on & LOW
    return Asked(chart.guideline.vital_signs.repeat, TECHNICAL) if waits else None


def _saturation(chart: Chart, history: History, i: int) -> Asked | None:
    reading, setting = history[i], chart.tail.setting
    absolute = reading.on & (BELOW_HIGH | BELOW_SEVERE) or reading.oxygen & oxygen.ABSOLUTE
    if setting.extreme_saturation.met(reading.value) and not absolute:
        return _extreme(chart, history, i, setting.extreme_saturation)
    waits = setting.low.trip.met(reading.value) and not reading.on & (BELOW | BELOW_HIGH | BELOW_SEVERE)
    return Asked(chart.guideline.vital_signs.repeat, TECHNICAL) if waits else None


def _extreme(chart: Chart, history: History, i: int, limit: Limit) -> Asked:
    """Return when an extreme reading whose row is not absolute must be repeated: confirmed, at once."""
    if is_confirmed(history, limit, i):
        return Asked(0, ABSOLUTE)
    return Asked(chart.guideline.vital_signs.repeat_extreme, TECHNICAL)


ASKS: dict[str, Callable[[Chart, History, int], Asked | None]] = {
    "heart-rate": _heart_rate,
    "systolic-bp": _systolic,
    "spo2": _saturation,
}
"""A signal -> whether one of its readings asks to be repeated."""


def recheck(signal: str, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return whether a reading of the signal must be repeated.

    Flag `ASKED`: it must be, now or after a delay.
    """
    history: History = getattr(chart.tail.readings, SERIES[signal])
    if not history:
        return Result(CLEAR)
    last = history[-1]
    result = Result(CLEAR, at=last.at, latest=last.at, value=last.charted, evidence=(last.reference,))
    result.unit, result.name = vocabulary.VITALS[signal], None if last.mean is None else MEAN
    found = _opened(signal, chart, history)
    if found is None:
        return result
    result.flags = ASKED
    if now < found.at:
        result.next = found.at
        return result
    result.state, result.at = found.level, found.at
    result.evidence = tuple(reading.reference for reading in found.by)
    return result


def _opened(signal: str, chart: Chart, history: History) -> Open | None:
    """Return the recheck that the latest readings keep open or will open; None when the latest asks for none.

    A reading that asks keeps a recheck open that was open when it became known, at its level.
    """
    asks = ASKS[signal]
    asking: list[tuple[Reading, Asked]] = []
    for i in range(len(history) - 1, -1, -1):
        asked = asks(chart, history, i)
        if asked is None:
            break
        asking.append((history[i], asked))
    found: Open | None = None
    for reading, asked in reversed(asking):
        found = _next(found, reading, asked)
    return found


def _next(found: Open | None, reading: Reading, asked: Asked) -> Open:
    """Return the recheck after one more reading that asks for it."""
    if found is None or max(found.at, found.known) >= reading.first:
        return Open(reading.at + asked.after, reading.first, asked.level, (reading,))
    if asked.level == ABSOLUTE and found.level != ABSOLUTE:
        return Open(reading.at, found.known, ABSOLUTE, (*found.by, reading))
    return found


INPUTS = {
    "heart-rate": dirty_flags.HEART_RATE
    | dirty_flags.SYSTOLIC
    | dirty_flags.TEMPERATURE
    | dirty_flags.INFUSIONS
    | dirty_flags.DOSES,
    "systolic-bp": dirty_flags.SYSTOLIC | dirty_flags.BASELINE,
    "spo2": dirty_flags.SPO2 | dirty_flags.OXYGEN | dirty_flags.BASELINE,
}


def inputs_of(signal: str) -> int:
    """Return the dirty flags that can change a recheck."""
    return INPUTS[signal] | dirty_flags.MODE | dirty_flags.ENCOUNTER
