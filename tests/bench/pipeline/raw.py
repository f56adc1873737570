"""The floor: aiokafka alone, JSON decoded and dropped.

`python -m tests.bench.pipeline.raw SERVERS RECORDS`.
"""

from __future__ import annotations

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer

from rules.wire.topics import VITALS
from streams.kafka.settings import Broker
from tests.bench.pipeline.contest import FIRST

GROUP = "bench-raw"


async def read(broker: Broker, records: int) -> None:
    """Reads as many records, then commits."""
    settings = {"group_id": GROUP, "auto_offset_reset": "earliest", "enable_auto_commit": False}
    async with AIOKafkaConsumer(VITALS, **broker.for_aiokafka(), **settings) as consumer:
        seen = 0
        while seen < records:
            for some in (await consumer.getmany(timeout_ms=500)).values():
                if not seen:
                    print(FIRST, flush=True)
                for record in some:
                    json.loads(record.value)
                seen += len(some)
        await consumer.commit()


if __name__ == "__main__":
    asyncio.run(read(Broker(sys.argv[1]), int(sys.argv[2])))
