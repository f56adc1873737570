"""Hold what every part of a message needs: rules, tables, zones, patient, and the result so far."""

from __future__ import annotations

import msgspec

from rules.wire import instants
from rules.wire.instants import BadTime, Instant
from rules.wire.refusals import AMBIGUOUS, BAD_TIME, UNASSOCIATED
from streams.feeds.mapping.corrections import WITHDRAWN, Proposed
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.hl7.header import Header
from streams.feeds.mapping.hl7.splitting import DELETE, Segment
from streams.feeds.mapping.patients import Identifier, TwoPatients, chosen
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.times import Zones, parse, resolve, zones
from streams.feeds.mapping.vetting import vetted
from streams.feeds.mapping.wire_events import WireEvent, kind_of


class Context:
    """One message being handled. `now`: when it came, ms; `stamp`: when it was made (0: not known)."""

    def __init__(self, header: Header, rules: FeedRules, tables: Tables, now: Instant) -> None:
        self.header, self.rules, self.tables, self.now = header, rules, tables, now
        self.zones: Zones = zones(header.time, rules.time_zone)
        self.stamp = self._instant(header.time) or 0
        self.handled = Handled()
        self.patient = ""

    def _instant(self, text: str) -> Instant | None:
        try:
            return resolve(text, self.zones)
        except BadTime:
            return None

    def time(self, text: str) -> Instant:
        """Return the instant of a time of the message; count a coarse one. Raises BadTime."""
        found = resolve(text, self.zones)
        if parse(text).coarse:
            self.handled.count("coarse-time")
        return found

    def known(self, *also: str) -> str | None:
        """Return when an imported event was known: when its message was made, or its result reported."""
        if not self.rules.imported:
            return None
        found = [self.stamp, *(self._instant(each) or 0 for each in also if each)]
        return instants.text(max(found)) if max(found) else None

    def choose_patient(self, pid: Segment | None) -> bool:
        """Set the patient of what follows; refuse it and return False when there is none."""
        try:
            found = None if pid is None else chosen(identifiers(pid, 3), self.rules.patient)
        except TwoPatients:
            self.handled.refuse("PID", 1, AMBIGUOUS, "", "PID-3 names two ids of one authority")
            return False
        if found is None:
            number = 1 if pid is None else pid.number
            fault = "no patient id of a configured authority and type in PID-3"
            self.handled.refuse("PID", number, UNASSOCIATED, "", fault)
            return False
        self.patient = self.tables.survivor(found.id)
        self._compare_name(pid)
        return True

    def _compare_name(self, pid: Segment | None) -> None:
        """Count a patient whose name is another than last time; the name itself is kept nowhere."""
        name = "" if pid is None else pid.first(5).casefold()
        if not name:
            return
        before = self.tables.names.get(self.patient)
        self.tables.names[self.patient] = hash(name)
        if before is not None and before != hash(name):
            self.handled.count("name-changed")

    def publish(self, event: WireEvent, segment: Segment, code: str, order: str = "") -> None:
        """Publish an event that the worker will take; one of an order only if it says something new.

        `order`: the order whose results are remembered; empty: a device's reading, which is not.
        """
        checked = vetted(event)
        if checked.problem is not None:
            self.refuse(segment, checked.problem.reason, code, checked.problem.message)
            return
        self.send(event, checked.digest, order)

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

    def refuse(self, segment: Segment, reason: str, code: str, message: str) -> None:
        """Refuse a segment."""
        self.handled.refuse(segment.name, segment.number, reason, code, message)

    def refuse_time(self, segment: Segment, code: str, fault: BadTime) -> None:
        """Refuse a segment whose time is none."""
        self.refuse(segment, BAD_TIME, code, f"the time {fault}")


def identifiers(segment: Segment, field: int) -> list[Identifier]:
    """Return the ids of a field of CX: id, the names of its authority, type."""
    found = []
    for repetition in segment.repetitions(field):
        id, _, _, authority, kind, *_ = [*segment.parts(repetition), "", "", "", "", ""]
        names = tuple(name.strip() for name in authority.split(segment.delimiters.sub) if name.strip())
        if id and id != DELETE:
            found.append(Identifier(id, tuple(name for name in names if name != "ISO"), kind))
    return found


def entity(segment: Segment | None, field: int) -> str:
    """Return an entity identifier with its namespace, as one text; empty when there is none."""
    if segment is None or not segment.raw(field):
        return ""
    parts = segment.parts(segment.first(field))
    return "^".join(part for part in parts if part) if parts[0] and parts[0] != DELETE else ""
