"""Fold a file under two guideline packs and take both verdicts at every decision on a dose.

A decision point is each dose record, given or held, at its `at`, over what was known just before; and each
due instant of the first pack with no record near it. The log's doses stand: what follows a dose that would
have been withheld is unknown (editions.md 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from rules.decide.dose_clock import Verdict, verdict
from rules.decide.engine import settled
from rules.decide.overlays import reason_text
from rules.decide.state import Patient
from rules.evaluate.dosing import due_at
from rules.guideline import Guideline
from rules.wire import events
from rules.wire.alerts import Alert
from rules.wire.events import Event
from rules.wire.instants import DAY, HOUR, Instant
from rules.wire.vocabulary import EVERY_PATIENT
from streams.scoring.engines import FoldingEngine
from streams.scoring.readiness import Reported

CLASSES = {"give": "goes", "no-objection": "goes", "decide": "goes"}
"""The class of a verdict; any other is its own."""
LETS_GO = ("give", "no-objection")
BEFORE, AFTER = HOUR, 8 * HOUR
"""How near a dose record is to the due instant that it answers."""


class Opinion(NamedTuple):
    """A verdict with its reasons in words."""

    word: str
    reasons: tuple[str, ...]

    @property
    def group(self) -> str:
        """`goes`, `blind`, `withhold` or `stop`."""
        return CLASSES.get(self.word, self.word)


class Point(NamedTuple):
    """A decision on a dose: whose, when (ms), which dose of the cycle, given or held (None: no record)."""

    patient: str
    at: Instant
    number: int
    given: bool | None
    a: Opinion
    b: Opinion


class Side:
    """One of the two: its engine, the alerts it gives."""

    def __init__(
        self,
        guideline: Guideline,
        saw: Callable[[Event], None] | None = None,
        ready: Reported | None = None,
        on_alert: Callable[[Alert], None] | None = None,
    ) -> None:
        self.guideline = guideline
        self.alerts: list[Alert] = []
        self.on_alert = on_alert
        self.engine = FoldingEngine(guideline, self._collect, saw, ready, lets_go=lets_go)

    def _collect(self, alert: Alert) -> None:
        self.alerts.append(alert)
        if self.on_alert is not None:
            self.on_alert(alert)

    def opinion(self, name: str, at: Instant) -> Opinion:
        """Return the verdict on the next dose at an instant, over what is known so far."""
        patient = self.engine.passed(name, at)
        return Opinion("none", ()) if patient is None else opinion_of(settled(_at(patient, at)))


def _at(patient: Patient, at: Instant) -> Patient:
    """Return a patient whose instant is still to be decided, so that it is decided on a copy."""
    if patient.due is None or patient.due > at:
        return patient
    return msgspec.structs.replace(patient, pending=True)


def lets_go(patient: Patient) -> bool:
    """Return whether a due dose may be given by the verdict alone."""
    return verdict(patient).word in LETS_GO


def opinion_of(patient: Patient) -> Opinion:
    """Return a verdict with its reasons in words."""
    found: Verdict = verdict(patient)
    return Opinion(found.word, tuple(_words(patient, reason) for reason in found.reasons))


def _words(patient: Patient, reason: str) -> str:
    try:
        return reason_text(patient, reason)
    except KeyError:
        return reason.replace("-", " ")


class Divergence(NamedTuple):
    """The first instant at which the classes of a patient differ, and both verdicts."""

    patient: str
    at: Instant
    a: Opinion
    b: Opinion


class Compared(NamedTuple):
    """What the two say of one file. `days`: patient-days from cycle-start to therapy-end."""

    points: list[Point]
    divergences: list[Divergence]
    a: Side
    b: Side
    patients: int
    days: float


def compare(log: Iterable[Event], a: Side, b: Side) -> Compared:
    """Fold a log in order of `known` under both, and return what they say."""
    ordered = sorted(log, key=lambda event: event.known)
    doses = doses_of(ordered)
    course = _Course(a, b, doses)
    for event in ordered:
        course.enter(event)
    course.end()
    patients = a.engine.patients
    return Compared(
        sorted(course.points, key=lambda one: (one.patient, one.at)),
        sorted(course.divergences.values(), key=lambda one: (one.at, one.patient)),
        a,
        b,
        len(patients),
        round(course.time.days, 4),
    )


def doses_of(log: Iterable[Event]) -> dict[str, list[tuple[Instant, bool]]]:
    """Return the dose records of each patient, given or held, in order of `at`; the last of an id rules."""
    found: dict[tuple[str, str], events.Dose] = {}
    for event in log:
        if isinstance(event, events.Dose):
            found[event.patient, event.id] = event
        elif isinstance(event, events.Withdrawal):
            found.pop((event.patient, event.id), None)
    out: dict[str, list[tuple[Instant, bool]]] = defaultdict(list)
    for dose in found.values():
        out[dose.patient].append((dose.at, dose.given))
    return {patient: sorted(doses) for patient, doses in out.items()}


class TherapyTime:
    """The time of every cycle seen, from its start to the end of therapy or, without one, to the last record.

    A discharge leaves no cycle in the patient's state, so each is looked at while it runs.
    """

    def __init__(self) -> None:
        self.spans: dict[tuple[str, Instant], Instant] = {}

    def see(self, name: str, patient: Patient | None) -> None:
        """Look at a patient's present cycle."""
        if patient is not None and patient.chart.cycle.since is not None:
            since, end = patient.chart.cycle.since, patient.chart.cycle.end
            self.spans[name, since] = max(since, patient.now if end is None else end)

    @property
    def days(self) -> float:
        """Return the patient-days of all cycles."""
        return sum(end - since for (_, since), end in self.spans.items()) / DAY


