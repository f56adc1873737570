"""Convert a set of readings to its event: each in its canonical unit, or refused by itself.

Source: wire.md, Vitals codes, Labs codes, What is refused.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import NamedTuple, TypeVar

from msgspec.structs import astuple

from rules.ingest import schema, units
from rules.ingest.schema import Reading, Result, place
from rules.wire import events, vocabulary
from rules.wire.events import Unusable
from rules.wire.refusals import (
    AMBIGUOUS,
    BAD_RANGE,
    BAD_UNIT,
    MALFORMED,
    UNKNOWN_CODE,
    Problem,
    Refused,
    problem,
    quoted,
)
from rules.wire.written import written

ReadingsRecord = schema.VitalsRecord | schema.LabsRecord | schema.EncounterRecord
Vital = tuple[str, float | str]
Lab = events.LabReading
Frame = tuple[str, str, int, int, str]
"""The fields that every event has: id, patient, at, known, status."""
Problems = list[Problem]
Kept = TypeVar("Kept", Vital, Lab)
Sent = TypeVar("Sent", Reading, Result)


class Readings(NamedTuple):
    """What a set of readings says: what can be used, what cannot, and the codes that it takes back."""

    unusable: tuple[Unusable, ...] = ()
    withdrawn: tuple[str, ...] = ()


NOTHING = Readings()


def vitals(record: schema.VitalsRecord, frame: Frame, offset: int, problems: Problems) -> events.Vitals:
    """Return the event; a set whose readings are all refused still says that something was charted."""
    kept, rest = usable_vitals(record, record.readings, problems)
    if rest is NOTHING:
        return events.Vitals(*frame, kept, offset=offset)
    return events.Vitals(*frame, kept, *rest, offset=offset)


def labs(record: schema.LabsRecord, frame: Frame, offset: int, problems: Problems) -> events.Labs:
    """Return the event; a set whose results are all refused still says that something was resulted."""
    kept, rest = usable_labs(record, record.readings, problems)
    return events.Labs(*frame, kept, *rest, _as_charted(record.readings, kept), offset=offset)


def _as_charted(readings: Sequence[Result], kept: Sequence[Lab]) -> tuple[tuple[str, str], ...]:
    """Return code and words of the results that were converted: `354 µmol/L` (criteria.md section 10)."""
    used = {each[0] for each in kept} - {each.code for each in readings if not _is_converted(each)}
    return tuple((each.code, _charted_words(each)) for each in readings if each.code in used)


def _is_converted(reading: Result) -> bool:
    found = units.lab(reading.code, reading.unit)
    return found is not None and found.scale is not None and not reading.status


def _charted_words(reading: Result) -> str:
    comparator, value = _compared(reading)
    unit = (reading.unit or "").strip()[:_LONGEST_KEPT]
    return f"{comparator or ''}{written(value, unit)}"


def usable_vitals(
    record: ReadingsRecord, readings: Sequence[Reading], problems: Problems
) -> tuple[tuple[Vital, ...], Readings]:
    """Return the vital signs that can be used, in their order, and the rest; report what is refused."""
    kept: list[Vital] = []
    for reading in readings:
        unit = units.vital(reading.code, reading.unit)
        if unit is not None and unit.scale is None and type(reading.value) is float and not reading.status:
            kept.append((reading.code, reading.value))
        elif reading.code == "o2-device" and reading.value in vocabulary.O2_DEVICES and not reading.status:
            kept.append((reading.code, str(reading.value)))
        else:
            break
    if not problems and len(dict(kept)) == len(readings):
        return tuple(kept), NOTHING
    return _sorted_out(record, readings, _vital, problems)


def usable_labs(
    record: ReadingsRecord, readings: Sequence[Result], problems: Problems
) -> tuple[tuple[Lab, ...], Readings]:
    """Return the results that can be used, in their order, and the rest; report what is refused."""
    kept: list[Lab] = []
    for code, value, unit, status, low, high, comparator in map(astuple, readings):
        found = units.lab(code, unit)
        if (
            found is None
            or found.scale
            or high is not None
            or comparator
            or status
            or type(value) is not float
        ):
            break
        kept.append((code, value, low, None, found.unit, None))
    if not problems and len({each[0] for each in kept}) == len(readings):
        return tuple(kept), NOTHING
    for reading in readings:
        if not _is_range(reading):
            problems.append(_placed(record, _no_range(reading)))
    return _sorted_out(record, readings, _lab, problems)


def _sorted_out(
    record: ReadingsRecord,
    readings: Iterable[Sent],
    convert: Callable[[Sent], Kept],
    problems: Problems,
) -> tuple[tuple[Kept, ...], Readings]:
    """Return what can be used of a set that is not all of a piece, and the rest."""
    kept: list[Kept] = []
    unusable = [Unusable(code, None, None, MALFORMED) for code in _misshapen(problems)]
    withdrawn: list[str] = []
    for reading in readings:
        if vocabulary.STATUS[reading.status] == vocabulary.WITHDRAWN:
            withdrawn.append(reading.code)
            continue
        try:
            kept.append(convert(reading))
        except Refused as refusal:
            problems.append(_placed(record, refusal.problem))
            if refusal.problem.refuses:
                unusable.append(_as_sent(reading, refusal.problem.reason))
    doubled = _ambiguous(kept)
    for code, values in doubled.items():
        problems.append(_placed(record, _two_values(code, values)))
        unusable.append(Unusable(code, values, None, AMBIGUOUS))
    named = {each[0] for each in kept} | {each.code for each in unusable}
    taken_back = tuple(code for code in dict.fromkeys(withdrawn) if code not in named)
    clear = tuple(each for each in dict.fromkeys(kept) if each[0] not in doubled)
    return clear, Readings(tuple(unusable), taken_back)


def _misshapen(problems: Problems) -> list[str]:
    """Return the codes of the readings whose shape is wrong: `validation` has left them out."""
    codes = [found.code for found in problems if found.code and found.reason == MALFORMED]
    return [code for code in codes if code in vocabulary.VITALS or code in vocabulary.LABS]


def _ambiguous(kept: Sequence[Kept]) -> dict[str, str]:
    """Return the codes that come with different values, with these: which of them is true is not known."""
    values: dict[str, list[str]] = {}
    for reading in dict.fromkeys((each[0], each[1], each[5] if len(each) > 5 else None) for each in kept):
        value = reading[1] if isinstance(reading[1], str) else f"{reading[1]:g}"
        values.setdefault(reading[0], []).append(f"{reading[2] or ''}{value}")
    return {code: ", ".join(found) for code, found in values.items() if len(found) > 1}


def scaled(scale: units.Scale | None, value: float) -> float:
    """Return a number in its canonical unit. Raises `OverflowError` when it exceeds a float."""
    if scale is None:
        return value
    converted = scale.convert(value)
    if isfinite(converted):
        return converted
    raise OverflowError(value)


def _vital(reading: Reading) -> Vital:
    if reading.code == "o2-device":
        return "o2-device", _device(reading)
    if reading.code not in vocabulary.VITALS:
        raise _unknown(reading.code)
    value = _number(reading)
    unit = units.vital(reading.code, reading.unit)
    if unit is None:
        raise _bad_unit(reading, vocabulary.VITALS[reading.code])
    return reading.code, _in_range(reading, unit.scale, value)


def _lab(reading: Result) -> Lab:
    if reading.code not in vocabulary.LABS:
        raise _unknown(reading.code)
    comparator, value = _compared(reading)
    unit = units.lab(reading.code, reading.unit)
    if unit is None:
        raise _bad_unit(reading, vocabulary.LABS[reading.code])
    low, high = (reading.low, reading.high) if _is_range(reading) else (None, None)
    return (
        reading.code,
        _in_range(reading, unit.scale, value),
        _limit(reading, unit.scale, low),
        _limit(reading, unit.scale, high),
        unit.unit,
        comparator,
    )


_COMPARED = re.compile(r"\s*(<=|>=|<|>|\u2264|\u2265)?\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*")
_SIGNS = {"\u2264": "<=", "\u2265": ">="}


def _compared(reading: Result) -> tuple[str | None, float]:
    """Return the comparator of a result and its number: `"<10"` is below 10 (wire.md, Labs codes)."""
    comparator = None if reading.comparator is None else reading.comparator.strip()
    comparator = _SIGNS.get(comparator or "", comparator)
    if comparator is not None and comparator not in vocabulary.COMPARATORS:
        raise _malformed(
            reading,
            f"comparator {quoted(comparator)} is unknown; send one of {', '.join(vocabulary.COMPARATORS)}",
        )
    if not isinstance(reading.value, str):
        return comparator, _number(reading)
    found = _COMPARED.fullmatch(reading.value)
    if found is None or found[1] is None or comparator not in (None, _SIGNS.get(found[1], found[1])):
        raise _text(reading)
    return _SIGNS.get(found[1], found[1]), float(found[2])


def _is_range(reading: Result) -> bool:
    """Return whether the limits printed with a result are limits: many systems write 0-0 for none."""
    if reading.high is None:
        return True
    return reading.high > 0 and (reading.low is None or reading.high > reading.low)


def _no_range(reading: Result) -> Problem:
    fault = f"low {reading.low}, high {reading.high} is no range: neither is used as a limit"
    return problem(BAD_RANGE, f"{reading.code}: {fault}", reading.code)


def _limit(reading: Result, scale: units.Scale | None, limit: float | None) -> float | None:
    return None if limit is None else _in_range(reading, scale, limit)


def _in_range(reading: Reading, scale: units.Scale | None, value: float) -> float:
    try:
        return scaled(scale, value)
    except OverflowError:
        raise _malformed(reading, f"{value} is no measurement; send what was measured") from None


def _number(reading: Reading) -> float:
    if reading.value is None:
        raise _malformed(reading, "no value; send what was measured")
    if isinstance(reading.value, str):
        raise _text(reading)
    return reading.value


def _device(reading: Reading) -> str:
    for device in vocabulary.O2_DEVICES:
        if device == reading.value:
            return device
    raise _malformed(
        reading, f"value {quoted(reading.value)} is no device; send one of {', '.join(vocabulary.O2_DEVICES)}"
    )


_LONGEST_KEPT = 60


def as_kept(value: float | str | None) -> float | str | None:
    """Return a value as sent, cut short: it is shown, and not used."""
    return value[:_LONGEST_KEPT] if isinstance(value, str) else value


def _as_sent(reading: Reading, reason: str) -> Unusable:
    unit = None if reading.unit is None else reading.unit[:_LONGEST_KEPT]
    return Unusable(reading.code, as_kept(reading.value), unit, reason)


def _two_values(code: str, values: str) -> Problem:
    return problem(
        AMBIGUOUS, f"{code}: {values} in one record: neither is used; withdraw the one that is wrong", code
    )


def _text(reading: Reading) -> Refused:
    return _malformed(reading, f"value {quoted(reading.value)} is text; send a JSON number")


def _malformed(reading: Reading, fault: str) -> Refused:
    return Refused(problem(MALFORMED, f"{reading.code}: {fault}", reading.code))


def _bad_unit(reading: Reading, canonical: str | None) -> Refused:
    fault = f"unit {quoted(reading.unit)} cannot be converted" if reading.unit else "no unit"
    return Refused(problem(BAD_UNIT, f"{reading.code}: {fault}; send it in {canonical}", reading.code))


def _unknown(code: str) -> Refused:
    return Refused(
        problem(UNKNOWN_CODE, f"{quoted(code)} is not a known code here; it is counted and not used", code)
    )


def _placed(record: ReadingsRecord, found: Problem) -> Problem:
    return problem(found.reason, f"{place(record)}: {found.message}", found.code)
