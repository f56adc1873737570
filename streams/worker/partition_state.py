"""Hold the patients of one partition and fold a batch of records into them. Pure: no Kafka, no wall clock.

Every record is folded once: a patient's state record tells up to which offset of each topic it is complete,
and records before that are skipped. So a worker that takes over from one that was killed, whose state records
are ahead of its committed offsets, reads those records again and changes nothing.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import count, islice
from typing import NamedTuple

from rules.decide import codec
from rules.decide.engine import advance, moves_to, pass_some, settle
from rules.decide.state import Patient
from rules.guideline import Guideline
from rules.wire import events
from rules.wire.instants import BEFORE_ALL, HOUR, MINUTE, SECOND, Instant
from rules.wire.refusals import Problem
from rules.wire.topics import INPUTS
from rules.wire.vocabulary import EVERY_PATIENT, LEVELS, is_made_up
from streams.kafka.state_record import (
    VERSION,
    PendingAlert,
    StateRecord,
    pack_pending,
    unpack_pending,
)
from streams.worker.batch import (
    Batch,
    InputRecord,
    Output,
    decode_record,
    pending_alerts,
    tell_unknown_unit,
)

HELD_DECODED = HOUR
"""So long after the last record or decision a patient is held decoded, ms; then encoded alone."""
SLICE = 50
"""The most instants that are decided for one patient before another has its turn."""
DECISIONS = 500
"""The most instants that a batch decides beyond two a record: a flood of deadlines takes several batches."""
MOST_PENDING = 1_000
"""With so many alerts of one patient in a batch its further records wait for the next: a state record holds
them."""
LONGEST_LINE = 300
WAITING = 5_000
"""With so many records waiting nothing more is read until some are done."""

APART = 256
"""Bytes from which on a block is written under a key of its own."""
Find = Callable[[bytes], bytes]
"""Returns a block by its name."""
FindOf = Callable[[str, bytes], bytes]
"""Returns a patient's block by its name."""

NOTHING_READ = (0,) * len(INPUTS)
NONE_OPEN = (0,) * len(LEVELS)
NO_NUMBERS: tuple[int, ...] = (0, *NONE_OPEN)
"""One patient or none, and the open episodes by level."""
MOST_STALE = 64
"""So many entries of the queue may be stale beyond one a patient."""


