"""Hold the patients of one partition and fold a batch of records into them. Pure: no Kafka, no wall clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.decide import codec
from rules.decide.engine import advance, settle
from rules.decide.state import Patient, admitted
from rules.guideline import Guideline
from rules.wire import events
from rules.wire.alerts import Alert
from rules.wire.instants import Instant, beyond, reached
from rules.wire.refusals import Problem
from rules.wire.topics import INPUTS
from rules.wire.vocabulary import EVERY_PATIENT
from streams.kafka.state_record import (
    LEVELS,
    VERSION,
    PendingAlert,
    StateRecord,
    pack_pending,
    unpack_pending,
)
from streams.worker.batch import Batch, InputRecord, Output, decode_record, pending_alerts

NOWHERE = (0,) * len(INPUTS)
CALM = (0,) * len(LEVELS)


class CachedPatient:
    """`wake`: the instant from which on time alone changes something; None: nothing ahead."""

    __slots__ = ("_patient", "open", "over", "positions", "state", "wake")

    def __init__(self, record: StateRecord | None = None) -> None:
        self.state, self.positions, self.wake = (
            (record.state, record.positions, record.wake) if record else (b"", NOWHERE, None)
        )
        self.open, self.over = (record.open, record.over) if record else (CALM, False)
        self._patient: Patient | None = None

    def patient(self, guideline: Guideline) -> Patient | None:
        """The patient; None while there is no stay. Raises rules.decide.codec.UnknownState."""
        if self._patient is None and self.state:
            self._patient = codec.decode(self.state, guideline)
        return self._patient

    def put(self, patient: Patient | None) -> None:
        """The patient as it is now; a discharged one keeps only what tells a late fact from a new stay."""
        self.over = patient is not None and patient.discharged is not None
        self._patient = closed(patient) if patient is not None and self.over else patient
        self.wake = wake(patient)
        self.open = opened(patient)

    def row(self, positions: tuple[int, ...], pending: bytes, ticked: bool, assessed: bool) -> StateRecord:
        """The row to write, with the log up to `positions` in it."""
        self.positions = tuple(map(max, self.positions, positions))
        self.state = b"" if self._patient is None else codec.encode(self._patient)
        return StateRecord(
            VERSION, self.positions, self.wake, pending, ticked, assessed, self.open, self.over, self.state
        )


def wake(patient: Patient | None) -> Instant | None:
    """The instant after which the clock may not pass unnoticed."""
    if patient is None or patient.discharged is not None:
        return None
    return patient.now if patient.pending else patient.due


def opened(patient: Patient | None) -> tuple[int, ...]:
    """Open episodes by level."""
    levels = [episode.level for episode in patient.episodes.values()] if patient is not None else []
    return tuple(map(levels.count, LEVELS))


def closed(patient: Patient) -> Patient:
    """The stay is over: its facts are dropped, its end is kept.

    Facts known later begin a new stay, earlier ones do not.
    """
    rest = admitted(patient.id, patient.guideline)
    rest.now, rest.discharged = patient.now, patient.discharged
    return rest


def passed(patient: Patient, moment: int) -> bool:
    """Whether the patient's clock stands at a moment or beyond."""
    return patient.now >= reached(moment)


# A ward: the patients of one partition, and what a batch of records changes about them. Pure: no Kafka, no
# wall clock.
#
# Every record is folded once: a patient's row says up to which offset the log is in it, and what lies before
# is passed over. So a worker that
# takes over from one that was killed, whose rows are ahead of its committed offsets, reads those records
# again and changes nothing by them.


