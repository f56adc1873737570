"""One line of the wire as a record: its shape, its values in canonical units, and what of it cannot be used
(criteria.md 1, 2 and 8; wire.md).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from . import clock, names, units

Event = dict[str, Any]
COMMANDS = ("ack", "silence", "resume", "accept", "tick")
SIGNED = ("ack", "silence", "resume", "accept")
STATUSES = {
    "final": "final",
    "preliminary": "preliminary",
    "registered": "preliminary",
    "corrected": "corrected",
    "amended": "corrected",
    "appended": "corrected",
    "entered-in-error": "entered-in-error",
    "cancelled": "entered-in-error",
}
ENCOUNTERS = ("admit", "baseline", "cycle-start", "transfer", "therapy-end", "discharge")
AHEAD = 15 * clock.MINUTE
COMPARED = re.compile(r"\s*(<=|>=|<|>)\s*([0-9.]+)\s*$")
WITHDRAWN, UNKNOWN = "withdrawn", "unknown-code"


@dataclass(frozen=True)
class Refused(Exception):
    """The dead letter's reason."""

    reason: str


@dataclass(frozen=True)
class Item:
    """One reading as charted: usable, or with what is the matter with it."""

    code: str
    value: Any = None
    unit: str | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    comparator: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Record:
    """One line that was not refused whole."""

    id: str
    type: str
    patient: str
    at: int
    known: int
    status: str
    order: int
    event: Event
    items: tuple[Item, ...] = ()
    start: int | None = None
    volume: Fraction | None = None
    rate: Fraction | None = None
    unit_of_rate: str | None = None
    problem: str | None = None
    content: Any = field(default=None, compare=False)

    def __hash__(self) -> int:
        return hash((self.id, self.known, self.order))


def decode(event: Event, order: int) -> Record:
    """The record of an event. Raises Refused with wire.md's reason."""
    return _decode(json.dumps(event), order)


@lru_cache(4096)
def _decode(line: str, order: int) -> Record:
    event: Event = json.loads(line)
    at, known = _time(event, "at"), _time(event, "known", "at")
    status = STATUSES.get(str(event.get("status", "final")))
    named = all(isinstance(event.get(k), str) and event[k].strip() for k in ("type", "id", "patient"))
    if not named or status is None or event["type"] not in _BODIES:
        raise Refused("malformed")
    if at - known > AHEAD:
        raise Refused("from-the-future")
    record = Record(event["id"], event["type"], event["patient"].strip(), at, known, status, order, event)
    if status == "entered-in-error":
        return record
    try:
        record = _BODIES[record.type](record)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Refused("malformed") from None
    return replace(record, content=_content(record))


def _time(event: Event, *fields: str) -> int:
    text = next((event[f] for f in fields if event.get(f) is not None), None)
    if text is None:
        raise Refused("malformed")
    try:
        return clock.parse(text)
    except (ValueError, AttributeError):
        raise Refused("bad-time") from None


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused("malformed")
    return value


# ---- readings


def _readings(record: Record) -> Record:
    return replace(record, items=items(record.event["readings"], record.type))


def items(charted: list[Event], kind: str = "") -> tuple[Item, ...]:
    """The readings of one record, each code once; two values of a code that differ are neither used. One that
    cannot be read stands after the one that can.

    `kind`: of a record that has codes of its own: `vitals` or `labs`.
    """
    found: dict[str, list[Item]] = {}
    for raw in charted:
        item = _item(raw, kind)
        found.setdefault(item.code, []).append(item)
    return tuple(item for several in found.values() for item in _of_code(several))


def _of_code(several: list[Item]) -> list[Item]:
    standing = [item for item in several if item.problem != WITHDRAWN]
    read = [item for item in standing if item.problem in (None, "implausible")]
    unread = [item for item in standing if item not in read]
    if len({(i.value, i.comparator) for i in read}) > 1:
        return [Item(several[0].code, problem="ambiguous")]
    return [*read[:1], *unread[:1]] or several[:1]


def _item(raw: Event, kind: str) -> Item:
    code = str(raw["code"])
    vital = code in units.VITALS or code == "o2-device"
    if kind and vital != (kind == "vitals"):
        return Item(code, problem=UNKNOWN)
    if STATUSES.get(str(raw.get("status", "final"))) == "entered-in-error":
        return Item(code, problem=WITHDRAWN)
    if code == "o2-device":
        known = raw.get("value") in names.DEVICES
        return Item(code, raw.get("value"), problem=None if known else "malformed")
    if code not in units.UNITS:
        return Item(code, problem=UNKNOWN)
    value, comparator = _value(raw)
    if value is None or (comparator and code in units.VITALS):
        return Item(code, str(raw.get("value")), problem="malformed")
    number = units.canonical(code, value, raw.get("unit"))
    if number is None:
        return Item(code, value, raw.get("unit"), problem="bad-unit")
    low, high = (_limit(code, raw, side) for side in ("low", "high"))
    if high is not None and (high <= 0 or (low is not None and high <= low)):
        low = high = None
    unit = str(raw.get("unit") or "").lower()
    problem = None if units.plausible(code, number) else "implausible"
    return Item(code, number, unit, low, high, comparator, problem)


def _value(raw: Event) -> tuple[float | None, str | None]:
    value, comparator = raw.get("value"), raw.get("comparator")
    if isinstance(value, str) and (found := COMPARED.match(value)):
        return float(found[2]), found[1]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None, None
    return value, comparator if comparator in ("<", "<=", ">", ">=") else None


