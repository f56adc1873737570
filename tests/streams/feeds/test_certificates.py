"""The feeds' TLS: who is let in, what a bad certificate shows on either side, and how one is renewed."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.config.feeds import FeedTable
from streams.errors import UsageError
from streams.feeds.mapping.tables import Tables
from streams.feeds.service.conversation import Feed
from streams.feeds.service.fhir import FhirListener
from streams.feeds.service.listening import Listener
from streams.feeds.service.tls import Certificate
from streams.service.metrics import REGISTRY
from tests.streams.feeds.certificates import DAY, Signer
from tests.streams.feeds.running import ack_of
from tests.streams.feeds.support import rules, sample
from tests.streams.feeds.test_fhir_listener import Kept

KINDS = {"mllp": Listener, "fhir": FhirListener}
ASKED = {
    "mllp": b"\x0b" + sample("80") + b"\x1c\r",
    "fhir": b"GET /metadata HTTP/1.1\r\nHost: localhost\r\n\r\n",
}
ENDS = {"mllp": b"\x1c\r", "fhir": b"\r\n\r\n"}
each_kind = pytest.mark.parametrize("kind", KINDS)
Running = Any


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the certificates that these tests need."""
    folder = tmp_path_factory.mktemp("certificates")
    ours, strangers = Signer(folder), Signer(folder, "other")
    for name in ("server", "sender", "renewed"):
        ours.sign(name)
    ours.sign("ended", -20 * DAY, -DAY)
    ours.sign("to-come", DAY, 20 * DAY)
    strangers.sign("stranger")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of them to write over."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


def trusted(folder: Path, name: str | None, signer: str = "ca") -> ssl.SSLContext:
    found = ssl.create_default_context(cafile=folder / f"{signer}.pem")
    if name:
        found.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return found


def table(kind: str, folder: Path, name: str = "server", signer: str | None = "ca") -> FeedTable:
    return FeedTable(
        kind=kind,  # type: ignore[arg-type]
        listen="127.0.0.1:0",
        tls_cert_file=str(folder / f"{name}.pem"),
        tls_key_file=str(folder / f"{name}.key"),
        client_ca_file=None if signer is None else str(folder / f"{signer}.pem"),
    )


def serving(found: FeedTable, client: Callable[[Running], Awaitable[Any]]) -> Any:
    """Run a client against a listener on loopback; return what it returns."""

    async def run() -> Any:
        own = msgspec.structs.replace(rules("strict"), name="icu")
        feed = Feed(found, own, Tables(), Kept(), lambda prior: None)  # type: ignore[arg-type]
        listener: Running = KINDS[found.kind](feed)
        await listener.start()
        try:
            return await client(listener)
        finally:
            await listener.stop()

    return asyncio.run(run())


async def answered(listener: Running, context: ssl.SSLContext | None) -> str:
    """Return `answered`, or how the connection failed at the sender."""
    kind = listener.feed.table.kind
    name = {} if context is None else {"server_hostname": "localhost"}
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=context, **name)
        try:
            writer.write(ASKED[kind])
            found = await reader.readuntil(ENDS[kind])
        finally:
            writer.close()
    except ssl.SSLCertVerificationError as fault:
        return f"refuses: {fault.verify_message}"
    except (OSError, asyncio.IncompleteReadError):
        return "closed"
    right = ack_of(found[1:])[0] == "CA" if kind == "mllp" else found.startswith(b"HTTP/1.1 200")
    return "answered" if right else "other"


def refused() -> float:
    return (
        REGISTRY.get_sample_value("il2_feed_frame_faults_total", {"feed": "icu", "kind": "tls-refused"})
        or 0.0
    )


SENDERS = {
    "sender": ("answered", ""),
    None: ("closed", "icu: no TLS with a sender: peer did not return a certificate"),
    "ended": ("closed", "icu: no TLS with a sender: its certificate: certificate has expired"),
    "to-come": ("closed", "icu: no TLS with a sender: its certificate: certificate is not yet valid"),
    "stranger": (
        "closed",
        "icu: no TLS with a sender: its certificate: unable to get local issuer certificate",
    ),
}


