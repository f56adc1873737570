"""Encode facts of one kind, and the readings from before the tail, as columns of small differences.

What repeats from fact to fact then takes almost no space once it is compressed. Records carry several
signals, so of readings the ids and moments stand once, and each signal has its places among them.
"""

import zlib
from collections.abc import Sequence
from itertools import pairwise
from math import copysign
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from rules.chart.facts import Fact
from rules.chart.readings import Reading

F = TypeVar("F", bound=Fact)
Columns = list[Any]
Column = list[Any] | dict[int, list[int | None]]

WRITTEN = 36
NONE = -1

_encoder = msgspec.msgpack.Encoder()
_columns = msgspec.msgpack.Decoder(Columns)
_readings_columns = msgspec.msgpack.Decoder(tuple[Columns, list[Columns]])


def columns(facts: Sequence[Fact]) -> Columns:
    """Return the facts as columns at, tie, n, id, first, ...

    `at` and `n` are differences from the fact before, `tie` and `first` differences from `at`.
    """
    if not facts:
        return []
    at, tie, n, id, first, *rest = map(list, zip(*map(msgspec.structs.astuple, facts), strict=True))
    lags = [[known - moment for known, moment in zip(column, at, strict=True)] for column in (tie, first)]
    rank, offset, *own = rest
    return [
        steps(at),
        lags[0],
        steps(n),
        packed_ids(id),
        lags[1],
        rank,
        {STEPS: steps(offset)},
        *map(numbers, own),
    ]


def facts_of(kind: type[F], table: Columns) -> list[F]:
    """Return the facts of these columns.

    Raises ValidationError or TypeError when they are not of that kind.
    """
    if not table:
        return []
    moments, tie, n, id, first, *rest = table
    at = sums(moments)
    full = [at, _added(tie, at), sums(n), ids_of(id), _added(first, at), *map(plain, rest)]
    return msgspec.convert(list(zip(*full, strict=True)), list[kind])  # type: ignore[valid-type]


STEPS = 0
SCALES = (1, 10, 100)


def numbers(column: list[Any]) -> Column:
    """Return a column of numbers with few decimals as whole ones, by the scale; any other as it is.

    A float takes nine bytes, and 37.2 as 372 takes two, of which most repeat.
    """
    if not any(value.__class__ is float for value in column):
        return column
    for scale in SCALES:
        scaled = _scaled(column, scale)
        if scaled is not None:
            return {scale: scaled}
    return column


def _scaled(column: list[Any], scale: int) -> list[int | None] | None:
    """Return floats times a scale as whole numbers; None unless all come back to the last bit."""
    out: list[int | None] = []
    for value in column:
        if value is None:
            out.append(None)
            continue
        if value.__class__ is not float or not -1e12 < value < 1e12:
            return None
        whole = round(value * scale)
        if whole / scale != value or (whole == 0 and copysign(1, value) < 0):
            return None
        out.append(whole)
    return out


def plain(column: Column) -> list[Any]:
    """Return a column as it was before `numbers`, or before its differences were made."""
    if not isinstance(column, dict):
        return column
    ((scale, whole),) = column.items()
    if scale == STEPS:
        return sums(whole)  # type: ignore[arg-type]
    return [None if value is None else value / scale for value in whole]


def pack(facts: Sequence[Fact]) -> bytes:
    """Return the facts as compressed columns."""
    return zlib.compress(_encoder.encode(columns(facts)), 6)


def unpack(kind: type[F], data: bytes) -> list[F]:
    """Return the facts of compressed columns."""
    return facts_of(kind, _columns.decode(zlib.decompress(data)))


def packed_ids(texts: list[str]) -> list[str] | bytes:
    """Return ids as they are; when every one is a UUID in its usual form, as 16 bytes each."""
    if any(len(text) != WRITTEN for text in texts):
        return texts
    try:
        found = [UUID(text) for text in texts]
    except ValueError:
        return texts
    usual = all(str(uuid) == text for uuid, text in zip(found, texts, strict=True))
    return b"".join(uuid.bytes for uuid in found) if usual else texts


def ids_of(ids: list[str] | bytes) -> list[str]:
    """Return the ids that were packed."""
    if not isinstance(ids, bytes):
        return ids
    texts = (ids[i : i + 16].hex() for i in range(0, len(ids), 16))
    return [f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in texts]


def steps(values: list[int]) -> list[int]:
    """Return the first of some integers, then the difference of each from the one before."""
    return [values[0], *(b - a for a, b in pairwise(values))]


def sums(differences: list[int]) -> list[int]:
    """Return the integers with these differences."""
    out, total = [], 0
    for step in differences:
        total += step
        out.append(total)
    return out


def _added(lags: list[int], at: list[int]) -> list[int]:
    return [lag + moment for lag, moment in zip(lags, at, strict=True)]


def signals_of(signals: Sequence[Sequence[Reading]]) -> tuple[Columns, list[Columns]]:
    """Return the readings of each signal, in order of `at`, as columns."""
    records = sorted({(one.at, one.id, one.offset, one.first) for signal in signals for one in signal})
    place = {record: i for i, record in enumerate(records)}
    columns = [_signal_columns(signal, place) for signal in signals]
    return _records(records), columns


def unpack_readings(data: bytes) -> list[list[Reading]]:
    """Return the readings of compressed columns. Raises ValueError or TypeError when they are none."""
    return readings_of(_readings_columns.decode(zlib.decompress(data)))


def readings_of(columns: Sequence[Any]) -> list[list[Reading]]:
    """Return the readings of these columns. Raises ValueError or TypeError when they are none."""
    heads, signals = columns
    if not heads:
        return [[] for _ in signals]
    at, ids, offsets, lags = heads
    records = list(zip(sums(at), ids_of(ids), offsets, lags, strict=True))
    return [_readings(signal, records) for signal in signals]


def _records(records: Sequence[tuple[int, str, int, int]]) -> Columns:
    if not records:
        return []
    at, ids, offsets, first = map(list, zip(*records, strict=True))
    return [steps(at), packed_ids(ids), offsets, [known - t for known, t in zip(first, at, strict=True)]]


def _signal_columns(signal: Sequence[Reading], place: dict[tuple[int, str, int, int], int]) -> Columns:
    if not signal:
        return []
    return [
        steps([place[one.at, one.id, one.offset, one.first] for one in signal]),
        numbers([one.value for one in signal]),
        [one.joins - one.at if one.joins else NONE for one in signal],
        [one.at - one.begins if one.begins else NONE for one in signal],
        *(
            numbers([getattr(one, field) for one in signal])
            for field in ("mean", "oxygen", "close", "on", "asks")
        ),
    ]


def _readings(columns: Columns, records: Sequence[tuple[int, str, int, int]]) -> list[Reading]:
    if not columns:
        return []
    places, values, joined_for, begun_for, *rest = columns
    out = []
    for i, value, joined, begun, *more in zip(
        sums(places), plain(values), joined_for, begun_for, *map(plain, rest), strict=True
    ):
        at, id, offset, lag = records[i]
        joins, begins = at + joined if joined != NONE else 0, at - begun if begun != NONE else 0
        out.append(Reading(at, value, id, offset, at + lag, joins, begins, *more))
    return out
