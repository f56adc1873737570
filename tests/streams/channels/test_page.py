"""A page, and what every kind of channel makes of it: the same rules for all."""

from __future__ import annotations

import asyncio
from itertools import product
from typing import Any

import pytest

from streams.channels.page import TransportError, message_id, without_patient
from streams.channels.registry import KINDS, channel
from streams.config.secrets import Secrets
from tests.streams.channels.pages import ACTIONS, PATIENT, page
from tests.streams.channels.server import Asked, Reply, Server, never, reset, says, serving
from tests.streams.channels.test_registry import SECRETS, TABLES

pytestmark = pytest.mark.filterwarnings(
    "ignore:'imghdr' is deprecated:DeprecationWarning"
)  # Apprise's own, as it loads its services
REMOTE = [kind for kind in KINDS if kind not in ("hl7", "terminal")]
"""Kinds that speak HTTP; of MLLP see test_hl7."""


def asked(kind: str, reply: Reply, *actions: str, **options: Any) -> list[Asked]:
    """What a channel of the kind asked of a server, page by page. Raises as the channel does."""

    async def send(server: Server) -> None:
        environ = dict(SECRETS.environ) | {"SERVICE": server.url.replace("http:", "json:") + "/?rto=1&cto=1"}
        where = {} if kind == "apprise" else {"url": server.url}
        made = channel("oncall", {"kind": kind} | TABLES[kind] | where | options, Secrets(environ))
        try:
            for seq, action in enumerate(actions):
                await made.send(page(action, seq=seq))
        finally:
            await made.close()

    async def run() -> list[Asked]:
        async with serving(reply) as server:
            await send(server)
        return server.asked

    return asyncio.run(run())


@pytest.mark.parametrize("kind", REMOTE)
def test_every_action_is_one_request(kind: str) -> None:
    assert len(asked(kind, says(200), *ACTIONS)) == 3


@pytest.mark.parametrize("kind", REMOTE)
def test_no_address_or_header_holds_the_patient(kind: str) -> None:
    assert not any(PATIENT in one.path + str(dict(one.headers)) for one in asked(kind, says(200), *ACTIONS))


@pytest.mark.parametrize("kind", [kind for kind in REMOTE if kind != "fhir"])
def test_without_patient_no_byte_of_a_request_holds_it(kind: str) -> None:
    assert not any(PATIENT.encode() in one.body for one in asked(kind, says(200), *ACTIONS, patient=False))


@pytest.mark.parametrize(
    ("kind", "reply"), list(product(REMOTE, [says(500), says(429, Retry_After="3"), reset, never]))
)
def test_a_passing_failure_is_a_transport_error_to_try_again(kind: str, reply: Reply) -> None:
    with pytest.raises(TransportError) as caught:
        asked(kind, reply, "trigger", **{"timeout-s": 0.3})
    assert not caught.value.permanent


@pytest.mark.parametrize("kind", [kind for kind in REMOTE if kind != "apprise"])
def test_a_client_error_is_final(kind: str) -> None:
    with pytest.raises(TransportError) as caught:
        asked(kind, says(400, "no"), "trigger")
    assert (caught.value.permanent, caught.value.status) == (True, 400)


def test_a_message_is_known_by_key_action_and_sequence() -> None:
    ids = {
        message_id(page(action, key=key, seq=seq))
        for action, key, seq in product(ACTIONS, ("a:absolute", "a:relative"), (1, 2))
    }
    assert len(ids) == 12
    assert message_id(page()) == message_id(page(summary="in other words"))


def test_a_page_without_its_patient_keeps_all_else() -> None:
    anonymous = without_patient(page())
    assert PATIENT not in str(anonymous)
    assert (anonymous.key, anonymous.summary, anonymous.alert["message"]) == (
        page().key,
        page().summary,
        page().alert["message"],
    )
