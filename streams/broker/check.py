"""What differs between the topics as they are and as they should be. Pure: told and wanted in, differences out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from streams.broker.admin import Told
from streams.broker.layout import Layout, settings
from streams.broker.topics import ALL

CHANGELOG = "-changelog"
OURS = "il2"


class Difference(NamedTuple):
    """One setting of one topic that is not as it should be; `found` and `wanted` as Kafka spells them."""

    topic: str
    setting: str
    found: str
    wanted: str


class Report(NamedTuple):
    """All differences, and the settings (topic, setting) that this broker does not tell and nobody can judge."""

    differences: list[Difference]
    untold: list[tuple[str, str]]


def compare(told: Mapping[str, Told], wanted: Layout) -> Report:
    """The wire's topics, and the worker's changelogs among those told, against the layout."""
    differences = [difference for topic in ALL for difference in of_topic(topic, told.get(topic), wanted)]
    differences += [difference for topic in sorted(told) if is_changelog(topic) for difference in of_changelog(topic, told[topic], wanted)]
    untold = [(topic, key) for topic in ALL if topic in told for key in settings(topic, wanted) if key not in told[topic].settings]
    return Report(differences, untold)


def of_topic(topic: str, found: Told | None, wanted: Layout) -> Iterator[Difference]:
    if found is None:
        yield Difference(topic, "topic", "missing", "there")
        return
    yield from of_shape(topic, found, wanted)
    for key, value in settings(topic, wanted).items():
        if key in found.settings and found.settings[key] != value:
            yield Difference(topic, key, str(found.settings[key]), value)


def of_shape(topic: str, found: Told, wanted: Layout) -> Iterator[Difference]:
    """More copies than asked for are no fault; more partitions are, since a patient's records would part."""
    if found.partitions != wanted.partitions:
        yield Difference(topic, "partitions", str(found.partitions), str(wanted.partitions))
    if found.replication < wanted.replication:
        yield Difference(topic, "replication", str(found.replication), str(wanted.replication))


def of_changelog(topic: str, found: Told, wanted: Layout) -> Iterator[Difference]:
    """A chart's changelog has the inputs' partitions, as many copies, and is compacted: a deleted one is a forgotten patient."""
    yield from of_shape(topic, found, wanted)
    policy = found.settings.get("cleanup.policy")
    if policy is not None and policy != "compact":
        yield Difference(topic, "cleanup.policy", policy, "compact")


def is_changelog(topic: str) -> bool:
    return topic.startswith(OURS) and topic.endswith(CHANGELOG)
