"""Define one fact of a stay, before it is a line; its times, which have no zone and are read as UTC; and
sets in which a code stands once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy
import pandas

from rules.wire.instants import MINUTE, text
from simulators.charting.records import line

FORMAT = "%Y-%m-%d %H:%M:%S"
AHEAD = 15 * MINUTE
"""criteria.md 1: a fact may be known so long before its own time, not longer."""


def milliseconds(texts: Any) -> Any:
    """A column of times as ms since 1970, float64; NaN where there is none that can be read."""
    found = pandas.to_datetime(texts, format=FORMAT, errors="coerce").to_numpy("datetime64[ms]")
    return numpy.where(numpy.isnat(found), numpy.nan, found.astype("int64"))


def moments(texts: Any) -> list[int | None]:
    """A column of times as ms; None where there is none."""
    return [None if value != value else int(value) for value in milliseconds(texts).tolist()]


def learned(at: int, stored: int | None) -> int:
    """When a fact became known: when it was stored; at its own time if no storetime is kept, or one that lies
    more than 15 min ahead.

    A row stored ahead is written into the hour to come, or saved as an infusion begins: nobody can know how
    the hour will end, and the wire refuses such a record (`from-the-future`). Up to 15 min the storetime
    stands as it is.
    """
    return at if stored is None or stored < at - AHEAD else stored


def early(at: int, stored: int | None) -> bool:
    """Whether `learned` did not take the storetime."""
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
        """Where facts of one instant stand: a stay's beginning first, its end last."""
        event = self.fields.get("event")
        return -1 if event in FIRST else 1 if event in LAST else 0


def written(facts: Iterable[MimicFact], patient: str) -> Iterator[tuple[int, bytes]]:
    """The facts of one stay as lines of JSON, each with its `known`, in order of knowing.

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
    """An instant as part of an id: `21670505T1923`, with seconds where there are any."""
    found = text(at).translate({ord(mark): None for mark in "-:Z"})
    return found.removesuffix("00")


def neat(value: float) -> float | int:
    """84.0 as 84; every other number as it was read."""
    return int(value) if float(value).is_integer() else value


Reading = dict[str, Any]


def apart(readings: Iterable[Reading], repeated: Callable[[], None]) -> list[list[Reading]]:
    """The readings in as few sets as hold no code twice; of equal ones only the first, `repeated` is told of
    each other.
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
