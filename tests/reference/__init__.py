"""A naive reading of criteria.md: every state at a clock worked out from scratch over all facts.

An oracle for tests, never fast.
"""

from collections.abc import Iterable
from typing import Any

from .assessment import assessment
from .clock import MS, parse
from .course import Course
from .facts import COMMANDS, Record, Refused, decode

Event = dict[str, Any]


def assess(events: list[Event], at: str | None = None) -> dict[str, dict[str, Any]]:
    """Each patient's assessment at clock `at` (default: the file's last instant); none for the discharged."""
    return assess_at(events, [at])[0]


def assess_at(events: list[Event], clocks: list[str | None]) -> list[dict[str, dict[str, Any]]]:
    """`assess` at several clocks in one fold, each as if it were the only one."""
    records = _records(events)
    ends = [_end(records, at) for at in clocks]
    seen = {p: _stays(p, mine, max(ends), ends)[1] for p, mine in sorted(_by_patient(records).items())}
    return [{p: found for p, shown in seen.items() if (found := shown[end]) is not None} for end in ends]


def run(events: list[Event], until: str | None = None) -> list[dict[str, Any]]:
    """Every alert transition up to `until` (default: the file's last instant), in order of decision, then
    patient.
    """
    records = _records(events)
    end = _end(records, until)
    alerts = [alert for p, mine in _by_patient(records).items() for alert in _stays(p, mine, end, [])[0]]
    ordered = sorted(alerts, key=lambda a: (a["_decided"], a["patient"]))
    return [{k: v for k, v in alert.items() if k != "_decided"} for alert in ordered]


def refusals(events: list[Event]) -> list[tuple[int, str]]:
    """The line numbers (from 0) and reasons of records refused as such, needs-weight left out."""
    return [(i, found.reason) for i, found in _decoded(events) if isinstance(found, Refused)]


def _decoded(events: list[Event]) -> Iterable[tuple[int, Record | Refused]]:
    for i, event in enumerate(events):
        try:
            yield i, decode(event, i)
        except Refused as refused:
            yield i, refused


def _records(events: list[Event]) -> list[Record]:
    return [found for _, found in _decoded(events) if isinstance(found, Record)]


def _end(records: list[Record], until: str | None) -> int:
    return (
        parse(until)
        if until is not None
        else max((r.known for r in records if r.per_minute is None), default=0)
    )


def _by_patient(records: list[Record]) -> dict[str, list[Record]]:
    return {
        p: [r for r in records if r.patient in (p, "*")]
        for p in dict.fromkeys(r.patient for r in records if r.patient != "*")
    }


def _stays(
    patient: str, records: list[Record], end: int, clocks: list[int]
) -> tuple[list[dict[str, Any]], dict[int, dict[str, Any] | None]]:
    """All alerts of one patient up to `end`, and the assessments at the clocks (None: no stay open then)."""
    course: Course | None = None
    alerts: list[dict[str, Any]] = []
    shown: dict[int, dict[str, Any] | None] = {}
    pending = sorted(set(clocks))
    for known in sorted({r.known for r in records if r.known <= end}):
        while pending and pending[0] < known:
            at = pending.pop(0)
            shown[at] = _shown(course, at)
        batch = sorted((r for r in records if r.known == known), key=lambda r: r.order)
        if course is None and all(r.type in COMMANDS or r.status == "entered-in-error" for r in batch):
            continue
        course = course or _begin(patient, end)
        _pass_time(course, known)
        course.take(known, batch)
        if course.discharged:
            alerts, course = alerts + course.journal.alerts, None
    shown |= {at: _shown(course, at) for at in pending}
    return alerts + (_closed(course, end).journal.alerts if course else []), shown


def _shown(course: Course | None, at: int) -> dict[str, Any] | None:
    if course is None or course.picture is None:
        return None
    return assessment(_closed(course.fork(), at))


def _closed(course: Course, end: int) -> Course:
    """The course with its clock moved to `end`."""
    _pass_time(course, end)
    if course.picture is not None and course.picture.at < end:
        course.tick(end)
    return course


def _begin(patient: str, end: int) -> Course:
    course = Course(patient, horizon=end)
    course.journal.patient = patient
    return course


def _pass_time(course: Course, until: int) -> None:
    """Decides every deadline before `until` at its own instant, in order."""
    now = course.picture.at if course.picture else until
    while (due := course.next_deadline(now)) is not None and due < until:
        course.deadline(due)
        now = due


__all__ = ["MS", "assess", "assess_at", "refusals", "run"]
