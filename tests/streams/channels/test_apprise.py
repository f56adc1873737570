"""Apprise: everything else.

Its own JSON service is posted to a server on loopback; no mock stands between.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

import pytest

from streams.channels.apprise import body, mood, title
from streams.channels.page import Page, Receipt, TransportError
from streams.channels.registry import channel
from streams.config.secrets import Secrets
from tests.streams.channels.pages import ACTIONS, PATIENT, page
from tests.streams.channels.server import Asked, Reply, never, reset, says, serving

pytestmark = pytest.mark.filterwarnings(
    "ignore:'imghdr' is deprecated:DeprecationWarning"
)  # Apprise's own, as it loads its services


async def over(service: str, pages: tuple[Page, ...], options: dict[str, Any]) -> list[Receipt]:
    made = channel(
        "sms", {"kind": "apprise", "service-url-env": "SERVICE"} | options, Secrets({"SERVICE": service})
    )
    try:
        return [await made.send(one) for one in pages]
    finally:
        await made.close()


def notified(*pages: Page, reply: Reply | None = None, **options: Any) -> list[Asked]:
    """What Apprise's JSON service posted."""

    async def run() -> list[Asked]:
        async with serving(reply or says(200)) as server:
            service = server.url.replace("http://localhost", "json://user:s3cret@127.0.0.1")
            await over(
                f"{service}/il2?rto=2&cto=2",
                pages,
                {key.replace("_", "-"): value for key, value in options.items()},
            )
            return server.asked

    return asyncio.run(run())


def test_a_page_is_posted_by_the_service_the_address_names() -> None:
    [asked] = notified(page())
    body = asked.json()
    assert (asked.method, asked.path) == ("POST", "/il2")
    assert (body["title"], body["type"]) == ("Urine 8 mL/h, below 10", "failure")
    assert body["message"].splitlines() == [
        f"Patient {PATIENT}",
        "absolute renal oncology-3",
        "Since 2026-03-02T10:00:00Z",
        "Do: fluid-bolus",
        "Runbook: https://board.ward.example/runbooks/urine",
        "il2watch 0123456789abcdef",
    ]


def test_a_message_that_leaves_the_house_does_not_say_who_it_is_about() -> None:
    [asked] = notified(page(), patient=False)
    assert PATIENT.encode() not in asked.body
    assert b"Urine 8 mL/h" in asked.body


@pytest.mark.parametrize("action", ACTIONS)
def test_a_title_never_holds_the_patient_for_it_lights_up_a_lock_screen(action: str) -> None:
    assert PATIENT not in title(page(action))
    assert PATIENT in body(page(action))


def test_an_end_and_an_acknowledgement_say_so_first() -> None:
    assert [title(page(action)).split()[0] for action in ACTIONS] == ["Urine", "Taken:", "Over:"]


@pytest.mark.parametrize(
    ("action", "priority", "expected"),
    [
        ("trigger", "high", "failure"), ("trigger", "medium", "warning"), ("trigger", "low", "info"), ("trigger", "odd", "warning"),
        ("acknowledge", "high", "info"), ("resolve", "high", "success"),
    ],
)  # fmt: skip
def test_its_kind_is_one_that_services_colour_by(action: str, priority: str, expected: str) -> None:
    assert mood(page(action, priority=priority)) == expected


@pytest.mark.parametrize("reply", [says(500), says(400), says(429), reset])
def test_what_is_not_taken_is_tried_again(reply: Reply) -> None:
    with pytest.raises(TransportError, match="apprise: the service has not taken it") as caught:
        notified(page(), reply=reply)
    assert not caught.value.permanent


def test_no_answer_within_the_time_out_is_tried_again() -> None:
    with pytest.raises(TransportError, match=r"apprise: no answer within 0\.1 s") as caught:
        notified(page(), reply=never, timeout_s=0.1)
    assert not caught.value.permanent


def test_apprises_own_log_holds_no_address(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"json://user:s3cret@127.0.0.1:{probe.getsockname()[1]}/t0ken"
    with caplog.at_level(logging.DEBUG), pytest.raises(TransportError) as caught:
        asyncio.run(over(nobody, (page(),), {}))
    assert not any(word in caplog.text + str(caught.value) for word in ("s3cret", "t0ken", PATIENT))
