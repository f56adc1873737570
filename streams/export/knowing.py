"""Put the records of the input topics in order of knowing, each with the `known` that a worker took it at.

So a fold of the file gives what the worker gave. Pure: records are an argument.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from rules.ingest.decode import decode
from rules.wire.events import Event
from rules.wire.instants import LATEST, text
from rules.wire.refusals import BAD_TIME
from rules.wire.topics import INPUTS
from rules.wire.vocabulary import EVERY_PATIENT, is_made_up

NUMBER = {topic: number for number, topic in enumerate(INPUTS)}


class Known(NamedTuple):
    """A record as it is exported; it sorts as a worker takes it. `known`: ms."""

    known: int
    stamp: int
    topic: int
    partition: int
    offset: int
    patient: str
    event: dict[str, Any]


class Wanted(NamedTuple):
    """What is exported: known from `start` up to `end`, both included (ms), of one patient or of all.

    `wall`: the worker's time came from the wall clock: a record is known when it reached its topic.
    """

    start: int | None = None
    end: int | None = None
    patient: str | None = None
    wall: bool = True

    def takes(self, patient: str, known: int) -> bool:
        """Return whether a record is wanted; a tick for all patients is, whoever is asked for.

        A patient who is made up is, if asked for by name.
        """
        if self.patient is None and is_made_up(patient):
            return False
        if self.patient is not None and patient not in (self.patient, EVERY_PATIENT):
            return False
        return (self.start is None or known >= self.start) and (self.end is None or known <= self.end)


class Export(NamedTuple):
    """The events in order of knowing, and how many records were refused, by reason."""

    events: list[dict[str, Any]]
    refused: Counter[str]


def exported(records: Iterable[Any], wanted: Wanted, ahead: int) -> Export:
    """Return the events of records as a Kafka client returns them.

    `ahead`: ms by which `at` and `known` may lie ahead (the guideline's choice). A tick that lies in every
    partition is exported once.
    """
    refused: Counter[str] = Counter()
    found, ticks = [], set()
    for record in records:
        one = _known(record, wanted, ahead, refused)
        if one is None or not wanted.takes(one.patient, one.known):
            continue
        if one.patient == EVERY_PATIENT:
            if one.known in ticks:
                continue
            ticks.add(one.known)
        found.append(one)
    found.sort(key=attrgetter("known", "stamp", "topic", "partition", "offset"))
    return Export([one.event for one in found], refused)


def _known(record: Any, wanted: Wanted, ahead: int, refused: Counter[str]) -> Known | None:
    stamp = max(0, record.timestamp)
    key = "" if record.key is None else record.key.decode("utf-8", "replace")
    event, problems = decode(record.value or b"", key=key, known=stamp, ahead=ahead)
    if event is None:
        refused[problems[0].reason] += 1
        return None
    known = max(event.known, stamp) if wanted.wall else event.known
    if known > LATEST:
        refused[BAD_TIME] += 1
        return None
    written = _rewritten(record.value, event, known)
    place = NUMBER[record.topic]
    return Known(known, stamp, place, record.partition, record.offset, event.patient, written)


def _rewritten(value: bytes, event: Event, known: int) -> dict[str, Any]:
    """Return the record's own fields, with the `known` that it was taken at."""
    written: dict[str, Any] = msgspec.json.decode(value)
    if known != event.at or "known" in written:
        written["known"] = text(known)
    return written
