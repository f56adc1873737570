"""Validate again, loosely, a record that does not fit the schema, and keep the parts that do.

Source: wire.md, What is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from rules.ingest import schema
from rules.wire import vocabulary
from rules.wire.refusals import MALFORMED, Problem, Refused, problem, quoted, refuse

Fields = dict[str, msgspec.Raw]
Problems = list[Problem]
Shape = TypeVar("Shape")

_FIELDS = msgspec.json.Decoder(Fields)
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_RECORD: msgspec.json.Decoder[schema.Record] = msgspec.json.Decoder(schema.Record)
_WITHDRAWAL = msgspec.json.Decoder(schema.WithdrawalRecord)
_READING = msgspec.json.Decoder(schema.Reading)
_RESULT = msgspec.json.Decoder(schema.Result)
_UNREADABLE = (ValueError, RecursionError)

_TIMES = ("at", "known", "start", "until", "dose-1-planned")
_WITHDRAWAL_FIELDS = ("type", "id", "patient", "at", "known")


class _Coded(msgspec.Struct):
    code: str


_CODED = msgspec.json.Decoder(_Coded)


def validate(data: bytes, problems: Problems) -> schema.Record | schema.WithdrawalRecord:
    """Return the record without the parts that do not fit; add what was left out to `problems`.

    Raises `Refused` (malformed).
    """
    fields = _fields(data)
    _odd_times_as_text(fields)
    if vocabulary.STATUS.get(_text_field(fields, "status")) == vocabulary.WITHDRAWN:
        return _convert(
            _WITHDRAWAL, {name: fields[name] for name in _WITHDRAWAL_FIELDS if name in fields}, _place(fields)
        )
    kind = _text_field(fields, "type")
    if kind in _VALIDATORS:
        _VALIDATORS[kind](fields, problems)
    return _convert(_RECORD, fields, _place(fields))


def _vitals(fields: Fields, problems: Problems) -> None:
    _validate_readings(fields, problems, _READING, vocabulary.VITALS)


def _labs(fields: Fields, problems: Problems) -> None:
    _validate_readings(fields, problems, _RESULT, vocabulary.LABS)


def _encounter(fields: Fields, problems: Problems) -> None:
    _validate_readings(fields, problems, _RESULT, {**vocabulary.VITALS, **vocabulary.LABS})
    _validate_history(fields, problems)


def _finding(fields: Fields, problems: Problems) -> None:
    code = _text_field(fields, "code")
    if code is not None and code not in vocabulary.FINDINGS:
        fields.pop("present", None)
        fields.pop("value", None)


def _infusion(fields: Fields, problems: Problems) -> None:
    """Write what has the wrong type as text: a rate that cannot be read is still a rate."""
    fields.setdefault("rate", _MISSING)
    _as_text(fields, {"rate": (*_TEXT, *_NUMBER), "unit": _TEXT, "line": _TEXT})


def _io(fields: Fields, problems: Problems) -> None:
    """Likewise of urine: a collection that cannot be read is still a collection."""
    if _text_field(fields, "kind") == "urine":
        _as_text(fields, {"volume": (*_TEXT, *_NUMBER), "unit": _TEXT})


_TEXT, _NUMBER = (b'"', b"n"), tuple(b"-0123456789"[i : i + 1] for i in range(11))
_MISSING = msgspec.Raw(b'""')


def _as_text(fields: Fields, taken: Mapping[str, tuple[bytes, ...]]) -> None:
    for name, begins in taken.items():
        sent = bytes(fields.get(name, b"null")).strip()
        if not sent.startswith(begins) or (sent == b"null" and name == "rate"):
            fields[name] = msgspec.Raw(msgspec.json.encode(sent[:40].decode(errors="replace")))


_VALIDATORS: Mapping[str | None, Callable[[Fields, Problems], None]] = {
    "vitals": _vitals,
    "labs": _labs,
    "encounter": _encounter,
    "io": _io,
    "finding": _finding,
    "infusion": _infusion,
}


def _validate_readings(
    fields: Fields, problems: Problems, shape: msgspec.json.Decoder[Any], codes: Mapping[str, object]
) -> None:
    try:
        items = _ITEMS.decode(fields["readings"])
    except (KeyError, *_UNREADABLE):
        return
    kept = []
    for number, item in enumerate(items, 1):
        code = _code(item)
        if code is not None and code not in codes:
            kept.append(msgspec.Raw(msgspec.json.encode({"code": code, "value": 0.0})))
            continue
        try:
            shape.decode(item)
            kept.append(item)
        except _UNREADABLE as fault:
            problems.append(_malformed(f"{_place(fields)}: reading {number}, {quoted(code)}", fault, code))
    fields["readings"] = msgspec.Raw(msgspec.json.encode(kept))


def _validate_history(fields: Fields, problems: Problems) -> None:
    try:
        history = _FIELDS.decode(fields["findings"])
    except (KeyError, *_UNREADABLE):
        return
    for code, raw in list(history.items()):
        if code not in vocabulary.BASELINE_FINDINGS:
            history[code] = msgspec.Raw(b"true")
        elif bytes(raw) not in (b"true", b"false", b"null"):
            del history[code]
            problems.append(_malformed(f"{_place(fields)}: finding {code}", "not true or false", code))
    fields["findings"] = msgspec.Raw(msgspec.json.encode(history))


def _fields(data: bytes) -> Fields:
    try:
        return _FIELDS.decode(data)
    except RecursionError:
        refuse(MALFORMED, "the record is nested too deeply; send one flat JSON object a record")
    except ValueError as fault:
        refuse(MALFORMED, f"the record is not a JSON object: {fault}; send one JSON object a record")


def _odd_times_as_text(fields: Fields) -> None:
    """Write a time that is not text as text, so that it is refused as a bad time, not as malformed."""
    for name in _TIMES:
        sent = bytes(fields.get(name, b"null"))
        if sent != b"null" and not sent.startswith(b'"'):
            fields[name] = msgspec.Raw(msgspec.json.encode(sent[:40].decode(errors="replace")))


def _convert(decoder: msgspec.json.Decoder[Shape], fields: Fields, place: str) -> Shape:
    try:
        return decoder.decode(msgspec.json.encode(fields))
    except _UNREADABLE as fault:
        raise Refused(_malformed(place, fault)) from None


def _malformed(place: str, fault: object, code: str | None = None) -> Problem:
    return problem(MALFORMED, f"{place}: {fault}; send it in the shape of wire.md", code)


def _text_field(fields: Fields, name: str) -> str | None:
    try:
        return msgspec.json.decode(fields[name], type=str)
    except (KeyError, *_UNREADABLE):
        return None


def _code(item: msgspec.Raw) -> str | None:
    try:
        return _CODED.decode(item).code
    except _UNREADABLE:
        return None


def _place(fields: Fields) -> str:
    """Return how a message names the record (as `schema.place`), which may lack even its type and id."""
    kind, name = _text_field(fields, "type"), _text_field(fields, "id")
    return f"{kind or 'record'} {name}" if name else f"{kind or 'record'} without id"
