"""Walk through the code as a reader does who follows one thing: `python -m tests.walks` prints four walks.

A walk is a call that is made, with every function of the project that runs under it written down. Of it are
counted:

- *files* that were entered, *functions* and *calls*;
- *transitions*: calls from a function of one file into another file;
- *stays* and *returns* of a reader. The reader reads each function once, where it is first called, and is
  back in the caller when it is done, if there is more to follow from there. A stay is a stretch of reading in
  one file; a return is a stay in a file that was left before: stays less files.

Below them stand stays and returns of two walks that are read, not run (`tests.static_walk`): all branches,
along one value, within one folder.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, SimpleNamespace
from typing import Any

from rules.explain import explain, lines
from rules.wire import pages
from rules.wire.instants import MINUTE
from rules.wire.topics import ALERTS, COMMANDS, PAGES
from streams.channels.page import Channel, Page, Receipt
from streams.channels.registry import channel
from streams.config.secrets import Secrets
from streams.kafka.producer import OutgoingRecord
from streams.kafka.state_record import pack
from streams.pager.delivery.attempts import ChannelAlerts, Delivery
from streams.pager.delivery.outbox import OutboxWriter
from streams.pager.delivery.workers import DeliveryWorker
from streams.pager.policy.routes import EscalationStep, Paging, PagingRoute
from streams.pager.service import metric_updates
from streams.pager.service.app import PagerAgent, PagerClock
from streams.pager.service.intake import Intake
from streams.projections.patients import TopicRecord
from streams.service.lifecycle import wall
from streams.worker.batch import alert_records
from tests.kept import ROOT
from tests.patience import PATIENCE_S
from tests.rules.explain.courses import ADMITTED, dose, settled, volume
from tests.static_walk import Place, read, stays
from tests.streams.board.board_here import served
from tests.streams.board.wards import oliguria, published
from tests.streams.channels.server import says, serving
from tests.streams.pager.policy.telling import START
from tests.streams.worker.test_partition_state import START as ADMITTED_AT
from tests.streams.worker.test_partition_state import admitted, batch, pressure, record

FOLDERS = tuple(f"{ROOT / top}/" for top in ("rules", "streams", "simulators"))


@dataclass
class Walk:
    """`steps`: for each call the caller's file and function, and those that were called."""

    steps: list[tuple[CodeType | None, CodeType]] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """Return the files entered, in the order of the first visit."""
        return list(dict.fromkeys(file_of(code) for _, code in self.steps))

    @property
    def functions(self) -> int:
        return len({code for _, code in self.steps})

    @property
    def transitions(self) -> int:
        return sum(caller is None or file_of(caller) != file_of(code) for caller, code in self.steps)

    def stays(self, under: str = "") -> list[str]:
        """Return the files as the reader passes them, those of one folder alone if one is given."""
        seen: set[CodeType] = set()
        found: list[str] = []
        for caller, code in self.steps:
            if code in seen:
                continue
            seen.add(code)
            for here in (caller, code):
                if here is not None and (here is code or here in seen) and file_of(here).startswith(under):
                    found += [] if found[-1:] == [file_of(here)] else [file_of(here)]
        return found

    def returns(self, under: str = "") -> int:
        stays = self.stays(under)
        return len(stays) - len(set(stays))


def file_of(code: CodeType) -> str:
    """Return a function's file from the root of the repository."""
    return str(Path(code.co_filename).relative_to(ROOT))


def ours(code: CodeType) -> bool:
    """Whether it is a function of the project: no module's or class's body, no comprehension, no lambda."""
    return code.co_filename.startswith(FOLDERS) and not code.co_name.startswith("<")


def caller_of(frame: FrameType) -> CodeType | None:
    """Return the nearest function of the project that a frame was called from."""
    before = frame.f_back
    while before is not None and not ours(before.f_code):
        before = before.f_back
    return before.f_code if before is not None else None


