"""What a broker does not do: one that is down or busy is waited for (exit 3), all else is a mistake (exit 2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kafka.errors import (
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NotEnoughReplicasError,
    TopicAuthorizationFailedError,
)

from streams.errors import Unanswered, UsageError
from streams.kafka import admin, partition_check
from streams.kafka.partition_check import Shape
from streams.kafka.settings import Broker

WAITED_FOR = (KafkaTimeoutError, KafkaConnectionError, NotEnoughReplicasError)
MISTAKES = (TopicAuthorizationFailedError, InvalidTopicError)


class Refusing:
    """A connection on which nothing can be made."""

    def __init__(self, fault: type[KafkaError]) -> None:
        self.fault = fault

    def names(self) -> set[str]:
        return set()

    def make(self, _: Any) -> None:
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "kind"), [*((one, Unanswered) for one in WAITED_FOR), *((one, UsageError) for one in MISTAKES)]
)
def test_a_changelog_that_cannot_be_made_is_waited_for_where_a_broker_is_the_reason(
    fault: type[KafkaError], kind: type[UsageError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 would tell a supervisor to leave the ward unwatched."""

    @contextmanager
    def connection(_: Broker) -> Iterator[Refusing]:
        yield Refusing(fault)

    monkeypatch.setattr(partition_check, "admin", connection)
    with pytest.raises(UsageError, match="is a broker down") as raised:
        partition_check.make_changelog(Broker("127.0.0.1:1"), "rows", Shape(1, 1))
    assert raised.type is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [(7, Unanswered), (38, Unanswered), (41, Unanswered), (29, UsageError), (17, UsageError)],
    ids=["timed out", "too few brokers", "no controller", "not allowed", "a wrong name"],
)
def test_an_error_code_for_a_topic_tells_whether_it_is_waited_for(code: int, kind: type[UsageError]) -> None:
    assert admin.refusal(code) is kind
