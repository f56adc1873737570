"""Hold what every part of a message needs: rules, tables, zones, patient, and the result so far."""

from __future__ import annotations

from functools import lru_cache

from rules.wire import instants
from rules.wire.instants import BadTime, Instant
from rules.wire.refusals import AMBIGUOUS, UNASSOCIATED
from streams.feeds.mapping.beds import NEVER_SEEN, Move, moved, source
from streams.feeds.mapping.corrections import WITHDRAWN
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.hl7.header import Header
from streams.feeds.mapping.hl7.splitting import DELETE, Delimiters, Segment
from streams.feeds.mapping.patients import Identifier, TwoPatients, chosen
from streams.feeds.mapping.publishing import Part, Publishing
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.times import Zones, parse, resolve, zones
from streams.feeds.mapping.wire_events import WireEvent


class Context(Publishing):
    """One message being handled."""

    def __init__(self, header: Header, rules: FeedRules, tables: Tables, now: Instant) -> None:
        super().__init__(rules, tables, now)
        self.header = header
        self.zones: Zones = zones(header.time, rules.time_zone)
        made = self.zones.made
        self.stamp = self.handled.made = made[0] if len(made) == 1 else self._instant(header.time) or 0
        self._times: dict[str, Instant] = {}
        self.patient = ""
        self.source = rules.name

    def _instant(self, text: str) -> Instant | None:
        try:
            return resolve(text, self.zones)
        except BadTime:
            return None

    def time(self, text: str) -> Instant:
        """Return the instant of a time of the message; count a coarse one. Raises BadTime."""
        if text in self._times:
            return self._times[text]
        found = resolve(text, self.zones)
        if parse(text).coarse:
            self.handled.count("coarse-time")
        else:
            self._times[text] = found
        return found

    def known(self, *also: str) -> str | None:
        """Return when an imported event was known: when its message was made, or its result reported."""
        if not self.rules.imported:
            return None
        found = [self.stamp, *(self._instant(each) or 0 for each in also if each)]
        return instants.text(max(found)) if max(found) else None

    def choose_patient(self, pid: Segment | None) -> bool:
        """Set the patient of what follows; refuse it and return False when there is none."""
        self.source = self.rules.name
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

    def names_patient(self, pid: Segment | None) -> bool:
        """Return whether PID-3 holds an id that counts."""
        return pid is not None and any(map(self.rules.patient.counts, identifiers(pid, 3)))

    def choose_by_bed(self, bed: str, at: Instant) -> str:
        """Return the patient who lay in a bed at an instant; empty when not exactly one did."""
        found = self.tables.beds.occupant(bed, at)
        return "" if found is None else self.tables.survivor(found)

    def set_by_bed(self, patient: str, bed: str) -> None:
        """Set the patient of what follows, who was found by the bed."""
        self.patient, self.source = patient, source(self.rules.name, bed)

    def change_bed(self, id: str, move: Move | None) -> None:
        """Remember a move of the patient by the event that says so (None: it is taken back)."""
        if not self.rules.keeps_beds:
            return
        row = self.tables.beds.rows.get(self.patient, NEVER_SEEN)
        changed = moved(row, id, move)
        if changed is not row:
            self.handled.beds[self.patient] = changed

    def send(self, event: WireEvent, digest: str, order: str) -> None:
        """Publish an event, and withdraw it under whom it was given to by a bed before it had a patient."""
        super().send(event, digest, order)
        if self.source != self.rules.name:
            self.handled.by_bed[event.id] = event.patient
        elif self.tables.by_bed and self.tables.by_bed.get(event.id, event.patient) != event.patient:
            wrong = type(event)(
                id=event.id, patient=self.tables.by_bed[event.id], at=event.at, known=event.known,
                status=WITHDRAWN, source=event.source,
            )  # fmt: skip
            self.handled.events.append(wrong)
            self.handled.count("given-to-another")

    def _compare_name(self, pid: Segment | None) -> None:
        """Count a patient whose name is another than last time; the name itself is kept nowhere."""
        name = "" if pid is None else pid.first(5).casefold()
        if not name:
            return
        before = self.tables.names.get(self.patient)
        self.tables.names[self.patient] = hash(name)
        if before is not None and before != hash(name):
            self.handled.count("name-changed")

    def publish_segment(self, event: WireEvent, segment: Segment, code: str, order: str = "") -> None:
        """Publish what a segment gives, as `publish` does."""
        self.publish(event, part(segment, code), order)

    def refuse_segment(self, segment: Segment, reason: str, code: str, message: str) -> None:
        """Refuse a segment."""
        self.refuse(part(segment, code), reason, message)

    def refuse_segment_time(self, segment: Segment, code: str, fault: BadTime) -> None:
        """Refuse a segment whose time is none."""
        self.refuse_time(part(segment, code), fault)


def part(segment: Segment, code: str) -> Part:
    """Return how a dead letter names a segment."""
    return Part(segment.name, segment.number, code)


def bed_of(pv1: Segment | None) -> str:
    """Return the bed of PV1-3: point of care, room and bed; empty when it names no bed."""
    parts = [] if pv1 is None else [*pv1.parts(pv1.first(3)), "", "", ""][:3]
    return "^".join(parts) if parts and parts[2] and DELETE not in parts else ""


def identifiers(segment: Segment, field: int) -> list[Identifier]:
    """Return the ids of a field of CX: id, the names of its authority, type."""
    found = []
    for repetition in segment.repetitions(field):
        id, _, _, authority, kind, *_ = [*segment.parts(repetition), "", "", "", "", ""]
        if id and id != DELETE:
            found.append(Identifier(id, _names(authority, segment.delimiters.sub), kind))
    return found


@lru_cache(maxsize=256)
def _names(authority: str, between: str) -> tuple[str, ...]:
    names = (name.strip() for name in authority.split(between))
    return tuple(name for name in names if name not in ("", "ISO"))


def entity(segment: Segment | None, field: int) -> str:
    """Return an entity identifier with its namespace, as one text; empty when there is none."""
    raw = "" if segment is None else segment.raw(field)
    return _entity(raw, segment.delimiters) if segment is not None and raw else ""


@lru_cache(maxsize=4096)
def _entity(raw: str, delimiters: Delimiters) -> str:
    segment = Segment("", 0, ["", raw], delimiters)
    parts = segment.parts(segment.first(1))
    return "^".join(part for part in parts if part) if parts[0] and parts[0] != DELETE else ""
