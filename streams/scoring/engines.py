"""Run one engine a configuration over a feed that is read once, in order of `known`.

What the engine refuses is counted, not kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush

from rules.decide import engine
from rules.decide.state import Patient
from rules.guideline import Guideline
from rules.ingest.decode import decode
from rules.wire.alerts import Alert
from rules.wire.events import Event
from rules.wire.vocabulary import EVERY_PATIENT
from streams.errors import UsageError
from streams.scoring.readiness import Reported, is_ready, minutes
from streams.service.files import Line

Answered = tuple[int, str, Event]
"""When an answer is known (ms), its id, and the answer."""
Answers = Callable[[Alert], Event | None]
"""Returns the acknowledgement that an alert gets, if any."""


class FoldingEngine:
    """Folds events as they come, and the answer to each alert at its time.

    It passes each alert to `on_alert`, each record that is taken to `on_record`, and each time in which a
    dose is ready (`lets_go` of the patient) to `on_ready`.

    `refused`: by reason, what only the chart could refuse; `implausible`: by code.
    """

    def __init__(
        self,
        guideline: Guideline,
        on_alert: Callable[[Alert], None],
        on_record: Callable[[Event], None] | None = None,
        on_ready: Reported | None = None,
        answer: Answers | None = None,
        lets_go: Callable[[Patient], bool] = is_ready,
    ) -> None:
        self.guideline, self.on_alert = guideline, on_alert
        self.on_record, self.on_ready, self.answer = on_record, on_ready, answer
        self.lets_go = lets_go
        self.answers: dict[str, list[Answered]] = defaultdict(list)
        self.patients: dict[str, Patient] = {}
        self.refused: Counter[str] = Counter()
        self.implausible: Counter[str] = Counter()
        self.clock: int | None = None

    def apply(self, event: Event) -> None:
        """Apply the next event; a tick for all goes to every patient known so far."""
        for_all = event.patient == EVERY_PATIENT
        moved = for_all
        for patient in list(self.patients) if for_all else [event.patient]:
            moved = self._advance(patient, event) or moved
        if moved and (self.clock is None or event.known > self.clock):
            self.clock = event.known

    def passed(self, name: str, until: int) -> Patient | None:
        """Decide everything of a patient before an instant, and return the patient; None: not known yet."""
        patient = self.patients.get(name)
        if patient is not None and until > patient.now:
            self._pass(patient, until)
        return patient

    def _advance(self, name: str, event: Event) -> bool:
        before = self.patients.get(name)
        if before is not None:
            self._pass(before, event.known)
        patient, alerts, recorded = engine.advance(before, event, self.guideline)
        self._tell(alerts)
        if recorded.refused is None and self.on_record is not None:
            self.on_record(event)
        if patient is not None:
            self.patients[name] = patient
        self.implausible.update(recorded.implausible)
        if recorded.refused is not None:
            self.refused[recorded.refused] += 1
        return recorded.refused is None

    def _pass(self, patient: Patient, until: int) -> None:
        """Decide everything before `until`, and tell the minutes in which a dose is ready."""
        if self.on_ready is not None:
            for start, end in minutes(patient, until):
                self._decide(patient, start + 1)
                if self.lets_go(patient):
                    self.on_ready(patient.id, start, end)
        self._decide(patient, until)

    def _decide(self, patient: Patient, until: int) -> None:
        """Decide everything before `until`, instant by instant, each answer applied at its own."""
        answers = self.answers[patient.id]
        while (moment := next_moment(patient, answers)) < until:
            if answers and answers[0][0] <= moment:
                answer = heappop(answers)[-1]
                self._tell(engine.advance(patient, answer, self.guideline)[1])
            else:
                self._tell(engine.pass_to(patient, moment + 1))

    def _tell(self, alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            self.on_alert(alert)
            answer = None if self.answer is None else self.answer(alert)
            if answer is not None:
                heappush(self.answers[alert.patient], (answer.known, answer.id, answer))

    def end(self) -> None:
        """Advance every patient's clock to the feed's last instant, as other commands do.

        Source: criteria.md section 1.
        """
        for patient in self.patients.values():
            if self.clock is not None:
                self._pass(patient, self.clock)
                self._tell(engine.settle(patient, self.clock))


def next_moment(patient: Patient, answers: Sequence[Answered]) -> int:
    """Return the next instant at which something is decided or answered; far ahead when nothing will be."""
    decided = patient.now if patient.pending or is_due(patient) else patient.due
    moments = [moment for moment in (decided, answers[0][0] if answers else None) if moment is not None]
    return min(moments, default=NEVER)


def is_due(patient: Patient) -> bool:
    """Return whether a deadline is due at the patient's clock."""
    return patient.due is not None and patient.due <= patient.now


NEVER = 1 << 62


class DecodedFeed:
    """A file of events, decoded and counted.

    `lines_read`: lines; `refused`: by reason, records and single readings; `noted`: kept and not used, by
    reason.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines_read, self.known = 0, -1
        self.refused: Counter[str] = Counter()
        self.noted: Counter[str] = Counter()

    def through(self, lines: Iterable[Line], engines: Sequence[FoldingEngine]) -> None:
        """Apply every line to every engine. Raises UsageError when the file is not in order of `known`.

        The first configuration says how far ahead of `known` a record may lie.
        """
        ahead = engines[0].guideline.choices.ahead
        for line in lines:
            event = self.event(line, ahead)
            if event is not None:
                for one in engines:
                    one.apply(event)
        for one in engines:
            one.end()

    def checked(self, lines: Iterable[Line], ahead: int) -> Iterator[Line]:
        """Yield the lines that hold an event, all counted. Raises UsageError as `through` does."""
        return (line for line in lines if self.event(line, ahead) is not None)

    def event(self, line: Line, ahead: int) -> Event | None:
        """Return the event of a line; None, and counted, when it is refused."""
        self.lines_read += 1
        if line.data is None:
            self.refused["malformed"] += 1
            return None
        event, problems = decode(line.data, offset=line.number, ahead=ahead)
        for problem in problems:
            (self.refused if problem.refuses else self.noted)[problem.reason] += 1
        if event is not None:
            self.check(event, line.number)
        return event

    def check(self, event: Event, number: int) -> None:
        """Check that an event is not known before the one above it. Raises UsageError."""
        if event.known < self.known:
            raise UsageError(
                f"{self.path}:{number}: known before the line above it; score streams, and needs a "
                "file in "
                "order of `known`"
            )
        self.known = event.known
