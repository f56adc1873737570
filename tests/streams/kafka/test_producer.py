"""What a broker cannot write is sent again, in order, until it is acknowledged."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError, UnknownError

from streams.kafka import producer
from streams.kafka.producer import FaustProducer, OutgoingRecord

RECORDS = [OutgoingRecord("il2.alerts", b"p1", value) for value in (b"1", b"2", b"3")]


class Answering:
    """A producer as Faust's: the broker answers each record with the next of these."""

    def __init__(self, *answers: Exception | int) -> None:
        self.answers, self.sent = list(answers), list[bytes | None]()

    def _ensure_producer(self) -> Answering:
        return self

    async def send(self, topic: str, value: bytes | None, **_: Any) -> asyncio.Future[Any]:
        self.sent.append(value)
        answer, found = self.answers.pop(0), asyncio.get_running_loop().create_future()
        if isinstance(answer, Exception):
            found.set_exception(answer)
        else:
            found.set_result(SimpleNamespace(offset=answer))
        return found


def appended(kafka: Answering) -> list[int]:
    return asyncio.run(FaustProducer(SimpleNamespace(producer=kafka)).append(iter(RECORDS)))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producer, "AGAIN_S", 0)


def test_what_a_full_disk_refuses_is_sent_again_in_order(caplog: pytest.LogCaptureFixture) -> None:
    """Seen on Kafka 4.4: "unknown error" for some seconds, then the broker ends; the worker ended with it."""
    kafka = Answering(7, UnknownError(), UnknownError(), UnknownError(), 8, 9, 10, 11, 12)
    with caplog.at_level(logging.WARNING):
        assert appended(kafka) == [10, 11, 12]
    assert kafka.sent == [b"1", b"2", b"3"] * 3
    assert [record.message for record in caplog.records] == [
        "the broker cannot write, and does not say why: is its disk full? It is asked again"
    ]


def test_another_refusal_is_raised() -> None:
    kafka = Answering(7, UnknownError(), MessageSizeTooLargeError())
    with pytest.raises(MessageSizeTooLargeError):
        appended(kafka)
    assert len(kafka.sent) == len(RECORDS)
