"""Tell a duplicate from a conflict: what a record says, as a digest (criteria.md section 1).

Of every id the digest of its first `final` is kept, and not what it said, so that the state stays bounded.
Which record of an id is in force is by the ranking of statuses.
"""

import zlib
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

from rules.chart.chart import EDITED, FACTS, FADED, Chart
from rules.chart.facts import Fact, Ghost
from rules.chart.oxygen import VitalsRow
from rules.wire import events

RANK = {"preliminary": 0, "final": 1, "corrected": 2, "entered-in-error": 2}
PRELIMINARY, FINAL, LAST_WORD = RANK["preliminary"], RANK["final"], RANK["corrected"]


def outranks(rank: int, before: int) -> bool:
    """Return whether a record of rank `rank` replaces one of rank `before` that was known earlier.

    A final replaces a preliminary, a correction or a withdrawal both, and a later one an earlier one.
    """
    return rank > before or rank == before == LAST_WORD


NOT_STATED = frozenset(("id", "patient", "at", "known", "status", "offset", "charted"))
"""The fields of an event that are no content: `at` is, and is added by itself; a result sent again in another
unit says the same.
"""

SINCE_2_1 = ("specimen", "targets", "pack")
"""Fields of wire 2.1: they count where they say something, so that the digests of 2.0 stay as they were."""

DIGESTS = 0xFFFF

_encoder = msgspec.msgpack.Encoder()


def digest_of(event: events.Event) -> int:
    """Return the digest of what a record says and its `at`, after conversion; never 0.

    The order of readings does not count. Two bytes: one conflict in 65 thousand is taken for a duplicate.
    """
    kind = type(event)
    if isinstance(event, events.Vitals) and not event.unusable:
        return _short(_encoder.encode((event.at, sorted(event.readings), event.withdrawn)))
    stated: list[Any] = [kind.__name__, *_content_of(kind)(event)]
    for name in _newer_in(kind):
        if value := getattr(event, name):
            stated.append((name, value))
    for i, value in enumerate(stated):
        if value.__class__ is tuple or value.__class__ is dict:
            stated[i] = _ordered(value)
    return _short(_encoder.encode(stated))


@cache
def _content_of(kind: type[events.Event]) -> Callable[[events.Event], tuple[Any, ...]]:
    """Return what gets the `at` of an event of this kind and its content, in the order of its fields."""
    return attrgetter(
        "at", *(name for name in kind.__struct_fields__ if name not in {*NOT_STATED, *SINCE_2_1})
    )


@cache
def _newer_in(kind: type[events.Event]) -> tuple[str, ...]:
    """Return the fields of wire 2.1 that an event of this kind has."""
    return tuple(name for name in SINCE_2_1 if name in kind.__struct_fields__)


def _short(stated: bytes) -> int:
    return zlib.crc32(stated) % DIGESTS + 1


def _ordered(value: tuple[Any, ...] | dict[str, bool]) -> Any:
    if isinstance(value, tuple):
        return value if len(value) < 2 else sorted(value, key=_code)
    return sorted(value.items())


def _code(item: Any) -> str:
    if isinstance(item, tuple):
        return str(item[0])
    return f"{item.code} {item.reason}" if isinstance(item, events.Unusable) else str(item)


def first_final(chart: Chart, id: str) -> int:
    """Return the digest of the first `final` of an id; 0 when none has come."""
    fact = chart.seen.get(id)
    kept = fact.digest if isinstance(fact, VitalsRow | Ghost) else 0
    return kept or chart.digests.get(id, 0)


def keep_digest(chart: Chart, id: str, digest: int) -> None:
    """Keep the digest of an id's first `final`: with its vital signs or ghost, else by itself."""
    fact = chart.seen.get(id)
    if isinstance(fact, VitalsRow):
        if fact.digest != digest:
            fact.digest = digest
            if fact.n != chart.n:  # what was just written is not encoded yet
                chart.tail.unseal(fact.at)
        return
    chart.unsaved |= FACTS if fact is not None and fact.n == chart.n else EDITED
    if fact is not None and fact.n < chart.n:
        chart.reworded.append(fact)
    if isinstance(fact, Ghost):
        fact.digest = digest
        chart.digests.pop(id, None)
        chart.unsaved |= FADED
    else:
        chart.digests[id] = digest


def conflicts(chart: Chart, event: events.Event) -> bool:
    """Return whether a record is a `final` with another content under an id that a `final` has already."""
    if RANK[event.status] != FINAL or event.id not in chart.seen or isinstance(event, events.Tick):
        return False
    before = first_final(chart, event.id)
    return before != 0 and before != digest_of(event)


Version = tuple[int, int]
"""The rank of a record and its `known`."""


def beats(event: events.Event, version: Version) -> bool:
    """Return whether a record replaces what an earlier one of its id charted."""
    rank, known = version
    mine = RANK[event.status]
    return outranks(mine, rank) and (mine > rank or event.known >= known)


def supersedes(event: events.Event, old: Fact) -> bool:
    """Return whether a record replaces a fact of an earlier record of its id."""
    return beats(event, (old.rank, old.tie))
