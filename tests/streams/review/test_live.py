"""`il2watch review` over the topics of a real broker says what it says over the same records in files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaProducer

from rules.wire.deadletters import Refused, encode
from rules.wire.instants import HOUR, parse, text
from rules.wire.topics import ALERTS, DEADLETTERS, PAGES, topic_of
from streams.cli import main
from streams.kafka.settings import Broker
from tests.streams.review.month import FROM, Month, month, save
from tests.streams.worker.conftest import topics

__all__ = ["topics"]
pytestmark = [pytest.mark.kafka, pytest.mark.slow]
PERIOD = (text(parse(FROM) + 19 * HOUR), text(parse(FROM) + 31 * HOUR))
"""The second half of a day, which begins at 7:00."""
Row = dict[str, str]


def publish(found: Month, broker: Broker) -> None:
    """Put the month into the topics, each record with its own time."""
    sender = KafkaProducer(**broker.for_kafka_python(), acks="all", linger_ms=20)
    for topic, values in ((ALERTS, found.alerts), (PAGES, found.pages)):
        for when, value in values:
            sender.send(topic, value, key=json.loads(value)["patient"].encode(), timestamp_ms=when)
    for when, value in found.events:
        event = json.loads(value)
        sender.send(topic_of(event["type"]), value, key=event["patient"].encode(), timestamp_ms=when)
    for one in found.deadletters:
        headers = encode(Refused(one["topic"], 0, 1, one["reason"], one["message"]))
        sender.send(DEADLETTERS, b"{}", headers=headers, timestamp_ms=one["when"])
    sender.flush(60)
    sender.close()


def reviewed(folder: Path, *source: str) -> list[Row]:
    """The table of the period, beside the one before."""
    start, end = PERIOD
    assert main.main(["review", *source, "--from", start, "--to", end, "-o", str(folder)]) == 0
    with (folder / "review.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_topics_give_the_numbers_of_the_files_and_so_does_what_was_saved_of_them(
    topics: Callable[[int], Broker], tmp_path: Path
) -> None:
    found, broker = month(tmp_path, weeks=1, days=1), topics(2)
    publish(found, broker)
    of_files = reviewed(tmp_path / "files", "--records", str(save(found, tmp_path / "records")))
    assert {row["table"] for row in of_files if row["now"]} >= {"answers", "burden", "dead letters"}
    saved = tmp_path / "saved"
    live = reviewed(tmp_path / "live", "--broker", broker.servers, "--save", str(saved))
    assert live == of_files
    assert reviewed(tmp_path / "again", "--records", str(saved)) == of_files
