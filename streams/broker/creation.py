"""Creating the topics, and looking whether they are as they should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from streams.broker.admin import Admin, Told, admin
from streams.broker.check import Report, compare, is_changelog
from streams.broker.layout import Layout, layout
from streams.broker.retention import FOREVER, GIB
from streams.broker.settings import Broker
from streams.broker.topics import ALL, PARTITIONS
from streams.errors import UsageError


class Wish(NamedTuple):
    """What a user asks of the topics; None is left to the number of brokers."""

    partitions: int = PARTITIONS
    replication: int | None = None
    min_insync: int | None = None
    retention_ms: int = FOREVER
    retention_bytes: int = 2 * GIB


DEFAULT = Wish()


class Outcome(NamedTuple):
    """Which topics were created now, all of ours as they are, and what differs."""

    created: list[str]
    there: dict[str, Told]
    report: Report


def create(broker: Broker, wish: Wish = DEFAULT) -> Outcome:
    """Creates the topics that are missing and touches no other. Raises UsageError when there is no broker or it cannot hold them."""
    with admin(broker) as connection:
        there = ours(connection)
        wanted = possible(wish, connection.brokers(), there)
        created = connection.create([topic for topic in ALL if topic not in there], wanted)
        there = ours(connection)
        return Outcome(created, there, compare(there, wanted))


def check(broker: Broker, wish: Wish = DEFAULT) -> Outcome:
    """What differs. Raises UsageError when there is no broker, or the layout is not possible on it."""
    with admin(broker) as connection:
        there = ours(connection)
        wanted = possible(wish, connection.brokers(), there)
        return Outcome([], there, compare(there, wanted))


def ours(connection: Admin) -> dict[str, Told]:
    """The wire's topics and the worker's changelogs, those that are there."""
    return connection.topics([name for name in sorted(connection.names()) if name in ALL or is_changelog(name)])


def possible(wish: Wish, up: int, there: Mapping[str, Told]) -> Layout:
    """The layout wished for, on the brokers up; one that is down now is known by the copies that topics have on it.

    Raises UsageError for more copies than brokers, or when every write would be refused.
    """
    brokers = max([up, *(told.replication for told in there.values())])
    wanted = layout(brokers, *wish)
    if wanted.replication > brokers:
        raise UsageError(f"--replication {wanted.replication}: this cluster has {brokers} {'broker' if brokers == 1 else 'brokers'}")
    if wanted.min_insync > wanted.replication:
        raise UsageError(f"--min-insync {wanted.min_insync} is more than the {wanted.replication} copies: every write would be refused")
    return wanted
