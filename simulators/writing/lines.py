"""One event as its line of JSON: the common fields first, then its own, without blanks (wire.md, Events)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rules import instant
from simulators.writing.record import Record

Fields = Mapping[str, Any]
_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def line(kind: str, identity: str, patient: str, at: int, fields: Fields, known: int | None = None) -> Record:
    """The record of an event of type `kind`; `at` and `known` in ms, `known` written only where it differs."""
    when = at if known is None else known
    frame: dict[str, Any] = {"type": kind, "id": identity, "patient": patient, "at": instant.text(at)}
    if when != at:
        frame["known"] = instant.text(when)
    return when, _ENCODE({**frame, **fields}).encode()


def reading(code: str, value: float | str, unit: str | None = None) -> Fields:
    """One reading of a set; a word has no unit."""
    return {"code": code, "value": value, "unit": unit} if unit else {"code": code, "value": value}
