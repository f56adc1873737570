"""A naive reading of criteria.md: every state at a clock worked out from scratch over all facts.

An oracle for tests, never fast.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .assessment import assessment
from .clock import HOUR, MINUTE, parse
from .course import Course
from .episodes import Journal
from .facts import accepted
from .records import Event, Record, Refused, decode

Assessments = dict[str, dict[str, Any]]


def assess(events: list[Event], at: str | None = None) -> Assessments:
    """Each patient's assessment at clock `at` (default: the file's last instant); none for the discharged."""
    return assess_at(events, [at])[0]


def assess_at(events: list[Event], clocks: Sequence[str | None]) -> list[Assessments]:
    """`assess` at several clocks in one fold, each as if it were the only one."""
    return both(events, clocks, None)[0]


def run(events: list[Event], until: str | None = None) -> list[dict[str, Any]]:
    """Every alert transition up to `until` (default: the file's last instant), in order of decision, then
    patient.
    """
    return both(events, [], until)[1]


def both(
    events: list[Event], clocks: Sequence[str | None], until: str | None
) -> tuple[list[Assessments], list[dict[str, Any]]]:
    """Assessments at several clocks, and all alerts up to `until`, in one fold."""
    patients = _by_patient([r for _, r in _decoded(events) if isinstance(r, Record)])
    last = max((r.known for mine in patients.values() for r in mine), default=0)
    ends = [last if at is None else parse(at) for at in clocks]
    end = last if until is None else parse(until)
    alerts: list[dict[str, Any]] = []
    found: list[Assessments] = [{} for _ in ends]
    for patient, mine in sorted(patients.items()):
        new_alerts, shown = _fold(patient, mine, end, ends)
        alerts += new_alerts
        for i, at in enumerate(ends):
            if (one := shown[at]) is not None:
                found[i][patient] = one
    alerts.sort(key=lambda a: (a["_decided"], a["patient"]))
    return found, [{k: v for k, v in alert.items() if k != "_decided"} for alert in alerts]


def refusals(events: list[Event]) -> list[tuple[int, str]]:
    """The line numbers (from 0) and reasons of records refused as such; conflicts and leaps left out."""
    return [(i, found.reason) for i, found in _decoded(events) if isinstance(found, Refused)]


def _decoded(events: list[Event]) -> Iterable[tuple[int, Record | Refused]]:
    for i, event in enumerate(events):
        try:
            yield i, decode(event, i)
        except Refused as refused:
            yield i, refused


def _by_patient(records: list[Record]) -> dict[str, list[Record]]:
    names = dict.fromkeys(r.patient for r in records if r.patient != "*")
    return {p: accepted([r for r in records if r.patient in (p, "*")]) for p in names}


def _fold(
    patient: str, records: list[Record], end: int, clocks: list[int]
) -> tuple[list[dict[str, Any]], dict[int, dict[str, Any] | None]]:
    """All alerts of one patient up to `end`, and the assessments at the clocks (None: no stay then)."""
    alerts: list[dict[str, Any]] = []
    shown: dict[int, dict[str, Any] | None] = {}
    for at, closed in courses(patient, records, [*clocks, end]):
        shown[at] = None if closed.look is None else assessment(closed)
        alerts = closed.journal.alerts if at == end else alerts
    return alerts, shown


def courses(patient: str, records: Sequence[Record], clocks: Iterable[int]) -> Iterator[tuple[int, Course]]:
    """A patient's course as it stands at each of the clocks, in order."""
    course = Course(patient, journal=Journal(patient))
    pending = sorted(set(clocks))
    for known in [*sorted({r.known for r in records}), None]:
        while pending and (known is None or pending[0] < known):
            at = pending.pop(0)
            yield at, _closed(course.fork(), at)
        if known is None or not pending:
            return
        _pass_time(course, known)
        course.add(known, [r for r in records if r.known == known])


def _closed(course: Course, end: int) -> Course:
    """The course with its clock moved to `end`."""
    _pass_time(course, end)
    if course.at is not None and course.at < end:
        course.decide(end)
    return course


def _pass_time(course: Course, until: int) -> None:
    """Decides every deadline before `until` at its own instant, in order."""
    while course.next is not None and course.next < until:
        course.decide(course.next)


__all__ = ["HOUR", "MINUTE", "Event", "assess", "assess_at", "both", "courses", "refusals", "run"]
