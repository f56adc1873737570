"""The ticks of a replay: the time itself, so that a worker with `--clock log` decides what falls due between records (wire.md, Topics).

A tick for all stands at every whole minute from the first record to the last, after what was known by then, and one at the last instant.
A silence of the whole file is ticked through for `SILENCE` only: what falls due later is decided, at its own instant, when the next record or
tick comes, and the dates of research data lie decades apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.wire.instants import DAY, MINUTE, text
from rules.wire.vocabulary import EVERY_PATIENT
from streams.broker.topics import COMMANDS
from streams.replay.record import Record

SILENCE = 2 * DAY


def ticked(records: Iterable[Record]) -> Iterator[Record]:
    """The records, in order of `known`, with the ticks among them: equal times first the records, then the tick."""
    now = None
    for record in records:
        if now is not None and record.known > now:
            yield from map(tick, minutes(now, record.known))
        now = record.known
        yield record
    if now is not None:
        yield tick(now)


def minutes(since: int, until: int) -> Iterator[int]:
    """The whole minutes in [since, until); of a silence longer than `SILENCE` only those of its beginning."""
    first = -(-since // MINUTE) * MINUTE
    return iter(range(first, min(until, since + SILENCE), MINUTE))


def tick(at: int) -> Record:
    """A tick for every patient, at `at` ms."""
    when = text(at)
    value = f'{{"type":"tick","id":"tick-{at}","patient":"{EVERY_PATIENT}","at":"{when}"}}'.encode()
    return Record(at, COMMANDS, EVERY_PATIENT, value, everywhere=True, made=True)
