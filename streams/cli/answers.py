"""Wait for what became of a command: the pager's word in `il2.pages`, the worker's in `il2.assessments`.

A command takes effect on what is open when it is read, so that only its reader can tell (wire.md, Alert).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rules.wire import assessments, pages
from rules.wire.assessments import Assessment, NotAnAssessment
from rules.wire.commands import Command
from rules.wire.pages import PageRecord
from rules.wire.topics import ASSESSMENTS, PAGES
from streams.kafka import commands
from streams.kafka.blocking_reader import Tail, records
from streams.kafka.settings import Broker
from streams.service.event_file import warn
from streams.service.exit_codes import STUCK

PATIENCE_S = 20.0
POLL_MS = 200

Word = TypeVar("Word")


@contextmanager
def tailing(broker: Broker, topic: str) -> Iterator[Tail]:
    """Open a reader at the present end of a topic."""
    tail = Tail(broker, [topic])
    try:
        yield tail
    finally:
        tail.close()


def waited(
    tail: Tail, found: Callable[[bytes | None], Word | None], patience_s: float = PATIENCE_S
) -> Word | None:
    """Return the first word that is found in a record's value; None when none comes in time."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        for record in tail.poll(POLL_MS):
            word = found(record.value)
            if word is not None:
                return word
    return None


def of_pager(broker: Broker, command: Command) -> PageRecord | None:
    """Send a command, and return the first thing that the pager says of it; None when it says nothing."""

    def about(value: bytes | None) -> PageRecord | None:
        record = pages.decode(value)
        return record if record is not None and record.command == command.id else None

    with tailing(broker, PAGES) as tail:
        commands.send(broker, command)
        return waited(tail, about)


def latest_assessment(broker: Broker, patient: str) -> Assessment | None:
    """Return the patient's latest assessment; None when there is none: the patient is not in care."""
    found: Assessment | None = None
    key = patient.encode("utf-8", "surrogatepass")
    for record in records(broker, ASSESSMENTS):
        if record.key == key:
            found = None if record.value is None else _decoded(record.value)
    return found


def of_worker(broker: Broker, command: Command, done: Callable[[Assessment], bool]) -> bool | None:
    """Send a command, and return whether an assessment shows that it is done.

    False: assessments came and did not show it; None: none came.
    """
    seen: list[Assessment] = []

    def shown(value: bytes | None) -> Assessment | None:
        assessment = None if value is None else _decoded(value)
        if assessment is None or assessment.patient != command.patient:
            return None
        seen.append(assessment)
        return assessment if done(assessment) else None

    with tailing(broker, ASSESSMENTS) as tail:
        commands.send(broker, command)
        if waited(tail, shown) is not None:
            return True
    return False if seen else None


def _decoded(value: bytes) -> Assessment | None:
    try:
        return assessments.decode(value)
    except NotAnAssessment:
        return None


def unheard(who: str, what: str) -> int:
    """Report that nobody answered, and return the exit code: what became of it cannot be judged."""
    warn(
        f"il2watch: no word from a {who} within {PATIENCE_S:.0f} s: is one running? The {what} is in "
        "il2.commands, and takes effect when it is read"
    )
    return STUCK
