"""Keep the paging states in a Faust table with its changelog.

Every change is written and acknowledged before anybody acts on it. Changes are written together: those that
come while a write is under way go with the next. In every write the audit goes first, then the rows; then the
records they came from are acknowledged, and pending notifications may be sent. After a kill before the rows,
the records are read again, with the same result, and the audit has the entries twice. After a kill later
nothing is lost: what is pending is in the rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from rules.wire.pages import Audit, encode
from rules.wire.topics import PAGES
from streams.kafka.fencing import FencedTable, begin
from streams.kafka.producer import FaustProducer, OutgoingRecord
from streams.kafka.state_record import UnknownStateRecord, key, stamped, unstamped
from streams.pager.policy.escalation import wake
from streams.pager.policy.notifications import PagingOutcome
from streams.pager.policy.routes import Paging
from streams.pager.policy.state import Notification, PagingState, UnknownPagingState, pack, unpack
from streams.service.lifecycle import die

TABLE = "outbox"


class Outbox(FencedTable):
    """The paging states by patient, each in the term of the pager that wrote it."""

    def states(self, partition: int) -> dict[str, PagingState]:
        """Return every patient's paging state of a partition. Raises UnknownStateRecord."""
        return {key: opened(value) for key, value in self.values_of(partition)}


def written(state: PagingState, term: int) -> bytes:
    """Return a paging state as a row."""
    return stamped(pack(state), term, state.revision)


def opened(row: bytes) -> PagingState:
    """Return the paging state in a row. Raises UnknownStateRecord."""
    try:
        return unpack(unstamped(row))
    except UnknownPagingState as fault:
        raise UnknownStateRecord(str(fault)) from fault


Step = Callable[[PagingState], PagingOutcome]
NOWHERE = -1


class OutboxWriter:
    """The paging states of this pager's partitions, and the writer of their changes.

    `now`: the clock the pager goes by, ms; `nudge`: called with a patient whose notifications may be sent;
    `audited`: called with every audit entry.
    """

    def __init__(
        self, paging: Paging, outbox: Outbox, producer: FaustProducer, now: Callable[[], int]
    ) -> None:
        self.paging, self.outbox, self.producer, self.now = paging, outbox, producer, now
        self.nudge: Callable[[str], None] = lambda patient: None
        self.audited: Callable[[Audit], None] = lambda audit: None
        self.states: dict[str, PagingState] = {}
        self.partitions: dict[str, int] = {}
        self.terms: dict[int, int] = {}
        self.wakes: dict[str, int] = {}
        self._dirty: dict[str, None] = {}
        self._audits: list[Audit] = []
        self._events: list[Any] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._wanted = asyncio.Event()
        self._writing = asyncio.Lock()

    @property
    def behind(self) -> int:
        """The number of records applied and not yet written."""
        return len(self._events)

    async def begin(self, partitions: Sequence[int]) -> dict[int, int]:
        """Begin a term in each partition, later than all before.

        It counts if the group still knows this pager once it is written.
        """
        return await begin(self.outbox, self.producer, partitions)

    def open(self, states: dict[str, PagingState], partition: int, term: int) -> None:
        """Take over a partition's paging states."""
        self.terms[partition] = term
        for patient, state in states.items():
            self.states[patient], self.partitions[patient] = state, partition
            self._set_wake(patient)

    def close(self) -> None:
        """Drop all paging states: the partitions are revoked, and what was written counts."""
        self.states, self.partitions, self.terms, self.wakes = {}, {}, {}, {}
        self._dirty, self._audits, self._events = {}, [], []

    def apply(
        self, patient: str, step: Step, partition: int = NOWHERE, positions: tuple[int, int] = (0, 0)
    ) -> PagingOutcome:
        """Apply a step to a patient's paging state, to be written soon.

        `positions`: by topic, the first offset whose record is not in the state then.
        """
        before = self.states.get(patient)
        if before is None and partition == NOWHERE:  # its partition was revoked meanwhile
            return PagingOutcome(PagingState(patient=patient), [], [], False)
        before = before or PagingState(patient=patient)
        outcome = step(before)
        if outcome.state != before or outcome.audits:
            here = (max(before.positions[0], positions[0]), max(before.positions[1], positions[1]))
            self.states[patient] = replace(outcome.state, revision=before.revision + 1, positions=here)
            self.partitions.setdefault(patient, partition)
            self._set_wake(patient)
            self._dirty[patient] = None
            self.note(*outcome.audits)
        return outcome

    def note(self, *audits: Audit) -> None:
        """Add entries to the audit in `il2.pages`."""
        self._audits += audits
        for audit in audits:
            self.audited(audit)
        self._wanted.set()

    def done(self, event: Any) -> None:
        """Acknowledge a record with the next write: it is applied."""
        self._events.append(event)
        self._wanted.set()

    async def durable(self) -> None:
        """Wait until all that was applied is written and acknowledged."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append(written)
        self._wanted.set()
        await written

    async def run(self) -> None:
        """Write, for ever; end the process when a write fails."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.write()
            except Exception as fault:
                die(fault)

    async def write(self) -> None:
        """Write everything that waits, in one write."""
        async with self._writing:
            dirty, self._dirty = self._dirty, {}
            audits, self._audits = self._audits, []
            events, self._events = self._events, []
            waiting, self._waiting = self._waiting, []
            # What is applied while the audits are written has its own: its row is of the next write.
            rows = [(patient, self._row(patient), self.partitions[patient]) for patient in dirty]
            await self.producer.append(
                OutgoingRecord(PAGES, key(audit.patient), encode(audit)) for audit in audits
            )
            await self._append_rows(rows)
            for event in events:
                event.ack()
        for future in waiting:
            if not future.done():
                future.set_result(None)
        for patient in dirty:
            self.nudge(patient)

    def _row(self, patient: str) -> bytes:
        return written(self.states[patient], self.terms[self.partitions[patient]])

    async def _append_rows(self, rows: list[tuple[str, bytes, int]]) -> None:
        topic = self.outbox.changelog_topic_name
        offsets = await self.producer.append(
            OutgoingRecord(topic, key(name), value, partition=partition) for name, value, partition in rows
        )
        for (name, value, partition), offset in zip(rows, offsets, strict=True):
            self.outbox.keep(name, value, partition, offset)

    def first(self, patient: str, ordering_key: str, channel: str) -> Notification | None:
        """Return the next notification of an ordering key that may be sent.

        They go in order, but one that was refused is set aside with all of its incident's key.
        """
        state, aside = self.states.get(patient), set()
        for notification in state.pending if state is not None else ():
            if (
                notification.ordering_key != ordering_key
                or notification.channel != channel
                or notification.key in aside
            ):
                continue
            if notification.parked <= self.now():
                return notification
            aside.add(notification.key)
        return None

    def parked(self, patient: str, ordering_key: str, channel: str) -> int | None:
        """Return when a refused notification of an ordering key may be sent again, ms."""
        state = self.states.get(patient)
        moments = (
            [
                notification.parked
                for notification in state.pending
                if notification.ordering_key == ordering_key
                and notification.channel == channel
                and notification.parked
            ]
            if state is not None
            else []
        )
        return min(moments, default=None)

    def waking(self, now: int) -> Iterable[str]:
        """Return the patients for whom time alone changes something by now."""
        return [patient for patient, moment in self.wakes.items() if moment <= now]

    def _set_wake(self, patient: str) -> None:
        moment = wake(self.states[patient], self.paging)
        if moment is None:
            self.wakes.pop(patient, None)
        else:
            self.wakes[patient] = moment
