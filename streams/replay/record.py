"""Read a record as it will be sent: its bytes, topic, patient, and when it became known.

Only what is needed to send it is read here. Its content is judged by the worker, whose dead letters are the
record of what is refused (wire.md, What is refused): a record that names no patient, no topic or no time
cannot even be sent, and is reported on stderr instead.

A file can be shifted in time, and ticks are made for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from rules.wire.instants import DAY, MINUTE, BadTime, parse, text
from rules.wire.topics import COMMANDS, topic_of
from rules.wire.vocabulary import EVERY_PATIENT

LARGEST = 1_000_000
LONGEST_NAME = 60


class ReplayRecord(NamedTuple):
    """Bytes for a topic, in order of `known` (ms).

    `everywhere`: a tick for all, sent to every partition; `made`: not from the file.
    """

    known: int
    topic: str
    patient: str
    value: bytes
    everywhere: bool = False
    made: bool = False


class Unsendable(Exception):
    """Why a line cannot be sent at all: `reason` as in wire.md, and a line for people."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason, self.message = reason, message
        super().__init__(message)


class _Envelope(msgspec.Struct):
    type: Any = None
    patient: Any = None
    at: Any = None
    known: Any = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def record(value: bytes) -> ReplayRecord:
    """Return the record that a line's bytes make, the bytes unchanged. Raises Unsendable."""
    if len(value) > LARGEST:
        raise Unsendable("malformed", "longer than 1 MB; one event a line")
    envelope = _envelope(value)
    topic = _topic(envelope.type)
    patient = _patient(envelope.patient)
    return ReplayRecord(
        _known(envelope),
        topic,
        patient,
        value,
        everywhere=patient == EVERY_PATIENT and envelope.type == "tick",
    )


def _envelope(value: bytes) -> _Envelope:
    try:
        return _ENVELOPE.decode(value)
    except (ValueError, RecursionError) as fault:
        raise Unsendable("malformed", f"not a JSON object: {fault}") from None


def _topic(type: object) -> str:
    if isinstance(type, str):
        try:
            return topic_of(type)
        except KeyError:
            pass
    raise Unsendable("malformed", f"`type` {_cut(type)} belongs to no topic; see docs/spec/wire.md, Events")


def _patient(patient: object) -> str:
    if isinstance(patient, str) and patient:
        return patient
    raise Unsendable("malformed", f"`patient` {_cut(patient)} is no patient id, and records are keyed by it")


def _known(envelope: _Envelope) -> int:
    """Return when the record became known, ms: `known`, without one `at` (criteria.md, section 1).

    Raises Unsendable.
    """
    name, time = ("at", envelope.at) if envelope.known is None else ("known", envelope.known)
    if not isinstance(time, str):
        raise Unsendable("bad-time", f"`{name}` {_cut(time)} is not an RFC 3339 time")
    try:
        known = parse(time)
    except BadTime as fault:
        raise Unsendable(
            "bad-time", f"`{name}` {_cut(time)} {fault}; write it as 2026-03-02T10:00:00Z"
        ) from None
    if known < 0:
        raise Unsendable(
            "bad-time", f"`{name}` {_cut(time)} lies before 1970, which a record's timestamp cannot say"
        )
    return known


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "..."


TIMES = ("at", "known", "start", "until")

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TIME = msgspec.json.Decoder(str)


def shifted(records: Iterable[ReplayRecord], by: int) -> Iterator[ReplayRecord]:
    """Yield the records with `at`, `known`, `start` and `until` moved by `by` ms, written in UTC."""
    for record in records:
        yield record._replace(known=record.known + by, value=rewritten(record.value, by))


def rewritten(value: bytes, by: int) -> bytes:
    """Return a JSON object with its times moved by `by` ms; every other field keeps its bytes.

    A time that is none stays, to be refused as it would have been.
    """
    fields = _FIELDS.decode(value)
    times = {name: moved(fields[name], by) for name in TIMES if name in fields}
    return msgspec.json.encode({**fields, **times})


def moved(time: msgspec.Raw, by: int) -> msgspec.Raw | str:
    """Return one time, moved; unchanged when it is no time, or would leave the calendar."""
    try:
        return text(parse(_TIME.decode(time)) + by)
    except (BadTime, ValueError, OverflowError):
        return time


SILENCE = 2 * DAY
"""How long the ticks continue where the whole file has no record, ms. What falls due later is decided, at its
own instant, when the next record or tick comes; the dates of research data lie decades apart.
"""


def ticked(records: Iterable[ReplayRecord]) -> Iterator[ReplayRecord]:
    """Yield the records, in order of `known`, and ticks for all among them; at equal times the records first.

    A tick is made at every whole minute from the first record to the last, after what was known by then, and
    one at the last instant: so that a worker with `--clock log` decides what falls due between records
    (wire.md, Topics). Without a record in the whole file they end after `SILENCE`.
    """
    now = None
    for record in records:
        if now is not None and record.known > now:
            yield from map(tick, minutes(now, record.known))
        now = record.known
        yield record
    if now is not None:
        yield tick(now)


def minutes(since: int, until: int) -> Iterator[int]:
    """Return the whole minutes in [since, until), ms; of a gap longer than `SILENCE` only its beginning."""
    first = -(-since // MINUTE) * MINUTE
    return iter(range(first, min(until, since + SILENCE), MINUTE))


def tick(at: int) -> ReplayRecord:
    """Return a tick for every patient, at `at` ms."""
    when = text(at)
    value = f'{{"type":"tick","id":"tick-{at}","patient":"{EVERY_PATIENT}","at":"{when}"}}'.encode()
    return ReplayRecord(at, COMMANDS, EVERY_PATIENT, value, everywhere=True, made=True)
