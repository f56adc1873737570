"""Tell why a client cannot reach a broker: a login that is refused is reported as no answer by the clients.

Kafka answers a wrong password and closes; kafka-python and aiokafka try the next address, until their time is
over. So after a failure one connection is made to each address, as far as the login.

Source: https://kafka.apache.org/protocol (SaslHandshake, SaslAuthenticate; error codes 33, 34 and 58).
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from streams.config.addresses import hosts
from streams.errors import Unanswered, UsageError
from streams.kafka.settings import PASSWORD, Broker

WAIT_S = 5.0
"""How long one address may take over the login, s."""
CLOSE_S = 0.5


def absent(broker: Broker, why: str) -> UsageError:
    """Return the error for a broker that a client cannot reach: none answers, or one refuses the login.

    Blocks as `refused` does.
    """
    refusal = refused(broker)
    if refusal:
        return UsageError(refusal)
    plain = broker.security_protocol == "PLAINTEXT"
    secured = "" if plain else f", does it speak {broker.security_protocol}"
    return Unanswered(
        f"no broker answers at {broker.servers} ({why}); is it running, is the address right{secured}?"
    )


def refused(broker: Broker) -> str | None:
    """Return why a login is refused, naming user, mechanism and setting; None: nobody refuses it.

    Blocks for up to `WAIT_S`, in a thread of its own: a caller may run an event loop. Raises UsageError for a
    certificate that cannot be read.
    """
    if not broker.authenticated:
        return None
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_refused(broker))).result()


async def _refused(broker: Broker) -> str | None:
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    answers = await asyncio.gather(*(_asked(broker, *one) for one in hosts(broker.servers)))
    return next((answer for answer in answers if answer), None)


async def _asked(broker: Broker, host: str, port: int) -> str | None:
    """Return why one address refuses the login; None where it does not, or does not answer."""
    from aiokafka.conn import AIOKafkaConnection
    from aiokafka.errors import KafkaError

    given = {key: value for key, value in broker.for_aiokafka().items() if key != "bootstrap_servers"}
    connection = AIOKafkaConnection(host, port, request_timeout_ms=int(WAIT_S * 1000), **given)
    try:
        async with asyncio.timeout(WAIT_S):
            await connection.connect()
    except (KafkaError, OSError) as error:
        return _reason(broker, f"{host}:{port}", error)
    finally:
        if (closed := connection.close()) is not None:
            await asyncio.wait([closed], timeout=CLOSE_S)
    return None


def _reason(broker: Broker, address: str, error: Exception) -> str | None:
    from aiokafka.errors import IllegalSaslStateError, SaslAuthenticationFailed, UnsupportedSaslMechanismError

    user, mechanism = f"sasl-username {broker.sasl_username!r}", f"sasl-mechanism {broker.sasl_mechanism}"
    reasons = {
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
    reason = reasons.get(type(error))
    return reason and f"[broker] {address} {reason}"
