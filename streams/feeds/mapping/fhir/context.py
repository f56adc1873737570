"""Hold what every resource of a request needs: rules, tables, references, and the result so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rules.wire import instants
from rules.wire.instants import BadTime, Instant
from rules.wire.refusals import AMBIGUOUS, UNASSOCIATED
from streams.feeds.mapping.code_map import Coding, system_of
from streams.feeds.mapping.corrections import WITHDRAWN, SentBefore, row_key
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.fhir.references import References, Unresolved, patient_of
from streams.feeds.mapping.fhir.resources import (
    Concept,
    IdentifierElement,
    Period,
    Quantity,
    Reference,
    Resource,
)
from streams.feeds.mapping.identity import digest, order_digest
from streams.feeds.mapping.patients import TwoPatients
from streams.feeds.mapping.publishing import Part, Publishing
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.times import resolve_fhir
from streams.feeds.mapping.wire_events import (
    SentDose,
    SentEncounter,
    SentFinding,
    SentInfusion,
    SentIo,
    SentLabs,
    SentMedication,
    SentVitals,
    WireEvent,
)


class Origin(NamedTuple):
    """Whose record a resource is: its own name, the row of what was sent of it, where to blame it."""

    named: str
    order: str
    part: Part


class Context(Publishing):
    """One request being handled: a resource, or a bundle of them."""

    def __init__(self, rules: FeedRules, tables: Tables, now: Instant, held: Mapping[str, Resource]) -> None:
        super().__init__(rules, tables, now)
        self.references = References(rules.base_url, held, tables.linkages, rules.name)
        self.patient = ""

    def begin(self, resource: Resource, identifiers: Iterable[IdentifierElement], number: int) -> Origin:
        """Begin with a resource: its version's time, and under which name its events are known.

        A resource without an id is known by its first identifier, else by its content.
        """
        self.stamp = self._stamp(resource)
        base = self.rules.base_url or self.rules.name
        first = next((f"{each.system}|{each.value}" for each in identifiers if each.value), "")
        own = resource.id or first or digest(repr(resource))
        named = f"fhir {base} {resource.resource_type}/{own}"
        return Origin(named, order_digest(named), Part(resource.resource_type, number))

    def _stamp(self, resource: Resource) -> Instant:
        try:
            return resolve_fhir(resource.meta.last_updated) if resource.meta.last_updated else 0
        except BadTime:
            return 0

    def choose_patient(self, subject: Reference, part: Part) -> bool:
        """Set the patient of a resource; refuse it and return False when there is none."""
        try:
            found = patient_of(subject, self.references, self.rules.patient)
        except (TwoPatients, Unresolved) as fault:
            two = isinstance(fault, TwoPatients)
            text = "two ids of one authority" if two else str(fault)
            self.refuse(part, AMBIGUOUS if two else UNASSOCIATED, text)
            return False
        if found is None:
            self.refuse(part, UNASSOCIATED, "no patient, or none of a configured authority and type")
            return False
        self.patient = self.tables.survivor(found)
        return True

    def known(self, *also: str) -> str | None:
        """Return when an imported event was known: when its version was made, or its result issued."""
        if not self.rules.imported:
            return None
        found = [self.stamp]
        for text in filter(None, also):
            try:
                found.append(resolve_fhir(text))
            except BadTime:
                continue
        return instants.text(max(found)) if max(found) else None

    def sent_before(self, origin: Origin) -> Mapping[str, SentBefore]:
        """Return what is in force of a resource, by event id."""
        row = self.tables.orders.get(row_key(self.patient, origin.order))
        sent = {} if row is None else row.sent
        return {id: each for id, each in sent.items() if each.status != WITHDRAWN}

    def is_older(self, origin: Origin) -> bool:
        """Return whether a newer version of a resource was handled before, as far as both say when."""
        row = self.tables.orders.get(row_key(self.patient, origin.order))
        newest = max((each.stamp for each in row.sent.values()), default=0) if row is not None else 0
        return 0 < self.stamp < newest

    def withdraw(self, origin: Origin, ids: Iterable[str]) -> None:
        """Withdraw events of a resource that were sent before."""
        before = self.sent_before(origin)
        for id in ids:
            if id in before:
                self.publish(withdrawal(id, before[id], self), origin.part, origin.order)


_MADE: Mapping[str, type[WireEvent]] = {
    "vitals": SentVitals, "labs": SentLabs, "io": SentIo, "dose": SentDose, "infusion": SentInfusion,
    "medication": SentMedication, "finding": SentFinding, "encounter": SentEncounter,
}  # fmt: skip


def withdrawal(id: str, before: SentBefore, context: Context) -> WireEvent:
    """Return the event that withdraws one that was sent."""
    return _MADE[before.what](
        id=id, patient=context.patient, at=before.at, known=context.known(), status=WITHDRAWN,
        source=context.rules.name,
    )  # fmt: skip


def codings(concept: Concept) -> list[Coding]:
    """Return the codings of a concept, as the map looks them up."""
    found = [Coding(system_of(each.system), each.code.strip(), each.display) for each in concept.coding]
    return [each for each in found if each.code]


def words(concept: Concept) -> list[str]:
    """Return the texts of a concept, in the order to try."""
    displays, codes = ([each.display for each in concept.coding], [each.code for each in concept.coding])
    return [text for text in (*displays, concept.text, *codes) if text]


def unit_texts(quantity: Quantity) -> list[str]:
    """Return the spellings of a quantity's unit: the code of UCUM before the text for people."""
    return [text for text in (quantity.code, quantity.unit) if text]


def moment(date_time: str, period: Period | None) -> Instant:
    """Return when something was true: its time, or the end of its period. Raises BadTime."""
    text = date_time or ("" if period is None else period.end)
    if not text:
        raise BadTime("is missing" if period is None else "is a period that has not ended")
    return resolve_fhir(text)
