"""Reads what worker and pager publish: alerts, assessments and pages, from the beginning of their topics."""

from __future__ import annotations

from types import TracebackType

from streams.broker.settings import Broker
from streams.broker.topics import ALERTS, ASSESSMENTS, PAGES
from streams.demo.seen import Alert, Seen


class Reader:
    """A context; `poll` waits a moment for what is new and answers the live alerts among it."""

    def __init__(self, broker: Broker) -> None:
        from kafka import KafkaConsumer, TopicPartition

        self.consumer = KafkaConsumer(**broker.for_kafka_python(), group_id=None, enable_auto_commit=False, allow_auto_create_topics=False)
        self.consumer.topics()
        topics = (ALERTS, ASSESSMENTS, PAGES)
        parts = [TopicPartition(topic, number) for topic in topics for number in sorted(self.consumer.partitions_for_topic(topic) or ())]
        self.consumer.assign(parts)
        self.consumer.seek_to_beginning(*parts)

    def poll(self, seconds: float, seen: Seen) -> list[Alert]:
        """Takes what came, in the order of the partitions."""
        found = []
        for part, records in self.consumer.poll(timeout_ms=round(seconds * 1000)).items():
            for record in records:
                if part.topic == ASSESSMENTS:
                    seen.assessment((record.key or b"").decode(errors="replace"), record.value)
                elif part.topic == PAGES:
                    seen.page(record.value)
                elif (alert := seen.alert(record.value)) is not None:
                    found.append(alert)
        return found

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.consumer.close()