class _Course:
    def __init__(self, a: Side, b: Side, doses: dict[str, list[tuple[Instant, bool]]]) -> None:
        self.time = TherapyTime()
        self.a, self.b, self.doses = a, b, doses
        self.waiting = {patient: list(found) for patient, found in doses.items()}
        self.points: list[Point] = []
        self.divergences: dict[str, Divergence] = {}
        self.unanswered: set[tuple[str, Instant]] = set()

    def enter(self, event: Event) -> None:
        for name in list(self.a.engine.patients) if event.patient == EVERY_PATIENT else [event.patient]:
            self._due_points(name, event.known)
            self._dose_points(name, event.known)
        self.a.engine.apply(event)
        self.b.engine.apply(event)
        if event.patient != EVERY_PATIENT:
            self.time.see(event.patient, self.a.engine.patients.get(event.patient))
            self._diverge(event.patient)

    def _dose_points(self, name: str, known: Instant) -> None:
        waiting = self.waiting.get(name, [])
        while waiting and waiting[0][0] <= known and name in self.a.engine.patients:
            at, given = waiting.pop(0)
            self._point(name, at, given)

    def _due_points(self, name: str, known: Instant) -> None:
        """Add the due instant of the first pack, if no dose record answers it."""
        patient = self.a.engine.patients.get(name)
        due = None if patient is None or patient.over else due_at(patient.chart)
        if due is None or due >= known or (name, due) in self.unanswered:
            return
        if any(due - BEFORE <= at <= due + AFTER for at, _ in self.doses.get(name, [])):
            return
        if patient is not None and due >= patient.now:
            self.unanswered.add((name, due))
            self._point(name, due, None)

    def _point(self, name: str, at: Instant, given: bool | None) -> None:
        a, b = self.a.opinion(name, at), self.b.opinion(name, at)
        patient = self.a.engine.patients[name]
        number = sum(dose.at < at for dose in patient.chart.cycle_doses) + 1
        self.points.append(Point(name, at, number, given, a, b))
        self._differ(name, at, a, b)

    def _diverge(self, name: str) -> None:
        if name in self.divergences:
            return
        a, b = self.a.engine.patients.get(name), self.b.engine.patients.get(name)
        if a is None or b is None or a.chart.cycle.start is None or not (a.memories and b.memories):
            return
        if verdict(a).word != verdict(b).word:
            self._differ(name, a.now, opinion_of(a), opinion_of(b))

    def _differ(self, name: str, at: Instant, a: Opinion, b: Opinion) -> None:
        if a.group != b.group and "none" not in (a.word, b.word):
            self.divergences.setdefault(name, Divergence(name, at, a, b))

    def end(self) -> None:
        clocks = [side.engine.clock for side in (self.a, self.b) if side.engine.clock is not None]
        for name in list(self.a.engine.patients):
            for clock in clocks[:1]:
                self._due_points(name, clock)
        self.a.engine.end()
        self.b.engine.end()
        for name, patient in self.a.engine.patients.items():
            self.time.see(name, patient)
