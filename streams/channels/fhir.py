"""FHIR R4: a page as two resources of the patient's record, a Flag (what is the matter) and a
CommunicationRequest (somebody is to be told).

Both are written in one transaction and found again by the page's key as identifier (conditional update):
however often a page is sent, there is one of each. Triggered: Flag active, request active. Acknowledged: the
request is completed. Resolved: the Flag too; what was resolved because its facts were corrected is
entered-in-error, for it never was.

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

import msgspec

from rules.wire.vocabulary import EVERY_PATIENT
from streams.channels.http import Http, encoded
from streams.channels.options import HttpOptions, address, place
from streams.channels.page import Page, Receipt, TransportError
from streams.config.secrets import Secrets

PRIORITY = {"high": "stat", "medium": "urgent", "low": "routine"}
CATEGORY = "http://terminology.hl7.org/CodeSystem/communication-category"
FLAG_CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
SUBJECT = "urn:il2watch:subject"
HEADERS = {
    "Content-Type": "application/fhir+json",
    "Accept": "application/fhir+json",
    "Prefer": "return=minimal",
}


class FhirOptions(HttpOptions, frozen=True, kw_only=True):
    """`patient_system`: the namespace of the patient ids; `recipient`: references to who is to be told."""

    url: str
    patient_system: str
    identifier_system: str = "urn:il2watch:page"
    recipient: list[str] = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.patient:
            raise ValueError("patient: a Flag is about somebody; leave this key out")


class Fhir:
    """One FHIR server."""

    Options = FhirOptions

    def __init__(self, name: str, options: FhirOptions, secrets: Secrets) -> None:
        self.name = name
        self._options = options
        self._url = address(place(name), "url", options.url)
        self._http = Http(name, options, secrets)

    async def send(self, page: Page) -> Receipt:
        """One transaction; the reference is the Flag's.

        Raises TransportError, for good where there is no patient: a system alarm has no record.
        """
        if page.patient in ("", EVERY_PATIENT):
            raise TransportError(
                "a page about no patient has no place in a record; send system alarms elsewhere",
                permanent=True,
            )
        answer = await self._http.send(
            "POST", self._url, encoded(bundle(page, self._options)), HEADERS, page.patient
        )
        return Receipt(answer.status, location(answer.json()))

    async def close(self) -> None:
        await self._http.close()


def bundle(page: Page, options: FhirOptions) -> dict[str, Any]:
    """The transaction."""
    entries = [_entry(made, options) for made in (flag(page, options), request(page, options))]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _entry(resource: dict[str, Any], options: FhirOptions) -> dict[str, Any]:
    [identifier] = resource["identifier"]
    kind = resource["resourceType"]
    found = quote(f"{options.identifier_system}|{identifier['value']}", safe="")
    return {"resource": resource, "request": {"method": "PUT", "url": f"{kind}?identifier={found}"}}


def flag(page: Page, options: FhirOptions) -> dict[str, Any]:
    """The Flag: active until the page is resolved."""
    resolved = page.action == "resolve"
    started = page.since or (None if resolved else page.at)
    return {
        "resourceType": "Flag",
        "identifier": _identifier(page, options),
        "status": _ended(page, "inactive") if resolved else "active",
        "category": _coded(FLAG_CATEGORY, "clinical"),
        "code": {"coding": [{"system": SUBJECT, "code": page.subject}], "text": page.summary},
        "subject": _subject(page, options),
        "period": ({"start": started} if started else {}) | ({"end": page.at} if resolved else {}),
    }


def request(page: Page, options: FhirOptions) -> dict[str, Any]:
    """The CommunicationRequest: active until somebody has taken it, or there is nothing left to tell."""
    made = {
        "resourceType": "CommunicationRequest",
        "identifier": _identifier(page, options),
        "status": {"trigger": "active", "acknowledge": "completed"}.get(page.action)
        or _ended(page, "completed"),
        "category": _coded(CATEGORY, "alert"),
        "priority": PRIORITY.get(page.priority, "urgent"),
        "subject": _subject(page, options),
        "payload": [{"contentString": page.summary}],
        "authoredOn": page.decided,
        "reasonCode": [{"coding": [{"system": SUBJECT, "code": page.subject}]}],
    }
    recipients = [{"reference": reference} for reference in options.recipient]
    return made | ({"recipient": recipients} if recipients else {})


def _ended(page: Page, ordinary: str) -> str:
    return "entered-in-error" if page.alert.get("transition") == "amended" else ordinary


def _identifier(page: Page, options: FhirOptions) -> list[dict[str, str]]:
    return [{"system": options.identifier_system, "value": page.key}]


def _subject(page: Page, options: FhirOptions) -> dict[str, Any]:
    return {"type": "Patient", "identifier": {"system": options.patient_system, "value": page.patient}}


def _coded(system: str, code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": system, "code": code}]}]


def location(answer: Any) -> str | None:
    """The first resource's address, as the server gave it in its answer; None if it gave none."""
    try:
        found = answer["entry"][0]["response"]["location"]
    except (TypeError, KeyError, IndexError):
        return None
    return found if isinstance(found, str) else None
