"""Ask the engine's own reader whether it will take an event, and make the digest of what it then says.

A feed that sent what the worker refuses would be acknowledged for nothing.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from rules.ingest.decode import decode
from rules.wire.events import Event, LabReading, Labs
from rules.wire.instants import parse
from rules.wire.refusals import FROM_THE_FUTURE, Problem
from streams.feeds.mapping.wire_events import SentLabs, SentVitals, WireEvent, encode

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


PASSES = Vetted(None)
MOST_PASSED = 16_384
ORDINARY = 1e12
"""A number that no unit takes out of a float's range."""
Parts = tuple[tuple[object, ...], tuple[object, ...]]
_MEASURED = (SentVitals, SentLabs)


class Passed:
    """Parts of readings that the engine's reader has taken: of what is made of them only the number is new.

    `who`: whose, from where, in which status; `what`: code, unit and limits, with what the reader makes of a
    result. One in another unit than the engine's is never kept: its number is another one there.
    """

    def __init__(self) -> None:
        self.who: dict[tuple[object, ...], tuple[str, str]] = {}
        self.what: dict[tuple[object, ...], LabReading | None] = {}

    def again(self, event: WireEvent) -> Vetted | None:
        """Return what the worker makes of a reading whose parts have all passed; None: it is to be vetted.

        Of a vital sign only that it passes, without what is made of it: nobody asks.
        """
        parts = _parts(event)
        if parts is None or parts[0] not in self.who or parts[1] not in self.what:
            return None
        reading = self.what[parts[1]]
        return PASSES if reading is None else Vetted(self._result(event, self.who[parts[0]], reading))

    @staticmethod
    def _result(event: Any, whose: tuple[str, str], reading: LabReading) -> Labs:
        code, _, low, high, unit, comparator = reading
        at, (patient, status) = parse(event.at), whose
        known = at if event.known is None else parse(event.known)
        readings = ((code, event.readings[0].value, low, high, unit, comparator),)
        return Labs(event.id, patient, at, known, status, readings)

    def note(self, event: WireEvent, made: Event | None) -> None:
        """Note the parts of an event that was taken whole, as the worker makes it."""
        parts = _parts(event)
        if parts is None or made is None:
            return
        if isinstance(made, Labs) and (made.charted or not made.readings):
            return
        for kept in (self.who, self.what):
            if len(kept) >= MOST_PASSED:
                kept.clear()
        self.who[parts[0]] = made.patient, made.status
        self.what[parts[1]] = made.readings[0] if isinstance(made, Labs) else None


def _parts(event: WireEvent) -> Parts | None:
    """Return who a reading of a number is of, and what is read; None for what has to be vetted whole."""
    readings = event.readings if isinstance(event, _MEASURED) else ()
    if len(readings) != 1:
        return None
    reading = readings[0]
    value = reading.value
    if type(value) is not float or not -ORDINARY < value < ORDINARY:
        return None
    limits = (reading.low, reading.high, reading.comparator)
    return (event.patient, event.source, event.status), (type(event), reading.code, reading.unit, *limits)


def digest_of(event: Event) -> str:
    """Return the digest of an event's content and its `at`, after conversion."""
    stated: list[Any] = [type(event).__name__]
    stated += [getattr(event, name) for name in event.__struct_fields__ if name not in _NOT_STATED]
    return blake2b(_encoder.encode(stated), digest_size=8).hexdigest()
