"""Resolve references of FHIR: within a bundle by `fullUrl`, else by type and id; choose the patient.

Source: docs/spec/feeds.md, FHIR in, Patients; R4, Bundle, Resolving references.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from streams.feeds.mapping.fhir.resources import IdentifierElement, Patient, Reference, Resource
from streams.feeds.mapping.patients import Identifier, Linkage, PatientRules, TwoPatients, chosen


class Unresolved(ValueError):
    """An error: a reference leads nowhere here."""


class Target(NamedTuple):
    """What a reference names: type and id, and the resource itself where the bundle holds it."""

    type: str
    id: str
    resource: Resource | None = None


class References:
    """The references that one request can resolve.

    `base`: the base URL of the sender's own ("" for any); `held`: what the bundle holds, by full URL;
    `linkages`: the Patients that came before, by address.
    """

    def __init__(
        self, base: str, held: Mapping[str, Resource], linkages: Mapping[str, Linkage], feed: str
    ) -> None:
        self.base, self.held, self.linkages, self.feed = base.rstrip("/"), held, linkages, feed
        self.by_id = {(each.resource_type, each.id): each for each in held.values() if each.id}

    def target(self, reference: str) -> Target:
        """Return what a literal reference names. Raises Unresolved."""
        found = self.held.get(reference)
        if found is not None:
            return Target(found.resource_type, found.id, found)
        if reference.startswith(("urn:", "#")):
            raise Unresolved("a reference to what the bundle does not hold")
        path = self._path(reference)
        *_, type, id = ["", *path.split("/_history/")[0].split("/")]
        if not (type[:1].isupper() and id):
            raise Unresolved("a reference that is none")
        return Target(type, id, self.by_id.get((type, id)))

    def address(self, id: str) -> str:
        """Return under which address a Patient is remembered: its sender's base, and its logical id."""
        return f"{self.base or self.feed}/Patient/{id}"

    def patient(self, target: Target) -> str:
        """Return which patient a Patient is that came before. Raises Unresolved."""
        linkage = self.linkages.get(self.address(target.id))
        if linkage is None:
            raise Unresolved("a Patient that has not come: send it before, or in the same bundle")
        return linkage.patient

    def _path(self, reference: str) -> str:
        """Return what stands under the sender's base. Raises Unresolved for another server's."""
        if "://" not in reference:
            return reference
        if self.base and not reference.startswith(self.base + "/"):
            raise Unresolved("a reference to another server")
        return urlsplit(reference).path


def patient_of(subject: Reference, references: References, rules: PatientRules) -> str | None:
    """Return the id of a resource's patient; None when there is none of a configured authority.

    Without configured authorities it is the logical id, whether the bundle holds the Patient or not: one
    patient must not have two ids by the way the sender wrote. With them it is an identifier of theirs: of the
    reference, of the Patient in the bundle, else of the Patient that came before.

    Raises Unresolved and TwoPatients.
    """
    if not rules.authorities:
        return _logical(subject, references)
    one = chosen(_identifiers(subject, references), rules)
    if one is not None or not subject.reference or "?" in subject.reference:
        return None if one is None else one.id
    target = references.target(subject.reference)
    elsewhere = target.type == "Patient" and target.resource is None
    return references.patient(target) if elsewhere else None


def _logical(subject: Reference, references: References) -> str | None:
    if not subject.reference:
        return None
    target = references.target(subject.reference)
    return target.id or None if target.type == "Patient" else None


def _identifiers(subject: Reference, references: References) -> list[Identifier]:
    """Return the business identifiers that a reference leads to."""
    found = [] if subject.identifier is None else [identifier(subject.identifier)]
    type, _, query = subject.reference.partition("?")
    if query and type == "Patient":
        return [*found, *_conditional(query)]
    if not subject.reference:
        return found
    target = references.target(subject.reference)
    if isinstance(target.resource, Patient):
        found += map(identifier, target.resource.identifier)
    return found


def _conditional(query: str) -> Iterable[Identifier]:
    """Yield the identifier that a conditional reference searches for: `identifier=SYSTEM|VALUE`."""
    for text in parse_qs(query).get("identifier", ()):
        system, bar, value = text.rpartition("|")
        yield Identifier(value, (system,) if bar else ())


def identifier(element: IdentifierElement) -> Identifier:
    """Return an identifier as the rules of patients take it: OIDs without `urn:oid:`."""
    system = element.system.strip()
    names = tuple(dict.fromkeys(each for each in (system, system.removeprefix("urn:oid:")) if each))
    kind = next((coding.code for coding in element.type.coding if coding.code), "")
    return Identifier(element.value.strip(), names, kind)


def own_id(patient: Patient, rules: PatientRules) -> str | None:
    """Return the id of a Patient resource. Raises TwoPatients."""
    if not rules.authorities:
        return patient.id or None
    found = chosen(map(identifier, patient.identifier), rules)
    return None if found is None else found.id


__all__ = ["References", "Target", "TwoPatients", "Unresolved", "identifier", "own_id", "patient_of"]
