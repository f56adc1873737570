"""Hold the patients of one partition and fold a batch of records into them. Pure: no Kafka, no wall clock.

Every record is folded once: a patient's state record tells up to which offset of each topic it is complete,
and records before that are skipped. So a worker that takes over from one that was killed, whose state records
are ahead of its committed offsets, reads those records again and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.decide import codec
from rules.decide.engine import advance, settle
from rules.decide.state import Patient
from rules.guideline import Guideline
from rules.wire import events
from rules.wire.alerts import Alert
from rules.wire.instants import BEFORE_ALL, Instant
from rules.wire.refusals import Problem
from rules.wire.topics import INPUTS
from rules.wire.vocabulary import EVERY_PATIENT, HEARTBEAT_PATIENT, LEVELS
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

NOTHING_READ = (0,) * len(INPUTS)
NONE_OPEN = (0,) * len(LEVELS)


class CachedPatient:
    """The state of one patient, decoded when first needed, with the input offsets it contains.

    `wake`: the instant from which on time alone changes something; None: none.
    """

    __slots__ = ("_patient", "open", "over", "positions", "state", "wake")

    def __init__(self, record: StateRecord | None = None) -> None:
        self.state, self.positions, self.wake = (
            (record.state, record.positions, record.wake) if record else (b"", NOTHING_READ, None)
        )
        self.open, self.over = (record.open, record.over) if record else (NONE_OPEN, False)
        self._patient: Patient | None = None

    def patient(self, guideline: Guideline) -> Patient | None:
        """Return the patient; None while there is no stay. Raises rules.decide.codec.UnknownState."""
        if self._patient is None and self.state:
            self._patient = codec.decode(self.state, guideline)
        return self._patient

    def put(self, patient: Patient | None) -> None:
        """Replace the patient; of a heartbeat's nothing is kept after the discharge: nobody takes it back."""
        gone = patient is not None and patient.discharged is not None
        if patient is not None and gone and patient.id.startswith(HEARTBEAT_PATIENT):
            patient = None
        self.over = patient is not None and patient.discharged is not None
        self._patient = patient
        self.wake = wake(patient)
        self.open = opened(patient)

    def state_record(
        self, positions: tuple[int, ...], pending: bytes, ticked: bool, assessed: bool
    ) -> StateRecord:
        """Return the state record to write, complete up to `positions`."""
        self.positions = tuple(map(max, self.positions, positions))
        self.state = b"" if self._patient is None else codec.encode(self._patient)
        return StateRecord(
            VERSION, self.positions, self.wake, pending, ticked, assessed, self.open, self.over, self.state
        )


def wake(patient: Patient | None) -> Instant | None:
    """Return the instant that the clock may not pass without a decision; None: none."""
    if patient is None:
        return None
    return patient.now if patient.pending else patient.due


def opened(patient: Patient | None) -> tuple[int, ...]:
    """Return the number of open episodes by level."""
    levels = [episode.level for episode in patient.episodes.values()] if patient is not None else []
    return tuple(map(levels.count, LEVELS))


def passed(patient: Patient, moment: int) -> bool:
    """Return whether the patient's clock has reached a moment (ms)."""
    return patient.now >= moment


