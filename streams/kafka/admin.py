"""Query and create topics through Kafka's admin client, with a bounded wait and one clear error.

Only what the commands on topics need.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, TypedDict, TypeVar

from streams.config.addresses import hosts
from streams.errors import Unanswered, UsageError
from streams.kafka import clients, ports, unreachable
from streams.kafka.settings import Broker
from streams.kafka.topics import Layout, settings

PATIENCE_MS = 5_000
REQUEST_MS = 20_000
BETWEEN_S = 0.1
EXISTS = 36
TOO_FEW_BROKERS = 38

Answer = TypeVar("Answer")


class DescribedPartition(TypedDict):
    """A partition as kafka-python describes it."""

    replica_nodes: list[int]


class NewTopic(TypedDict):
    """A new topic as kafka-python is asked for it."""

    num_partitions: int
    replication_factor: int
    configs: dict[str, str]


class TopicDescription(NamedTuple):
    """The broker's description of one topic. `settings`: those the broker reports; some report few."""

    partitions: int
    replication: int
    settings: Mapping[str, str]


class Admin:
    """An open admin connection."""

    def __init__(self, client: Any, servers: str) -> None:
        self._client, self.servers = client, servers

    def brokers(self) -> int:
        """Return the number of brokers that are up."""
        return len(patiently(self._client.describe_cluster)["brokers"])

    def names(self) -> set[str]:
        """Return the names of all topics."""
        return set(patiently(self._client.list_topics))

    def topics(self, names: list[str]) -> dict[str, TopicDescription]:
        """Return the descriptions of those topics that exist.

        Raises KafkaError when the broker cannot tell: no answer never counts as a missing topic.
        """
        found = patiently(lambda: self._described(names)) if names else {}
        configs = patiently(lambda: self._configs(list(found)))
        return {
            name: TopicDescription(
                len(parts), min(len(part["replica_nodes"]) for part in parts), configs.get(name, {})
            )
            for name, parts in found.items()
        }

    def _described(self, names: list[str]) -> dict[str, list[DescribedPartition]]:
        """Return the partitions of each topic; raises the error that the broker returns for one instead."""
        from kafka.errors import for_code

        found = self._client.describe_topics(names)
        for topic in found:
            if topic["error_code"]:
                raise for_code(topic["error_code"])(topic["name"])
        return {topic["name"]: topic["partitions"] for topic in found}

    def _configs(self, names: list[str]) -> dict[str, dict[str, str]]:
        from kafka.admin import ConfigResource, ConfigResourceType

        if not names:
            return {}
        found = self._client.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name) for name in names], config_filter="all"
        )
        return {
            name: {key: one["value"] for key, one in configs.items()}
            for name, configs in found.get("topic", {}).items()
        }

    def members(self, group: str) -> int:
        """Return how many members a consumer group has now; 0 for one that never was."""
        described = patiently(lambda: self._client.describe_groups([group]))
        return len(described.get(group, {}).get("members", ()))

    def to_beginning(self, group: str, partitions: Mapping[str, int]) -> None:
        """Set a group's offsets to the beginning of topics. Raises UsageError where the broker refuses."""
        from kafka import TopicPartition
        from kafka.admin import OffsetSpec

        specs = {
            TopicPartition(topic, number): OffsetSpec.EARLIEST
            for topic, count in partitions.items()
            for number in range(count)
        }
        answers = patiently(lambda: self._client.reset_group_offsets(group, specs))
        for part, answer in answers.items():
            fault = answer.get("error") if isinstance(answer, dict) else answer
            if getattr(fault, "errno", 0):
                raise UsageError(f"{group}: {part.topic}/{part.partition}: {fault!r}")

    def create(self, names: list[str], wanted: Layout) -> list[str]:
        """Create topics of the wire and return those that this call created. Raises UsageError."""
        return self.make(
            {name: new_topic(wanted.partitions, wanted.replication, settings(name, wanted)) for name in names}
        )

    def make(self, topics: Mapping[str, NewTopic]) -> list[str]:
        """Create topics, each as `new_topic` returns it, and wait until they have leaders.

        Return those that this call created; raises UsageError naming topic and reason, Unanswered when it is
        that a broker is down.
        """
        answers = (
            patiently(lambda: self._client.create_topics(topics, raise_errors=False))["topics"]
            if topics
            else []
        )
        for answer in answers:
            if answer["error_code"] not in (0, EXISTS):
                raise refusal(answer["error_code"])(
                    f"{answer['name']}: the broker does not create it: "
                    f"{answer['error_message'] or answer['error_code']}"
                )
        self._client.wait_for_topics(list(topics))
        return [answer["name"] for answer in answers if answer["error_code"] == 0]

    def remove(self, names: list[str]) -> None:
        """Delete topics: those that a command has made for itself alone."""
        patiently(lambda: self._client.delete_topics(names))


def refusal(code: int) -> type[UsageError]:
    """Return the kind of error that a code of the broker is: for brokers that are down a service waits."""
    from kafka.errors import for_code

    return Unanswered if code == TOO_FEW_BROKERS or for_code(code).retriable else UsageError


def new_topic(partitions: int, replication: int, configs: Mapping[str, str]) -> NewTopic:
    """Return a new topic as kafka-python is asked for it."""
    return {"num_partitions": partitions, "replication_factor": replication, "configs": dict(configs)}


def patiently(ask: Callable[[], Answer], patience_s: float = PATIENCE_MS / 1000) -> Answer:
    """Return the answer, retrying for `patience_s` while the error is transient.

    The client asks any broker it knows: for some seconds after one died, that may be the dead one, or one
    that does not know its new leaders yet.
    """
    from kafka.errors import KafkaError

    deadline = time.monotonic() + patience_s
    while True:
        try:
            return ask()
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise
        time.sleep(BETWEEN_S)


@contextmanager
def admin(broker: Broker) -> Iterator[Admin]:
    """Open an admin connection.

    Raises Unanswered, within a few seconds, when no broker answers, UsageError when it refuses the login or
    what is asked.
    """
    from kafka.errors import KafkaError

    quiet()
    if not ports.wait_until(
        lambda: any(ports.open_at(*one) for one in hosts(broker.servers)), PATIENCE_MS / 1000, every=0.25
    ):
        raise unreachable.absent(broker, "nothing listens")
    client = clients.admin(broker, bootstrap_timeout_ms=PATIENCE_MS, request_timeout_ms=REQUEST_MS)
    try:
        yield Admin(client, broker.servers)
    except KafkaError as error:
        kind = Unanswered if error.retriable else UsageError
        raise kind(f"broker {broker.servers}: {type(error).__name__}: {error}") from None
    finally:
        client.close()


def quiet() -> None:
    """Silence the client's log of each failed attempt: the command reports the error once."""
    logging.getLogger("kafka").addHandler(logging.NullHandler())
