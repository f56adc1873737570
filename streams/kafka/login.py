"""Find out whether brokers refuse a login: the clients report that as a broker that does not answer.

Kafka answers a wrong password and closes; kafka-python and aiokafka try the next address, until their time is
over. So after a failure one connection is made to each address, as far as the login.

Source: https://kafka.apache.org/protocol (SaslHandshake, SaslAuthenticate; error codes 33, 34 and 58).
"""

from __future__ import annotations

import asyncio
import logging

from streams.config.addresses import hosts
from streams.kafka.settings import PASSWORD, Broker

WAIT_S = 5.0
"""How long one address may take over the login, s."""


def refused(broker: Broker) -> str | None:
    """Return why a login is refused, naming user, mechanism and setting; None: nobody refuses it.

    Blocks for up to `WAIT_S`; must not be called in an event loop. Raises UsageError for a certificate that
    cannot be read.
    """
    return asyncio.run(_refused(broker)) if broker.authenticated else None


async def _refused(broker: Broker) -> str | None:
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    answers = await asyncio.gather(*(_asked(broker, *one) for one in hosts(broker.servers)))
    return next((answer for answer in answers if answer), None)


async def _asked(broker: Broker, host: str, port: int) -> str | None:
    """Return why one address refuses the login; None where it does not, or does not answer."""
    from aiokafka.conn import create_conn
    from aiokafka.errors import KafkaError

    given = {key: value for key, value in broker.for_aiokafka().items() if key != "bootstrap_servers"}
    try:
        async with asyncio.timeout(WAIT_S):
            connection = await create_conn(host, port, request_timeout_ms=int(WAIT_S * 1000), **given)
    except (KafkaError, OSError) as error:
        return _words(broker, f"{host}:{port}", error)
    connection.close()
    return None


def _words(broker: Broker, address: str, error: Exception) -> str | None:
    from aiokafka.errors import IllegalSaslStateError, SaslAuthenticationFailed, UnsupportedSaslMechanismError

    user, mechanism = f"sasl-username {broker.sasl_username!r}", f"sasl-mechanism {broker.sasl_mechanism}"
    said = {
        SaslAuthenticationFailed: (
            f"refuses the login of {user} by {mechanism}; are that user and the password "
            f"(password-file, else {PASSWORD}) right?"
        ),
        UnsupportedSaslMechanismError: f"does not know {mechanism}, by which {user} is to log in",
        IllegalSaslStateError: (
            f"asks for no login, and {user} is to log in by {mechanism}; is security-protocol "
            f"{broker.security_protocol} right?"
        ),
    }
    words = said.get(type(error))
    return words and f"[broker] {address} {words}"
