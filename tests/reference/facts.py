"""The facts that a patient's records leave: conflicts, duplicates, corrections code by code, withdrawals, and
the stay they belong to (criteria.md 1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from .clock import HOUR
from .records import UNKNOWN, WITHDRAWN, Item, Record

READING_TYPES = ("vitals", "labs")
NO_FACTS = ("ack", "silence", "tick")
KEPT = 96 * HOUR
FAR = 31 * 24 * HOUR


@dataclass(frozen=True)
class Value:
    """A reading with its own times: `first` is when its id was first known."""

    code: str
    item: Item
    at: int
    known: int
    order: int
    first: int
    id: str

    @property
    def value(self) -> Any:
        """The value in its canonical unit."""
        return self.item.value

    @property
    def usable(self) -> bool:
        """Whether it was understood and is plausible."""
        return self.item.problem is None

    @property
    def rank(self) -> tuple[int, int, int]:
        """Order of `at`; ties: later known, then later in the log."""
        return (self.at, self.known, self.order)


@dataclass(frozen=True)
class Fact:
    """What stands under one id."""

    record: Record
    first: int
    values: tuple[Value, ...] = ()

    def __hash__(self) -> int:
        return hash((self.record.id, self.record.known, self.record.order, self.first))

    @property
    def id(self) -> str:
        """The record's id."""
        return self.record.id

    @property
    def type(self) -> str:
        """The record's type."""
        return self.record.type

    @property
    def at(self) -> int:
        """When it was true."""
        return self.record.at

    @property
    def event(self) -> dict[str, Any]:
        """What was said."""
        return self.record.event

    @property
    def rank(self) -> tuple[int, int, int]:
        """Order of `at`; ties: later known, then later in the log."""
        return (self.record.at, self.record.known, self.record.order)

    @property
    def named(self) -> str:
        """An encounter's event."""
        return str(self.event.get("event")) if self.type == "encounter" else ""


def accepted(records: Iterable[Record], gaps: bool = False) -> list[Record]:
    """One patient's records in order of knowing, without conflicts of ids and leaps of more than 31 days."""
    taken: list[Record] = []
    finals: dict[str, Record] = {}
    for record in sorted(records, key=lambda r: (r.known, r.order)):
        if taken and record.known - taken[-1].known > FAR and not gaps:
            continue
        if record.status == "final" and record.type != "tick":
            first = finals.setdefault(record.id, record)
            if first.content != record.content:
                continue
        taken.append(record)
    return taken


def settle(records: Iterable[Record]) -> list[Fact]:
    """The facts that stand, one an id, in order of `at`; `records` in order of knowing."""
    by_id: dict[str, list[Record]] = {}
    for record in records:
        if record.type not in NO_FACTS:
            by_id.setdefault(record.id, []).append(record)
    facts = [fact for versions in by_id.values() if (fact := _standing(tuple(versions))) is not None]
    return sorted(facts, key=lambda f: f.rank)


@lru_cache(4096)
def _standing(versions: tuple[Record, ...]) -> Fact | None:
    layers = _layers(versions)
    first, last = versions[0].known, layers[-1]
    by_code = last.type in READING_TYPES or last.event.get("event") == "baseline"
    if not by_code or any(v.type != last.type for v in layers):
        return None if last.status == "entered-in-error" else Fact(last, first)
    return _merged(layers, first)


def _layers(versions: Sequence[Record]) -> list[Record]:
    """The versions that count, the one that rules last."""
    outranking = [v for v in versions if v.status in ("corrected", "entered-in-error")]
    plain = [v for v in versions if v.status in ("final", "preliminary")]
    kept = [v for v in plain[:1] if v.status == "preliminary"]
    kept += [v for v in plain if v.status == "final"][:1]
    return kept + [v for v in outranking if not _too_late(v, versions[0])]


def _too_late(version: Record, first: Record) -> bool:
    """A discharge is taken back within 96 h, or not at all."""
    discharge = first.type == "encounter" and first.event.get("event") == "discharge"
    return discharge and version is not first and version.known >= first.known + KEPT


def _merged(layers: list[Record], first: int) -> Fact | None:
    values: dict[str, list[Value]] = {}
    event: dict[str, Any] = {}
    header: Record | None = None
    for layer in layers:
        if layer.status == "entered-in-error":
            values, event, header = {}, {}, None
            continue
        named = [item for item in layer.items if item.problem != UNKNOWN]
        for code in {item.code for item in named}:
            mine = [item for item in named if item.code == code and item.problem != WITHDRAWN]
            values[code] = [
                Value(code, item, layer.at, layer.known, layer.order, first, layer.id) for item in mine
            ]
        findings = {**event.get("findings", {}), **(layer.event.get("findings") or {})}
        event = {**event, **layer.event, "findings": findings}
        before = header.start if header is not None else None
        start = before if layer.start is None else layer.start
        header = replace(layer, event=event, start=start, items=())
    return (
        None
        if header is None
        else Fact(header, first, tuple(v for several in values.values() for v in several))
    )


# ---- stays


@dataclass(frozen=True)
class Stay:
    """The present stay: its facts; or the discharge that has ended the last one, and what came after it.

    `before`: the discharge before the stay.
    """

    start: int | None
    facts: list[Fact]
    discharge: Fact | None = None
    before: Fact | None = None

    @property
    def ended(self) -> int | None:
        """The `at` of the discharge before the stay."""
        return None if self.before is None else self.before.at


def begins(fact: Fact) -> bool:
    """Whether a fact begins a stay after a discharge."""
    given = fact.type == "dose" and fact.event.get("given") is True and fact.record.problem is None
    return fact.named in ("admit", "baseline", "cycle-start") or given


def present(facts: list[Fact]) -> Stay:
    """The stay that goes on at the end of these facts, in order of `at`."""
    start: int | None = None
    ended: Fact | None = None
    before: Fact | None = None
    for fact in facts:
        if ended is None and fact.named == "discharge":
            ended = fact
        elif ended is not None and begins(fact) and fact.at > ended.at:
            start, before, ended = fact.at, ended, None
    if ended is not None:
        return Stay(start, [f for f in facts if f.at > ended.at], ended)
    return Stay(start, [f for f in facts if start is None or f.at >= start], before=before)