class CachedPatient:
    """The state of one patient, decoded when first needed, with the input offsets it contains.

    `wake`: the instant from which on time alone changes something; None: none. `state`, `blocks` and
    `carried` are those of the last state record; `stored`: the blocks that are written under their own keys.

    `written`: the state record has the patient as it is.

    `turn`, `queued`, `counted`: the place in the partition's order, and the `wake` and the numbers that the
    partition has of the patient (`PartitionState.note`).
    """

    __slots__ = (
        "_find",
        "_patient",
        "blocks",
        "carried",
        "counted",
        "open",
        "over",
        "positions",
        "queued",
        "state",
        "stored",
        "turn",
        "wake",
        "written",
    )

    def __init__(self, record: StateRecord | None = None, find: Find | None = None) -> None:
        self.state, self.positions, self.wake = (
            (record.state, record.positions, record.wake) if record else (b"", NOTHING_READ, None)
        )
        self.blocks, self.carried = (record.blocks, record.carried) if record else ((), {})
        self.stored = frozenset(self.blocks) - self.carried.keys()
        self._find = find
        self.open, self.over = (record.open, record.over) if record else (NONE_OPEN, False)
        self._patient: Patient | None = None
        self.written = True
        self.turn = 0
        self.queued: Instant | None = None
        self.counted = NO_NUMBERS

    def patient(self, guideline: Guideline) -> Patient | None:
        """Return the patient; None while there is no stay. Raises rules.decide.codec.UnknownState."""
        if self._patient is None and self.state:
            self._patient = codec.decode(self.state, guideline, [self._block(name) for name in self.blocks])
        return self._patient

    def _block(self, name: bytes) -> bytes:
        if name in self.carried:
            return self.carried[name]
        assert self._find is not None
        return self._find(name)

    def put(self, patient: Patient | None) -> None:
        """Replace the patient; of a made-up one nothing is kept after the discharge: nobody takes it back."""
        gone = patient is not None and patient.discharged is not None
        if patient is not None and gone and is_made_up(patient.id):
            patient = None
        self.over = patient is not None and patient.discharged is not None
        self._patient, self.written = patient, False
        if patient is None:
            self.state, self.blocks, self.carried = b"", (), {}
        self.wake = wake(patient)
        self.open = opened(patient)

    def restore(self, wake: Instant) -> None:
        """Take back what was decided since the last state record; time passes again at an instant."""
        self._patient, self.wake = None, wake

    def rest(self) -> None:
        """Hold the patient encoded alone, until there is something to decide or to read."""
        if self.written:
            self._patient = None

    def state_record(
        self, positions: tuple[int, ...], pending: bytes, ticked: bool, assessed: bool
    ) -> StateRecord:
        """Return the state record to write, complete up to `positions`.

        Of who is discharged the encoded state alone is kept: thousands of them are never looked at again.
        """
        self.positions = tuple(map(max, self.positions, positions))
        if self._patient is not None:
            self.state, blocks = codec.parts(self._patient)
            codec.pack(self._patient)
            names = tuple([block.name for block in blocks])
            if names != self.blocks:
                self.blocks = names
                self.carried = {one.name: one.data for one in blocks if one.name not in self.stored}
        self.written = True
        if self.over:
            self._patient = None
        return StateRecord(
            VERSION,
            self.positions,
            self.wake,
            pending,
            ticked,
            assessed,
            self.open,
            self.over,
            self.state,
            self.blocks,
            self.carried,
        )

    def unwritten(self) -> list[tuple[bytes, bytes]]:
        """Return the blocks, by name, that are to be written under keys of their own."""
        return [(name, data) for name, data in self.carried.items() if len(data) >= APART]

    def unneeded(self) -> list[bytes]:
        """Return the names of the blocks written that the state record stands on no more."""
        return sorted(self.stored.difference(self.blocks))

    def blocks_written(self, find: Find) -> None:
        """Note that what was unwritten is written, and what was unneeded is removed."""
        written = {name for name, data in self.carried.items() if len(data) >= APART}
        self.stored = self.stored.intersection(self.blocks) | written
        self.carried = {name: data for name, data in self.carried.items() if name not in written}
        self._find = find


def wake(patient: Patient | None) -> Instant | None:
    """Return the instant that the clock may not pass without a decision; None: none."""
    if patient is None:
        return None
    return patient.now if patient.pending else patient.due


def opened(patient: Patient | None) -> tuple[int, ...]:
    """Return the number of open episodes by level."""
    levels = [episode.level for episode in patient.episodes.values()] if patient is not None else []
    return tuple(map(levels.count, LEVELS))


class Waiting(NamedTuple):
    """A decoded record whose patient has instants to be decided before it."""

    topic: int
    record: InputRecord
    event: events.Event
    problems: tuple[Problem, ...]


