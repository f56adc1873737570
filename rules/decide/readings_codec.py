"""Encode the readings from before the tail as columns: one list of records, and what each signal has of them.

Records carry several signals, so ids and moments stand once; what repeats takes almost no space.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec

from rules.chart.readings import Reading
from rules.decide.column_codec import ids_of, numbers, packed_ids, plain, steps, sums

Columns = list[Any]
NONE = -1

_decoder = msgspec.msgpack.Decoder(tuple[Columns, list[Columns]])


def signals_of(signals: Sequence[Sequence[Reading]]) -> tuple[Columns, list[Columns]]:
    """Return the readings of each signal, in order of `at`, as columns."""
    records = sorted({(one.at, one.id, one.offset, one.first) for signal in signals for one in signal})
    place = {record: i for i, record in enumerate(records)}
    columns = [_columns(signal, place) for signal in signals]
    return _records(records), columns


def unpack_readings(data: bytes) -> list[list[Reading]]:
    """Return the readings of compressed columns. Raises ValueError or TypeError when they are none."""
    return readings_of(_decoder.decode(zlib.decompress(data)))


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


def _columns(signal: Sequence[Reading], place: dict[tuple[int, str, int, int], int]) -> Columns:
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
