"""Faust's consumer for few records that must be fast: one by one, and none of the inputs before the outbox is
read back.

Seen in faust-streaming 0.15.3, beside what `streams.kafka.faust_consumer` leans on: `ack` keeps offsets to
commit by partition alone, and drops them when partitions are revoked. One that comes later would be committed
in the next generation, before its record has been read there.
"""

from __future__ import annotations

from typing import Any

from faust.types import TP, Message

from rules.wire.topics import ALERTS, COMMANDS
from streams.kafka import faust_consumer
from streams.kafka.fencing import FencedConsumer

INPUTS = (ALERTS, COMMANDS)


class PagerConsumer(FencedConsumer):
    """Hands on record by record."""

    def ack(self, message: Message) -> bool:
        """A record is done; in a generation that is over its offset is nobody's to commit."""
        return message.generation_id == self.recovered and bool(super().ack(message))

    def _may_fetch(self, tp: TP) -> bool:
        """Changelogs at any time, the inputs once all is recovered."""
        return self.inputs_flow or tp.topic not in INPUTS


def transport(app: Any) -> Any:
    """Return a transport with the consumer above."""
    return faust_consumer.transport(app, PagerConsumer)
