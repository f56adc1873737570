"""Read the configuration's `[broker]` table: addresses, security, and where the password comes from."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from streams.config.addresses import servers_of
from streams.config.secrets import first_line
from streams.config.section import Fault, SiteFile, Table
from streams.errors import UsageError

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Given = Annotated[str, msgspec.Meta(min_length=1)]
PASSWORDS = ("password", "sasl-password")
NO_PASSWORD = "a password does not belong in this file; name a password-file, or set IL2WATCH_BROKER_PASSWORD"


class BrokerTable(Table, frozen=True, kw_only=True):
    """The keys of the configuration's `[broker]` table."""

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
    ssl_cafile: Annotated[Given | None, msgspec.Meta(description="your own certificate authority")] = None
    ssl_certfile: Annotated[Given | None, msgspec.Meta(description="client certificate")] = None
    ssl_keyfile: Annotated[Given | None, msgspec.Meta(description="its key")] = None

    @property
    def login(self) -> bool:
        """Whether the protocol needs a login (SASL)."""
        return self.security_protocol.startswith("SASL")


def broker_table(file: SiteFile | None) -> BrokerTable:
    """Return the configuration's `[broker]` table, checked; an empty one if it is absent.

    Raises UsageError naming file, line and key. The password's file is not read.
    """
    if file is None or "broker" not in file.document.values:
        return BrokerTable()
    values: Any = file.document.values["broker"]
    for key in PASSWORDS if isinstance(values, dict) else ():
        if key in values:
            file.blame(("broker", key), NO_PASSWORD)
    table = file.section(BrokerTable, "broker")
    if fault := conflict(table):
        file.blame(("broker", fault.key), fault.text)
    return table


def conflict(table: BrokerTable) -> Fault | None:
    """Return which keys do not go together or are no address, or None."""
    try:
        servers_of(table.servers or "here:1")
    except UsageError as error:
        return Fault("servers", str(error))
    if table.ssl_keyfile and not table.ssl_certfile:
        return Fault("ssl-keyfile", "needs ssl-certfile too")
    if table.login and table.sasl_username is None:
        return Fault("sasl-username", "missing, and security-protocol asks for it")
    return None


def password(file: SiteFile, table: BrokerTable, given: str | None) -> str:
    """Return the password: of the table's file, else `given`.

    Raises UsageError naming file, line and key when there is none.
    """
    path = ("broker", "password-file")
    if table.password_file is not None:
        return first_line(file.at(path).removesuffix(": "), table.password_file)
    if not given:
        file.blame(path, "missing; name a file whose first line it is, or set IL2WATCH_BROKER_PASSWORD")
    return given
