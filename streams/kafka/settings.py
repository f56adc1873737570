"""Hold the address and credentials of Kafka in one value, and spell it for each of the three clients.

Source: wire.md (Command line), architecture.md (decision 10).

The address comes from `--broker`, else the configuration's `[broker]` table, else `IL2WATCH_BROKER`. TLS and
SASL settings come from the table alone, wherever the address comes from. A password is read from a file
(`password-file`) or from `IL2WATCH_BROKER_PASSWORD`, and from nowhere else: every user of the machine can see
a command line, and a configuration file is copied about.

    [broker]
    servers = "kafka-1.ward:9093,kafka-2.ward:9093"
    security-protocol = "SASL_SSL"      # PLAINTEXT (default), SSL, SASL_PLAINTEXT
    sasl-mechanism = "SCRAM-SHA-512"    # PLAIN, SCRAM-SHA-256
    sasl-username = "il2watch"
    password-file = "/run/secrets/kafka"
    ssl-cafile = "/etc/ssl/ward-ca.pem" # ssl-certfile and ssl-keyfile for a client certificate
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Required, TypedDict

from streams.config.addresses import servers_of
from streams.errors import Unanswered, UsageError

if TYPE_CHECKING:
    import ssl

    from streams.config.section import SiteFile

ADDRESS = "IL2WATCH_BROKER"
PASSWORD = "IL2WATCH_BROKER_PASSWORD"
NONE = (
    f"no broker: give --broker host:port, set {ADDRESS}, or `servers` in the configuration's [broker] "
    "table; il2watch broker starts one here"
)


class ClientSettings(TypedDict, total=False):
    """Keyword arguments that kafka-python's and aiokafka's clients share."""

    bootstrap_servers: Required[list[str]]
    security_protocol: Required[str]
    ssl_context: ssl.SSLContext
    sasl_mechanism: str | None
    sasl_plain_username: str | None
    sasl_plain_password: str | None


@dataclass(frozen=True)
class Broker:
    """The address and credentials of Kafka.

    `servers`: host:port, comma separated. The password is never printed.
    """

    servers: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None

    @property
    def encrypted(self) -> bool:
        """Whether connections use TLS."""
        return self.security_protocol.endswith("SSL")

    @property
    def authenticated(self) -> bool:
        """Whether connections use SASL."""
        return self.security_protocol.startswith("SASL")

    def for_kafka_python(self) -> ClientSettings:
        """Return the keyword arguments of kafka-python's producer, consumer and admin client.

        Raises UsageError for a certificate that cannot be read.
        """
        settings: ClientSettings = {
            "bootstrap_servers": self.servers.split(","),
            "security_protocol": self.security_protocol,
        }
        if self.encrypted:
            settings["ssl_context"] = self._context()
        if self.authenticated:
            settings["sasl_mechanism"] = self.sasl_mechanism
            settings["sasl_plain_username"] = self.sasl_username
            settings["sasl_plain_password"] = self.sasl_password
        return settings

    def unanswered(self, error: Exception) -> Unanswered:
        """Return the error for the case that none of the servers answers a client."""
        return Unanswered(
            f"--broker {self.servers}: no broker answers ({type(error).__name__}); is it running?"
        )

    def for_aiokafka(self) -> ClientSettings:
        """Return the keyword arguments of aiokafka's producer, consumer and admin client, which are the same.

        Raises UsageError for a certificate that cannot be read.
        """
        return self.for_kafka_python()

    def for_faust(self) -> tuple[str, Any]:
        """Return Faust's `broker` URL and `broker_credentials` (None for a plain broker).

        Raises UsageError for a certificate that cannot be read.
        """
        return "kafka://" + ";".join(self.servers.split(",")), self._credentials()

    def _credentials(self) -> Any:
        if self.security_protocol == "PLAINTEXT":
            return None
        import faust

        context = self._context() if self.encrypted else None
        if not self.authenticated:
            return faust.SSLCredentials(context)
        return faust.SASLCredentials(
            username=self.sasl_username,
            password=self.sasl_password,
            mechanism=self.sasl_mechanism,
            ssl_context=context,
        )

    def _context(self) -> ssl.SSLContext:
        from streams.config.secrets import client_context

        return client_context("[broker]", self.ssl_cafile, self.ssl_certfile, self.ssl_keyfile)


def broker(option: str | None = None, file: SiteFile | None = None) -> Broker:
    """Return the broker: of `--broker`, else `servers` of the `[broker]` table, else `IL2WATCH_BROKER`.

    `file`: the configuration. Raises UsageError when none names one, or naming the key that is wrong.
    """
    from streams.config import broker as section

    table = section.broker_table(file)
    servers = option or table.servers or os.environ.get(ADDRESS)
    if not servers:
        raise UsageError(NONE)
    login = file if table.login else None
    return Broker(
        servers=servers_of(servers),
        security_protocol=table.security_protocol,
        sasl_mechanism=table.sasl_mechanism if login else None,
        sasl_username=table.sasl_username if login else None,
        sasl_password=section.password(login, table, os.environ.get(PASSWORD)) if login else None,
        ssl_cafile=table.ssl_cafile,
        ssl_certfile=table.ssl_certfile,
        ssl_keyfile=table.ssl_keyfile,
    )


def add_broker_option(parser: argparse.ArgumentParser) -> None:
    """Add `--broker host:port`, the same for every command that connects to Kafka."""
    parser.add_argument(
        "--broker",
        metavar="HOST:PORT",
        help=(
            f"Kafka to use, comma separated if several; default: the configuration's [broker], else {ADDRESS}"
        ),
    )
