"""The floor: aiokafka alone. `python -m tests.bench.edge.floor SERVERS RECORDS GROUP`.

A finding is an alert, whatever was before: no state, no rules. What is left is the way from Kafka and back.
"""

from __future__ import annotations

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from rules.wire.topics import ALERTS, VITALS
from streams.kafka.settings import Broker
from tests.bench.pipeline.contest import FIRST


async def run(broker: Broker, group: str) -> None:
    settings = {"group_id": group, "auto_offset_reset": "earliest", "auto_commit_interval_ms": 1000}
    begun = False
    async with (
        AIOKafkaConsumer(VITALS, **broker.for_aiokafka(), **settings) as consumer,
        AIOKafkaProducer(**broker.for_aiokafka(), acks="all") as producer,
    ):
        async for record in consumer:
            if not begun:
                begun = True
                print(FIRST, flush=True)
            event = json.loads(record.value)
            if event["type"] == "finding":
                alert = {"patient": event["patient"], "subject": event["code"], "evidence": [event["id"]]}
                await producer.send(ALERTS, json.dumps(alert).encode(), key=record.key)


if __name__ == "__main__":
    asyncio.run(run(Broker(sys.argv[1]), sys.argv[3]))
