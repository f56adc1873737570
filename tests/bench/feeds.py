"""`python -m tests.bench.feeds [--messages N]`: HL7 messages of ten OBX, mapped, and acknowledged by Kafka.

Mapping stands beside what `hl7` and `hl7apy` take to parse the same messages alone; a feed that answers beside
its own producer of the same records ready-made, and beside that of aiokafka. Seconds are of the processor; the
clock on the wall stands beside them. One line says so where there is no Java.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import hl7
from hl7apy.parser import parse_message

from streams.config.feeds import FeedTable
from streams.dev_broker.apache import ApacheKafka
from streams.errors import UsageError
from streams.feeds import configured
from streams.feeds.mapping.hl7.framing import CR, FS, VT
from streams.feeds.mapping.hl7.handling import handle
from streams.feeds.mapping.tables import Tables
from streams.feeds.service.store import Source, Store, records
from streams.kafka import clients
from streams.kafka.ports import HOST
from streams.kafka.producer import OutgoingRecord
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import create
from tests.bench.pipeline.contest import processor_s
from tests.streams.feeds.running import running

MESSAGES, CONNECTIONS, PATIENTS = 4_000, 50, 500
AIM, SHARE, BACKLOG = 1_800, 0.5, 18_000
HL7APY = 100
"""Messages for hl7apy, which takes a hundred times as long."""
NOW = 1_772_467_200_000
OBSERVED = (
    ("147842^MDC_ECG_HEART_RATE^MDC", "118", "264864^MDC_DIM_BEAT_PER_MIN^MDC"),
    ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "92", "266016^MDC_DIM_MMHG^MDC"),
    ("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", "51", "266016^MDC_DIM_MMHG^MDC"),
    ("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", "64", "266016^MDC_DIM_MMHG^MDC"),
    ("151562^MDC_RESP_RATE^MDC", "22", "264928^MDC_DIM_RESP_PER_MIN^MDC"),
    ("150456^MDC_PULS_OXIM_SAT_O2^MDC", "93", "262688^MDC_DIM_PERCENT^MDC"),
    ("150344^MDC_TEMP^MDC", "38.4", "268192^MDC_DIM_DEGC^MDC"),
    ("2823-3^Potassium^LN", "4.1", "mmol/L^^UCUM"),
    ("2160-0^Creatinine^LN", "1.9", "mg/dL^^UCUM"),
    ("777-3^Platelets^LN", "88", "10*3/uL^^UCUM"),
)
PROFILE = "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"


def message(number: int) -> bytes:
    """Return the message of a number: a gateway's, of one of `PATIENTS`, a second after the one before."""
    at = f"202603{2 + number // 86_400:02}{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}-0500"
    head = f"MSH|^~\\&|MON^0012210000000001^EUI-64|HOSP|IL2WATCH|HOSP|{at}||ORU^R01^ORU_R01|M{number}|P|2.6"
    segments = [
        f"{head}|||AL|NE|||||{PROFILE}",
        f"PID|||P{number % PATIENTS}^^^HOSP^MR||DOE^JANE",
        "PV1||I|4W^12^A",
        f"OBR|1||{number}^MON|182777000^monitoring of patient^SCT|||{at}",
    ]
    segments += [
        f"OBX|{place}|NM|{code}|1.1.{place}.1|{value}|{unit}|||||F|||{at}||||BED12^^00A0370000000005^EUI-64"
        for place, (code, value, unit) in enumerate(OBSERVED, 1)
    ]
    return "".join(f"{segment}\r" for segment in segments).encode()


def mapped(messages: Iterable[bytes]) -> list[list[OutgoingRecord]]:
    """Return the records that each message makes; every OBX must give one."""
    rules, tables = configured.rules("ward", FeedTable(kind="mllp", raw="final"), Path()), Tables()
    found = []
    for data in messages:
        handled = handle(data, rules, tables, NOW).handled
        assert len(handled.events) == len(OBSERVED)
        found.append(records(handled, Source("ward", HOST, "", data)))
    return found


class Speed(NamedTuple):
    """Messages a second of the processor, and a second on the wall."""

    processor: float
    wall: float

    def __str__(self) -> str:
        return f"{self.processor:>8,.0f} /s of a processor, {self.wall:,.0f} /s on the wall"


def timed(number: int, work: Callable[[], object]) -> Speed:
    """Return how fast this process does a work on so many messages."""
    spent, began = time.process_time(), time.monotonic()
    work()
    return Speed(number / (time.process_time() - spent), number / (time.monotonic() - began))


