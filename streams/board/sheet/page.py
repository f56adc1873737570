"""What every panel is drawn from: the patient, the stretch of time, the guideline if it may be trusted, and what open alerts rest on."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from rules.guideline import Guideline
from rules.wire.events import Encounter, Event
from streams.board.bedside import Bedside
from streams.board.series import Point, mark, thinned
from streams.plot.limits import limits

POINTS = 480
"""As many of a curve as a picture has room for."""
SUBJECTS: dict[str, set[str]] = {
    "heart-rate": {"sinus-tachycardia"},
    "systolic-bp": {"hypotension", "fluid-bolus", "add-pressor"},
    "mean-bp": set(),
    "diastolic-bp": set(),
    "spo2": {"oxygen-requirement", "hypoxemia"},
    "temperature": {"fever", "septic-workup", "early-fever-expected"},
}
"""Whose evidence is marked on a vital sign: one record carries several, and an alert rests on one of them. On anything else: everybody's."""
TRIPPED = ("relative", "absolute")
Panel = dict[str, Any]


class Span(NamedTuple):
    """What is drawn, ms: from `start` to `end`; `since`: before that the board has read nothing."""

    start: int
    end: int
    since: int

    def within(self, points: Iterable[Point]) -> list[Point]:
        return [point for point in points if self.start <= point[0] <= self.end]


class Page:
    """`trusted`: the worker goes by the same guideline, so that its limits may be drawn."""

    def __init__(self, bedside: Bedside, guideline: Guideline, span: Span) -> None:
        self.bedside, self.guideline, self.span = bedside, guideline, span
        assessment = bedside.assessment
        self.trusted = assessment is None or assessment["guideline"]["sha256"] == guideline.sha256

    @cached_property
    def slow(self) -> list[Event]:
        """The events that are no curve, in order of `at`."""
        return self.bedside.facts.settled()

    @cached_property
    def evidence(self) -> dict[str, frozenset[str]]:
        """By subject, the ids of the facts that an open alert or a tripped row rests on."""
        found = {one.last.subject: set(one.last.evidence) for one in self.bedside.episodes.open.values()}
        for row in self.bedside.assessment["criteria"] if self.bedside.assessment else ():
            if row["state"] in TRIPPED:
                found.setdefault(row["code"], set()).update(row["evidence"])
        return {subject: frozenset(ids) for subject, ids in found.items() if ids}

    def rests(self, *subjects: str) -> frozenset[str]:
        """The ids that some subjects rest on."""
        return frozenset().union(*(self.evidence.get(subject, frozenset()) for subject in subjects))

    def baseline(self, code: str) -> float | None:
        """A vital sign before therapy."""
        told = (dict(event.vitals).get(code) for event in reversed(self.slow) if isinstance(event, Encounter) and event.event == "baseline")
        return next((float(value) for value in told if value is not None and not isinstance(value, str)), None)

    def lines(self, row: str) -> list[Panel]:
        """The limits of a row of Table 3."""
        return [line(one.value, f"{one.value:g}", one.level) for one in limits(self.guideline, row)] if self.trusted else []

    def curve(self, code: str, name: str) -> list[Panel]:
        """A signal's readings; those that an alert rests on are all there. Nothing when none was charted."""
        found = self.bedside.facts.signals.get(code)
        points = found.between(self.span.start, self.span.end) if found else []
        if found is None or not points:
            return []
        rests = {
            subject: self.span.within(found.of(map(mark, ids))) for subject, ids in self.evidence.items() if subject in SUBJECTS.get(code, {subject})
        }
        kept = sorted({*thinned(points, POINTS), *(point for held in rests.values() for point in held)})
        marked = {subject: sorted(at for at, _ in held) for subject, held in rests.items() if held}
        return [{"code": code, "name": name, "draw": "line", "points": kept, "rests": marked}]


    def before(self, code: str) -> Point | None:
        """A signal's last reading before the stretch: an empty panel must not read as if it had never been looked at."""
        found = self.bedside.facts.signals.get(code)
        return next(reversed(found.between(0, self.span.start - 1)), None) if found else None


def line(value: float, text: str, level: str) -> Panel:
    """A limit that is drawn across."""
    return {"at": value, "text": text, "level": level}


def panel(id: str, name: str, unit: str, series: list[Panel], lines: list[Panel], least: tuple[float, float] | None = None, **more: Any) -> Panel:
    """One panel. `least`: what its axis holds at least."""
    return {"id": id, "name": name, "unit": unit, "series": series, "bands": [], "lines": lines, "least": least, **more}


def steps(code: str, name: str, rates: list[Point], span: Span) -> list[Panel]:
    """What is in force until it changes: what was running at the left edge, each change, the last one carried to the right edge."""
    before = [(span.start, rate) for at, rate in rates if at < span.start][-1:]
    shown = before + span.within(rates)
    return [{"code": code, "name": name, "draw": "step", "points": [*shown, (span.end, shown[-1][1])]}] if shown else []


def bars(code: str, name: str, drawn: list[Panel]) -> list[Panel]:
    return [{"code": code, "name": name, "draw": "bars", "bars": drawn}] if drawn else []
