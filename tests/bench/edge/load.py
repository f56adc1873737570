"""What is sent: minute vitals of the past, then live records at a steady rate, some of which trip.

All records go to one topic, so that every contender reads just one. A record that trips is a finding,
`infection`, present and absent in turn: Table 3 has it open or resolved at once, so each makes one alert, whose
latest evidence is the record's id. The ids of live records are their numbers: record N is due N / rate seconds
after the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from tests.bench.records import Chart, short_ids

SUBJECT = "infection"
COURSES = 20
"""Courses that patients share: what a patient reads is another's with another name."""
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
Line = tuple[int, bytes, bytes]
"""Known (ms), key, the event."""


class Load(NamedTuple):
    """Live records: `rate` a second for `warm` and then `seconds`; of a patient's, every `every`-th trips."""

    rate: float
    patients: int
    every: int
    seconds: float
    warm: float = 0.0
    first: int = 0

    @property
    def records(self) -> int:
        return round(self.rate * (self.warm + self.seconds))

    @property
    def warming(self) -> int:
        """How many of the records are not timed."""
        return round(self.rate * self.warm)

    def due(self) -> list[int]:
        """Return the numbers of the records that trip: an alert of each must come."""
        return [number for number in range(self.records) if self.changes(number)[1]]

    def changes(self, number: int) -> tuple[bool, bool]:
        """Return whether the finding is present after a record, and whether this record trips."""
        turn, who = divmod(number, self.patients)
        changes, rest = divmod(turn + who % self.every + 1, self.every)
        return changes % 2 == 1, rest == 0


def name(number: int) -> str:
    return f"p{number:05}"


def stamp(ms: int) -> str:
    """Return ms as the wire writes an instant."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"


@cache
def readings(course: int, hours: int) -> tuple[str, ...]:
    """Return the readings of every minute of a course, as JSON."""
    vitals = Chart("", course, short_ids()).vitals(hours, 1)
    return tuple(json.dumps(record["readings"]) for record in vitals if 0 < record["at"] < hours)


def begun(number: int, at: int) -> bytes:
    """Return the record that begins a patient's stay and cycle."""
    event = {"type": "encounter", "id": "begun", "patient": name(number), "at": stamp(at)}
    return json.dumps(event | {"event": "cycle-start", "location": "ward"}).encode()


def past(number: int, hours: int, now: int) -> Iterator[Line]:
    """Yield a patient's records up to `now` (ms): the stay begins, then vitals each minute."""
    key, begin = name(number).encode(), now - hours * HOUR_MS - (number % 60) * 1000 - 1000
    yield begin, key, begun(number, begin)
    for minute, values in enumerate(readings(number % COURSES, hours), 1):
        at = begin + minute * MINUTE_MS
        head = f'{{"type": "vitals", "id": "h{minute}", "patient": "{name(number)}", "at": "{stamp(at)}"'
        yield at, key, f'{head}, "source": "bedside monitor", "readings": {values}}}'.encode()


def history(patients: int, hours: int, now: int) -> Iterator[Line]:
    """Yield the records of all patients, in order of time within each."""
    for number in range(patients):
        yield from past(number, hours, now)


class Parts:
    """The records of a load, encoded but for id and instant."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.keys = [name(load.first + who).encode() for who in range(load.patients)]
        self.calm = [json.dumps([*json.loads(one)]).encode() for one in readings(0, 1)]
        self.second, self.prefix = -1, b""

    def at(self, ms: int) -> bytes:
        """Return ms as the wire writes an instant; the second is worked out once."""
        second, rest = divmod(ms, 1000)
        if second != self.second:
            self.second, self.prefix = second, stamp(second * 1000)[:-4].encode()
        return b"%b%03dZ" % (self.prefix, rest)

    def record(self, number: int, ms: int) -> tuple[bytes, bytes]:
        """Return key and value of a live record that is due at an instant."""
        key, (present, trips) = self.keys[number % self.load.patients], self.load.changes(number)
        if trips:
            word = b"true" if present else b"false"
            found = b'"code": "%b", "present": %b' % (SUBJECT.encode(), word)
            return key, b'{"type": "finding", "id": "%d", "patient": "%b", "at": "%b", %b}' % (number, key, self.at(ms), found)  # fmt: skip
        values = self.calm[number % len(self.calm)]
        return key, b'{"type": "vitals", "id": "%d", "patient": "%b", "at": "%b", "readings": %b}' % (number, key, self.at(ms), values)  # fmt: skip
