"""Forget the state, so that it is made anew from the topics (`il2watch worker --rebuild`), or one patient.

The group's offsets go back to the beginning first, then every state record gets a tombstone. Killed in
between, some patients keep their state, which skips what it has read: nothing is lost, and `--rebuild` again
does the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from rules.wire.topics import INPUTS
from streams.errors import UsageError
from streams.kafka import clients
from streams.kafka.admin import Admin, admin
from streams.kafka.blocking_reader import records
from streams.kafka.partition_check import Shape
from streams.kafka.settings import Broker
from streams.kafka.state_record import BLOCK_SEPARATOR
from streams.kafka.state_record import key as key_of

log = logging.getLogger("il2watch.rebuild")


def forget(broker: Broker, group: str, changelog: str, shape: Shape, topics: Sequence[str] = INPUTS) -> None:
    """Reset a group of services that are all stopped to the beginning of its topics, without state.

    Raises UsageError when one of them still runs, or the broker does not do as asked.
    """
    with admin(broker) as connection:
        stopped(connection, group)
        connection.to_beginning(group, dict.fromkeys(topics, shape.partitions))
    forgotten = _bury(broker, changelog, _live(broker, changelog))
    log.warning("state of %d records forgotten; reading the topics from their beginning", forgotten)


def stopped(connection: Admin, group: str) -> None:
    """Raise UsageError when a member of a group still runs: it would write what it holds again."""
    members = connection.members(group)
    if members:
        raise UsageError(f"{members} workers of {group} still run; stop them all first")


def erase(broker: Broker, group: str, changelog: str, patient: str) -> int:
    """Write tombstones for a patient in the changelog of a group that is stopped; return how many.

    Raises UsageError when one of them still runs.
    """
    with admin(broker) as connection:
        stopped(connection, group)
        if changelog not in connection.names():
            return 0
    wanted, block = key_of(patient), key_of(patient + BLOCK_SEPARATOR)
    return _bury(
        broker,
        changelog,
        _live(broker, changelog, lambda record: record.key == wanted or record.key.startswith(block)),
    )


def bury(broker: Broker, topic: str, wanted: Callable[[Any], bool]) -> int:
    """Write tombstones for the keys of a compacted topic whose last record is wanted; return how many."""
    return _bury(broker, topic, _live(broker, topic, wanted)) if _exists(broker, topic) else 0


def last_records(broker: Broker, topic: str, wanted: Callable[[Any], bool]) -> dict[bytes, bytes]:
    """Return the values of the keys of a compacted topic whose last record is wanted."""
    found: dict[bytes, bytes] = {}
    for record in records(broker, topic) if _exists(broker, topic) else ():
        if record.value is None or record.key is None or not wanted(record):
            found.pop(record.key, None)
        else:
            found[record.key] = record.value
    return found


def _exists(broker: Broker, topic: str) -> bool:
    with admin(broker) as connection:
        return topic in connection.names()


def _bury(broker: Broker, changelog: str, live: dict[bytes, int]) -> int:
    """Write a tombstone for each of these keys in its partition, and return how many."""
    sender = clients.producer(broker)
    try:
        sent = [sender.send(changelog, None, key=key, partition=partition) for key, partition in live.items()]
        for one in sent:
            one.get(30)
    finally:
        sender.close()
    return len(live)


def _any(record: Any) -> bool:
    return True


def _live(broker: Broker, topic: str, wanted: Callable[[Any], bool] = _any) -> dict[bytes, int]:
    """Return the keys whose last record is wanted, with their partitions; only keys are held in memory."""
    found: dict[bytes, int] = {}
    for record in records(broker, topic):
        if record.value is None or record.key is None or not wanted(record):
            found.pop(record.key, None)
        else:
            found[record.key] = record.partition
    return found
