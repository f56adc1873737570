"""Encode facts of one kind as columns of small differences.

What repeats from fact to fact then takes almost no space once it is compressed.
"""

import zlib
from collections.abc import Sequence
from itertools import pairwise
from math import copysign
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from rules.chart.facts import Fact

F = TypeVar("F", bound=Fact)
Columns = list[Any]
Column = list[Any] | dict[int, list[int | None]]

WRITTEN = 36

_encoder = msgspec.msgpack.Encoder()
_columns = msgspec.msgpack.Decoder(Columns)


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
