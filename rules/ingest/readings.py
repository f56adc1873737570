"""Convert a set of readings to its event: each in its canonical unit, or refused by itself.

Source: wire.md, Vitals codes, Labs codes, What is refused.
"""

from collections.abc import Iterable
from math import isfinite

from rules.ingest import schema, units
from rules.ingest.schema import Reading, Result, place
from rules.wire import events, vocabulary
from rules.wire.refusals import BAD_UNIT, MALFORMED, UNKNOWN_CODE, Problem, Refused, problem, quoted

ReadingsRecord = schema.VitalsRecord | schema.LabsRecord | schema.EncounterRecord
Vital = tuple[str, float | str]
Lab = events.LabReading
Frame = tuple[str, str, int, int, str]
"""The fields that every event has: id, patient, at, known, status."""
Problems = list[Problem]


def vitals(
    record: schema.VitalsRecord, frame: Frame, offset: int, problems: Problems
) -> events.Vitals | None:
    """Return the event, or None when every reading is refused."""
    kept = usable_vitals(record, record.readings, problems)
    return events.Vitals(*frame, kept, offset=offset) if kept or not _all_refused(problems) else None


def labs(record: schema.LabsRecord, frame: Frame, offset: int, problems: Problems) -> events.Labs | None:
    """Return the event, or None when every reading is refused."""
    kept = usable_labs(record, record.readings, problems)
    return events.Labs(*frame, kept, offset=offset) if kept or not _all_refused(problems) else None


def usable_vitals(
    record: ReadingsRecord, readings: Iterable[Reading], problems: list[Problem]
) -> tuple[Vital, ...]:
    """Return the vital signs that can be used, in their order; add to `problems` those that cannot."""
    kept: list[Vital] = []
    for reading in readings:
        unit = units.VITALS.get((reading.code, reading.unit))
        if unit is not None and unit[1] is None and type(reading.value) is float:
            kept.append((unit[0], reading.value))
            continue
        try:
            kept.append(_vital(reading, unit))
        except Refused as refusal:
            problems.append(_placed(record, refusal.problem))
    return tuple(kept)


def usable_labs(
    record: ReadingsRecord, readings: Iterable[Result], problems: list[Problem]
) -> tuple[Lab, ...]:
    """Return the results that can be used, in their order; add to `problems` those that cannot."""
    kept: list[Lab] = []
    for reading in readings:
        try:
            kept.append(_lab(reading))
        except Refused as refusal:
            problems.append(_placed(record, refusal.problem))
    return tuple(kept)


def _all_refused(problems: Problems) -> bool:
    """Return whether every reading was refused.

    An empty set is not a refused one, and an unknown code still moves the clock (wire.md; criteria.md 1).
    """
    return bool(problems) and all(found.refuses for found in problems)


def scaled(scale: units.Scale | None, value: float) -> float:
    """Return a number in its canonical unit. Raises `OverflowError` when it exceeds a float."""
    if scale is None:
        return value
    converted = scale.convert(value)
    if isfinite(converted):
        return converted
    raise OverflowError(value)


def _vital(reading: Reading, unit: tuple[str, units.Scale | None] | None) -> Vital:
    if reading.code == "o2-device":
        return "o2-device", _device(reading)
    if reading.code not in vocabulary.VITALS:
        raise _unknown(reading.code)
    value = _number(reading)
    if unit is None:
        raise _bad_unit(reading, vocabulary.VITALS[reading.code])
    return unit[0], _in_range(reading, unit[1], value)


def _lab(reading: Result) -> Lab:
    if reading.code not in vocabulary.LABS:
        raise _unknown(reading.code)
    value = _number(reading)
    found = units.LABS.get((reading.code, reading.unit))
    if found is None:
        raise _bad_unit(reading, vocabulary.LABS[reading.code])
    code, scale, unit = found
    if scale is None:
        return code, value, reading.low, reading.high, unit, None
    return (
        code,
        _in_range(reading, scale, value),
        _limit(reading, scale, reading.low),
        _limit(reading, scale, reading.high),
        unit,
        None,
    )


def _limit(reading: Result, scale: units.Scale, limit: float | None) -> float | None:
    return None if limit is None else _in_range(reading, scale, limit)


def _in_range(reading: Reading, scale: units.Scale | None, value: float) -> float:
    try:
        return scaled(scale, value)
    except OverflowError:
        raise _malformed(reading, f"{value} is no measurement; send what was measured") from None


def _number(reading: Reading) -> float:
    if isinstance(reading.value, str):
        raise _malformed(reading, f"value {quoted(reading.value)} is text; send a JSON number")
    return reading.value


def _device(reading: Reading) -> str:
    for device in vocabulary.O2_DEVICES:
        if device == reading.value:
            return device
    raise _malformed(
        reading, f"value {quoted(reading.value)} is no device; send one of {', '.join(vocabulary.O2_DEVICES)}"
    )


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
