"""Resolve the times of messages to instants: a zone is taken from where the standard says, never guessed.

Source: docs/spec/feeds.md, Time; v2 chapter 2A (DTM); PCD B.1; FHIR R4 datatypes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.wire import instants
from rules.wire.instants import BadTime, Instant

_DTM = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.([0-9]{1,9}))?)?)?)?"
    r"([+-][0-9]{4})?"
)
_SHORTER = re.compile(r"[0-9]{4}(?:[0-9]{2})?(?:[+-][0-9]{4})?")
UNKNOWN_OFFSET = "-0000"
_EPOCH, _MILLISECOND = instants.EPOCH.replace(tzinfo=None), timedelta(milliseconds=1)


class Local(NamedTuple):
    """A time as written: wall clock, offset from UTC in minutes (None: none, or `-0000`), precision."""

    wall: datetime
    offset: int | None
    coarse: bool


@lru_cache(maxsize=4096)
def parse(text: str) -> Local:
    """Parse an HL7 time of at least an hour's precision. Raises BadTime."""
    found = _DTM.fullmatch(text.strip())
    if found is None:
        raise BadTime("is only a year or month" if _SHORTER.fullmatch(text.strip()) else "is no HL7 time")
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    if hour is None:
        raise BadTime("is only a day")
    try:
        wall = datetime.fromisoformat(
            f"{year}-{month}-{day}T{hour}:{minute or '00'}:{second or '00'}.{(fraction or '')[:3]:0<3}"
        )
    except ValueError:
        raise BadTime("is no time that exists") from None
    return Local(wall, _minutes(offset), second is None)


def _minutes(offset: str | None) -> int | None:
    if offset is None or offset == UNKNOWN_OFFSET:
        return None
    hours, minutes = int(offset[1:3]), int(offset[3:])
    if hours > 14 or minutes > 59:
        raise BadTime("has an offset that no zone has")
    return (hours * 60 + minutes) * (-1 if offset[0] == "-" else 1)


class Zones(NamedTuple):
    """What times without an offset are in: that of MSH-7 (minutes), else the feed's zone.

    `made`: the instants at which the message may have been made, to decide an hour that happens twice.
    """

    offset: int | None = None
    zone: str | None = None
    made: tuple[Instant, ...] = ()


def zones(message_time: str, zone: str | None) -> Zones:
    """Return the zones of a message from its MSH-7 and the feed's zone; a bad MSH-7 has no say."""
    try:
        local = parse(message_time)
    except BadTime:
        return Zones(None, zone)
    if local.offset is not None:
        return Zones(local.offset, zone, (_at(local.wall, local.offset),))
    return Zones(None, zone, candidates(local.wall, zone) if zone else ())


@lru_cache(maxsize=4096)
def resolve(text: str, within: Zones) -> Instant:
    """Return the instant of an HL7 time. Raises BadTime, saying why there is none."""
    local = parse(text)
    offset = within.offset if local.offset is None else local.offset
    if offset is not None:
        return _at(local.wall, offset)
    if within.zone is None:
        raise BadTime("has no zone, nor has MSH-7, and the feed states none")
    found = candidates(local.wall, within.zone)
    if not found:
        raise BadTime("does not exist there: clocks are set forward over it")
    return found[0] if len(found) == 1 else _decided(found, within.made)


def _decided(found: tuple[Instant, ...], made: tuple[Instant, ...]) -> Instant:
    """Return which of two hours is meant: a reading is not later than its message. Raises BadTime."""
    possible = [instant for instant in found if any(instant <= each for each in made)]
    if made and len(possible) == 1:
        return possible[0]
    raise BadTime("happens twice there: clocks are set back over it")


def candidates(wall: datetime, zone: str) -> tuple[Instant, ...]:
    """Return the instants at which clocks of a zone show a time: one, two, or none."""
    place = ZoneInfo(zone)
    both = [wall.replace(tzinfo=place, fold=fold) for fold in (0, 1)]
    real = [each for each in both if each.astimezone(UTC).astimezone(place).replace(tzinfo=None) == wall]
    return tuple(dict.fromkeys(_milliseconds(each) for each in real))


def _at(wall: datetime, offset: int) -> Instant:
    return (wall - _EPOCH) // _MILLISECOND - offset * instants.MINUTE


def _milliseconds(moment: datetime) -> Instant:
    return (moment - instants.EPOCH) // _MILLISECOND


_DAY = re.compile(r"([0-9]{8})([+-][0-9]{4})?")


def latest(text: str, within: Zones) -> Instant | None:
    """Return the latest instant that a time may mean which `resolve` refuses; None: it may mean any.

    Of a day its last minute, of an hour that happens twice the second one.
    """
    day = _DAY.fullmatch(text.strip())
    try:
        local = parse(text if day is None else f"{day[1]}2359{day[2] or ''}")
    except BadTime:
        return None
    offset = within.offset if local.offset is None else local.offset
    if offset is not None:
        return _at(local.wall, offset)
    if within.zone is None:
        return None
    place = ZoneInfo(within.zone)
    return max(_milliseconds(local.wall.replace(tzinfo=place, fold=fold)) for fold in (0, 1))


_FHIR_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")


def resolve_fhir(text: str) -> Instant:
    """Return the instant of a FHIR `dateTime` or `instant`, which must carry a zone. Raises BadTime."""
    if _FHIR_DAY.fullmatch(text.strip()):
        raise BadTime("is only a day")
    if re.search(r":60(?:\.[0-9]+)?(?:Z|[+-])", text):
        raise BadTime("has a second 60")
    return instants.parse(text.strip())
