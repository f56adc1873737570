"""Define one fact of a stay, before it is a line; its times, which have no zone and are read as UTC; and sets
in which a code occurs once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy
import pandas

from rules.wire.instants import MINUTE, text
from simulators.charting.records import line

FORMAT = "%Y-%m-%d %H:%M:%S"
_ELSEWHERE = (
    r"^\s*(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,]\d*)?)?\s*(?:Z|UTC|[+-]00:?00|[+-]00)?\s*$"
)
"""A time as other exports write it: a `T`, no seconds, fractions, UTC. Another zone would move it."""
AHEAD = 15 * MINUTE
"""The furthest that a fact may be known before its own time (criteria.md 1)."""


def milliseconds(texts: Any) -> Any:
    """Return a column of times as ms since 1970, float64; NaN where there is none that can be read."""
    found = pandas.to_datetime(texts, format=FORMAT, errors="coerce")
    left = found.isna() & pandas.Series(texts).notna()
    if left.any():
        found = found.where(~left, elsewhere(pandas.Series(texts).where(left)))
    found = found.to_numpy("datetime64[ms]")
    return numpy.where(numpy.isnat(found), numpy.nan, found.astype("int64"))


def elsewhere(texts: Any) -> Any:
    """Return a column of times in the forms of other exports as datetimes; NaT where there is none."""
    parts = texts.astype("string").str.extract(_ELSEWHERE)
    written = parts[0] + " " + parts[1] + ":" + parts[2].fillna("00")
    return pandas.to_datetime(written, format=FORMAT, errors="coerce")


def moments(texts: Any) -> list[int | None]:
    """Return a column of times as ms; None where there is none."""
    return [None if value != value else int(value) for value in milliseconds(texts).tolist()]


def learned(at: int, stored: int | None) -> int:
    """Return when a fact became known: when it was stored; at its own time if no storetime is kept, or one
    that lies more than 15 min ahead.

    A row stored ahead is written into the hour to come, or saved as an infusion begins: the end of the hour
    cannot be known then, and the wire refuses such a record (`from-the-future`). Up to 15 min the storetime
    is kept as it is.
    """
    return at if stored is None or stored < at - AHEAD else stored


def early(at: int, stored: int | None) -> bool:
    """Return whether `learned` did not use the storetime."""
    return stored is not None and stored < at - AHEAD


FIRST = ("admit", "baseline", "cycle-start")
LAST = ("discharge",)


class MimicFact(NamedTuple):
    """`at` and `known` in ms, the record's type, the stem of its id, and its own fields as on the wire."""

    at: int
    known: int
    kind: str
    stem: str
    fields: Mapping[str, Any]

    @property
    def rank(self) -> int:
        """The order among facts of one instant: a stay's beginning first, its end last."""
        event = self.fields.get("event")
        return -1 if event in FIRST else 1 if event in LAST else 0


def written(facts: Iterable[MimicFact], patient: str) -> Iterator[tuple[int, bytes]]:
    """Yield the facts of one stay as lines of JSON, each with its `known`, in order of `known`.

    Ids that would repeat get a number.
    """
    seen: dict[str, int] = {}
    for fact in sorted(facts, key=lambda fact: (fact.known, fact.rank, fact.at)):
        seen[fact.stem] = number = seen.get(fact.stem, 0) + 1
        yield line(
            fact.kind,
            fact.stem if number == 1 else f"{fact.stem}-{number}",
            patient,
            fact.at,
            fact.fields,
            fact.known,
        )


def stamp(at: int) -> str:
    """Return an instant as part of an id: `21670505T1923`, with seconds where there are any."""
    found = text(at).translate({ord(mark): None for mark in "-:Z"})
    return found.removesuffix("00")


def neat(value: float) -> float | int:
    """Return 84.0 as 84; every other number as it was read."""
    return int(value) if float(value).is_integer() else value


Reading = dict[str, Any]


def distinct_sets(readings: Iterable[Reading], repeated: Callable[[], None]) -> list[list[Reading]]:
    """Return the readings in as few sets as hold no code twice.

    Of equal readings only the first is kept; `repeated` is called for each other.
    """
    sets: list[dict[str, Reading]] = []
    for reading in readings:
        if any(there.get(reading["code"]) == reading for there in sets):
            repeated()
            continue
        free = next((there for there in sets if reading["code"] not in there), None)
        if free is None:
            sets.append(free := {})
        free[reading["code"]] = reading
    return [list(there.values()) for there in sets]
