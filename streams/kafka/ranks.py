"""Tell which writer of alerts and assessments outranks another, by the term that their records carry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rules.wire.topics import ALERTS, ASSESSMENTS
from streams.kafka.state_record import HEADER

FENCED = (ALERTS, ASSESSMENTS)


def written_in(headers: Iterable[tuple[str, bytes | None]] | None) -> int | None:
    """Return the term that a record was written in; None: it does not say, or not in figures."""
    for name, value in headers or ():
        if name == HEADER and value is not None and value.isdigit() and len(value) < _LONGEST:
            return int(value)
    return None


_LONGEST = 19


class Ranks:
    """The latest term read of each partition: what an outranked writer said behind it does not count."""

    def __init__(self) -> None:
        self.latest: dict[tuple[str, int], int] = {}

    def counts(self, topic: str, partition: int, headers: Iterable[tuple[str, bytes | None]] | None) -> bool:
        """Return whether a record counts; one without a term always does."""
        term = written_in(headers) if topic in FENCED else None
        if term is None:
            return True
        latest = self.latest[topic, partition] = max(term, self.latest.get((topic, partition), term))
        return term == latest

    def counting(self, records: Iterable[Any]) -> list[Any]:
        """Return those records, as a Kafka client returns them, that count."""
        return [one for one in records if self.counts(one.topic, one.partition, one.headers)]
