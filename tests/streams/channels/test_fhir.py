"""FHIR R4: a Flag and a CommunicationRequest a page, valid by the standard's own models, one of each however
often it is sent.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import pytest
from aiohttp import web
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.communication import Communication
from fhir.resources.R4B.communicationrequest import CommunicationRequest
from fhir.resources.R4B.detectedissue import DetectedIssue
from fhir.resources.R4B.flag import Flag
from hypothesis import given
from hypothesis import strategies as st

from streams.channels.fhir import FhirOptions, bundle, flag, issue, location, request
from streams.channels.http import encoded
from streams.channels.options import parse_options
from streams.channels.page import Page, TransportError
from tests.streams.channels.pages import ACTIONS, KEY, PATIENT, page
from tests.streams.channels.sending import Sent, sent
from tests.streams.channels.server import Reply, says

SYSTEM = "urn:oid:1.2.36.146.595.217.0.1"
TABLE = {"patient-system": SYSTEM, "recipient": ["PractitionerRole/oncall"]}
OPTIONS = parse_options(FhirOptions, "record", {"url": "https://fhir.example/R4"} | TABLE)
AMENDED = {"transition": "amended"}


class Record:
    """A FHIR server as far as it matters: it takes transactions and keeps resources by the identifier they
    are found by.
    """

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    async def answer(self, asked: web.Request) -> web.Response:
        transaction = Bundle.model_validate(await asked.json())
        assert transaction.type == "transaction"
        done = [self.apply(entry) for entry in transaction.entry]
        return web.json_response(
            {
                "resourceType": "Bundle",
                "type": "transaction-response",
                "entry": [{"response": one} for one in done],
            }
        )

    def apply(self, entry: Any) -> dict[str, str]:
        """A conditional update, or a conditional create: what is there stays."""
        asked = entry.request
        if asked.method == "PUT":
            return self.put(asked.url, entry.resource)
        assert asked.method == "POST"
        [wanted] = parse_qs(asked.ifNoneExist)["identifier"]
        if f"{asked.url}/{wanted}" in self.kept:
            return {"status": "200 OK"}
        return self.put(f"{asked.url}?{asked.ifNoneExist}", entry.resource)

    def put(self, url: str, resource: Any) -> dict[str, str]:
        kind, query = urlsplit(url).path, parse_qs(urlsplit(url).query)
        [wanted] = query["identifier"]
        assert wanted == f"{resource.identifier[0].system}|{resource.identifier[0].value}"
        new = f"{kind}/{wanted}" not in self.kept
        self.kept[f"{kind}/{wanted}"] = resource.model_dump(mode="json")
        return {"status": "201 Created" if new else "200 OK", "location": f"{kind}/1/_history/1"}


def as_sent(made: msgspec.Struct) -> Any:
    """Return what a server reads in the bytes."""
    return json.loads(encoded(made))


def to_record(*pages: Page, reply: Reply | None = None, record: Record | None = None) -> Sent:
    return sent("fhir", list(pages), TABLE, {}, reply or (record or Record()).answer, "/R4")


def test_an_incident_is_one_of_each_however_often_it_is_sent_and_a_page_one_communication() -> None:
    record = Record()
    done = to_record(page(), page(), page(seq=13), record=record)
    seq = page().seq
    assert sorted(record.kept) == [
        f"Communication/urn:il2watch:page|{KEY}:trigger:{seq}",
        f"Communication/urn:il2watch:page|{KEY}:trigger:13",
        f"CommunicationRequest/urn:il2watch:page|{KEY}",
        f"DetectedIssue/urn:il2watch:page|{KEY}",
        f"Flag/urn:il2watch:page|{KEY}",
    ]
    assert done == [(200, "Flag/1/_history/1")] * 3


def test_it_is_posted_to_the_servers_base_as_fhir() -> None:
    [asked] = to_record(page()).asked
    assert (asked.method, asked.path, asked.headers["Content-Type"]) == (
        "POST",
        "/R4",
        "application/fhir+json",
    )


@pytest.mark.parametrize(
    ("action", "alert", "flagged", "requested"),
    [
        ("trigger", {}, "active", "active"),
        ("acknowledge", {}, "active", "completed"),
        ("resolve", {}, "inactive", "completed"),
        ("resolve", AMENDED, "entered-in-error", "entered-in-error"),
        ("trigger", AMENDED, "active", "active"),
    ],
)
def test_the_states_say_whether_it_is_still_so_and_whether_somebody_must_still_be_told(
    action: str, alert: dict[str, str], flagged: str, requested: str
) -> None:
    paged = page(action, alert=alert)
    assert (flag(paged, OPTIONS).status, request(paged, OPTIONS).status) == (flagged, requested)


@pytest.mark.parametrize(
    ("action", "alert", "status"),
    [
        ("trigger", {}, "preliminary"),
        ("acknowledge", {}, "preliminary"),
        ("resolve", {}, "final"),
        ("resolve", AMENDED, "entered-in-error"),
    ],
)
def test_the_issue_is_preliminary_until_it_is_over(action: str, alert: dict[str, str], status: str) -> None:
    assert issue(page(action, alert=alert), OPTIONS).status == status


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("absolute", "high"),
        ("relative", "moderate"),
        ("technical", "low"),
        ("advisory", "low"),
        ("odd", "moderate"),
    ],
)
def test_the_issues_severity_is_fhirs(level: str, severity: str) -> None:
    assert issue(page(level=level), OPTIONS).severity == severity


def test_a_communication_is_about_its_issue_in_the_same_transaction() -> None:
    entries = as_sent(bundle(page(), OPTIONS))["entry"]
    [about] = entries[3]["resource"]["about"]
    assert about["reference"] == entries[2]["fullUrl"]
    assert entries[3]["request"]["method"] == "POST"


def test_a_server_without_detected_issues_gets_flag_and_request_alone() -> None:
    options = msgspec.structs.replace(OPTIONS, detected_issue=False)
    kinds = [entry["resource"]["resourceType"] for entry in as_sent(bundle(page(), options))["entry"]]
    assert kinds == ["Flag", "CommunicationRequest"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("since", [None, "2026-03-02T09:00:00Z"])
def test_the_flags_period_is_the_incidents(action: str, since: str | None) -> None:
    period = as_sent(flag(page(action, since=since), OPTIONS).period)
    assert period.get("start") == (since or (None if action == "resolve" else "2026-03-02T10:00:00Z"))
    assert period.get("end") == ("2026-03-02T10:00:00Z" if action == "resolve" else None)
    assert period


def test_what_it_says() -> None:
    made = as_sent(request(page(), OPTIONS))
    assert (made["priority"], made["authoredOn"]) == ("stat", "2026-03-02T10:00:05Z")
    assert made["payload"] == [{"contentString": "Urine 8 mL/h, below 10"}]
    assert made["recipient"] == [{"reference": "PractitionerRole/oncall"}]
    assert made["subject"] == {"type": "Patient", "identifier": {"system": SYSTEM, "value": PATIENT}}
    assert as_sent(flag(page(), OPTIONS).code) == {
        "coding": [{"system": "urn:il2watch:subject", "code": "urine-hour"}],
        "text": "Urine 8 mL/h, below 10",
    }


@pytest.mark.parametrize(
    ("priority", "expected"), [("high", "stat"), ("medium", "urgent"), ("low", "routine"), ("odd", "urgent")]
)
def test_priorities_are_fhirs(priority: str, expected: str) -> None:
    assert request(page(priority=priority), OPTIONS).priority == expected


def test_the_patient_is_the_subject_and_no_address_holds_it() -> None:
    made = as_sent(bundle(page(), OPTIONS))
    assert not any(PATIENT in unquote(str(entry["request"])) for entry in made["entry"])


TEXT = st.text(
    st.characters(
        min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cs", "Zs", "Cc", "Cf", "Zl", "Zp")
    ),
    min_size=1,
    max_size=60,
)


@given(
    st.sampled_from(ACTIONS),
    TEXT,
    TEXT,
    TEXT,
    st.sampled_from(["opened", "worsened", "amended", "resolved", "reminder"]),
    st.booleans(),
)
def test_every_page_is_valid_by_the_standards_own_models(
    action: str, key: str, patient: str, summary: str, transition: str, known: bool
) -> None:
    paged = page(
        action,
        key=key,
        patient=patient,
        summary=summary,
        since="2026-03-02T09:00:00.123Z" if known else None,
        alert={"transition": transition},
    )
    made = as_sent(bundle(paged, OPTIONS))
    assert Bundle.model_validate(made).type == "transaction"
    assert Flag.model_validate(made["entry"][0]["resource"]).identifier[0].value == key
    assert (
        CommunicationRequest.model_validate(made["entry"][1]["resource"]).subject.identifier.value == patient
    )
    assert DetectedIssue.model_validate(made["entry"][2]["resource"]).patient.identifier.value == patient
    assert Communication.model_validate(made["entry"][3]["resource"]).sent


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"entry": []},
        {"entry": [{}]},
        {"entry": [{"response": {}}]},
        {"entry": [{"response": {"location": 3}}]},
        {"entry": {"0": 1}},
    ],
)
def test_a_server_that_names_no_resource_has_taken_it_all_the_same(answer: Any) -> None:
    assert location(answer) is None
    assert to_record(page(), reply=says(200, answer)) == [(200, None)]


@pytest.mark.parametrize("patient", ["*", ""])
def test_a_system_alarm_has_no_place_in_a_patients_record(patient: str) -> None:
    with pytest.raises(TransportError, match="a page about no patient") as caught:
        to_record(page(patient=patient))
    assert caught.value.permanent


def test_what_the_server_finds_wrong_is_final_and_said_without_the_patient() -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "not-found", "diagnostics": f"no Patient {PATIENT}"}],
    }
    with pytest.raises(TransportError) as caught:
        to_record(page(), reply=says(422, outcome))
    assert caught.value.permanent
    assert "no Patient ***" in caught.value.message