@contextmanager
def walking() -> Iterator[Walk]:
    """Write down the calls that are made in this thread meanwhile.

    A coroutine that goes on is not called again, and a generator's next value is no call.
    """
    walk, entered = Walk(), set[FrameType]()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and ours(frame.f_code) and frame not in entered:
            entered.add(frame)
            walk.steps.append((caller_of(frame), frame.f_code))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield walk
    finally:
        sys.setprofile(before)


class Kept:
    """Stands where Kafka is: everything is acknowledged at once, and kept."""

    def __init__(self) -> None:
        self.records: list[OutgoingRecord] = []
        self.changelog_topic_name = "outbox"

    async def append(self, records: Iterable[OutgoingRecord]) -> list[int]:
        new = list(records)
        self.records += new
        return list(range(len(new)))

    def keep(self, *_: object) -> None:
        """A state record is held in Kafka alone."""


class Taking:
    """A channel whose receiver takes everything."""

    name = "calls"

    async def send(self, page: Page) -> Receipt:
        return Receipt(200, page.key)

    async def close(self) -> None: ...


class Pager:
    """A pager at work without Kafka: what it writes is kept. `sent`: a page was taken."""

    def __init__(self, calls: Channel) -> None:
        self.kept: Any = Kept()
        self.offset = 0
        self.sent = asyncio.Event()
        steps = (EscalationStep(0, (calls.name,)),)
        paging = Paging((PagingRoute("all", steps),), (PagingRoute("machine", steps),))
        self.writer = OutboxWriter(paging, self.kept, self.kept, lambda: START)
        self.writer.audited = self.audited
        delivery = Delivery(
            self.writer, ChannelAlerts(self.kept, lambda: START), None, lambda: START, lambda *_: None
        )
        app: Any = SimpleNamespace(consumer_generation_id=1)
        ends: Any = None
        self.wiring = PagerAgent(
            app,
            self.writer,
            Intake(self.writer, lambda _: False),
            {calls.name: DeliveryWorker(calls, delivery)},
            PagerClock(lambda: START),
            ends,
        )
        self.wiring.at_work = True

    def audited(self, audit: pages.Audit) -> None:
        metric_updates.count_audit(audit)
        if audit.outcome == pages.ACCEPTED:
            self.sent.set()

    async def process(self, topic: str, key: bytes, value: bytes, at: int = START) -> None:
        """Take one record of a topic, as the agent does. `at`: its time, ms."""
        self.offset += 1
        message = SimpleNamespace(
            headers=(),
            topic=topic,
            partition=0,
            offset=self.offset,
            timestamp=at / 1000,
            key=key,
            value=value,
        )
        message.generation_id = 1
        event = SimpleNamespace(message=message, ack=lambda: None)
        await self.wiring.process(event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write and deliver, until the block ends."""
        [worker] = self.wiring.workers.values()
        worker.may_send = lambda: True
        self.writer.open({}, 0, 1)
        writing, carrying = asyncio.create_task(self.writer.run()), asyncio.create_task(worker.run())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            await worker.stop(carrying)
            await worker.channel.close()
            writing.cancel()


def vitals_to_alert() -> Walk:
    """Fold the bytes of a decisive blood pressure, write the state record, make the alert's record; no
    assessment.
    """
    ward, began = admitted(), ADMITTED_AT
    ward.fold(batch(record(pressure(MINUTE, 120), 0), now=began + MINUTE, edge=True))
    done = batch(record(pressure(10 * MINUTE, 70), 1), now=began + 10 * MINUTE, edge=True)
    with walking() as walk:
        output = ward.fold(done)
        made = [(name, pack(row), alerts) for name, row, alerts in ward.rows(done, output, [])]
        records = alert_records((name, alerts) for name, _, alerts in made)
    assert any(b'"hypotension"' in (one.value or b"") for one in records)
    return walk


async def alert_to_webhook() -> Walk:
    """Take an alert from its topic, until a webhook on this machine has acknowledged its page."""
    async with serving(says(200)) as server:
        table = {"kind": "webhook", "url": server.url, "signing-key-env": "KEY"}
        pager = Pager(channel("calls", table, Secrets({"KEY": "k" * 32})))
        value = published_alert()
        async with pager.running():
            with walking() as walk:
                await pager.process(ALERTS, b"p1", value)
                await asyncio.wait_for(pager.sent.wait(), PATIENCE_S)
        assert [one.path for one in server.asked] == ["/"]
    return walk


def published_alert() -> bytes:
    return next(one.value for one in published(oliguria()) if one.topic == ALERTS) or b""


async def acknowledgement_to_audit() -> Walk:
    """Acknowledge an alert on the board's page, take the command in the pager, read the audit on
    the board.
    """
    ward = published(oliguria())
    async with served(ward) as board:
        projection = next(iter(board.state.patients.by_key.values()))
        key, token, alert = await board.key(), await board.token(), projection.episodes.unseen()[0].id
        pager = Pager(Taking())
        async with pager.running():
            for one in (one for one in ward if one.topic == ALERTS):
                await pager.process(ALERTS, one.key or b"", one.value or b"")
            await asyncio.wait_for(pager.sent.wait(), PATIENCE_S)
            with walking() as walk:
                status, _ = await board.act(
                    "ack", token=token, patient=key, alert=alert, by="rn-14", reason="seen"
                )
                command = next(one for one in board.kept.records if one.topic == COMMANDS)
                await pager.process(COMMANDS, command.key or b"", command.value or b"", wall())
                await pager.writer.durable()
                audits = [one for one in (*board.kept.records, *pager.kept.records) if one.topic == PAGES]
                board.state.apply(TopicRecord(PAGES, one.key, one.value or b"", START) for one in audits)
        assert status == 200
        assert any(b'"acknowledged"' in (one.value or b"") for one in audits)
    return walk


def explain_urine() -> Walk:
    """Say why the urine of the hour stands as it does, from the patient's state to the lines of text."""
    events = [*ADMITTED, dose("d1", 1), volume("u1", 9, "urine", 8, start=8)]
    patient = settled(events, 10)
    with walking() as walk:
        explained = lines(explain(patient, "urine-hour"))
    assert explained
    return walk


WALKS: dict[str, Callable[[], Walk]] = {
    "vitals to alert": vitals_to_alert,
    "alert to webhook": lambda: asyncio.run(alert_to_webhook()),
    "acknowledgement to audit": lambda: asyncio.run(acknowledgement_to_audit()),
    "explain urine-hour": explain_urine,
}
READ = {
    "receive, along alert": (Place("streams.pager.policy.alerts", "receive"), "alert", "streams.pager."),
    "advance, along event": (Place("rules.decide.engine", "advance"), "event", "rules."),
}
"""Where a reader begins, what is followed, and within which folder."""
READ_HEAD = ("read", "files", "names", "stays", "returns")
HEAD = ("walk", "files", "functions", "calls", "transitions", "stays", "returns")


def row(name: str, walk: Walk) -> tuple[str, ...]:
    """Return one walk's figures as the table has them."""
    figures = (
        len(walk.files),
        walk.functions,
        len(walk.steps),
        walk.transitions,
        len(walk.stays()),
        walk.returns(),
    )
    return (name, *map(str, figures))


def read_row(name: str) -> tuple[str, ...]:
    """Return the figures of a walk that is read."""
    passed = read(*READ[name])
    files = stays(passed)
    figures = (len(set(files)), len(set(passed)), len(files), len(files) - len(set(files)))
    return (name, *map(str, figures))


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Lay rows out in columns."""
    return "\n".join(f"{name:<26}" + "".join(f"{cell:>13}" for cell in cells) for name, *cells in rows)


def main(words: list[str]) -> None:
    """Print the table; with --files also which files each walk enters, in order."""
    walks = {name: walk() for name, walk in WALKS.items()}
    print(table([HEAD, *(row(name, walk) for name, walk in walks.items())]))
    print("\n" + table([READ_HEAD, *map(read_row, READ)]))
    for name, walk in walks.items() if "--files" in words else ():
        print(f"\n{name}", *walk.files, sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1:])
