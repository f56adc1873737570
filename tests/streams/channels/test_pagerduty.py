"""PagerDuty's Events API v2: what an event says, and that it keeps to PagerDuty's limits."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.channels.options import parse_options
from streams.channels.page import Page, TransportError
from streams.channels.pagerduty import (
    MOST_EVENT,
    MOST_KEY,
    MOST_SUMMARY,
    PagerDutyOptions,
    event,
    fitted,
    key,
)
from tests.streams.channels.pages import KEY, PATIENT, RUNBOOK, page
from tests.streams.channels.sending import Sent, sent
from tests.streams.channels.server import Reply, reset, says

ROUTING = "0123456789abcdef0123456789abcdef"
OPTIONS = parse_options(PagerDutyOptions, "oncall", {"routing-key-env": "ROUTING"})


def to_pagerduty(*pages: Page, reply: Reply | None = None, **options: Any) -> Sent:
    table = {"routing-key-env": "ROUTING"} | {
        name.replace("_", "-"): value for name, value in options.items()
    }
    return sent("pagerduty", list(pages), table, {"ROUTING": ROUTING}, reply, "/v2/enqueue")


def test_a_trigger_carries_the_page_in_the_common_event_format() -> None:
    done = to_pagerduty(page(), client_url="https://board.ward.example")
    [asked] = done.asked
    assert (asked.method, asked.path) == ("POST", "/v2/enqueue")
    assert asked.json() == {
        "routing_key": ROUTING,
        "event_action": "trigger",
        "dedup_key": KEY,
        "client": "il2watch",
        "client_url": "https://board.ward.example",
        "payload": {
            "summary": "Urine 8 mL/h, below 10",
            "source": "oncology-3",
            "severity": "critical",
            "timestamp": "2026-03-02T10:00:00Z",
            "component": "renal",
            "group": "oncology-3",
            "class": "criterion/urine-hour",
            "custom_details": page().alert,
        },
        "links": [{"href": RUNBOOK[0], "text": RUNBOOK[1]}],
    }


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_an_acknowledgement_or_resolution_is_its_key_alone(action: str) -> None:
    [asked] = to_pagerduty(page(action)).asked
    assert asked.json() == {"routing_key": ROUTING, "event_action": action, "dedup_key": KEY}


def test_the_receipt_is_pagerdutys_own_key() -> None:
    assert to_pagerduty(page(), reply=says(202, {"status": "success", "dedup_key": "theirs"})) == [
        (202, "theirs")
    ]
    assert to_pagerduty(page(), reply=says(202, "not json")) == [(202, None)]
    assert to_pagerduty(page(), reply=says(202, ["odd"])) == [(202, None)]


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("absolute", "critical"),
        ("relative", "error"),
        ("technical", "warning"),
        ("advisory", "info"),
        ("odd", "warning"),
    ],
)
def test_a_level_is_one_of_pagerdutys_four_severities(level: str, severity: str) -> None:
    assert event(page(level=level), ROUTING, OPTIONS).payload.severity == severity


def test_a_page_without_ward_names_the_configured_source_and_leaves_out_what_it_has_not() -> None:
    sent = msgspec.to_builtins(event(page(unit=None, system=None, links=(), since=None), ROUTING, OPTIONS))
    assert sent["payload"]["source"] == "il2watch"
    assert {"component", "group"} & sent["payload"].keys() == set()
    assert "links" not in sent


def test_the_patient_stands_in_the_details_and_nowhere_else() -> None:
    sent = msgspec.to_builtins(event(page(), ROUTING, OPTIONS))
    assert sent["payload"].pop("custom_details")["patient"] == PATIENT
    assert PATIENT not in json.dumps(sent)


def test_a_receiver_that_may_not_know_is_not_told_who_it_is() -> None:
    [asked] = to_pagerduty(page(), patient=False).asked
    assert PATIENT.encode() not in asked.body
    assert asked.json()["payload"]["custom_details"]["message"] == "Urine 8 mL/h, below 10"


@pytest.mark.parametrize(
    ("length", "expected"),
    [(1, 1), (MOST_SUMMARY, MOST_SUMMARY), (MOST_SUMMARY + 1, MOST_SUMMARY), (100_000, MOST_SUMMARY)],
)
def test_a_summary_has_at_most_1024_characters(length: int, expected: int) -> None:
    summary = event(page(summary="é" * length), ROUTING, OPTIONS).payload.summary
    assert len(summary) == expected
    assert summary.endswith("…") == (length > MOST_SUMMARY)


@given(st.text(max_size=600))
def test_a_key_fits_and_is_the_keys_own(text: str) -> None:
    assert len(key(text)) <= MOST_KEY
    assert (key(text) == text) == (len(text) <= MOST_KEY)
    assert key(text + "a") != key(text + "b")


def test_an_event_too_large_loses_details_but_not_who_and_why() -> None:
    huge = page(
        alert={"evidence": [f"observation-{number}" for number in range(60_000)], "message": "M" * 5_000}
    )
    body = fitted(
        event(
            msgspec.structs.replace(
                huge, links=(("https://board.ward.example/" + "x" * MOST_EVENT, "Board"),)
            ),
            ROUTING,
            OPTIONS,
        )
    )
    details = json.loads(body)["payload"]["custom_details"]
    assert len(body) <= MOST_EVENT
    assert (details["patient"], details["id"], details["cut"]) == (
        PATIENT,
        "0123456789abcdef",
        "the alert was too long for PagerDuty",
    )


@given(st.integers(0, 200_000), st.text(max_size=2_000), st.text(max_size=300))
def test_no_event_is_above_the_limit(many: int, summary: str, long: str) -> None:
    made = page(summary=summary, key=long, alert={"evidence": "é" * many}, links=((long, long),))
    assert len(fitted(event(made, ROUTING, OPTIONS))) <= MOST_EVENT


def test_half_a_surrogate_pair_does_not_make_a_page_unsendable() -> None:
    [asked] = to_pagerduty(page(patient="p\ud800", alert={"patient": "p\ud800"})).asked
    assert asked.json()["payload"]["custom_details"]["patient"] == "p\ud800"


@pytest.mark.parametrize(
    ("reply", "status", "permanent", "retry_after_s"),
    [
        (
            says(400, {"status": "invalid event", "errors": ["Length of 'routing_key' is incorrect"]}),
            400,
            True,
            None,
        ),
        (says(429, {"message": "Request Limit Exceeded"}), 429, False, 30.0),
        (says(429, Retry_After="5"), 429, False, 5.0),
        (says(500), 500, False, None),
        (says(202 + 300), 502, False, None),
        (reset, None, False, None),
    ],
)
def test_a_refusal_says_what_to_do(
    reply: Reply, status: int | None, permanent: bool, retry_after_s: float | None
) -> None:
    with pytest.raises(TransportError) as caught:
        to_pagerduty(page(), reply=reply)
    error = caught.value
    assert (error.status, error.permanent, error.retry_after_s) == (status, permanent, retry_after_s)
    assert ROUTING not in str(error)


def test_a_refusal_that_repeats_the_routing_key_does_not_bring_it_into_a_log() -> None:
    with pytest.raises(TransportError) as caught:
        to_pagerduty(page(), reply=says(400, f"no integration {ROUTING} for {PATIENT}"))
    assert "no integration *** for ***" in caught.value.message


def test_an_incident_opened_with_another_routing_key_is_resolved_with_that() -> None:
    """An event with another routing key is dropped: the incident would stay open, with its escalation."""
    old = "f" * 32
    done = to_pagerduty(page("resolve", identity={"routing-key": old, "unit": "4 West"}))
    assert done.asked[0].json() == {"routing_key": old, "event_action": "resolve", "dedup_key": KEY}
