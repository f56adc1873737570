"""Collect what one message gives: vet each event, settle it against what was sent before, or refuse it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from rules.wire.instants import Instant
from rules.wire.refusals import AMBIGUOUS, BAD_TIME, BAD_UNIT, NOT_A_NUMBER, UNMAPPED, UNSUPPORTED
from streams.feeds.mapping.code_map import READINGS, MapRow
from streams.feeds.mapping.corrections import WITHDRAWN, Proposed
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.vetting import vetted
from streams.feeds.mapping.wire_events import SentIo, SentReading, WireEvent, kind_of


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


class NoResult(Unusable):
    """An error: a part that holds no result of the patient, as a setting."""


UNREADABLE = (NOT_A_NUMBER, BAD_UNIT)
DOUBTFUL = (*UNREADABLE, AMBIGUOUS, BAD_TIME, UNSUPPORTED, UNMAPPED)
STAND = ("weight", "o2-device", "o2-flow", "fio2", "out/urine")
"""What stands until a newer one comes, as every result of a laboratory does (criteria.md 2)."""
LONGEST_KEPT = 60


def is_known_to_have_come(fault: Unusable, row: MapRow) -> bool:
    """Return whether a value that cannot be used is sent on, as text, for the engine to set aside.

    Held back, it would leave an older result standing as the newest (criteria.md 2).
    """
    if isinstance(fault, NoResult):
        return False
    if row.type == "labs" or row.our_code in STAND:
        return fault.reason in DOUBTFUL
    return row.type in READINGS and fault.reason in UNREADABLE


def set_aside(empty: WireEvent, row: MapRow, fault: Unusable, text: str, unit: str) -> WireEvent:
    """Return an event with a value that cannot be used: a text that the engine cannot read either."""
    kept = " ".join(text.split())[:LONGEST_KEPT] or "unreadable"
    if fault.reason not in UNREADABLE:
        kept = f"{kept} ({fault.reason})"
    in_unit = unit[:LONGEST_KEPT] or None
    if isinstance(empty, SentIo):
        direction, _, kind = row.our_code.partition("/")
        return msgspec.structs.replace(empty, direction=direction, kind=kind, volume=kept, unit=in_unit)
    return msgspec.structs.replace(empty, readings=(SentReading(row.our_code, kept, in_unit),))


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
        self.send(event, checked.digest if order else "", order)
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
