"""Episodes, their transitions and acknowledgements (criteria.md 9)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from .clock import HOUR, show
from .row import ABSOLUTE, ADVISORY, CLEAR, INDETERMINATE, PENDING, RELATIVE, TECHNICAL
from .steps import MEASURES, Point
from .subjects import place
from .table3 import SYSTEM

RANK = {CLEAR: 0, INDETERMINATE: 0, PENDING: 0, TECHNICAL: 1, ADVISORY: 1, RELATIVE: 2, ABSOLUTE: 3}
PRIORITY = {ABSOLUTE: "high", RELATIVE: "medium", TECHNICAL: "medium", ADVISORY: "low", CLEAR: "low"}
SLOW = (
    "cardiac-enzymes",
    "platelets",
    "creatinine",
    "diarrhea",
    "urine-shift",
    "phenylephrine-maximum",
    "moist-desquamation",
    "extremities",
    "infection",
    "pleural-effusion",
    "intubation",
    "cognition",
    "recommendation",
)
LASTS = (2 * HOUR, 4 * HOUR, 8 * HOUR)
Key = tuple[str, str]


@dataclass
class Ack:
    """An acknowledgement: when it was known, until when it lasts, and the worst then of what is no reading's."""

    known: int
    until: int | None
    worst: dict[str, Fraction]
    value: Any


@dataclass
class Episode:
    """One open episode."""

    id: str
    kind: str
    subject: str
    level: str
    rank: int
    opened: int
    counts_from: int
    last: int
    absolute_at: int = 0
    value: Any = None
    start: int = 0  # the `at` of the earliest fact that opened it
    tracked: dict[str, Fraction] = field(default_factory=dict)
    ack: Ack | None = None
    stage: int = 0
    reminded: bool = False
    doses: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        """Kind and subject."""
        return (self.kind, self.subject)


@dataclass(frozen=True)
class View:
    """How a subject stands at a decision: its level, the instant it became so, and what the alert says."""

    kind: str
    subject: str
    level: str
    since: int
    rank: int
    value: Any = None
    unit: str | None = None
    evidence: tuple[str, ...] = ()
    amended: bool = False
    amount: Any = None
    reason: str | None = None
    counts_from: int | None = None
    start: int | None = None
    decided: bool = False  # it becomes true at the instant decided
    ends_all: bool = False  # it ends with all others: told before what goes on
    points: Mapping[str, list[Point]] = field(default_factory=dict)
    acknowledged: Mapping[str, list[Point]] = field(default_factory=dict)  # of what was known then

    @property
    def key(self) -> Key:
        """Kind and subject."""
        return (self.kind, self.subject)


def no_phase(at: int) -> str | None:
    """Outside a stay there is none."""
    return None