class PartitionState:
    """The patients of a partition.

    `clock`: the latest tick for all of them, ms; `unshown`: whose assessment is owed, the longest first.
    """

    def __init__(self, partition: int, guideline: Guideline, clock: int = -1) -> None:
        self.partition, self.guideline, self.clock = partition, guideline, clock
        self.patients_by_id: dict[str, CachedPatient] = {}
        self.unshown: dict[str, None] = {}

    @property
    def patients(self) -> int:
        """How many stays are not over; of one that is, a stub is all there is."""
        return sum(1 for cached in self.patients_by_id.values() if not cached.over)

    def open_episodes(self) -> tuple[int, ...]:
        """Open episodes of all patients by level."""
        return (
            tuple(map(sum, zip(*(cached.open for cached in self.patients_by_id.values()), strict=True)))
            or CALM
        )

    def open(
        self, records: Mapping[str, StateRecord], first: Batch
    ) -> Iterator[tuple[str, list[PendingAlert]]]:
        """Takes the rows over, and answers the alerts that may not have been published by whoever
        wrote them.
        """
        for name, record in records.items():
            cached = self.patients_by_id[name] = CachedPatient(record)
            cached.positions = plausible(record.positions, first)
            doubtful = record.ticked or any(
                mine > done for mine, done in zip(record.positions, first.committed, strict=True)
            )
            if doubtful or not record.assessed:
                self.unshown[name] = None
            if doubtful and record.pending:
                yield name, unpack_pending(record.pending)

    def fold(self, batch: Batch) -> Output:
        """Takes a batch to the charts, then lets wall time pass if there is any."""
        output = Output()
        for topic, record in batch.records:
            self._decode(topic, record, output)
        if batch.now is not None:
            self._settle(batch.now, output)
        for name in output.changed:
            self.unshown.setdefault(name)
        return output

    def _decode(self, topic: int, record: InputRecord, output: Output) -> None:
        event, problems = decode_record(topic, record, self.guideline.choices.ahead)
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
        if patient is not None:
            self.patients_by_id[name] = cached
            cached.put(patient)
            output.changed[name] = None

    def _keep_up(self, cached: CachedPatient) -> list[Alert]:
        """Ticks that woke nobody are passed on with the patient's next record."""
        patient = cached.patient(self.guideline)
        if patient is None or self.clock < 0 or passed(patient, self.clock):
            return []
        tick = events.Tick(id="", patient=patient.id, at=self.clock, known=self.clock, status="final")
        return advance(patient, tick, self.guideline)[1]

    def _tick(self, tick: events.Event, output: Output) -> None:
        """A tick for all: decides what falls due before it, for those who have something to decide."""
        output.ticked = True
        self.clock = max(self.clock, tick.known)
        for name, cached in self._waking(reached(tick.known)):
            patient, alerts, _ = advance(cached.patient(self.guideline), tick, self.guideline)
            self._woken(name, cached, patient, alerts, output)

    def _settle(self, now: int, output: Output) -> None:
        """Wall time: decides what falls due up to now, this instant included."""
        self.clock = max(self.clock, now)
        for name, cached in self._waking(beyond(now)):
            patient = cached.patient(self.guideline)
            assert patient is not None
            self._woken(name, cached, patient, settle(patient, now), output)

    def _waking(self, before: Instant) -> Iterable[tuple[str, CachedPatient]]:
        return [
            (name, cached)
            for name, cached in self.patients_by_id.items()
            if cached.wake is not None and cached.wake < before
        ]

    def _woken(
        self, name: str, cached: CachedPatient, patient: Patient | None, alerts: list[Alert], output: Output
    ) -> None:
        output.add_alerts(name, alerts)
        cached.put(patient)
        output.changed[name] = None

    def rows(
        self, batch: Batch, output: Output, assessed: Iterable[str]
    ) -> Iterator[tuple[str, StateRecord, list[PendingAlert]]]:
        """The rows to write for a batch, each with the alerts it owes."""
        names = set(assessed)
        for name in output.changed:
            alerts = pending_alerts(output.alerts.get(name, ()), self.partition)
            yield (
                name,
                self.patients_by_id[name].row(
                    batch.positions, pack_pending(alerts), not batch.records, name in names
                ),
                alerts,
            )


def plausible(positions: tuple[int, ...], first: Batch) -> tuple[int, ...]:
    """The positions of a row, but for a topic that ends before them: one that was made anew or cut short.

    There nothing is taken for read.
    """
    places = zip(positions, first.committed, first.ends, strict=True)
    return tuple(mine if mine <= end else min(mine, begun) for mine, begun, end in places)
