"""A command into `il2.commands`, from the command line: acknowledged by Kafka before anybody is told that it went."""

from __future__ import annotations

from typing import Any

from rules.wire.instants import parse
from streams.broker.settings import Broker
from streams.broker.topics import COMMANDS
from streams.errors import UsageError
from streams.pager.send import out


def through(broker: Broker, command: dict[str, Any]) -> None:
    """Sends it, its own instant as the record's. Raises UsageError when Kafka does not take it."""
    from kafka.errors import KafkaError

    from streams.replay.outlet import producer
    from streams.replay.partitions import partitions

    partitions(broker, [COMMANDS])
    record, into = out(command), producer(broker, linger_ms=0)
    try:
        into.send(record.topic, record.value, key=record.key, timestamp_ms=parse(command["at"])).get()
    except KafkaError as error:
        raise UsageError(f"the command was not taken: {type(error).__name__}: {error}") from None
    finally:
        into.close(timeout=0)