class PartitionState:
    """The patients of a partition.

    `clock`: the latest tick for all of them, ms; `unassessed`: patients whose assessment is pending, the
    longest pending first; `partitions`: how many the input topics have.
    """

    def __init__(
        self, partition: int, guideline: Guideline, clock: int = BEFORE_ALL, partitions: int = 1
    ) -> None:
        self.partition, self.guideline, self.clock = partition, guideline, clock
        self.partitions = partitions
        self.patients_by_id: dict[str, CachedPatient] = {}
        self.unassessed: dict[str, None] = {}

    @property
    def patients(self) -> int:
        """The number of patients who are not discharged."""
        return sum(1 for cached in self.patients_by_id.values() if not cached.over)

    def open_episodes(self) -> tuple[int, ...]:
        """Return the number of open episodes of all patients by level."""
        return (
            tuple(map(sum, zip(*(cached.open for cached in self.patients_by_id.values()), strict=True)))
            or NONE_OPEN
        )

    def open(
        self, records: Mapping[str, StateRecord], first: Batch
    ) -> Iterator[tuple[str, list[PendingAlert]]]:
        """Take over the state records, and yield the alerts that their writer may not have published."""
        for name, record in records.items():
            cached = self.patients_by_id[name] = CachedPatient(record)
            cached.positions = plausible(record.positions, first)
            doubtful = record.ticked or any(
                position > committed
                for position, committed in zip(record.positions, first.committed, strict=True)
            )
            if doubtful or not record.assessed:
                self.unassessed[name] = None
            if doubtful and record.pending:
                yield name, unpack_pending(record.pending)

    def fold(self, batch: Batch) -> Output:
        """Fold a batch into the charts, then let wall time pass if there is any."""
        output = Output()
        for topic, record in batch.records:
            self._decode(topic, record, batch.clock, output)
        if batch.now is not None:
            self._settle(batch.now, output)
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
        else:
            self._fold(topic, record, event, problems, output)

    def _fold(
        self,
        topic: int,
        record: InputRecord,
        event: events.Event,
        problems: tuple[Problem, ...],
        output: Output,
    ) -> None:
        name = event.patient
        cached = self.patients_by_id.get(name) or CachedPatient()
        if record.offset < cached.positions[topic]:
            output.outcomes["any", "read-again"] += 1
            return
        output.add_alerts(name, self._keep_up(cached))
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
            self.patients_by_id[name] = cached
            cached.put(patient)
            output.changed[name] = None

    def _keep_up(self, cached: CachedPatient) -> list[Alert]:
        """Advance the patient to the latest tick: one that changed nothing was not applied when it came."""
        patient = cached.patient(self.guideline)
        if patient is None or self.clock == BEFORE_ALL or passed(patient, self.clock):
            return []
        tick = events.Tick(id="", patient=patient.id, at=self.clock, known=self.clock, status="final")
        return advance(patient, tick, self.guideline)[1]

    def _tick(self, tick: events.Event, output: Output) -> None:
        """Apply a tick for all patients: decide what falls due before it, for those with something due."""
        output.ticked = True
        self.clock = max(self.clock, tick.known)
        for name, cached in self._waking(tick.known):
            patient, alerts, _ = advance(cached.patient(self.guideline), tick, self.guideline)
            self._woken(name, cached, patient, alerts, output)

    def _settle(self, now: int, output: Output) -> None:
        """Apply wall time: decide what falls due up to `now` (ms), this instant included."""
        self.clock = max(self.clock, now)
        for name, cached in self._waking(now + 1):
            patient = cached.patient(self.guideline)
            assert patient is not None
            self._woken(name, cached, patient, settle(patient, now), output)

    def _waking(self, before: Instant) -> Iterable[tuple[str, CachedPatient]]:
        """Return the patients for whom time alone changes something before an instant."""
        return [
            (name, cached)
            for name, cached in self.patients_by_id.items()
            if cached.wake is not None and cached.wake < before
        ]

    def _woken(
        self, name: str, cached: CachedPatient, patient: Patient | None, alerts: list[Alert], output: Output
    ) -> None:
        """Keep a patient whom time alone has changed, with the alerts."""
        output.add_alerts(name, alerts)
        cached.put(patient)
        output.changed[name] = None

    def rows(
        self, batch: Batch, output: Output, assessed: Iterable[str]
    ) -> Iterator[tuple[str, StateRecord, list[PendingAlert]]]:
        """Yield the state records to write for a batch, each with its pending alerts."""
        names = set(assessed)
        for name in output.changed:
            alerts = pending_alerts(output.alerts.get(name, ()), self.partition)
            yield (
                name,
                self.patients_by_id[name].state_record(
                    batch.positions, pack_pending(alerts), not batch.records, name in names
                ),
                alerts,
            )


def plausible(positions: tuple[int, ...], first: Batch) -> tuple[int, ...]:
    """Return the positions of a state record, lowered where a topic ends before them.

    Such a topic was created again or cut short, so nothing of it counts as read.
    """
    topics = zip(positions, first.committed, first.ends, strict=True)
    return tuple(position if position <= end else min(position, start) for position, start, end in topics)