@each_kind
@pytest.mark.parametrize("sender", SENDERS, ids=str)
def test_a_sender_is_let_in_by_its_certificate_and_the_log_says_why_not(
    kind: str, sender: str | None, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wanted, first = SENDERS[sender]
    before = refused()

    async def client(listener: Running) -> str:
        return await answered(listener, trusted(made, sender))

    assert serving(table(kind, made), client) == wanted
    logged(caplog, first)
    assert refused() - before == bool(first)


@each_kind
def test_without_tls_nobody_is_answered_where_tls_is_served(
    kind: str, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def client(listener: Running) -> str:
        return await answered(listener, None)

    assert serving(table(kind, made), client) == "closed"
    logged(caplog, ALERT)


def handshake(port: int, context: ssl.SSLContext) -> str:
    """Connect as a sender that says why it does not; return what it says, empty if it connects."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as plain:
        try:
            context.wrap_socket(plain, server_hostname="localhost").close()
        except ssl.SSLCertVerificationError as fault:
            return fault.verify_message
    return ""


ALERT = "icu: no TLS with a sender: "
OWN = {
    "ended": ("certificate has expired", "its certificate ended ", f"{ALERT}sslv3 alert certificate expired"),
    "to-come": (
        "certificate is not yet valid",
        "its certificate is not valid before ",
        f"{ALERT}sslv3 alert ",
    ),
    "server": ("", "", ""),
}


@each_kind
@pytest.mark.parametrize("own", OWN)
def test_a_feed_says_that_its_own_certificate_is_not_valid_and_senders_do_not_connect(
    kind: str, own: str, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    at_the_sender, fault, line = OWN[own]

    async def client(listener: Running) -> tuple[str, str]:
        found = await asyncio.to_thread(handshake, listener.port, trusted(made, "sender"))
        return found, listener.certificate.fault(time.time()) or ""

    found, of_its_dates = serving(table(kind, made, own), client)
    assert found == at_the_sender
    assert of_its_dates.startswith(fault)
    assert bool(of_its_dates) == bool(fault)
    logged(caplog, line)


def logged(caplog: pytest.LogCaptureFixture, line: str) -> None:
    """Hold the one line that is logged, by its beginning; none if it is empty."""
    lines = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert [found[: len(line)] for found in lines] == ([line] if line else [])


@each_kind
def test_a_sender_that_trusts_another_signer_refuses_the_feed_and_both_say_so(
    kind: str, made: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def client(listener: Running) -> str:
        return await asyncio.to_thread(handshake, listener.port, trusted(made, "sender", "other"))

    assert serving(table(kind, made), client) == "self-signed certificate in certificate chain"
    logged(caplog, f"{ALERT}tlsv1 alert unknown ca")


def replace(folder: Path, old: str, new: str, *endings: str) -> None:
    """Put files in the place of others, as a renewal does: another file by the same name."""
    for ending in endings or ("pem", "key"):
        shutil.copy(folder / f"{new}.{ending}", folder / f"{new}.{ending}.new")
        (folder / f"{new}.{ending}.new").replace(folder / f"{old}.{ending}")


@each_kind
def test_a_certificate_is_renewed_while_a_connection_stays(kind: str, folder: Path) -> None:
    replace(folder, "server", "ended")

    async def client(listener: Running) -> list[Any]:
        lax = trusted(folder, "sender")
        lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port, ssl=lax)
        writer.write(ASKED[kind])
        await reader.readuntil(ENDS[kind])
        found: list[Any] = [await answered(listener, trusted(folder, "sender"))]
        replace(folder, "server", "renewed")
        found += [listener.certificate.renew(), listener.certificate.renew()]
        found.append(await answered(listener, trusted(folder, "sender")))
        writer.write(ASKED[kind])
        found.append(bool(await reader.readuntil(ENDS[kind])))
        writer.close()
        return found

    assert serving(table(kind, folder), client) == [
        "refuses: certificate has expired", True, False, "answered", True,
    ]  # fmt: skip


@each_kind
def test_half_a_renewal_is_not_used_and_the_pair_before_serves_on(
    kind: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def client(listener: Running) -> list[Any]:
        replace(folder, "server", "renewed", "pem")
        found: list[Any] = [listener.certificate.renew(), await answered(listener, trusted(folder, "sender"))]
        (folder / "server.key").unlink()
        found.append(listener.certificate.renew())
        replace(folder, "server", "renewed", "key")
        return [*found, listener.certificate.renew(), await answered(listener, trusted(folder, "sender"))]

    assert serving(table(kind, folder), client) == [False, "answered", False, True, "answered"]
    logged(caplog, "feeds.icu: cannot use the certificates: key values mismatch; the one before serves on")


@each_kind
def test_a_signer_of_senders_that_is_added_counts_without_a_restart(kind: str, folder: Path) -> None:
    async def client(listener: Running) -> list[Any]:
        found: list[Any] = [await answered(listener, trusted(folder, "stranger"))]
        both = (folder / "ca.pem").read_text() + (folder / "other.pem").read_text()
        (folder / "ca.pem.new").write_text(both)
        (folder / "ca.pem.new").replace(folder / "ca.pem")
        found.append(listener.certificate.renew())
        return [*found, await answered(listener, trusted(folder, "stranger"))]

    assert serving(table(kind, folder), client) == ["closed", True, "answered"]


STARTS = {
    "a file that is missing": ("nowhere", "No such file or directory"),
    "a key of another certificate": ("mixed", "key values mismatch"),
    "a file that is no certificate": ("text", "a file holds none in PEM"),
}


@each_kind
@pytest.mark.parametrize(("name", "text"), STARTS.values(), ids=STARTS)
def test_a_feed_does_not_start_with_certificates_that_cannot_be_used(
    kind: str, name: str, text: str, folder: Path
) -> None:
    shutil.copy(folder / "server.pem", folder / "mixed.pem")
    shutil.copy(folder / "renewed.key", folder / "mixed.key")
    (folder / "text.pem").write_text("none")
    (folder / "text.key").write_text("none")
    with pytest.raises(UsageError, match=f"^feeds.icu: cannot use the certificates: {text}"):
        Certificate("icu", table(kind, folder, name))


def test_the_end_of_the_certificate_is_what_the_metric_says(made: Path) -> None:
    span = Certificate("icu", table("mllp", made)).span()
    assert span is not None
    assert span.ends - time.time() == pytest.approx(timedelta(days=20).total_seconds(), abs=3600)
