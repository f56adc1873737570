"""What the channels share over HTTP: every failure of a receiver is a TransportError that says whether to try
again, and gives nothing away.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from streams.channels.http import MOST_ANSWER_BYTES, Http, HttpAnswer, without
from streams.channels.options import HttpOptions, parse_options
from streams.channels.page import TransportError
from streams.config.secrets import Secret, Secrets
from tests.streams.channels.server import Reply, Server, endless, never, reset, says, serving

PATIENT = "mrn-4711-Doe"
TOKEN = "t0ken-of-the-receiver"
SECRETS = Secrets({"TOKEN": TOKEN, "PASSWORD": "pässwörd"})
NOON = 1_772_452_800.0


async def asked(url: str, **options: Any) -> HttpAnswer:
    """One post of `{}` to an address."""
    table = {"timeout-s": 0.5} | {key.replace("_", "-"): value for key, value in options.items()}
    http = Http("oncall", parse_options(HttpOptions, "oncall", table), SECRETS, clock=lambda: NOON)
    for _ in range(3):
        http.hide(Secret("hidden-key"))
    assert len(http._secrets) == len({secret.reveal() for secret in http._secrets})
    try:
        return await http.send("POST", URL(url), b"{}", {"X-More": "1"}, PATIENT)
    finally:
        await http.close()


def over(reply: Reply, then: Callable[[Server], Awaitable[Any]]) -> Any:
    """What `then` makes of a server that answers so."""

    async def run() -> Any:
        async with serving(reply) as server:
            return await then(server)

    return asyncio.run(run())


def refusal(reply: Reply, **options: Any) -> TransportError:
    with pytest.raises(TransportError) as caught:
        over(reply, lambda server: asked(server.url + "/path/s3cret", **options))
    return caught.value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_taken(status: int) -> None:
    assert over(says(status), lambda server: asked(server.url)).status == status


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (401, True),
        (404, True),
        (413, True),
        (302, True),
        (408, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_any_other_answer_says_its_status_and_whether_it_is_final(status: int, permanent: bool) -> None:
    error = refusal(says(status, "why it is so"))
    assert (error.status, error.permanent, error.retry_after_s) == (status, permanent, None)
    assert error.message.endswith(f": {status} why it is so")


@pytest.mark.parametrize(
    ("header", "expected"), [("7", 7.0), ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0), ("soon", None)]
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_handed_on(status: int, header: str, expected: float | None) -> None:
    assert refusal(says(status, Retry_After=header)).retry_after_s == expected


def test_no_answer_within_the_time_out_is_tried_again() -> None:
    error = refusal(never, timeout_s=0.05)
    assert (error.permanent, error.status, error.message.partition(": ")[2]) == (
        False,
        None,
        "no answer within 0.05 s",
    )


def test_a_body_that_never_ends_is_cut_off() -> None:
    assert len(over(endless, lambda server: asked(server.url)).body) == MOST_ANSWER_BYTES


def test_a_connection_reset_is_tried_again() -> None:
    error = refusal(reset)
    assert (error.permanent, error.status) == (False, None)
    assert error.message.endswith("before an answer")


def test_a_receiver_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(TransportError, match="cannot connect: Connect") as caught:
        asyncio.run(asked(f"http://127.0.0.1:{free_port()}"))
    assert not caught.value.permanent


def test_a_redirect_is_not_followed_for_it_could_carry_the_patient_elsewhere() -> None:
    async def both(server: Server) -> list[str]:
        server.script.append(says(307, Location=f"{server.url}/elsewhere"))
        with pytest.raises(TransportError) as caught:
            await asked(server.url)
        assert caught.value.permanent
        return [one.path for one in server.asked]

    assert over(says(200), both) == ["/"]


@pytest.mark.parametrize(
    "reply",
    [f"no {PATIENT}, {TOKEN} and hidden-key", '{"a": "mrn-4711-Doe t0ken-of-the-receiver hidden-key"}'],
)
def test_what_a_receiver_says_is_quoted_without_secret_or_patient(reply: str) -> None:
    message = refusal(says(400, reply), token_env="TOKEN").message
    assert message.count("***") == 3
    assert not any(word in message for word in (PATIENT, TOKEN, "hidden-key", "s3cret"))


def test_a_word_is_hidden_as_json_spells_it_too() -> None:
    assert without('{"p": "J\\u00e4ger"} Jäger', ["Jäger"]) == '{"p": "***"} ***'


def test_a_long_answer_is_quoted_in_a_line() -> None:
    message = refusal(says(500, "<html>\n" + "very long " * 10_000)).message
    assert len(message) < 250
    assert "\n" not in message


@pytest.mark.parametrize("reply", [never, reset, says(500)])
def test_no_message_holds_the_path_of_an_address_for_it_may_be_a_secret(reply: Reply) -> None:
    assert "s3cret" not in refusal(reply, timeout_s=0.05).message


def headers(**options: Any) -> Any:
    async def then(server: Server) -> Any:
        await asked(server.url, **options)
        return server.asked[0].headers

    return over(says(200), then)


def test_a_token_or_a_name_and_password_are_shown_to_the_receiver() -> None:
    assert headers(token_env="TOKEN")["Authorization"] == f"Bearer {TOKEN}"
    assert headers(username="me", password_env="PASSWORD")["Authorization"] == "Basic bWU6cMOkc3N3w7ZyZA=="
    assert "Authorization" not in headers()


def test_a_request_is_json_and_names_its_sender() -> None:
    found = headers()
    assert (found["Content-Type"], found["User-Agent"], found["X-More"]) == (
        "application/json",
        "il2watch",
        "1",
    )


def test_a_proxy_is_asked_instead_of_the_receiver() -> None:
    async def then(server: Server) -> str:
        await asked("http://receiver.invalid/path", proxy=server.url)
        return server.asked[0].headers["Host"]

    assert over(says(200), then) == "receiver.invalid"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate for localhost that no authority has signed, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    named = (
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        key,
        "-out",
        cert,
    )
    new = (
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    )
    try:
        subprocess.run([*new, *named], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here to make a certificate with")
    return cert, key


def over_tls(certificate: tuple[str, str], **options: Any) -> HttpAnswer:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    async def run() -> HttpAnswer:
        async with serving(says(200), tls=context) as server:
            return await asked(server.url, timeout_s=10, **options)

    return asyncio.run(run())


def test_a_certificate_is_always_checked(certificate: tuple[str, str]) -> None:
    with pytest.raises(TransportError, match="its certificate is not to be trusted") as caught:
        over_tls(certificate)
    assert not caught.value.permanent


def test_an_authority_of_ones_own_is_trusted_where_it_is_named(certificate: tuple[str, str]) -> None:
    assert over_tls(certificate, ca_file=certificate[0]).status == 200


def test_a_channel_that_was_never_used_closes(tmp_path: Path) -> None:
    asyncio.run(Http("oncall", HttpOptions(), SECRETS).close())
