"""Create the topics, and compare existing ones with what they should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rules.wire.topics import ALL, PARTITIONS
from streams.errors import UsageError
from streams.kafka.admin import Admin, TopicDescription, admin
from streams.kafka.settings import Broker
from streams.kafka.topics import FOREVER, GIB, Layout, layout, settings

CHANGELOG = "-changelog"
OURS = "il2"


class Difference(NamedTuple):
    """One setting of one topic that is not as it should be; `found` and `wanted` as Kafka spells them."""

    topic: str
    setting: str
    found: str
    wanted: str


class Report(NamedTuple):
    """All differences, and the settings that this broker does not report.

    `unreported`: those settings as (topic, setting); nobody can judge them.
    """

    differences: list[Difference]
    unreported: list[tuple[str, str]]


def compare(descriptions: Mapping[str, TopicDescription], wanted: Layout) -> Report:
    """Compare the wire's topics, and the worker's changelogs among the descriptions, with the layout."""
    differences = [
        difference for topic in ALL for difference in of_topic(topic, descriptions.get(topic), wanted)
    ]
    differences += [
        difference
        for topic in sorted(descriptions)
        if is_changelog(topic)
        for difference in of_changelog(topic, descriptions[topic], wanted)
    ]
    unreported = [
        (topic, key)
        for topic in ALL
        if topic in descriptions
        for key in settings(topic, wanted)
        if key not in descriptions[topic].settings
    ]
    return Report(differences, unreported)


def of_topic(topic: str, found: TopicDescription | None, wanted: Layout) -> Iterator[Difference]:
    """Yield the differences of one topic of the wire."""
    if found is None:
        yield Difference(topic, "topic", "missing", "there")
        return
    yield from of_shape(topic, found, wanted)
    for key, value in settings(topic, wanted).items():
        if key in found.settings and found.settings[key] != value:
            yield Difference(topic, key, str(found.settings[key]), value)


def of_shape(topic: str, found: TopicDescription, wanted: Layout) -> Iterator[Difference]:
    """Yield the differences in partitions and replication.

    More copies than asked for are no fault; more partitions are, since a patient's records would be split.
    """
    if found.partitions != wanted.partitions:
        yield Difference(topic, "partitions", str(found.partitions), str(wanted.partitions))
    if found.replication < wanted.replication:
        yield Difference(topic, "replication", str(found.replication), str(wanted.replication))


def of_changelog(topic: str, found: TopicDescription, wanted: Layout) -> Iterator[Difference]:
    """Yield the differences of a changelog of charts.

    It has the inputs' partitions, as many copies, and is compacted: a deleted record is a forgotten patient.
    """
    yield from of_shape(topic, found, wanted)
    policy = found.settings.get("cleanup.policy")
    if policy is not None and policy != "compact":
        yield Difference(topic, "cleanup.policy", policy, "compact")


def is_changelog(topic: str) -> bool:
    """Return whether a topic is one of the worker's changelogs."""
    return topic.startswith(OURS) and topic.endswith(CHANGELOG)


class TopicSettings(NamedTuple):
    """A user's settings of the topics; None is derived from the number of brokers."""

    partitions: int = PARTITIONS
    replication: int | None = None
    min_insync: int | None = None
    retention_ms: int = FOREVER
    retention_bytes: int = 2 * GIB


DEFAULT = TopicSettings()


class CreationOutcome(NamedTuple):
    """The topics created now, all of ours as they are, and the differences."""

    created: list[str]
    there: dict[str, TopicDescription]
    report: Report


def create(broker: Broker, wish: TopicSettings = DEFAULT) -> CreationOutcome:
    """Create the topics that are missing and change no other.

    Raises UsageError when there is no broker or it cannot hold them.
    """
    with admin(broker) as connection:
        there = ours(connection)
        wanted = possible(wish, connection.brokers(), there)
        created = connection.create([topic for topic in ALL if topic not in there], wanted)
        there = ours(connection)
        return CreationOutcome(created, there, compare(there, wanted))


def check(broker: Broker, wish: TopicSettings = DEFAULT) -> CreationOutcome:
    """Report the differences without creating anything.

    Raises UsageError when there is no broker, or the layout is not possible on it.
    """
    with admin(broker) as connection:
        there = ours(connection)
        wanted = possible(wish, connection.brokers(), there)
        return CreationOutcome([], there, compare(there, wanted))


def ours(connection: Admin) -> dict[str, TopicDescription]:
    """Return the wire's topics and the worker's changelogs that exist."""
    return connection.topics(
        [name for name in sorted(connection.names()) if name in ALL or is_changelog(name)]
    )


def possible(wish: TopicSettings, up: int, there: Mapping[str, TopicDescription]) -> Layout:
    """Return the layout asked for, on the brokers that are up.

    A broker that is down now is known by the copies that topics have on it. Raises UsageError for more copies
    than brokers, or when every write would be refused.
    """
    brokers = max([up, *(description.replication for description in there.values())])
    wanted = layout(brokers, *wish)
    if wanted.replication > brokers:
        raise UsageError(
            f"--replication {wanted.replication}: this cluster has {brokers} "
            f"{'broker' if brokers == 1 else 'brokers'}"
        )
    if wanted.min_insync > wanted.replication:
        raise UsageError(
            f"--min-insync {wanted.min_insync} is more than the {wanted.replication} copies: every write "
            "would be refused"
        )
    return wanted
