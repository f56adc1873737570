"""Make Kafka clients: the one place where either library's clients are constructed.

`consumer`, `producer` and `admin` are kafka-python's, for commands and threads; `async_consumer`,
`async_producer` and `async_admin` are aiokafka's, for services with an event loop. The libraries are imported
when a client is made: a command loads only the one it uses.

Source: https://kafka-python.readthedocs.io and https://aiokafka.readthedocs.io.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from streams.kafka.settings import Broker
from streams.kafka.unreachable import absent

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
    from aiokafka.admin import AIOKafkaAdminClient
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

Client = TypeVar("Client")

READING: Mapping[str, object] = {"group_id": None, "enable_auto_commit": False}
"""A reader belongs to no group and commits nothing, unless its settings say otherwise."""
WRITING: Mapping[str, object] = {
    "acks": "all",
    "enable_idempotence": True,
    "linger_ms": 1,
    "batch_size": 1 << 16,
    "max_request_size": 1 << 21,
    "allow_auto_create_topics": False,
    "bootstrap_timeout_ms": 15_000,
    "max_block_ms": 30_000,
}


def consumer(broker: Broker, **settings: Any) -> KafkaConsumer:
    """Return a blocking consumer. Raises UsageError when no broker answers, or one refuses the login."""
    from kafka import KafkaConsumer

    alone = {"allow_auto_create_topics": False, "bootstrap_timeout_ms": 10_000}
    return _blocking(KafkaConsumer, broker, {**READING, **alone, **settings})


def producer(broker: Broker, **settings: Any) -> KafkaProducer:
    """Return a blocking, idempotent producer. Raises UsageError as `consumer` does."""
    from kafka import KafkaProducer

    return _blocking(KafkaProducer, broker, {**WRITING, **settings})


LEAVE_S = 2.0


def leave(sender: KafkaProducer) -> None:
    """Close a producer at once: what was not acknowledged has been reported, and is not waited for.

    kafka-python flushes first and raises when that is not done; the producer would then complain once more
    when it is collected. So what is left is given up before.
    """
    from kafka.errors import KafkaError

    with suppress(KafkaError):
        sender.close(timeout=0)
        return
    thread: Any = sender._sender
    thread.force_close()
    thread.join(LEAVE_S)
    with suppress(KafkaError):
        sender.close(timeout=0)


def admin(broker: Broker, **settings: Any) -> KafkaAdminClient:
    """Return a blocking admin client. Raises UsageError when no broker answers, or one refuses the login."""
    from kafka import KafkaAdminClient

    return _blocking(KafkaAdminClient, broker, settings)


def async_consumer(broker: Broker, *topics: str, **settings: Any) -> AIOKafkaConsumer:
    """Return a consumer that is not started yet; without a group, topics are read in all partitions."""
    from aiokafka import AIOKafkaConsumer

    return _asynchronous(AIOKafkaConsumer, broker, {**READING, **settings}, *topics)


def async_producer(broker: Broker, **settings: Any) -> AIOKafkaProducer:
    """Return a producer that is not started yet."""
    from aiokafka import AIOKafkaProducer

    return _asynchronous(AIOKafkaProducer, broker, settings)


def async_admin(broker: Broker, **settings: Any) -> AIOKafkaAdminClient:
    """Return an admin client that is not started yet."""
    from aiokafka.admin import AIOKafkaAdminClient

    return _asynchronous(AIOKafkaAdminClient, broker, settings)


def _blocking(make: Callable[..., Client], broker: Broker, settings: Mapping[str, object]) -> Client:
    from kafka.errors import KafkaError

    try:
        return make(**broker.for_kafka_python(), **settings)
    except KafkaError as error:
        raise absent(broker, type(error).__name__) from None


def _asynchronous(
    make: Callable[..., Client], broker: Broker, settings: Mapping[str, object], *topics: str
) -> Client:
    return make(*topics, **broker.for_aiokafka(), **settings)


async def stop(client: Any) -> None:
    """Stop a client of aiokafka.

    A consumer whose broker is away may end with the CancelledError of its own fetch, which would look like
    ours being cancelled: so it is stopped in a task of its own.
    """
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait((stopping,))
    if not stopping.cancelled():
        stopping.result()
