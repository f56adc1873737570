"""Handle one FHIR request: a resource, or a bundle of them; never raise for it.

Source: docs/spec/feeds.md, FHIR in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from rules.wire.instants import BadTime, Instant
from rules.wire.refusals import MALFORMED, UNASSOCIATED
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.fhir import administrations, encounters, observations, patients
from streams.feeds.mapping.fhir.context import Context
from streams.feeds.mapping.fhir.notifications import follow
from streams.feeds.mapping.fhir.references import Unresolved, patient_of
from streams.feeds.mapping.fhir.resources import (
    Bundle,
    Encounter,
    Entry,
    Medication,
    MedicationAdministration,
    Observation,
    Parameters,
    Patient,
    Reference,
    Resource,
    SubscriptionStatus,
)
from streams.feeds.mapping.handled import MISSING_FIELD, MISSING_SEGMENT, WRONG_TYPE, Handled, Verdict
from streams.feeds.mapping.patients import TwoPatients
from streams.feeds.mapping.publishing import Part
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.times import resolve_fhir

Handler = Callable[[Any, int, Context], None]
HANDLERS: Mapping[type[Resource], Handler] = {
    Observation: observations.handle,
    MedicationAdministration: administrations.handle,
    Encounter: encounters.handle,
    Patient: patients.handle,
}
"""What maps a resource; resources of other types make no event, orders least of all."""
_READ: tuple[type[Resource], ...] = (*HANDLERS, Medication, Parameters, SubscriptionStatus)
TYPES: Mapping[str, type[Resource]] = {each.__name__: each for each in _READ}
BUNDLE = "Bundle"
TRANSACTION, BATCH, MESSAGE, HISTORY = "transaction", "batch", "message", "history"
BUNDLES = (TRANSACTION, BATCH, MESSAGE, HISTORY, "collection", "searchset", "subscription-notification")
LONGEST_TYPE = 60

_TYPE = msgspec.json.Decoder(Resource)
_BUNDLE = msgspec.json.Decoder(Bundle)
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in TYPES.items()}


class EntryResult(NamedTuple):
    """What became of one entry: its type, and how many of its parts were refused, the first one's text."""

    type: str
    refused: int = 0
    text: str = ""


class Answered(NamedTuple):
    """What a request gave, and what became of each entry; `bundle`: its type, "" for a single resource.

    `skew`: the sender's clock less ours, ms, as far as its times say: by the time of a bundle, else by a
    version from the future; None where there is no time.
    """

    handled: Handled
    entries: tuple[EntryResult, ...] = ()
    bundle: str = ""
    skew: int | None = None


class Held(NamedTuple):
    """An entry, decoded: None for what is not used, or a fault that says why it cannot be."""

    entry: Entry
    resource: Resource | None
    fault: str = ""


class Content(NamedTuple):
    """What a request holds at a place: the resource, None where it is of no type that is used."""

    number: int
    type: str
    resource: Resource | None


class Contents(NamedTuple):
    """What a request holds. `bundle`: its type, "" for a single resource; `full_urls`: those of a bundle."""

    bundle: str
    found: tuple[Content, ...]
    full_urls: Mapping[str, Resource]


def contents(data: bytes) -> Contents:
    """Return what a request holds, whatever becomes of it; nothing of what cannot be read."""
    try:
        head = _TYPE.decode(data)
        bundle = _BUNDLE.decode(data) if head.resource_type == BUNDLE else None
    except (msgspec.DecodeError, RecursionError):
        return Contents("", (), {})
    entries = [Entry(resource=msgspec.Raw(data))] if bundle is None else bundle.entry
    held = [_held(entry) for entry in entries]
    found = [Content(number, _type_of(each), each.resource) for number, each in enumerate(held, 1)]
    return Contents("" if bundle is None else bundle.type or "(no type)", tuple(found), _by_full_url(held))


def _type_of(held: Held) -> str:
    """Return the type of an entry's resource: as sent, if it can be a type at all."""
    if held.resource is not None:
        return held.resource.resource_type
    try:
        type = _TYPE.decode(held.entry.resource).resource_type
    except (msgspec.DecodeError, RecursionError):
        return "(not read)"
    return type if type.isalpha() and len(type) <= LONGEST_TYPE else "(no type)"


def _by_full_url(entries: Iterable[Held]) -> dict[str, Resource]:
    return {held.entry.full_url: held.resource for held in entries if held.entry.full_url and held.resource}


def handle(data: bytes, rules: FeedRules, tables: Tables, now: Instant) -> Answered:
    """Return what a request gives. `now`: when it came, ms."""
    try:
        head = _TYPE.decode(data)
    except (msgspec.DecodeError, RecursionError):
        return _unusable("the body is no JSON of a FHIR resource", MISSING_SEGMENT)
    if not head.resource_type:
        return _unusable("resourceType is missing", MISSING_FIELD)
    if head.resource_type == BUNDLE:
        return _bundle(data, rules, tables, now)
    return _single(data, head, rules, tables, now)


def _unusable(text: str, code: int, field: str = "resourceType") -> Answered:
    handled = Handled()
    handled.refuse(BUNDLE if field == "type" else "Resource", 1, MALFORMED, "", text)
    handled.verdict = Verdict(code, text, field)
    return Answered(handled)