def parsing(messages: Sequence[bytes]) -> list[str]:
    """Return the lines about mapping, beside what two libraries take to parse alone."""
    texts = [data.decode() for data in messages]
    few = texts[:HL7APY]
    own = timed(len(messages), lambda: mapped(messages))
    python_hl7 = timed(len(texts), lambda: [hl7.parse(text) for text in texts])
    hl7apy = timed(len(few), lambda: [parse_message(text, find_groups=False) for text in few])
    return [
        f"  parsed, mapped, vetted   {own}",
        f"  hl7, parsed alone        {python_hl7}: {own.processor / python_hl7.processor:.2f} of its rate",
        f"  hl7apy, parsed alone     {hl7apy}: {own.processor / hl7apy.processor:.0f} times its rate",
    ]


async def _send(port: int, messages: Iterable[bytes]) -> int:
    """Send messages over one connection, each when the one before is answered; return how many were taken."""
    reader, writer = await asyncio.open_connection(HOST, port)
    taken = 0
    for data in messages:
        writer.write(VT + data + FS + CR)
        taken += b"\rMSA|CA|" in await reader.readuntil(FS + CR)
    writer.close()
    return taken


async def through_feed(port: int, messages: Sequence[bytes]) -> int:
    """Send messages over as many connections as there are; return how many were taken."""
    parts = (messages[place::CONNECTIONS] for place in range(CONNECTIONS))
    return sum(await asyncio.gather(*(_send(port, part) for part in parts)))


async def _ready_made(broker: Broker, made: Sequence[list[OutgoingRecord]]) -> Speed:
    """Return how fast the feed's own producer appends the same records, as many messages at a time."""
    store = Store(broker)
    await store.start()

    async def append(part: Iterable[list[OutgoingRecord]]) -> None:
        for each in part:
            await store.append(each, 60.0)

    spent, began = time.process_time(), time.monotonic()
    await asyncio.gather(*(append(made[place::CONNECTIONS]) for place in range(CONNECTIONS)))
    speed = Speed(len(made) / (time.process_time() - spent), len(made) / (time.monotonic() - began))
    await store.stop()
    return speed


async def _one_by_one(broker: Broker, made: Sequence[list[OutgoingRecord]]) -> Speed:
    """Return how fast aiokafka's own `send` appends the same records, each with a future of its own."""
    producer = clients.async_producer(broker, acks="all", enable_idempotence=True)
    await producer.start()

    async def append(part: Iterable[list[OutgoingRecord]]) -> None:
        for each in part:
            sent = [await producer.send(record.topic, record.value, key=record.key) for record in each]
            await asyncio.gather(*sent)

    spent, began = time.process_time(), time.monotonic()
    await asyncio.gather(*(append(made[place::CONNECTIONS]) for place in range(CONNECTIONS)))
    speed = Speed(len(made) / (time.process_time() - spent), len(made) / (time.monotonic() - began))
    await clients.stop(producer)
    return speed


def answered(broker: Broker, messages: Sequence[bytes]) -> list[str]:
    """Return the lines about a running feed, and about a producer of ready-made records."""
    with tempfile.TemporaryDirectory() as folder, running(broker, Path(folder), 'raw = "final"') as feed:
        assert feed.process is not None
        asyncio.run(through_feed(feed.port, messages[:CONNECTIONS]))
        before, began = processor_s(feed.process.pid), time.monotonic()
        assert asyncio.run(through_feed(feed.port, messages)) == len(messages)
        took, after = time.monotonic() - began, processor_s(feed.process.pid)
    own = Speed(len(messages) / ((after or took) - (before or 0.0)), len(messages) / took)
    made = mapped(messages)
    ready, plain = asyncio.run(_ready_made(broker, made)), asyncio.run(_one_by_one(broker, made))
    return [
        f"  the feed                 {own}: {BACKLOG:,} in {BACKLOG / own.processor:.1f} s of a processor",
        f"  records ready-made       {ready}",
        f"  the same, one by one     {plain}: by aiokafka's send",
        verdict(own, ready),
    ]


def verdict(own: Speed, ready: Speed) -> str:
    """Return whether both aims are met, by seconds of the processor."""
    share = own.processor / ready.processor
    fast = "met" if own.processor >= AIM else "NOT met"
    half = "met" if share >= SHARE else "NOT met"
    return f"  at least {AIM:,} /s: {fast}; at least {SHARE:g} of the ready-made: {share:.2f}, {half}"


def main() -> int:
    """Print each line as soon as it is known. Exit 0, too, where there is no broker."""
    parser = argparse.ArgumentParser(prog="bench-feeds")
    parser.add_argument("--messages", type=int, default=MESSAGES, help=f"how many; default: {MESSAGES}")
    messages = [message(number) for number in range(parser.parse_args().messages)]
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    print(f"HL7 v2, {len(messages):,} messages of ten OBX")
    print("\n".join(parsing(messages)), flush=True)
    print(f"Acknowledged by Apache Kafka, {CONNECTIONS} connections")
    try:
        with ApacheKafka() as kafka:
            create(kafka.settings)
            print("\n".join(answered(kafka.settings, messages)))
    except UsageError as error:
        print(f"  not measured: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
