"""How long an alert takes, from the record that makes it to its reader, at a steady rate with the clock on
the wall.

Both ends are this process's own clock: just before the record is sent, and when the alert has come in. So the
way to Kafka and back is in it. What that way takes by itself is measured beside it, on the same records: on a
busy machine it may be most of the whole.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from rules.wire.topics import ALERTS, ENCOUNTERS, VITALS
from streams.kafka.settings import Broker
from tests.bench.pipeline.contest import Contender
from tests.bench.pipeline.throughput import worker

RATE, SECONDS, ROUNDS = 200, 30, 10
AIM_MS = 250.0
SETTLE_S = 5.0
LAST_S = 10.0
Sent = dict[str, float]
"""Seconds at which the record was sent, by place: `topic/partition/offset`."""


def measure(broker: Broker, seconds: int = SECONDS) -> None:
    """Starts a worker, sends and listens, and prints the line."""
    with tempfile.TemporaryDirectory() as folder, worker(broker, "wall", folder) as running:
        taken, echoes, expected = asyncio.run(exchange(broker, running, seconds))
    print(line(sorted(taken), expected, seconds))
    print(f"  the same records read back without a worker: {percentiles(sorted(echoes))}")


def line(taken: list[float], expected: int, seconds: int) -> str:
    if not taken:
        return f"  no alert of {expected} came"
    verdict = "met" if at(taken, 0.99) < AIM_MS and len(taken) == expected else "NOT met"
    came = f"{len(taken)} of {expected} alerts in {seconds} s"
    return f"  {came}: {percentiles(taken)}  p99 under {AIM_MS:.0f} ms: {verdict}"


def percentiles(taken: list[float]) -> str:
    """Of sorted seconds."""
    return (
        f"p50 {at(taken, 0.5):.0f} ms, p99 {at(taken, 0.99):.0f} ms, max {at(taken, 1):.0f} ms"
        if taken
        else "none came"
    )


def at(taken: list[float], share: float) -> float:
    """The value below which this share of sorted seconds lies, ms."""
    return taken[min(len(taken) - 1, int(len(taken) * share))] * 1000


async def exchange(broker: Broker, running: Contender, seconds: int) -> tuple[list[float], list[float], int]:
    """Seconds that each alert took, those its record took to be read here, and how many alerts were
    to come.
    """
    patients = RATE * seconds // ROUNDS
    listening = {"group_id": None, "auto_offset_reset": "earliest", "fetch_max_wait_ms": 50}
    async with (
        AIOKafkaProducer(**broker.for_aiokafka(), acks="all") as producer,
        AIOKafkaConsumer(ALERTS, VITALS, **broker.for_aiokafka(), **listening) as consumer,
    ):
        await asyncio.gather(*[begin(producer, number) for number in range(patients)])
        await asyncio.to_thread(running.until_begun)
        await asyncio.sleep(SETTLE_S)
        come: Sent = {}
        echoes: Sent = {}
        listener = asyncio.create_task(listen(consumer, come, echoes, patients))
        sent = await send(producer, patients)
        await asyncio.wait([listener], timeout=LAST_S)
        listener.cancel()
    return since(sent, come), since(sent, echoes), patients


def since(sent: Sent, come: Sent) -> list[float]:
    return [come[place] - began for place, began in sent.items() if place in come]


async def begin(producer: Any, number: int) -> None:
    event = {
        "type": "encounter",
        "id": "begun",
        "patient": name(number),
        "at": stamp(time.time()),
        "event": "cycle-start",
        "location": "ward",
    }
    await producer.send_and_wait(ENCOUNTERS, json.dumps(event).encode(), key=name(number).encode())


async def send(producer: Any, patients: int) -> Sent:
    """Everybody in turn, in ten rounds; in each another tenth falls to a pressure that is alerted at once,
    and stays there. When those were sent.
    """
    began, sent = time.monotonic(), {}
    falls: list[tuple[float, Any]] = []
    for number in range(patients * ROUNDS):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        who, turn = number % patients, number // patients
        event, now = vitals(who, turn, fallen=turn >= who % ROUNDS), time.monotonic()
        acknowledged = await producer.send(VITALS, json.dumps(event).encode(), key=name(who).encode())
        if turn == who % ROUNDS:
            falls.append((now, acknowledged))
    for moment, acknowledged in falls:
        metadata = await acknowledged
        sent[f"{metadata.topic}/{metadata.partition}/{metadata.offset}"] = moment
    return sent


async def listen(consumer: Any, come: Sent, echoes: Sent, expected: int) -> None:
    """When the alert of each record came, and the record itself."""
    seen = 0
    async for record in consumer:
        now = time.monotonic()
        if record.topic == VITALS:
            echoes[f"{record.topic}/{record.partition}/{record.offset}"] = now
            continue
        alert = json.loads(record.value)
        if alert["subject"] == "hypotension" and alert["transition"] == "opened":
            come.setdefault(dict(record.headers)["evidence"].decode().split(",")[-1], now)
            seen += 1
        if seen == expected:
            return


def vitals(who: int, turn: int, fallen: bool) -> dict[str, Any]:
    values = (
        ("heart-rate", 96, "/min"),
        ("systolic-bp", 62 if fallen else 118, "mm[Hg]"),
        ("diastolic-bp", 60, "mm[Hg]"),
    )
    rest = (("respiratory-rate", 18, "/min"), ("temperature", 37.4, "Cel"), ("spo2", 97, "%"))
    readings = [{"code": code, "value": value, "unit": unit} for code, value, unit in (*values, *rest)]
    return {
        "type": "vitals",
        "id": str(turn),
        "patient": name(who),
        "at": stamp(time.time()),
        "readings": readings,
    }


def name(number: int) -> str:
    return f"l{number:04}"


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