def _limit(code: str, raw: Event, side: str) -> Fraction | None:
    limit = raw.get(side)
    return None if limit is None else units.canonical(code, _number(limit), raw.get("unit"))


# ---- the other bodies


def _encounter(record: Record) -> Record:
    event = record.event
    if event["event"] not in ENCOUNTERS:
        raise Refused("malformed")
    if event["event"] == "baseline":
        if event.get("dose-1-planned") is not None:
            record = replace(record, start=_time(event, "dose-1-planned"))
        return replace(record, items=items(event.get("readings") or []))
    return record


def _io(record: Record) -> Record:
    event = record.event
    urine = (event["direction"], event["kind"]) == ("out", "urine")
    if (event["direction"], event["kind"]) == ("out", "stool") and "volume" not in event:
        _number(event["count"])
        return record
    start = None if event.get("start") is None else _time(event, "start")
    record = replace(record, start=start)
    problem, volume = _volume(record)
    if problem is not None and not urine:
        raise Refused(problem)
    if urine and volume is not None and volume > 3000:
        problem = "implausible"
    return replace(record, volume=None if problem else volume, problem=problem)


def _volume(record: Record) -> tuple[str | None, Fraction | None]:
    event = record.event
    convert = units.VOLUME.get(str(event.get("unit")).lower())
    if convert is None:
        return "bad-unit", None
    volume = units.rounded(convert(units.exact(_number(event["volume"]))))
    if volume < 0 or (record.start is not None and record.start >= record.at):
        return "malformed", None
    return None, volume


def _infusion(record: Record) -> Record:
    event = record.event
    drug = names.ingredient(event["agent"], names.PRESSORS)
    raw = event.get("rate")
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or raw < 0:
        return replace(record, problem="malformed")
    if raw == 0:
        return replace(record, rate=Fraction(0))
    unit = str(event.get("unit")).lower()
    if drug is None:
        return replace(record, rate=units.exact(raw))
    return _pressor(record, drug, units.exact(raw), unit)


def _pressor(record: Record, drug: str, raw: Fraction, unit: str) -> Record:
    table = units.VASOPRESSIN if drug == "vasopressin" else units.PER_KG
    if unit in table:
        rate = units.rounded(table[unit](raw))
        wrong = rate > units.RATE_LIMITS[drug]
        return replace(record, rate=None if wrong else rate, problem="implausible" if wrong else None)
    if drug == "vasopressin" or unit not in units.ABSOLUTE_RATE:
        return replace(record, problem="bad-unit")
    return replace(record, rate=units.ABSOLUTE_RATE[unit](raw), unit_of_rate="ug/min")


def _dose(record: Record) -> Record:
    event = record.event
    if not isinstance(event["given"], bool):
        raise Refused("malformed")
    if not event["given"] or event.get("amount") is None:
        return record
    amount, unit = units.exact(_number(event["amount"])), str(event.get("unit")).lower()
    if amount <= 0:
        return replace(record, problem="implausible")
    if unit in units.DOSE_PER_KG:
        return replace(record, rate=units.rounded(units.DOSE_PER_KG[unit](amount)))
    if unit not in units.DOSE:
        raise Refused("bad-unit")
    return replace(record, rate=units.DOSE[unit](amount), unit_of_rate="[iU]")


def _finding(record: Record) -> Record:
    event, code = record.event, record.event["code"]
    if not isinstance(code, str):
        raise Refused("malformed")
    if code in names.VALUED_FINDINGS and event.get("value") not in names.VALUED_FINDINGS[code]:
        raise Refused("malformed")
    if code in (*names.PLAIN_FINDINGS, *names.PACK_FINDINGS) and not isinstance(event.get("present"), bool):
        raise Refused("malformed")
    return record


def _medication(record: Record) -> Record:
    if not isinstance(record.event["agent"], str):
        raise Refused("malformed")
    return record


def _command(record: Record) -> Record:
    event = record.event
    if record.type in SIGNED and not (event.get("by") and event.get("reason")):
        raise Refused("malformed")
    if record.type == "accept":
        if event["criterion"] is None or event["level"] not in ("relative", "absolute"):
            raise Refused("malformed")
        return replace(record, start=None if event.get("until") is None else _time(event, "until"))
    if record.type == "resume" and not isinstance(event["rule"], str):
        raise Refused("malformed")
    return record


_BODIES: dict[str, Callable[[Record], Record]] = {
    "vitals": _readings,
    "labs": _readings,
    "io": _io,
    "dose": _dose,
    "infusion": _infusion,
    "medication": _medication,
    "finding": _finding,
    "encounter": _encounter,
    "ack": _command,
    "silence": _command,
    "resume": _command,
    "accept": _command,
    "tick": _command,
}


def _content(record: Record) -> Any:
    """All that a record says and its `at`, after conversion: what a second `final` must repeat."""
    silent = ("known", "source", "status", "at", "readings", "volume", "unit", "rate", "start")
    content = {k: v for k, v in record.event.items() if k not in silent}
    values = sorted(record.items, key=lambda item: item.code)
    rate = record.event.get("rate") if record.problem else record.rate
    amounts = (record.volume, rate, record.unit_of_rate, record.start, record.problem)
    return (record.at, values, content, amounts)
