"""Every entry point of the project that the golden test goes through.

No other module of the test imports the project: when modules move, this file alone is rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from rules.decide.codec import VERSION as STATE_VERSION
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire.commands import actionable
from rules.wire.events import Ack, Silence, Withdrawal
from rules.wire.instants import BEFORE_ALL
from rules.wire.pages import encode as encode_audit
from rules.wire.topics import ALERTS, ASSESSMENTS, COMMANDS, DEADLETTERS, INPUTS
from streams.cli.main import main as il2watch
from streams.kafka.producer import OutgoingRecord
from streams.kafka.state_record import VERSION as ROW_VERSION
from streams.kafka.state_record import apart, block_key, blocks_of, pack, unpack
from streams.pager.policy.alerts import receive
from streams.pager.policy.commands import command
from streams.pager.policy.escalation import accepted, due, refused, started, wake
from streams.pager.policy.notifications import PagingOutcome
from streams.pager.policy.state import Notification, PagingState
from streams.pager.policy.state import decode_alert as read_alert
from streams.pager.service.config import load as load_pager
from streams.worker.dead_letter_alarm import DeadLetterAlarm, Share
from streams.worker.fetch_buffer import MOST, FetchBuffer
from streams.worker.processor import BatchProcessor
from streams.worker.state_store import StateRows
from tests.golden.log import Poll

__all__ = [
    "ALERTS",
    "ASSESSMENTS",
    "COMMANDS",
    "DEADLETTERS",
    "INPUTS",
    "ROW_VERSION",
    "STATE_VERSION",
    "OutgoingRecord",
    "il2watch",
]
CHANGELOG = "charts-changelog"


class Done(NamedTuple):
    """A batch that was worked off: the offsets behind it by input topic, and what was appended for it."""

    positions: tuple[int, ...]
    appended: tuple[OutgoingRecord, ...]


class Table(StateRows):
    """The worker's table after recovery: no more than the rows it is given."""

    changelog_topic_name = CHANGELOG

    def __init__(self, rows: dict[str, bytes], tick: int) -> None:
        self.found, self.last = dict(rows), tick
        self.own: dict[int, int] = {}

    def value(self, name: str) -> bytes | None:
        return self.found.get(name)

    def values_of(self, partition: int) -> Iterator[tuple[str, bytes]]:
        return iter(list(self.found.items()))

    def tick(self, partition: int) -> int:
        return self.last

    def keep(self, name: str, value: bytes | None, *_: Any) -> None:
        if value is None:
            self.found.pop(name, None)
        else:
            self.found[name] = value

    def revived(self, *_: Any) -> list[tuple[str, bytes]]:
        return []

    def is_new(self, partition: int) -> bool:
        return False

    def is_older(self, partition: int) -> bool:
        return False


class Outlet:
    """Acknowledges everything and keeps it."""

    def __init__(self) -> None:
        self.appended: list[OutgoingRecord] = []

    async def append(self, records: Iterable[OutgoingRecord]) -> list[int]:
        records = list(records)
        self.appended += records
        return [0] * len(records)


class Worker:
    """The worker of one partition with `--clock log`, without Kafka.

    `start`: where it begins; `rows`, `tick`: what its table holds then.
    """

    def __init__(
        self,
        partition: int,
        start: tuple[int, ...],
        rows: dict[str, bytes] | None = None,
        tick: int = BEFORE_ALL,
    ) -> None:
        self.buffer, self.outlet, self.now = FetchBuffer(partition, start), Outlet(), 0.0
        self.buffer.most = MOST
        self.rounds = BatchProcessor(GUIDELINE, Table(rows or {}, tick), self.outlet)  # type: ignore[arg-type]

    async def poll(self, poll: Poll) -> list[Done]:
        """Hand over what was fetched, and work off every batch that may go."""
        self.now += 2.0
        for topic, records in enumerate(poll.records):
            self.buffer.put(topic, records)  # type: ignore[arg-type]  # a client's record may be written to
        done = []
        while (batch := self.buffer.next_batch(poll.fetched, poll.ends, None, self.now)) is not None:
            before = len(self.outlet.appended)
            await self.rounds.work(batch)
            self.buffer.out = False
            done.append(Done(batch.positions, tuple(self.outlet.appended[before:])))
        return done


