"""Collect what one message gives: vet each event, settle it against what was sent before, or refuse it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from rules.wire.instants import Instant
from rules.wire.refusals import BAD_TIME, BAD_UNIT, NOT_A_NUMBER
from streams.feeds.mapping.code_map import READINGS, MapRow
from streams.feeds.mapping.corrections import WITHDRAWN, Proposed
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.vetting import vetted
from streams.feeds.mapping.wire_events import SentReading, WireEvent, kind_of


class Part(NamedTuple):
    """A part of a message, as a dead letter names it: its segment or resource type, its place, its code."""

    name: str
    number: int
    code: str = ""


class Unusable(Exception):
    """An error: a part cannot be used; reason and message of the dead letter."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


UNREADABLE = (NOT_A_NUMBER, BAD_UNIT)
LONGEST_KEPT = 60


def is_known_to_have_come(fault: Unusable, row: MapRow) -> bool:
    """Return whether a value that cannot be read is sent on, as text, for the engine to set aside.

    Held back, it would leave an older result standing as the newest (criteria.md 2).
    """
    return fault.reason in UNREADABLE and row.type in READINGS and row.our_code != "o2-device"


def as_text(code: str, text: str, unit: str) -> SentReading:
    """Return the reading of a value that cannot be read."""
    kept = " ".join(text.split())[:LONGEST_KEPT] or "unreadable"
    return SentReading(code, kept, unit[:LONGEST_KEPT] or None)


class Publishing:
    """What a message gives. `now`: when it came, ms; `stamp`: when it was made (0: not known)."""

    def __init__(self, rules: FeedRules, tables: Tables, now: Instant, stamp: Instant = 0) -> None:
        self.rules, self.tables, self.now, self.stamp = rules, tables, now, stamp
        self.handled = Handled()

    def publish(self, event: WireEvent, part: Part, order: str = "") -> bool:
        """Publish an event that the worker will take; one of an order only if it says something new.

        `order`: the order whose results are remembered; empty: a device's reading, which is not. Return False
        for what the worker would refuse.
        """
        checked = vetted(event)
        if checked.problem is not None:
            self.refuse(part, checked.problem.reason, checked.problem.message)
            return False
        self.send(event, checked.digest, order)
        return True

    def send(self, event: WireEvent, digest: str, order: str) -> None:
        """Publish an event that is vetted, as `publish` does."""
        sent = self._settled(event, digest, order) if order else event
        if sent is not None:
            self.handled.events.append(sent)
            self.handled.count("events", kind_of(sent))

    def _settled(self, event: WireEvent, digest: str, order: str) -> WireEvent | None:
        digest = "" if event.status == WITHDRAWN else digest
        proposed = Proposed(kind_of(event), event.at, event.status, digest, self.stamp)
        found = self.tables.settle(event.patient, order, event.id, proposed, self.now)
        if found.row is not None:
            self.handled.rows[found.key] = found.row
            self.handled.before.setdefault(found.key, found.before)
        if found.settled.counted:
            self.handled.count(found.settled.counted, kind_of(event))
        status = found.settled.status
        return None if status is None else msgspec.structs.replace(event, status=status)

    def refuse(self, part: Part, reason: str, message: str) -> None:
        """Refuse a part."""
        self.handled.refuse(part.name, part.number, reason, part.code, message)

    def refuse_time(self, part: Part, fault: Exception) -> None:
        """Refuse a part whose time is none."""
        self.refuse(part, BAD_TIME, f"the time {fault}")
