"""Write a page into the patient's FHIR R4 record: its condition, who is to be told, and that it was said.

In one transaction, the first three found again by the page's key as identifier (conditional update): however
often a page is sent, there is one of each. Flag: active until it is resolved. CommunicationRequest: active
until somebody has acknowledged. DetectedIssue: preliminary until it is resolved, then final. If the facts
were corrected, all are entered-in-error. Communication: one for each page, created if it is not there.

    [pager.channels.record]
    kind = "fhir"
    url = "https://fhir.hospital.example/R4"
    patient-system = "urn:oid:1.2.36.146.595.217.0.1"    # the namespace of the patient ids
    recipient = ["PractitionerRole/oncall"]
    token-file = "/run/secrets/fhir"
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import msgspec
from yarl import URL

from rules.wire.vocabulary import EVERY_PATIENT
from streams.channels.http import Http, encoded
from streams.channels.options import HttpOptions, address, place
from streams.channels.page import Page, Receipt, TransportError, identity_of, message_id
from streams.config.secrets import Secrets
from streams.config.section import KeyFault

PRIORITY = {"high": "stat", "medium": "urgent", "low": "routine"}
CATEGORY = "http://terminology.hl7.org/CodeSystem/communication-category"
SEVERITY = {"absolute": "high", "relative": "moderate", "technical": "low", "advisory": "low"}
FLAG_CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
SUBJECT = "urn:il2watch:subject"
HEADERS = {
    "Content-Type": "application/fhir+json",
    "Accept": "application/fhir+json",
    "Prefer": "return=minimal",
}


class FhirOptions(HttpOptions, frozen=True, kw_only=True):
    """The options of a FHIR channel.

    `patient_system`: the namespace of the patient ids; `recipient`: references to those to be notified;
    `detected_issue`: False for a server that takes no DetectedIssue and Communication.
    """

    url: str
    patient_system: str
    identifier_system: str = "urn:il2watch:page"
    detected_issue: bool = True
    recipient: list[str] = msgspec.field(default_factory=list)


class Identifier(msgspec.Struct, frozen=True):
    """An Identifier."""

    system: str
    value: str


class Coding(msgspec.Struct, frozen=True):
    """A Coding."""

    system: str
    code: str


class Concept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A CodeableConcept."""

    coding: tuple[Coding, ...]
    text: str | None = None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A patient, by an identifier: the server finds its resource."""

    type: str = "Patient"
    identifier: Identifier


class Period(msgspec.Struct, frozen=True, omit_defaults=True):
    """A Period."""

    start: str | None = None
    end: str | None = None


class Content(msgspec.Struct, frozen=True, rename="camel"):
    """A CommunicationRequest.payload."""

    content_string: str


class Reference(msgspec.Struct, frozen=True):
    """A Reference."""

    reference: str


class Flag(msgspec.Struct, frozen=True, kw_only=True, tag_field="resourceType"):
    """A Flag."""

    identifier: tuple[Identifier, ...]
    status: str
    category: tuple[Concept, ...]
    code: Concept
    subject: Subject
    period: Period


class CommunicationRequest(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, tag_field="resourceType"
):
    """A CommunicationRequest."""

    identifier: tuple[Identifier, ...]
    status: str
    category: tuple[Concept, ...]
    priority: str
    subject: Subject
    payload: tuple[Content, ...]
    authored_on: str
    reason_code: tuple[Concept, ...]
    recipient: tuple[Reference, ...] = ()


class DetectedIssue(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="resourceType"):
    """A DetectedIssue."""

    identifier: tuple[Identifier, ...]
    status: str
    code: Concept
    severity: str
    patient: Subject
    identified_date_time: str
    detail: str


class Communication(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, tag_field="resourceType"
):
    """A Communication."""

    identifier: tuple[Identifier, ...]
    status: str
    category: tuple[Concept, ...]
    priority: str
    subject: Subject
    about: tuple[Reference, ...]
    sent: str
    payload: tuple[Content, ...]
    recipient: tuple[Reference, ...] = ()


Written = Flag | CommunicationRequest | DetectedIssue


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """A conditional update: there is one of each resource however often it is sent."""

    method: str = "PUT"
    url: str


class Create(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A conditional create: what is there already stays as it is."""

    method: str = "POST"
    url: str
    if_none_exist: str


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A Bundle.entry. `full_url`: what other entries refer to it by."""

    full_url: str | None = None
    resource: Written | Communication
    request: Update | Create


class Bundle(msgspec.Struct, frozen=True, kw_only=True, tag_field="resourceType"):
    """A transaction."""

    type: str = "transaction"
    entry: tuple[Entry, ...]


class Fhir:
    """One FHIR server."""

    Options = FhirOptions

    def __init__(self, name: str, options: FhirOptions, secrets: Secrets) -> None:
        self.name = name
        if not options.patient:
            raise KeyFault(place(name), ("patient",), "a Flag is about somebody; leave this key out")
        self._options = options
        self._url = address(place(name), "url", options.url)
        self._http = Http(name, options, secrets)

    @property
    def identity(self) -> dict[str, str]:
        """The server, and the namespaces that its resources are found by."""
        return {
            "url": str(self._url),
            "patient-system": self._options.patient_system,
            "identifier-system": self._options.identifier_system,
        }

    async def send(self, page: Page) -> Receipt:
        """Send one transaction; the reference is the Flag's.

        Raises TransportError, a permanent one if there is no patient: a system alarm has no record.
        """
        if page.patient in ("", EVERY_PATIENT):
            raise TransportError(
                "a page about no patient has no place in a record; send system alarms elsewhere",
                permanent=True,
            )
        own = identity_of(page, self.identity)
        options = msgspec.structs.replace(
            self._options, patient_system=own["patient-system"], identifier_system=own["identifier-system"]
        )
        answer = await self._http.send(
            "POST", URL(own["url"]), encoded(bundle(page, options)), HEADERS, page.patient
        )
        return Receipt(answer.status, location(answer.json()))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def bundle(page: Page, options: FhirOptions) -> Bundle:
    """Return the transaction of a page."""
    entries = [_entry(resource) for resource in (flag(page, options), request(page, options))]
    if options.detected_issue:
        entries += [_entry(issue(page, options), _issue_url(page)), _creation(communication(page, options))]
    return Bundle(entry=tuple(entries))


def _entry(resource: Written, full_url: str | None = None) -> Entry:
    url = f"{type(resource).__name__}?{_search(resource)}"
    return Entry(full_url=full_url, resource=resource, request=Update(url=url))


def _creation(resource: Communication) -> Entry:
    return Entry(resource=resource, request=Create(url="Communication", if_none_exist=_search(resource)))


def _search(resource: Written | Communication) -> str:
    [identifier] = resource.identifier
    return f"identifier={quote(f'{identifier.system}|{identifier.value}', safe='')}"


def _issue_url(page: Page) -> str:
    return uuid5(NAMESPACE_URL, page.key).urn


def flag(page: Page, options: FhirOptions) -> Flag:
    """Return the Flag: active until the page is resolved."""
    resolved = page.action == "resolve"
    return Flag(
        identifier=(Identifier(options.identifier_system, page.key),),
        status=_ended(page, "inactive") if resolved else "active",
        category=(_concept(FLAG_CATEGORY, "clinical"),),
        code=_concept(SUBJECT, page.subject, page.summary),
        subject=_subject(page, options),
        period=Period(page.since or (None if resolved else page.at), page.at if resolved else None),
    )


def request(page: Page, options: FhirOptions) -> CommunicationRequest:
    """Return the CommunicationRequest: active until somebody has acknowledged, or the page is resolved."""
    return CommunicationRequest(
        identifier=(Identifier(options.identifier_system, page.key),),
        status={"trigger": "active", "acknowledge": "completed"}.get(page.action)
        or _ended(page, "completed"),
        category=(_concept(CATEGORY, "alert"),),
        priority=PRIORITY.get(page.priority, "urgent"),
        subject=_subject(page, options),
        payload=(Content(page.summary),),
        authored_on=page.decided,
        reason_code=(_concept(SUBJECT, page.subject),),
        recipient=tuple(map(Reference, options.recipient)),
    )


def issue(page: Page, options: FhirOptions) -> DetectedIssue:
    """Return the DetectedIssue: preliminary until the page is resolved."""
    return DetectedIssue(
        identifier=(Identifier(options.identifier_system, page.key),),
        status=_ended(page, "final") if page.action == "resolve" else "preliminary",
        code=_concept(SUBJECT, page.subject, page.summary),
        severity=SEVERITY.get(page.level, "moderate"),
        patient=_subject(page, options),
        identified_date_time=page.since or page.at,
        detail=page.summary,
    )


def communication(page: Page, options: FhirOptions) -> Communication:
    """Return the Communication of one page: what was said, and when."""
    return Communication(
        identifier=(Identifier(options.identifier_system, message_id(page)),),
        status="completed",
        category=(_concept(CATEGORY, "alert"),),
        priority=PRIORITY.get(page.priority, "urgent"),
        subject=_subject(page, options),
        about=(Reference(_issue_url(page)),),
        sent=page.decided,
        payload=(Content(page.summary),),
        recipient=tuple(map(Reference, options.recipient)),
    )


def _ended(page: Page, ordinary: str) -> str:
    return "entered-in-error" if page.alert.get("transition") == "amended" else ordinary


def _subject(page: Page, options: FhirOptions) -> Subject:
    return Subject(identifier=Identifier(options.patient_system, page.patient))


def _concept(system: str, code: str, text: str | None = None) -> Concept:
    return Concept((Coding(system, code),), text)


def location(answer: Any) -> str | None:
    """Return the first resource's address from the server's answer; None if it has none."""
    try:
        found = answer["entry"][0]["response"]["location"]
    except (TypeError, KeyError, IndexError):
        return None
    return found if isinstance(found, str) else None