def whole_row(patient: str, appended: Iterable[OutgoingRecord]) -> bytes:
    """Return a patient's latest state record with every block that it stands on in it."""
    rows = {(out.key or b"").decode(): out.value for out in appended if out.topic == CHANGELOG}
    record = unpack(rows[patient] or b"")
    found = blocks_of(record, lambda block: apart(rows[block_key(patient, block)] or b"")[1])
    carried = dict(zip(record.blocks, found, strict=True))
    return pack(msgspec.structs.replace(record, carried=carried))


def positions_of(row: bytes) -> tuple[int, ...]:
    """Return how far the log is in a row."""
    return unpack(row).positions


def alarms(course: Iterable[tuple[int, int, int]]) -> list[OutgoingRecord]:
    """Return the alerts about the machine itself. `course`: ms, records, how many of them refused."""
    alarm = DeadLetterAlarm("worker-1", Share())
    found = [alarm.after(now, records, bad) for now, records, bad in course]
    return [one for one in found if one is not None]


class Request(NamedTuple):
    """A message requested of a channel; times in ms. `labels`: level, priority, kind, subject, system."""

    number: int
    channel: str
    action: str
    key: str
    lane: str
    step: int
    since: int
    began: int
    labels: tuple[str | None, ...]
    body: bytes
    parked: int


class Step(NamedTuple):
    """What came of a step of the pager's policy: messages newly requested, and records for `il2.pages`."""

    requested: list[Request]
    audits: list[bytes]


class Policy:
    """The pager's policy over the books of all patients, under a clock that is told.

    `config`: the text of a site's configuration.
    """

    def __init__(self, config: str) -> None:
        self.paging = load_pager(config, "site.toml").paging
        self.states: dict[str, PagingState] = {}

    def alert(self, value: bytes, now: int) -> tuple[str, Step]:
        """Take an alert; return whose it is and what came of it."""
        alert = read_alert(value)
        patient = alert.transition.patient
        return patient, self._moved(receive(self._state(patient), alert, now, self.paging))

    def command(self, key: str, value: bytes, now: int) -> tuple[str, Step] | None:
        """Take a command; None for what the pager passes over."""
        event, _ = decode(value, key=key, known=now)
        if not isinstance(event, Ack | Silence | Withdrawal):
            return None
        return event.patient, self._moved(
            command(self._state(event.patient), event, now, self.paging, actionable(value))
        )

    def due(self, patient: str, now: int) -> Step:
        """Let time pass."""
        return self._moved(due(self.states[patient], now, self.paging))

    def wake(self, patient: str) -> int | None:
        """Return the next instant at which time alone changes something, ms."""
        return wake(self.states[patient], self.paging)

    def started(self, patient: str, number: int, now: int) -> Step:
        """Note that an attempt is about to be made."""
        return self._moved(started(self.states[patient], number, now, self.paging))

    def accepted(self, patient: str, number: int, now: int) -> Step:
        """Note that a receiver has taken a message."""
        return self._moved(accepted(self.states[patient], number, now, self.paging))

    def refused(self, patient: str, number: int, now: int) -> Step:
        """Note that a receiver will never take a message."""
        return self._moved(refused(self.states[patient], number, now, self.paging))

    def pending(self, patient: str) -> list[Request]:
        """Return what is still to be delivered, in order."""
        return list(map(request, self.states[patient].pending))

    def _state(self, patient: str) -> PagingState:
        return self.states.get(patient) or PagingState(patient=patient)

    def _moved(self, outcome: PagingOutcome) -> Step:
        self.states[outcome.state.patient] = outcome.state
        return Step(list(map(request, outcome.pending)), [encode_audit(audit) for audit in outcome.audits])


def request(one: Notification) -> Request:
    """Return a message that is owed as the golden test looks at it."""
    labels = (one.labels.level, one.labels.priority, one.labels.kind, one.labels.subject, one.labels.system)
    return Request(
        one.number,
        one.channel,
        one.action,
        one.key,
        one.ordering_key,
        one.step,
        one.since,
        one.began,
        labels,
        one.body,
        one.parked,
    )
