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
from streams.kafka.state_record import LEVELS, VERSION, Owed, Row, pack_owed, unpack_owed
from streams.worker.batch import Batch, Output, Record, owed, read

NOWHERE = (0,) * len(INPUTS)
CALM = (0,) * len(LEVELS)


class Seat:
    """`wake`: the instant from which on time alone changes something; None: nothing ahead."""

    __slots__ = ("_patient", "open", "over", "positions", "state", "wake")

    def __init__(self, row: Row | None = None) -> None:
        self.state, self.positions, self.wake = (
            (row.state, row.positions, row.wake) if row else (b"", NOWHERE, None)
        )
        self.open, self.over = (row.open, row.over) if row else (CALM, False)
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

    def row(self, positions: tuple[int, ...], owed: bytes, ticked: bool, shown: bool) -> Row:
        """The row to write, with the log up to `positions` in it."""
        self.positions = tuple(map(max, self.positions, positions))
        self.state = b"" if self._patient is None else codec.encode(self._patient)
        return Row(VERSION, self.positions, self.wake, owed, ticked, shown, self.open, self.over, self.state)


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


class Ward:
    """The patients of a partition.

    `clock`: the latest tick for all of them, ms; `unshown`: whose assessment is owed, the longest first.
    """

    def __init__(self, partition: int, guideline: Guideline, clock: int = -1) -> None:
        self.partition, self.guideline, self.clock = partition, guideline, clock
        self.seats: dict[str, Seat] = {}
        self.unshown: dict[str, None] = {}

    @property
    def patients(self) -> int:
        """How many stays are not over; of one that is, a stub is all there is."""
        return sum(1 for seat in self.seats.values() if not seat.over)

    def open_episodes(self) -> tuple[int, ...]:
        """Open episodes of all patients by level."""
        return tuple(map(sum, zip(*(seat.open for seat in self.seats.values()), strict=True))) or CALM

    def open(self, rows: Mapping[str, Row], first: Batch) -> Iterator[tuple[str, list[Owed]]]:
        """Takes the rows over, and answers the alerts that may not have been published by whoever
        wrote them.
        """
        for name, row in rows.items():
            seat = self.seats[name] = Seat(row)
            seat.positions = plausible(row.positions, first)
            doubtful = row.ticked or any(
                mine > done for mine, done in zip(row.positions, first.committed, strict=True)
            )
            if doubtful or not row.shown:
                self.unshown[name] = None
            if doubtful and row.owed:
                yield name, unpack_owed(row.owed)

    def fold(self, batch: Batch) -> Output:
        """Takes a batch to the charts, then lets wall time pass if there is any."""
        output = Output()
        for topic, record in batch.records:
            self._read(topic, record, output)
        if batch.now is not None:
            self._settle(batch.now, output)
        for name in output.changed:
            self.unshown.setdefault(name)
        return output

    def _read(self, topic: int, record: Record, output: Output) -> None:
        event, problems = read(topic, record, self.guideline.choices.ahead)
        if event is None:
            output.refuse(record, problems)
        elif event.patient == EVERY_PATIENT:
            self._tick(event, output)
            output.count(record, event, "used", None, problems)
        else:
            self._fold(topic, record, event, problems, output)

    def _fold(
        self, topic: int, record: Record, event: events.Event, problems: tuple[Problem, ...], output: Output
    ) -> None:
        name = event.patient
        seat = self.seats.get(name) or Seat()
        if record.offset < seat.positions[topic]:
            output.outcomes["any", "read-again"] += 1
            return
        output.say(name, self._keep_up(seat))
        patient, alerts, recorded = advance(seat.patient(self.guideline), event, self.guideline)
        output.say(name, alerts)
        outcome = (
            "implausible"
            if recorded.implausible
            else "used"
            if recorded.changed or isinstance(event, events.Tick)
            else "duplicate"
        )
        output.count(record, event, outcome, recorded.refused, problems)
        if patient is not None:
            self.seats[name] = seat
            seat.put(patient)
            output.changed[name] = None

    def _keep_up(self, seat: Seat) -> list[Alert]:
        """Ticks that woke nobody are passed on with the patient's next record."""
        patient = seat.patient(self.guideline)
        if patient is None or self.clock < 0 or passed(patient, self.clock):
            return []
        tick = events.Tick(id="", patient=patient.id, at=self.clock, known=self.clock, status="final")
        return advance(patient, tick, self.guideline)[1]

    def _tick(self, tick: events.Event, output: Output) -> None:
        """A tick for all: decides what falls due before it, for those who have something to decide."""
        output.ticked = True
        self.clock = max(self.clock, tick.known)
        for name, seat in self._waking(reached(tick.known)):
            patient, alerts, _ = advance(seat.patient(self.guideline), tick, self.guideline)
            self._woken(name, seat, patient, alerts, output)

    def _settle(self, now: int, output: Output) -> None:
        """Wall time: decides what falls due up to now, this instant included."""
        self.clock = max(self.clock, now)
        for name, seat in self._waking(beyond(now)):
            patient = seat.patient(self.guideline)
            assert patient is not None
            self._woken(name, seat, patient, settle(patient, now), output)

    def _waking(self, before: Instant) -> Iterable[tuple[str, Seat]]:
        return [
            (name, seat) for name, seat in self.seats.items() if seat.wake is not None and seat.wake < before
        ]

    def _woken(
        self, name: str, seat: Seat, patient: Patient | None, alerts: list[Alert], output: Output
    ) -> None:
        output.say(name, alerts)
        seat.put(patient)
        output.changed[name] = None

    def rows(
        self, batch: Batch, output: Output, shown: Iterable[str]
    ) -> Iterator[tuple[str, Row, list[Owed]]]:
        """The rows to write for a batch, each with the alerts it owes."""
        said = set(shown)
        for name in output.changed:
            alerts = owed(output.alerts.get(name, ()), self.partition)
            yield (
                name,
                self.seats[name].row(batch.positions, pack_owed(alerts), not batch.records, name in said),
                alerts,
            )


def plausible(positions: tuple[int, ...], first: Batch) -> tuple[int, ...]:
    """The positions of a row, but for a topic that ends before them: one that was made anew or cut short.

    There nothing is taken for read.
    """
    places = zip(positions, first.committed, first.ends, strict=True)
    return tuple(mine if mine <= end else min(mine, begun) for mine, begun, end in places)
