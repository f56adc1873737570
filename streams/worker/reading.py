"""A record read: the event in it, or why there is none; and the name under which facts remember where they came from."""

from __future__ import annotations

from rules.ingest.decode import decode
from rules.wire import events
from rules.wire.events import Event
from rules.wire.refusals import Problem
from streams.broker.topics import INPUTS
from streams.worker.batch import Record

SHIFT = 4
"""The engine carries one integer with a fact: the offset, and in its low bits the number of the topic."""

_NAMES: dict[type, str] = {
    kind: kind.__name__.lower() for kind in (events.Vitals, events.Labs, events.IO, events.Dose, events.Infusion, events.Medication)
}
_NAMES |= {kind: kind.__name__.lower() for kind in (events.Finding, events.Encounter, events.Ack, events.Silence, events.Resume, events.Tick)}


def read(topic: int, record: Record, ahead: int) -> tuple[Event | None, tuple[Problem, ...]]:
    """What a record says. No `known` of its own means: the record's timestamp (criteria.md, section 1)."""
    known = record.timestamp if record.timestamp >= 0 else None
    return decode(record.value or b"", key=key_of(record), known=known, offset=record.offset << SHIFT | topic, ahead=ahead)


def key_of(record: Record) -> str:
    """The record's key as text; one that is not UTF-8 is nobody's."""
    return "" if record.key is None else record.key.decode("utf-8", "replace")


def place(partition: int, code: int) -> str:
    """`topic/partition/offset` of a fact, as the header `evidence` has it (wire.md, Alert)."""
    return f"{INPUTS[code & (1 << SHIFT) - 1]}/{partition}/{code >> SHIFT}"


def type_of(event: Event) -> str:
    """The event's `type` on the wire."""
    if isinstance(event, events.Withdrawal | events.Unused):
        return event.type
    return _NAMES[type(event)]
