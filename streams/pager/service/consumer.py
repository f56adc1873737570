"""Consume alerts and commands record by record, and none of them before the outbox is read back.

Relies on these internals of faust-streaming 0.15.3, beside those that `streams.kafka.faust_consumer` relies
on: `ack` keeps offsets to commit by partition alone, and drops them when partitions are revoked. An offset
that comes later would be committed in the next generation, before its record has been read there.
"""

from __future__ import annotations

from typing import Any

from faust.types import TP, Message

from rules.wire.topics import ALERTS, COMMANDS
from streams.kafka import faust_consumer
from streams.kafka.fencing import FencedConsumer

INPUTS = (ALERTS, COMMANDS)


class PagerConsumer(FencedConsumer):
    """A consumer that yields record by record."""

    def ack(self, message: Message) -> bool:
        """Acknowledge a record, unless its generation is over: this process may not commit it then."""
        return message.generation_id == self.recovered and bool(super().ack(message))

    def _may_fetch(self, tp: TP) -> bool:
        """Return whether a partition may be fetched: changelogs always, inputs once all is recovered."""
        return self.inputs_flow or tp.topic not in INPUTS


def transport(app: Any) -> Any:
    """Return a transport whose consumer is a `PagerConsumer`."""
    return faust_consumer.transport(app, PagerConsumer)