@dataclass
class Journal:
    """A patient's open episodes and the alerts given."""

    patient: str
    open: dict[Key, Episode] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    fresh: list[tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    places: dict[Key, int] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    context: dict[str, Any] = field(default_factory=dict)
    phase: Callable[[int], str | None] = no_phase
    seq: int = 0

    # ---- acknowledgements

    def acknowledge(self, episode: Episode, at: int, points: Mapping[str, list[Point]]) -> None:
        """Acknowledges an open episode at an instant."""
        if episode.ack is None:
            lasts = 8 * HOUR if episode.subject in SLOW else LASTS[min(episode.stage, 2)]
        else:
            until = episode.ack.until
            lasts = (until - episode.ack.known) if until is not None else 0
        limited = episode.level == ABSOLUTE and episode.subject != "dose-error"
        worst = dict(episode.tracked)
        for name, found in points.items():
            if own := [p.value for p in found if not p.id and p.known <= at]:
                before = [worst[name]] if name in worst else []
                worst[name] = MEASURES[episode.subject][name].worst([*own, *before])
        episode.ack = Ack(at, at + lasts if limited and lasts else None, worst, episode.value)

    def _since_opening(self, episode: Episode, points: list[Point]) -> list[Fraction]:
        there = [p for p in points if p.id]
        held = [p for p in there if p.held and p.at < episode.start][-1:]
        return [p.value for p in [*held, *(p for p in there if p.at >= episode.start)]]

    def expire(self, at: int) -> None:
        """Ends the acknowledgements that have run out."""
        for episode in self.open.values():
            ack = episode.ack
            if ack is not None and ack.until is not None and at >= ack.until:
                episode.ack, episode.stage = None, episode.stage + 1

    # ---- transitions

    def end(self, at: int, key: Key, reason: str, when: int) -> None:
        """Resolves an open episode by a fact of its own `at`: `new-cycle`, `discharged`."""
        episode = self.open.pop(key)
        view = View(episode.kind, episode.subject, CLEAR, at, 0, reason=reason)
        self._print(at, replace(view, ends_all=True), "resolved", CLEAR, max(when, episode.last), episode)

    def update(self, at: int, view: View, floor: int, opens: bool = True) -> int | None:
        """Compares a subject with its episode and prints what changed; the transition's `at`, None if
        nothing was printed.
        """
        self.places.setdefault(view.key, len(self.places))
        episode = self.open.get(view.key)
        if episode is None:
            rises = opens and RANK[view.level] > 0 and view.reason is None
            return self._opened(at, view, floor) if rises else None
        if view.level in (INDETERMINATE, PENDING) and not view.amended:
            return None
        if view.rank == episode.rank and view.reason is None:
            return self._same(at, view, episode)
        return self._moved(at, view, episode)

    def _opened(self, at: int, view: View, floor: int) -> int:
        opened = max(int(at) if view.decided else view.since, floor)
        episode = Episode(
            self._identity(view, opened, at),
            view.kind,
            view.subject,
            view.level,
            view.rank,
            opened,
            opened if view.counts_from is None else view.counts_from,
            opened,
            opened,
            view.value,
            opened if view.start is None else view.start,
        )
        episode.reminded = view.amount is not None and view.amount >= 1500
        self._track(episode, view)
        self.open[view.key] = episode
        self._print(at, view, "opened", view.level, opened, episode)
        return opened

    def _identity(self, view: View, opened: int, at: int) -> str:
        found = identity(self.patient, view.kind, view.subject, show(opened))
        if found in self.ids:
            found = identity(self.patient, view.kind, view.subject, show(opened), show(int(at)))
        self.ids.add(found)
        return found

    def _moved(self, at: int, view: View, episode: Episode) -> int:
        lowered = view.rank < episode.rank or view.reason is not None
        level = view.level if RANK[view.level] and view.reason is None else CLEAR
        down = "amended" if view.amended else "resolved" if level == CLEAR else "improved"
        if not lowered:
            episode.ack, episode.stage = None, 0
        last = max(view.since, episode.last)
        if level == ABSOLUTE and episode.level != ABSOLUTE:
            episode.absolute_at = last
        episode.level, episode.rank, episode.last, episode.value = level, view.rank, last, view.value
        self._track(episode, view)
        if level == CLEAR:
            del self.open[view.key]
        self._print(at, view, down if lowered else "worsened", level, last, episode)
        return last

    def _same(self, at: int, view: View, episode: Episode) -> int | None:
        step = self._step(view, episode)
        self._track(episode, view)
        episode.value = view.value
        if step is not None:
            when, worst, point = step
            if point.id:
                view = replace(view, value=point.value, evidence=(point.id,))
            self._stepped(at, view, episode, when, worst)
        elif view.amount is not None and view.amount >= 1500 and not episode.reminded:
            episode.reminded = True
            episode.last = max(int(at), episode.last)
            self._print(at, view, "reminder", episode.level, episode.last, episode)
        return None

    def _track(self, episode: Episode, view: View) -> None:
        for name, points in view.points.items():
            measure = MEASURES[episode.subject][name]
            now = [p for p in points if not p.id]
            if now:
                before = [episode.tracked[name]] if name in episode.tracked else []
                episode.tracked[name] = measure.worst([*before, *(p.value for p in now)])
            if episode.ack is not None and (old := [p.value for p in now if p.known <= episode.ack.known]):
                worst = episode.ack.worst
                worst[name] = measure.worst([*old, *([worst[name]] if name in worst else [])])

    def _step(self, view: View, episode: Episode) -> tuple[int, Any, Point] | None:
        """The first reading since the acknowledgement that is a step worse, with what was acknowledged."""
        ack = episode.ack
        if ack is None:
            return None
        found = []
        for name, points in view.points.items():
            measure, worst = MEASURES[episode.subject][name], self._acknowledged(episode, ack, name, view)
            if worst is None:
                continue
            for p in points:
                after = p.known > ack.known and (p.at >= episode.start or not p.id)
                if after and measure.is_step(p.value, worst):
                    found.append((p.at, worst, p))
        return min(found, key=lambda one: one[0], default=None)

    def _acknowledged(self, episode: Episode, ack: Ack, name: str, view: View) -> Fraction | None:
        """The worst of a measure at the acknowledgement, of what was known then as it is corrected since."""
        values = self._since_opening(episode, view.acknowledged.get(name, []))
        values += [ack.worst[name]] if name in ack.worst else []
        return MEASURES[episode.subject][name].worst(values) if values else None

    def _stepped(self, at: int, view: View, episode: Episode, when: int, acknowledged: Any) -> None:
        episode.ack, episode.stage = None, 0
        episode.last = max(when, episode.last)
        self._print(at, view, "worsened", episode.level, episode.last, episode, acknowledged=acknowledged)

    def another_dose(self, at: int, view: View, when: int, evidence: tuple[str, ...]) -> None:
        """Another dose in error takes an acknowledgement away."""
        episode = self.open[view.key]
        restated = View(view.kind, view.subject, view.level, when, view.rank, evidence=evidence)
        self._stepped(at, restated, episode, when, None)

    def remind(self, at: int, episode: Episode, unacknowledged: list[str]) -> None:
        """A reminder by one episode for all that nobody has acknowledged."""
        view = View(episode.kind, episode.subject, episode.level, at, episode.rank, episode.value)
        episode.last = max(int(at), episode.last)
        self._print(at, view, "reminder", episode.level, episode.last, episode, unacknowledged=unacknowledged)

    # ---- printing

    def _print(
        self,
        at: int,
        view: View,
        transition: str,
        level: str,
        when: int,
        episode: Episode,
        **context: Any,
    ) -> None:
        reason = {"reason": view.reason} if view.reason else {}
        figures = {k: number(v) for k, v in context.items() if v is not None}
        alert = {
            "id": episode.id,
            "seq": 0,
            "patient": self.patient,
            "subject": view.subject,
            "kind": view.kind,
            "system": SYSTEM.get(view.subject) if view.kind == "criterion" else None,
            "level": level,
            "priority": PRIORITY[level],
            "transition": transition,
            "at": show(int(when)),
            "decided": show(int(at)),
            "value": number(view.value),
            "unit": view.unit,
            "evidence": list(view.evidence),
            "context": {"phase": self.phase(int(when)), **self.context, **reason, **figures},
            "_decided": int(at),
        }
        order = (0, *place(view.key)) if view.ends_all else (1, self.places.get(view.key, 0))
        self.fresh.append((order, alert))

    def close(self) -> None:
        """Ends a decision: its alerts in the order of an instant, numbered."""
        for _, alert in sorted(self.fresh, key=lambda f: f[0]):
            self.seq += 1
            alert["seq"] = self.seq
            self.alerts.append(alert)
        self.fresh, self.places = [], {}


def number(value: Any) -> Any:
    """A value as JSON has it."""
    return float(value) if isinstance(value, Fraction) else value


def identity(*parts: str | None) -> str:
    """The first 16 hex digits of SHA-256 over the parts."""
    return hashlib.sha256("|".join(str(p) for p in parts).encode()).hexdigest()[:16]