def _single(data: bytes, head: Resource, rules: FeedRules, tables: Tables, now: Instant) -> Answered:
    if head.resource_type not in TYPES:
        handled = Handled(verdict=Verdict(WRONG_TYPE, f"{head.resource_type[:60]} not taken", "resourceType"))
        handled.count("not-taken", head.resource_type[:60])
        return Answered(handled)
    held = _held(Entry(resource=msgspec.Raw(data)))
    context = Context(rules, tables, now, {})
    outcome = _entry(held, 1, context)
    if held.fault:
        context.handled.verdict = Verdict(MISSING_SEGMENT, held.fault, head.resource_type)
    return Answered(context.handled, (outcome,), skew=_skew("", [held], now))


def _held(entry: Entry) -> Held:
    """Decode an entry's resource."""
    if not bytes(entry.resource):
        return Held(entry, None)
    try:
        type = _TYPE.decode(entry.resource).resource_type
        decoder = _DECODERS.get(type)
        return Held(entry, None if decoder is None else decoder.decode(entry.resource))
    except (msgspec.DecodeError, RecursionError) as fault:
        return Held(entry, None, f"cannot be read: {fault}")


def _bundle(data: bytes, rules: FeedRules, tables: Tables, now: Instant) -> Answered:
    try:
        bundle = _BUNDLE.decode(data)
    except msgspec.DecodeError as error:
        return _unusable(f"the bundle cannot be read: {error}", MISSING_SEGMENT, "type")
    if bundle.type not in BUNDLES:
        return _unusable(f"a bundle of type {bundle.type[:60] or 'none'} is not taken", WRONG_TYPE, "type")
    entries = [_held(entry) for entry in bundle.entry]
    context = Context(rules, tables, now, _by_full_url(entries))
    if bundle.type == TRANSACTION and (fault := next(_faults(entries, context), "")):
        return _whole_refused(bundle, fault, context)
    follow((held.resource for held in entries), context)
    outcomes = tuple(_entry(held, number, context) for number, held in enumerate(entries, 1))
    return Answered(context.handled, outcomes, bundle.type, _skew(bundle.timestamp, entries, now))


def _skew(timestamp: str, entries: Iterable[Held], now: Instant) -> int | None:
    """Return how far the sender's clock is ahead. A version of the past may have waited: it says nothing."""
    made = _made(timestamp)
    if made is not None:
        return made - now
    versions = [_made(held.resource.meta.last_updated) for held in entries if held.resource is not None]
    latest = max((each for each in versions if each is not None), default=None)
    return None if latest is None else max(0, latest - now)


def _made(text: str) -> Instant | None:
    try:
        return resolve_fhir(text) if text else None
    except BadTime:
        return None


def _whole_refused(bundle: Bundle, fault: str, context: Context) -> Answered:
    """Refuse a transaction whole: nothing of it may be published (R4 http, transaction)."""
    context.refuse(Part(BUNDLE, 1), UNASSOCIATED, fault)
    context.handled.verdict = Verdict(MISSING_FIELD, fault, "entry")
    return Answered(context.handled, (), bundle.type)


def _faults(entries: list[Held], context: Context) -> Iterator[str]:
    """Yield what forbids a transaction: an entry that cannot be read, a reference that leads nowhere."""
    for number, held in enumerate(entries, 1):
        if held.fault:
            yield f"entry {number} {held.fault}"
        try:
            for reference in _references(held.resource):
                if reference.reference and "?" not in reference.reference:
                    context.references.target(reference.reference)
            _find_patient(held.resource, context)
        except Unresolved as fault:
            yield f"entry {number}: {fault}"


def _find_patient(resource: Resource | None, context: Context) -> None:
    """Look for the patient of a resource. Raises Unresolved for a Patient that nobody knows."""
    if isinstance(resource, Observation | MedicationAdministration | Encounter):
        with suppress(TwoPatients):
            patient_of(resource.subject, context.references, context.rules.patient)


def _references(resource: Resource | None) -> Iterator[Reference]:
    """Yield the references by which a resource is understood."""
    if isinstance(resource, Observation | MedicationAdministration | Encounter):
        yield resource.subject
    if isinstance(resource, MedicationAdministration) and resource.medication_reference is not None:
        contained = {f"#{each.id}" for each in resource.contained}
        if resource.medication_reference.reference not in contained:
            yield resource.medication_reference
    if isinstance(resource, Patient):
        yield from (link.other for link in resource.link)


def _entry(held: Held, number: int, context: Context) -> EntryResult:
    """Map one entry; return what became of it."""
    refused = len(context.handled.refused)
    if held.fault:
        context.refuse(Part("Entry", number), MALFORMED, held.fault)
    elif held.resource is None:
        _unused(held, number, context)
    elif (handler := HANDLERS.get(type(held.resource))) is not None:
        handler(held.resource, number, context)
    parts = context.handled.refused[refused:]
    kind = "" if held.resource is None else held.resource.resource_type
    return EntryResult(kind, len(parts), parts[0].message if parts else "")


def _unused(held: Held, number: int, context: Context) -> None:
    """Count what makes no event; refuse a deletion: whose record it was is not said."""
    request = held.entry.request
    if request is not None and request.method == "DELETE":
        context.refuse(Part("Entry", number), MALFORMED, "a deletion: send the resource as entered-in-error")
    else:
        context.handled.count("skipped", "not-used")
