"""Fold one shard, bytes in and bytes out: the work of one process, of a machine of a cluster, of a group.

A patient's fold depends on other patients in two ways only: a tick for all moves every clock, and at the end
every clock moves to the log's last instant. So the first is an argument, and a fold ends in states that
`settle_shard` takes on once that instant is known. The same events give the same alerts as
`rules.decide.engine.fold` over all patients at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from rules.decide import codec, engine
from rules.decide.assessment import assess
from rules.decide.state import Patient
from rules.guideline import Guideline
from rules.ingest.decode import decode
from rules.wire.alerts import Alert
from rules.wire.alerts import encode as encode_alert
from rules.wire.events import Event, Tick
from rules.wire.refusals import FROM_THE_FUTURE, WHEN_FOLDED
from rules.wire.vocabulary import EVERY_PATIENT
from streams.errors import UsageError
from streams.service.event_file import LONG

SHIFT = 1 << 52
"""Makes times before 1970 positive, so that keys of equal length sort as numbers do."""
END = b"\x01"
"""Ends a key: no letter of a patient's id is below it."""
NOBODY = -1 << 62
"""The instant up to which nobody's record was accepted."""

Place = tuple[int, int]
"""Where an event stands in the order of knowing: `known` (ms), line."""
Noted = dict[str, tuple[Place, int]]
"""By reason, where it was first noted and how often."""
_JSON = msgspec.json.Encoder()


class ShardRequest(msgspec.Struct, frozen=True):
    """What a shard is folded with.

    `lines`: `NUMBER JSON` each, a number alone for a line too long to hold. `ticks`: those for all patients
    that are accepted, in order of `known`. `doubtful`: ticks whose acceptance other patients decide. `until`:
    fold up to it and settle there, ms; None: states are returned. `assessed`: assessments are wanted.
    """

    path: str
    guideline: Guideline
    lines: bytes
    ticks: tuple[Tick, ...] = ()
    doubtful: tuple[Place, ...] = ()
    until: int | None = None
    gaps: bool = False
    assessed: bool = False


class State(msgspec.Struct, frozen=True):
    """A patient at the end of the shard: encoded state, and the last line that was folded into it."""

    patient: str
    line: int
    data: bytes


class ShardFold(msgspec.Struct):
    """What a shard gives; lists are lines of bytes, a key before `END`, in order of the key.

    `alerts`: by decision, then patient. `assessments`: by patient. `refused`: by line, what the decoder
    refused; `conflicts`: by place, what the fold refused. `noted`, `counts`: what each of them kept and did
    not use. `last`: the last accepted instant, ms. `before`: the last accepted instant before each doubtful
    tick.
    """

    alerts: list[bytes] = []
    assessments: list[bytes] = []
    refused: list[bytes] = []
    conflicts: list[bytes] = []
    noted: Noted = {}
    counts: Noted = {}
    states: list[State] = []
    last: int = NOBODY
    before: list[int] = []


class SettleRequest(msgspec.Struct, frozen=True):
    """States that are taken on to the log's last instant, ms."""

    path: str
    guideline: Guideline
    states: list[State]
    last: int
    assessed: bool = False


def fold_shard(request: ShardRequest) -> ShardFold:
    """Fold the patients of a shard, one after another: in memory are its lines and one patient's events.

    Raises UsageError with the line whose record could not be folded.
    """
    found = ShardFold(before=[NOBODY] * len(request.doubtful))
    for lines in by_patient(request.lines):
        for events in decoded(lines, request, found).values():
            _Course(request, found).fold(events)
    return in_order(found)


Numbered = tuple[int, bytes]
"""A line of a file: its number, and its record."""


def numbered(lines: bytes) -> Iterator[Numbered]:
    """Yield the lines of a shard with their numbers."""
    for line in filter(None, lines.split(b"\n")):
        number, _, data = line.partition(b" ")
        yield int(number), data


def by_patient(lines: bytes) -> Iterator[list[Numbered]]:
    """Yield the lines of each patient; those without one are together."""
    found: dict[str | None, list[Numbered]] = defaultdict(list)
    for number, data in numbered(lines):
        found[patient_of(data)].append((number, data))
    yield from found.values()


class _Named(msgspec.Struct):
    patient: str


_NAMED = msgspec.json.Decoder(_Named)


def patient_of(data: bytes) -> str | None:
    """Return whose a record is, without the cost of decoding it; None when it will be refused."""
    try:
        return _NAMED.decode(data).patient.strip()
    except (ValueError, RecursionError):
        event, _ = decode(data)
        return None if event is None else event.patient


def decoded(lines: Iterable[Numbered], request: ShardRequest, found: ShardFold) -> dict[str, list[Event]]:
    """Decode numbered lines to events by patient; enter what is refused, and what is not used."""
    events: dict[str, list[Event]] = defaultdict(list)
    for number, data in lines:
        event = decode_line(number, data, request.guideline.choices.ahead, found)
        if event is not None and (request.until is None or event.known <= request.until):
            events[event.patient].append(event)
    return events


def decode_line(number: int, data: bytes, ahead: int, found: ShardFold) -> Event | None:
    """Decode one line; enter what is refused, and what is not used."""
    if not data:
        found.refused.append(refusal(b"%012d" % number, number, "malformed", LONG))
        return None
    event, problems = decode(data, offset=number, ahead=ahead)
    for order, problem in enumerate(problems):
        if problem.refuses:
            found.refused.append(refusal(b"%012d" % number, number, problem.reason, problem.message))
        else:
            note(found.noted, problem.reason, (number, order))
    return event


