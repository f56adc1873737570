"""The webhook: Alertmanager's body, a signature that any Standard Webhooks library checks, one id however
often it is sent.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook as StandardWebhook
from standardwebhooks import WebhookVerificationError

from streams.channels.page import Page, TransportError
from streams.channels.webhook import signed, signing_key
from streams.config.secrets import Secret
from streams.errors import UsageError
from tests.streams.channels.pages import KEY, PATIENT, RUNBOOK, page
from tests.streams.channels.sending import Sent, sent
from tests.streams.channels.server import Asked, says

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def to_webhook(*pages: Page, **options: Any) -> Sent:
    table = {"signing-key-env": "SIGNING"} | {
        name.replace("_", "-"): value for name, value in options.items()
    }
    return sent("webhook", list(pages), table, {"SIGNING": SECRET}, path="/hook")


def checked(asked: Asked, secret: str = SECRET) -> Any:
    return StandardWebhook(secret).verify(
        asked.body, {name.lower(): value for name, value in asked.headers.items()}
    )


def test_the_body_is_what_alertmanagers_webhook_sends() -> None:
    [asked] = to_webhook(page(), labels={"site": "north"}, external_url="https://board.ward.example").asked
    body = asked.json()
    [alert] = body["alerts"]
    assert {name: body[name] for name in ("version", "status", "receiver", "groupKey", "groupLabels", "truncatedAlerts", "externalURL")} == {
        "version": "4", "status": "firing", "receiver": "oncall", "groupKey": KEY, "groupLabels": {"key": KEY}, "truncatedAlerts": 0,
        "externalURL": "https://board.ward.example",
    }  # fmt: skip
    assert (body["commonLabels"], body["commonAnnotations"]) == (alert["labels"], alert["annotations"])
    assert (alert["labels"]["site"], alert["labels"]["level"], alert["generatorURL"]) == (
        "north",
        "absolute",
        RUNBOOK[0],
    )
    assert (alert["startsAt"], alert["endsAt"]) == ("2026-03-02T10:00:00Z", "0001-01-01T00:00:00Z")
    assert body["il2watch"] == {"action": "trigger", "alert": page().alert}


@pytest.mark.parametrize(
    ("action", "status", "ends"),
    [
        ("trigger", "firing", "0001-01-01T00:00:00Z"),
        ("acknowledge", "firing", "0001-01-01T00:00:00Z"),
        ("resolve", "resolved", "2026-03-02T11:00:00Z"),
    ],
)
def test_an_alert_fires_until_it_is_resolved(action: str, status: str, ends: str) -> None:
    [asked] = to_webhook(page(action, at="2026-03-02T11:00:00Z")).asked
    [alert] = asked.json()["alerts"]
    assert (asked.json()["status"], alert["status"], alert["startsAt"], alert["endsAt"]) == (
        status,
        status,
        "2026-03-02T10:00:00Z",
        ends,
    )
    assert alert["annotations"].get("acknowledged") == ("true" if action == "acknowledge" else None)


def test_a_fingerprint_is_the_keys() -> None:
    found = [
        asked.json()["alerts"][0]["fingerprint"]
        for asked in to_webhook(page(), page("resolve", seq=15), page(key="other:absolute")).asked
    ]
    assert found[0] == found[1] != found[2]


def test_a_receiver_checks_the_signature_with_the_standards_own_library() -> None:
    [asked] = to_webhook(page()).asked
    assert checked(asked) == asked.json()


@pytest.mark.parametrize("what", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_what_was_changed_on_the_way_does_not_pass(what: str) -> None:
    [asked] = to_webhook(page()).asked
    headers = {name.lower(): value for name, value in asked.headers.items()}
    if what.startswith("webhook"):
        headers[what] = headers[what][:-1] + ("0" if headers[what][-1] != "0" else "1")
    secret = "whsec_" + b64encode(b"another secret of 24 byt").decode() if what == "secret" else SECRET
    body = asked.body.replace(b"below 10", b"below 99") if what == "body" else asked.body
    with pytest.raises(WebhookVerificationError):
        StandardWebhook(secret).verify(body, headers)


def test_the_signature_is_the_standards() -> None:
    body, when = b'{"test": 2432232314}', datetime.fromtimestamp(1_614_265_330, UTC)
    made = signed(signing_key("here", Secret(SECRET)), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert made["webhook-signature"] == StandardWebhook(SECRET).sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", when, body.decode()
    )


def test_a_repeat_has_the_same_id_and_another_page_another() -> None:
    asked = to_webhook(page(), page(), page("acknowledge"), page(seq=13), page(key="other:absolute")).asked
    first, again, *others = [one.headers["webhook-id"] for one in asked]
    assert first == again == f"{KEY}:trigger:12"
    assert len({first, *others}) == 4


def test_the_receipt_is_the_messages_id() -> None:
    assert to_webhook(page()) == [(202, f"{KEY}:trigger:12")]


def test_the_patient_stands_in_the_body_only_and_there_not_where_it_must_not() -> None:
    open_to, closed_to = to_webhook(page()).asked, to_webhook(page(), patient=False).asked
    assert PATIENT not in str(open_to[0].headers) + str(open_to[0].json()["commonLabels"])
    assert PATIENT in open_to[0].json()["commonAnnotations"]["patient"]
    assert PATIENT.encode() not in closed_to[0].body


def test_a_key_may_be_plain_text_of_sixteen_bytes_or_more() -> None:
    assert signing_key("here", Secret("0123456789abcdef")) == b"0123456789abcdef"
    for short in ("0123456789abcde", "whsec_" + b64encode(b"short").decode()):
        with pytest.raises(UsageError, match="shorter than 16 bytes"):
            signing_key("here", Secret(short))
    with pytest.raises(UsageError, match="what follows whsec_ is not base64"):
        signing_key("here", Secret("whsec_???"))


def test_a_refusal_that_repeats_the_address_does_not_bring_it_into_a_log() -> None:
    with pytest.raises(TransportError) as caught:
        sent(
            "webhook",
            [page()],
            {"signing-key-env": "SIGNING"},
            {"SIGNING": SECRET},
            says(404, f"nobody at {SECRET}"),
            "/hook/t0ken",
        )
    assert caught.value.permanent
    assert "t0ken" not in caught.value.message + json.dumps(caught.value.message)
    assert "nobody at ***" in caught.value.message
