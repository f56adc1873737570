"""Forget the state, so that it is made anew from the input topics: `il2watch worker --rebuild`.

The group's offsets go back to the beginning first, then every state record gets a tombstone. Killed in
between, some patients keep their state, which skips what it has read: nothing is lost, and `--rebuild` again
does the rest.
"""

from __future__ import annotations

import logging
from typing import Any

from rules.wire.topics import INPUTS
from streams.errors import UsageError
from streams.kafka import clients
from streams.kafka.admin import admin
from streams.kafka.blocking_reader import records
from streams.kafka.partition_check import Shape
from streams.kafka.settings import Broker

log = logging.getLogger("il2watch.worker")


def forget(broker: Broker, group: str, changelog: str, shape: Shape) -> None:
    """Reset a group of workers that are all stopped to the beginning of the input topics, without state.

    Raises UsageError when one of them still runs, or the broker does not do as asked.
    """
    with admin(broker) as connection:
        members = connection.members(group)
        if members:
            raise UsageError(
                f"{members} workers of {group} still run; stop them all, then start one with --rebuild"
            )
        connection.to_beginning(group, dict.fromkeys(INPUTS, shape.partitions))
    forgotten = _bury(broker, changelog)
    log.warning("state of %d records forgotten; reading the input topics from their beginning", forgotten)


def _bury(broker: Broker, changelog: str) -> int:
    """Write a tombstone for every record that the changelog holds, and return how many."""
    live = _live(broker, changelog)
    sender = clients.producer(broker)
    try:
        sent = [
            sender.send(changelog, None, key=key, partition=partition) for key, partition in live.items()
        ]
        for one in sent:
            one.get(30)
    finally:
        sender.close()
    return len(live)


def _live(broker: Broker, changelog: str) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for record in records(broker, changelog):
        _note(found, record)
    return found


def _note(found: dict[bytes, int], record: Any) -> None:
    if record.value is None:
        found.pop(record.key, None)
    else:
        found[record.key] = record.partition