def refusal(key: bytes, number: int, reason: str, message: str) -> bytes:
    """Return a refusal as a line with its key."""
    return key + END + _JSON.encode((number, reason, message)) + b"\n"


def note(noted: Noted, reason: str, place: Place, times: int = 1) -> None:
    """Count what is not used under its reason, with its first place."""
    first, before = noted.get(reason, (place, 0))
    noted[reason] = min(first, place), before + times


class _Course:
    """One patient's fold, as `rules.decide.engine.fold` folds each of many."""

    def __init__(self, request: ShardRequest, found: ShardFold) -> None:
        self.request, self.found = request, found
        self.outcome = engine.Outcome([], {}, Counter(), [])
        self.keyed: list[tuple[int, str, Alert]] = []
        self.accepted: dict[str, int] = {}
        self.places: list[Place] = []
        self.line = 0

    def fold(self, events: list[Event]) -> None:
        """Fold the patient's events with the ticks for all; enter the alerts, and the state or assessment."""
        events.sort(key=place)
        since = bisect_left(self.request.ticks, place(events[0]), key=place)
        for event in sorted([*events, *self.request.ticks[since:]], key=place):
            self._add(event, events[0].patient)
        self._count()
        for name, patient in self.outcome.patients.items():
            if self.request.until is not None:
                self.keyed.extend(end(patient, name, self.request.until, self.request.path, self.line))
                if self.request.assessed:
                    self.found.assessments.extend(assessed(patient))
            else:
                self.found.states.append(State(name, self.line, codec.encode(patient)))
        self.found.alerts.extend(map(alert_line, self.keyed))

    def _add(self, event: Event, name: str) -> None:
        if event.patient == EVERY_PATIENT:
            if name in self.outcome.patients:
                self._advance(event, name)
            self.accepted[EVERY_PATIENT] = event.known
        elif not self.request.gaps and engine.is_far(event, self.accepted):
            self.outcome.refused.append((event, FROM_THE_FUTURE))
        else:
            self.line = event.offset
            if self._advance(event, name):
                self.accepted[name] = event.known
                self.places.append(place(event))

    def _advance(self, event: Event, name: str) -> bool:
        try:
            moved = engine.advance_one(self.outcome, self.keyed, name, event, self.request.guideline)
        except Exception as error:
            raise failed(self.request.path, event.offset, error) from None
        for reason, times in self.outcome.counts.items():
            note(self.found.counts, reason, place(event), times)
        self.outcome.counts.clear()
        return moved

    def _count(self) -> None:
        """Enter what was refused, and how far the patient's accepted records reach."""
        self.found.conflicts.extend(conflict(event, reason) for event, reason in self.outcome.refused)
        if self.places:
            self.found.last = max(self.found.last, self.places[-1][0])
        for i, tick in enumerate(self.request.doubtful):
            earlier = bisect_left(self.places, tick)
            if earlier:
                self.found.before[i] = max(self.found.before[i], self.places[earlier - 1][0])


def conflict(event: Event, reason: str) -> bytes:
    """Return what the fold refused as a line with its key: in order of knowing."""
    key = b"%s %012d" % (number(event.known), event.offset)
    return refusal(key, event.offset, reason, WHEN_FOLDED[reason])


def place(event: Event) -> Place:
    """Return where an event stands in the order of knowing."""
    return event.known, event.offset


def number(instant: int) -> bytes:
    """Return an instant (ms) as a key that sorts as it."""
    return b"%017d" % (instant + SHIFT)


def alert_line(keyed: tuple[int, str, Alert]) -> bytes:
    """Return an alert as a line with its key."""
    decided, patient, alert = keyed
    return number(decided) + b"\x00" + patient.encode() + END + encode_alert(alert) + b"\n"


def assessed(patient: Patient) -> Iterator[bytes]:
    """Yield a patient's assessment as a line with its key; none once discharged."""
    if patient.discharged is None:
        yield patient.id.encode() + END + _JSON.encode(assess(patient)) + b"\n"


def end(patient: Patient, name: str, last: int, path: str, line: int) -> list[tuple[int, str, Alert]]:
    """Take a patient on to the last instant (ms); return the alerts. Raises UsageError with the line."""
    try:
        return [(alert.decided, name, alert) for alert in engine.settle(patient, last)]
    except Exception as error:
        raise failed(path, line, error) from None


def failed(path: str, line: int, error: Exception) -> UsageError:
    """Return the error of a record that the engine could not fold: a fault of the program, not the file."""
    return UsageError(
        f"{path}:{line}: this record could not be folded ({type(error).__name__}: {error}); "
        "that is a fault of il2watch: report it with the line"
    )


def in_order(found: ShardFold) -> ShardFold:
    """Sort what stands by key; a patient's own alerts keep their order."""
    for lines in (found.alerts, found.assessments, found.refused, found.conflicts):
        lines.sort(key=key_of)
    return found


def key_of(line: bytes) -> bytes:
    """Return the key of a line."""
    return line[: line.index(END)]


def settle_shard(request: SettleRequest) -> ShardFold:
    """Take the states of a shard on to the log's last instant; return the alerts and assessments of that."""
    found = ShardFold()
    for state in request.states:
        patient = codec.decode(state.data, request.guideline)
        found.alerts.extend(
            map(alert_line, end(patient, state.patient, request.last, request.path, state.line))
        )
        if request.assessed:
            found.assessments.extend(assessed(patient))
    return in_order(found)
