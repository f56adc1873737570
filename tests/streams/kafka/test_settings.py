"""Where Kafka is and how to get in: who names it, in which order, and how each client is told."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from rules.guideline.settings.document import Document
from streams.config.broker import broker_table
from streams.config.section import SiteFile, parsed
from streams.config.site import opened
from streams.errors import UsageError
from streams.kafka.settings import Broker, add_broker_option, broker

SASL = {"security-protocol": "SASL_PLAINTEXT", "sasl-mechanism": "SCRAM-SHA-512", "sasl-username": "il2watch"}


def site(table: dict[str, Any] | None) -> SiteFile | None:
    """A configuration whose `[broker]` table this is."""
    return None if table is None else SiteFile("site.toml", Document({"broker": table}, {}))


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IL2WATCH_BROKER", "IL2WATCH_BROKER_PASSWORD", "IL2WATCH_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("option", "config", "environment", "servers"),
    [
        ("a:1", {"servers": "b:2"}, "c:3", "a:1"),
        (None, {"servers": "b:2"}, "c:3", "b:2"),
        (None, {}, "c:3", "c:3"),
        (None, None, "c:3", "c:3"),
        ("a:1, b:2", None, None, "a:1,b:2"),
        ("[::1]:9092", None, None, "[::1]:9092"),
    ],
)
def test_the_option_comes_before_the_table_before_the_environment(
    option: str | None,
    config: dict[str, str] | None,
    environment: str | None,
    servers: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if environment:
        monkeypatch.setenv("IL2WATCH_BROKER", environment)
    assert broker(option, site(config)) == Broker(servers)


def test_no_broker_names_every_way_to_give_one() -> None:
    with pytest.raises(UsageError, match=r"--broker host:port.*IL2WATCH_BROKER.*\[broker\].*il2watch broker"):
        broker(None, None)


@pytest.mark.parametrize(
    "address",
    [
        "kafka",
        "kafka:",
        ":9092",
        "kafka:0",
        "kafka:65536",
        "a:1,,b:2",
        "http://kafka:9092",
        "a:1;b:2",
        "kafka:٣",
    ],
)
def test_an_address_that_is_not_host_and_port_is_named(address: str) -> None:
    with pytest.raises(UsageError, match="is not host:port"):
        broker(address)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"servers": 9092}, "servers: expected"),
        ({"security-protocl": "SSL"}, "security-protocl: no such key; did you mean security-protocol"),
        ({"zzz": "SSL"}, "zzz: no such key; there are servers"),
        (
            {"security-protocol": "TLS"},
            "security-protocol: is one of PLAINTEXT, SASL_PLAINTEXT, SASL_SSL, SSL, not 'TLS'",
        ),
        ({"security-protocol": 1}, "security-protocol: expected str, got int"),
        ({**SASL, "sasl-mechanism": "GSSAPI"}, "sasl-mechanism: is one of PLAIN"),
        ({"security-protocol": "SASL_SSL"}, "sasl-username: missing"),
        (SASL, "password-file: missing; name a file whose first line it is, or set IL2WATCH_BROKER_PASSWORD"),
        ({**SASL, "password-file": "/nowhere/at/all"}, "password-file /nowhere/at/all: No such file"),
        ({**SASL, "password": "secret"}, "password: a password does not belong in this file"),
        ({"ssl-keyfile": "key.pem"}, "ssl-keyfile: needs ssl-certfile"),
    ],
)
def test_a_wrong_table_names_the_key_and_the_fault(table: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        broker(None, site({"servers": "a:1", **table}))


def test_an_error_never_tells_a_password() -> None:
    with pytest.raises(UsageError) as caught:
        broker("a:1", site({**SASL, "password": "secret"}))
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(Broker("a:1", sasl_password="secret"))


def test_a_password_is_the_first_line_of_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IL2WATCH_BROKER_PASSWORD", "from the environment")
    file = tmp_path / "password"
    file.write_text("from the file\n")
    assert broker("a:1", site({**SASL, "password-file": str(file)})).sasl_password == "from the file"
    assert broker("a:1", site(SASL)).sasl_password == "from the environment"
    file.write_text("\n")
    with pytest.raises(UsageError, match="first line is empty"):
        broker("a:1", site({**SASL, "password-file": str(file)}))


def test_a_plain_broker_as_each_client_wants_it() -> None:
    plain = Broker("a:1,b:2")
    assert (
        plain.for_kafka_python()
        == plain.for_aiokafka()
        == {"bootstrap_servers": ["a:1", "b:2"], "security_protocol": "PLAINTEXT"}
    )
    assert plain.for_faust() == ("kafka://a:1;b:2", None)


def test_a_login_reaches_every_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IL2WATCH_BROKER_PASSWORD", "word")
    known = broker("a:1", site(SASL))
    login = {
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "il2watch",
        "sasl_plain_password": "word",
    }
    assert known.for_aiokafka().items() >= login.items()
    assert known.for_kafka_python().items() >= login.items()
    credentials = known.for_faust()[1]
    assert (credentials.username, credentials.password, credentials.mechanism.value) == (
        "il2watch",
        "word",
        "SCRAM-SHA-512",
    )


def test_tls_checks_the_brokers_name_and_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl

    context = broker("a:1", site({"security-protocol": "SSL"})).for_aiokafka()["ssl_context"]
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    monkeypatch.setenv("IL2WATCH_BROKER_PASSWORD", "word")
    credentials = broker("a:1", site({**SASL, "security-protocol": "SASL_SSL"})).for_faust()[1]
    assert credentials.protocol.value == "SASL_SSL"


def test_a_certificate_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UsageError, match=r"certificates \(/nowhere/ca.pem\): No such file"):
        broker("a:1", site({"security-protocol": "SSL", "ssl-cafile": "/nowhere/ca.pem"})).for_kafka_python()


def test_the_option_is_called_broker() -> None:
    parser = argparse.ArgumentParser()
    add_broker_option(parser)
    assert parser.parse_args(["--broker", "a:1"]).broker == "a:1"
    assert parser.parse_args([]).broker is None


def test_the_table_is_read_from_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "site.toml"

    def servers(path: str | None) -> str | None:
        return broker_table(opened(path)).servers

    file.write_text('[broker]\nservers = "a:1"\n[shifts]\n')
    assert servers(str(file)) == "a:1"
    monkeypatch.setenv("IL2WATCH_CONFIG", str(file))
    assert servers(None) == "a:1"
    file.write_text("broker = 1")
    with pytest.raises(UsageError, match="line 1: broker: a table is wanted, not 1"):
        servers(str(file))
    file.write_text("broker = ")
    with pytest.raises(UsageError, match="line 1, column 10: not TOML"):
        servers(str(file))
    with pytest.raises(UsageError, match="absent"):
        servers(str(tmp_path / "absent.toml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("servers = 'kafka'", "line 3: broker.servers: broker 'kafka' is not host:port, like localhost:9092"),
        ("ssl-keyfile = 'key.pem'", "line 3: broker.ssl-keyfile: needs ssl-certfile too"),
        (
            "security-protocol = 'SASL_SSL'",
            "line 2: broker.sasl-username: missing, and security-protocol asks for it",
        ),
        ("sasl-password = 'word'", "line 3: broker.sasl-password: a password does not belong in this file"),
        (
            "security-protocol = 'SASL_SSL'\nsasl-username = 'me'",
            "line 2: broker.password-file: missing; name a file whose first line it is, or set IL2WATCH_",
        ),
        (
            "security-protocol = 'SASL_SSL'\nsasl-username = 'me'\npassword-file = '/nowhere'",
            "line 5: broker.password-file /nowhere: No such file or directory",
        ),
    ],
)
def test_a_fault_across_keys_is_told_with_the_line_of_the_key_that_must_change(
    text: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        broker("a:1", parsed(f"[shifts]\n[broker]\n{text}\n", "site.toml"))
    assert str(caught.value).startswith(f"site.toml: {message}")