class PartitionState:
    """The patients of a partition.

    `clock`: the latest tick for all of them, ms; `unassessed`: patients whose assessment is pending, the
    longest pending first; `assessed_at`: when those of the last second were published, ms; `partitions`: how
    many the input topics have.

    `behind`: the records that wait, by patient: their clocks have a flood of deadlines to pass, which is
    decided in slices while the other patients go on. `unpassed`: up to where time has not passed for all yet.
    `left`: the instants that this batch may still decide. `used`: when patients were last decoded or changed,
    by the worker's clock, ms, the longest ago first.
    """

    def __init__(
        self, partition: int, guideline: Guideline, clock: int = BEFORE_ALL, partitions: int = 1
    ) -> None:
        self.partition, self.guideline, self.clock = partition, guideline, clock
        self.partitions = partitions
        self.patients_by_id: dict[str, CachedPatient] = {}
        self.unassessed: dict[str, None] = {}
        self.assessed_at: dict[str, int] = {}
        self.behind: dict[str, deque[Waiting]] = {}
        self.unpassed = BEFORE_ALL
        self.left = DECISIONS
        self._queue: list[tuple[Instant, str]] = []
        self._turns = count()
        self._now = BEFORE_ALL
        self.used: dict[str, int] = {}
        self._numbers = NO_NUMBERS

    @property
    def overfull(self) -> bool:
        """Whether so many records wait that nothing more may be read."""
        return sum(map(len, self.behind.values())) > WAITING

    @property
    def busy(self) -> bool:
        """Whether there are instants left to decide that the last batch was not allowed."""
        return self.unpassed != BEFORE_ALL or bool(self.behind)

    @property
    def patients(self) -> int:
        """The number of patients who are not discharged; who is made up is none."""
        return self._numbers[0]

    def open_episodes(self) -> tuple[int, ...]:
        """Return the number of open episodes of all patients by level."""
        return self._numbers[1:]

    def note(self, name: str, cached: CachedPatient) -> None:
        """Note what has changed of a patient: so nothing is asked of all patients with each record."""
        if self.patients_by_id.get(name) is not cached:
            self.patients_by_id[name], cached.turn = cached, next(self._turns)
        if cached.wake != cached.queued:
            cached.queued = cached.wake
            self._enqueue(name, cached)
        numbers = NO_NUMBERS if is_made_up(name) else (int(not cached.over), *cached.open)
        if numbers != cached.counted:
            changed = zip(self._numbers, numbers, cached.counted, strict=True)
            self._numbers = tuple(total + now - before for total, now, before in changed)
            cached.counted = numbers

    def use(self, name: str) -> None:
        """Note that a patient is decoded, or has changed; who is discharged is not held decoded."""
        self.used.pop(name, None)
        if not self.patients_by_id[name].over:
            self.used[name] = self._now

    def _rest(self, clock: int) -> None:
        """Let those of whom nothing was asked for long be held encoded alone."""
        self._now = max(self._now, clock)
        while self.used and self.used[name := next(iter(self.used))] < self._now - HELD_DECODED:
            del self.used[name]
            self.patients_by_id[name].rest()

    def _enqueue(self, name: str, cached: CachedPatient) -> None:
        if cached.wake is not None:
            heappush(self._queue, (cached.wake, name))
        if len(self._queue) > 2 * len(self.patients_by_id) + MOST_STALE:
            every = self.patients_by_id.items()
            self._queue = [(one.wake, name) for name, one in every if one.wake is not None]
            heapify(self._queue)

    def _put(self, name: str, cached: CachedPatient, patient: Patient, output: Output) -> None:
        cached.put(patient)
        self.note(name, cached)
        self.use(name)
        output.changed[name] = None

    def open(
        self, records: Mapping[str, StateRecord], first: Batch, block: FindOf | None = None
    ) -> Iterator[tuple[str, list[PendingAlert]]]:
        """Take over the state records, and yield the alerts that their writer may not have published.

        `block`: returns a patient's block by its name.
        """
        for name, record in records.items():
            find = None if block is None else partial(block, name)
            cached = CachedPatient(record, find)
            cached.positions = plausible(record.positions, first)
            self.note(name, cached)
            doubtful = record.ticked or any(
                position > committed
                for position, committed in zip(record.positions, first.committed, strict=True)
            )
            if doubtful or not record.assessed:
                self.unassessed[name] = None
            if doubtful and record.pending:
                yield name, unpack_pending(record.pending)

    def fold(self, batch: Batch, careful: bool = False) -> Output:
        """Fold a batch into the charts, then let wall time pass if there is any.

        A batch without records and time goes on with what was left over. `careful`: a patient whom time
        cannot pass for is left out, and told as stuck.
        """
        output = Output()
        if batch.clock is not None:
            self._rest(batch.clock)
        self.left = DECISIONS + 2 * len(batch.records)
        for topic, record in batch.records:
            self._decode(topic, record, batch.clock, output)
        if batch.now is not None:
            self._pass(batch.now, batch.now + 1, output, careful)
        elif not batch.records:
            self._catch_up(output)
            self._pass(self.unpassed, self.unpassed, output, careful)
        for name in output.changed:
            self.unassessed.setdefault(name)
        return output

    def _decode(self, topic: int, record: InputRecord, clock: int | None, output: Output) -> None:
        ahead = self.guideline.choices.ahead
        event, problems = decode_record(topic, record, ahead, clock, self.partitions)
        if event is None:
            output.refuse(record, problems)
        elif event.patient == EVERY_PATIENT:
            self._tick(event, output)
            output.count(record, event, "used", None, problems)
        elif event.patient in self.behind:
            self.behind[event.patient].append(Waiting(topic, record, event, problems))
        elif not self._fold(Waiting(topic, record, event, problems), output):
            self.behind[event.patient] = deque([Waiting(topic, record, event, problems)])

    def _fold(self, found: Waiting, output: Output) -> bool:
        """Fold a record into its patient's chart; return False when other instants come before it."""
        topic, record, event, problems = found
        name = event.patient
        cached = self.patients_by_id.get(name) or CachedPatient()
        if record.offset < cached.positions[topic]:
            output.outcomes["any", "read-again"] += 1
            return True
        if not self._approach(cached, event, output):
            return False
        patient, alerts, recorded = advance(cached.patient(self.guideline), event, self.guideline)
        output.add_alerts(name, alerts)
        outcome = (
            "implausible"
            if recorded.implausible
            else "used"
            if recorded.changed or isinstance(event, events.Tick)
            else "duplicate"
        )
        output.count(record, event, outcome, recorded.refused, problems)
        if recorded.unknown_unit is not None:
            tell_unknown_unit(recorded.unknown_unit)
        if patient is not None:
            self._put(name, cached, patient, output)
        return True

    def _approach(self, cached: CachedPatient, event: events.Event, output: Output) -> bool:
        """Decide what comes before an event: up to the latest tick, which is not applied where it changes
        nothing, then up to the event itself. Return whether it is done.
        """
        patient = cached.patient(self.guideline)
        if patient is None:
            return True
        if len(output.alerts.get(patient.id, ())) >= MOST_PENDING:
            return False
        return all(
            patient.now >= instant or self._some(cached, patient, instant, output)
            for instant in (self.clock, max(self.clock, moves_to(patient, event)))
        )

    def _some(self, cached: CachedPatient, patient: Patient, instant: Instant, output: Output) -> bool:
        """Decide some of the instants before one; return whether these were all."""
        most = max(0, min(SLICE, self.left))
        alerts, left = pass_some(patient, instant, most)
        self.left -= most - left
        output.add_alerts(patient.id, alerts)
        if most > left:
            self._put(patient.id, cached, patient, output)
        return left > 0

    def _catch_up(self, output: Output) -> None:
        """Fold the records that wait, some instants of each patient in turn."""
        full: set[str] = set()
        while self.left > 0 and (names := [name for name in self.behind if name not in full]):
            for name in names:
                self._serve(self.behind[name], output)
                if not self.behind[name]:
                    del self.behind[name]
                elif len(output.alerts.get(name, ())) >= MOST_PENDING:
                    full.add(name)

    def _serve(self, waiting: deque[Waiting], output: Output) -> None:
        while waiting and self.left > 0 and self._fold(waiting[0], output):
            waiting.popleft()

    def _tick(self, tick: events.Event, output: Output) -> None:
        """Apply a tick for all patients: decide what falls due before it, for those with something due."""
        output.ticked = True
        self._pass(tick.known, tick.known, output)

    def _pass(self, instant: Instant, before: Instant, output: Output, careful: bool = False) -> None:
        """Pass time up to an instant for all to whom it matters before another, or for as many as may be.

        Who has many instants to pass gets some, and goes to the end of the queue.
        """
        self.clock, self.unpassed = max(self.clock, instant), BEFORE_ALL
        for name, cached in self._waking(before):
            try:
                passed = self._pass_one(name, cached, instant, before, output)
            except Exception as fault:
                if not careful:
                    raise
                cached.restore(instant + MINUTE)
                self.note(name, cached)
                output.stuck.append(last_line(fault))
                continue
            if not passed:
                self.unpassed = instant
                del self.patients_by_id[name]
                self.note(name, cached)

    def _pass_one(
        self, name: str, cached: CachedPatient, instant: Instant, before: Instant, output: Output
    ) -> bool:
        """Pass time for one patient, the instant itself included if `before` is later; return whether all."""
        patient = cached.patient(self.guideline)
        assert patient is not None
        if self.left <= 0 or not self._some(cached, patient, instant, output):
            return False
        if before > instant:
            output.add_alerts(name, settle(patient, instant))
            self._put(name, cached, patient, output)
        return True

    def _waking(self, before: Instant) -> list[tuple[str, CachedPatient]]:
        """Return the patients for whom time alone changes something before an instant, in their order."""
        found: dict[str, CachedPatient] = {}
        while self._queue and self._queue[0][0] < before:
            wake, name = heappop(self._queue)
            if self.patients_by_id[name].wake == wake:
                found[name] = self.patients_by_id[name]
        for name, cached in found.items():
            self._enqueue(name, cached)
        return sorted(found.items(), key=lambda one: one[1].turn)

    def rows(
        self, batch: Batch, output: Output, assessed: Iterable[str]
    ) -> Iterator[tuple[str, StateRecord, list[PendingAlert]]]:
        """Yield the state records to write for a batch, each with its pending alerts."""
        names = set(assessed)
        for name in output.changed:
            alerts = pending_alerts(output.alerts.get(name, ()), self.partition)
            waiting = self.behind.get(name, ())
            yield (
                name,
                self.patients_by_id[name].state_record(
                    before(batch.positions, waiting),
                    pack_pending(alerts),
                    not batch.records or bool(waiting),
                    name in names,
                ),
                alerts,
            )

    def unseen(self, now: int | None, most: int) -> list[str]:
        """Return the patients whose assessments are due by the clock on the wall, ms, and count them as seen.

        Each is due once a second; at most so many are returned, the longest pending first.
        """
        if now is None:
            return []
        seen = self.assessed_at
        due = (name for name in self.unassessed if seen.get(name, BEFORE_ALL) <= now - SECOND)
        found = list(islice(due, most))
        seen.update(dict.fromkeys(found, now))
        if not found:
            self.assessed_at = {name: at for name, at in seen.items() if at > now - SECOND}
        return found

    def owes(self, now: int | None) -> bool:
        """Return whether assessments are due at once by the clock on the wall, ms."""
        return now is not None and any(
            self.assessed_at.get(name, BEFORE_ALL) <= now - SECOND for name in self.unassessed
        )

    def assess_all(self) -> None:
        """Let the assessments of all patients be published again."""
        self.unassessed.update(dict.fromkeys(self.patients_by_id))

    def waiting(self) -> dict[str, deque[Waiting]]:
        """Return a copy of what waits: an error takes back what was done of it."""
        return {name: deque(waiting) for name, waiting in self.behind.items()}

    def drop(self, name: str) -> InputRecord:
        """Take the first record that waits for a patient out, and return it."""
        first = self.behind[name].popleft()
        if not self.behind[name]:
            del self.behind[name]
        return first.record

    def done(self, positions: tuple[int, ...]) -> tuple[int, ...]:
        """Return the positions that may be committed: no further than the records that wait."""
        return before(positions, (each for waiting in self.behind.values() for each in waiting))


def last_line(fault: BaseException) -> str:
    """Return the last line of an error's traceback: its type and message, in one bounded line."""
    return "".join(traceback.format_exception_only(fault)).strip().splitlines()[-1][:LONGEST_LINE]


def before(positions: tuple[int, ...], waiting: Iterable[Waiting]) -> tuple[int, ...]:
    """Return positions, lowered to the records that wait."""
    lowered = list(positions)
    for each in waiting:
        lowered[each.topic] = min(lowered[each.topic], each.record.offset)
    return tuple(lowered)


def plausible(positions: tuple[int, ...], first: Batch) -> tuple[int, ...]:
    """Return the positions of a state record, lowered where a topic ends before them.

    Such a topic was created again or cut short, so nothing of it counts as read.
    """
    topics = zip(positions, first.committed, first.ends, strict=True)
    return tuple(position if position <= end else min(position, start) for position, start, end in topics)
