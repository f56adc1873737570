"""Read the configuration's `[broker]` table: addresses, security, and the password from where it may come
from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from streams.config import site
from streams.config.addresses import servers_of
from streams.config.secrets import first_line
from streams.config.section import converted
from streams.config.types import Table
from streams.errors import UsageError

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Given = Annotated[str, msgspec.Meta(min_length=1)]
PASSWORDS = ("password", "sasl-password")
NO_PASSWORD = "a password does not belong in this file; name a password-file, or set IL2WATCH_BROKER_PASSWORD"


class BrokerTable(Table, frozen=True, kw_only=True):
    """The table as it is written."""

    servers: Annotated[str | None, msgspec.Meta(description="host:port, comma separated")] = None
    security_protocol: Annotated[Protocol, msgspec.Meta(description="TLS with SSL, a login with SASL")] = (
        "PLAINTEXT"
    )
    sasl_mechanism: Annotated[Mechanism, msgspec.Meta(description="how the login is proved")] = "PLAIN"
    sasl_username: Annotated[Given | None, msgspec.Meta(description="who logs in")] = None
    password_file: Annotated[
        Given | None,
        msgspec.Meta(description="its first line is the password; else IL2WATCH_BROKER_PASSWORD"),
    ] = None
    ssl_cafile: Annotated[Given | None, msgspec.Meta(description="certificate authority of one's own")] = None
    ssl_certfile: Annotated[Given | None, msgspec.Meta(description="certificate to show")] = None
    ssl_keyfile: Annotated[Given | None, msgspec.Meta(description="its key")] = None


def read(path: str | None) -> Mapping[str, Any] | None:
    """Return the `[broker]` table of the configuration (`path`, else `IL2WATCH_CONFIG`); None without one.

    Raises UsageError naming file, line and key, for what is not TOML and for a key that is wrong.
    """
    file = site.opened(path)
    if file is None or "broker" not in file.document.values:
        return None
    table: Any = file.document.values["broker"]
    if isinstance(table, dict) and (key := password_in(table)):
        file.blame(("broker", key), NO_PASSWORD)
    file.section(BrokerTable, "broker")
    return dict(table)


def check(table: Mapping[str, Any]) -> None:
    """Check whether the table can be used, its password file left unread.

    Raises UsageError naming the key that is wrong.
    """
    if "servers" in table:
        servers_of(table["servers"])
    getting_in({key: value for key, value in table.items() if key != "password-file"}, "not read")


def getting_in(table: Mapping[str, Any], password: str | None) -> dict[str, Any]:
    """Return the fields of `Broker` that say how to get in.

    Raises UsageError naming the key that is unknown, wrong or missing.
    """
    if key := password_in(table):
        raise UsageError(f"[broker] {key}: {NO_PASSWORD}")
    found = converted(table, BrokerTable, "[broker]")
    if found.ssl_keyfile and not found.ssl_certfile:
        raise UsageError("[broker] ssl-keyfile: needs ssl-certfile too")
    fields = {
        "security_protocol": found.security_protocol,
        "ssl_cafile": found.ssl_cafile,
        "ssl_certfile": found.ssl_certfile,
        "ssl_keyfile": found.ssl_keyfile,
    }
    return fields | (logging_in(found, password) if found.security_protocol.startswith("SASL") else {})


def password_in(table: Mapping[str, Any]) -> str | None:
    """Return the key of a password that stands in the table itself."""
    return next((key for key in PASSWORDS if key in table), None)


def logging_in(table: BrokerTable, password: str | None) -> dict[str, Any]:
    """Return mechanism, user and password; all three are needed.

    Raises UsageError naming the one that is not there.
    """
    if table.sasl_username is None:
        raise UsageError("[broker] sasl-username: missing, and security-protocol asks for it")
    file = table.password_file
    word = password if file is None else first_line("[broker] password-file", file)
    if not word:
        raise UsageError("[broker] no password: name a password-file, or set IL2WATCH_BROKER_PASSWORD")
    login = {"sasl_mechanism": table.sasl_mechanism, "sasl_username": table.sasl_username}
    return {**login, "sasl_password": word}
