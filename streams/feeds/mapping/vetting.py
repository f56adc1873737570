"""Ask the engine's own reader whether it will take an event, and make the digest of what it then says.

A feed that sent what the worker refuses would be acknowledged for nothing.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from rules.ingest.decode import decode
from rules.wire.events import Event
from rules.wire.refusals import FROM_THE_FUTURE, Problem
from streams.feeds.mapping.wire_events import SentVitals, WireEvent, encode

_NOT_STATED = frozenset(("id", "patient", "known", "status", "offset", "charted"))
"""What is no content: who, when known, and in which unit a value was written that is the same in another."""
_FOREVER = 1 << 60
_encoder = msgspec.msgpack.Encoder()


class Vetted(NamedTuple):
    """What the worker would make of an event (None: nothing), or the problem."""

    event: Event | None
    problem: Problem | None = None

    @property
    def digest(self) -> str:
        """The digest of the event's content; empty where the worker makes nothing of it."""
        return "" if self.event is None else digest_of(self.event)


def vetted(event: WireEvent) -> Vetted:
    """Return whether the worker takes an event whole, and what it makes of it in canonical units.

    A time in the future is the worker's to judge, which has the broker's clock.
    """
    decoded, problems = decode(encode(event), ahead=_FOREVER)
    problem = next((each for each in problems if each.refuses and each.reason != FROM_THE_FUTURE), None)
    return Vetted(decoded, problem)


Passed = set[tuple[str | None, ...]]
"""Parts of events that the engine's reader has taken: who a reading is of, and what is read in which unit."""
MOST_PASSED = 16_384
ORDINARY = 1e12
"""A number that no unit takes out of a float's range."""


def passes_again(event: WireEvent, passed: Passed) -> bool:
    """Return whether an event is a reading of parts that have all passed before: only its number is new."""
    parts = _parts(event)
    return parts is not None and parts[0] in passed and parts[1] in passed


def note_passed(event: WireEvent, passed: Passed) -> None:
    """Note the parts of an event that was taken whole."""
    parts = _parts(event)
    if parts is not None:
        if len(passed) > MOST_PASSED:
            passed.clear()
        passed.update(parts)


def _parts(event: WireEvent) -> tuple[tuple[str | None, ...], tuple[str | None, ...]] | None:
    """Return who a reading of a number is of, and what is read; None for what has to be vetted whole."""
    if type(event) is not SentVitals or len(event.readings) != 1:
        return None
    code, value, unit = (reading := event.readings[0]).code, reading.value, reading.unit
    if type(value) is not float or not -ORDINARY < value < ORDINARY:
        return None
    return (event.patient, event.source, event.status), (code, unit)


def digest_of(event: Event) -> str:
    """Return the digest of an event's content and its `at`, after conversion."""
    stated: list[Any] = [type(event).__name__]
    stated += [getattr(event, name) for name in event.__struct_fields__ if name not in _NOT_STATED]
    return blake2b(_encoder.encode(stated), digest_size=8).hexdigest()
