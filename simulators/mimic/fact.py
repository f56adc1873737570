"""One fact of a stay, before it is a line: what an adapter makes of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from rules.instant import text
from simulators.writing.lines import line

FIRST = ("admit", "baseline", "cycle-start")
LAST = ("discharge",)


class Fact(NamedTuple):
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


def written(facts: Iterable[Fact], patient: str) -> Iterator[tuple[int, bytes]]:
    """The facts of one stay as lines of JSON, each with its `known`, in order of knowing. Ids that would repeat get a number."""
    seen: dict[str, int] = {}
    for fact in sorted(facts, key=lambda fact: (fact.known, fact.rank, fact.at)):
        seen[fact.stem] = number = seen.get(fact.stem, 0) + 1
        yield line(fact.kind, fact.stem if number == 1 else f"{fact.stem}-{number}", patient, fact.at, fact.fields, fact.known)


def stamp(at: int) -> str:
    """An instant as part of an id: `21670505T1923`, with seconds where there are any."""
    said = text(at).translate({ord(mark): None for mark in "-:Z"})
    return said.removesuffix("00")


def neat(value: float) -> float | int:
    """84.0 as 84; every other number as it was read."""
    return int(value) if float(value).is_integer() else value
