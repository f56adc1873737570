"""One patient's stay: decisions instant by instant, each worked out from all the facts known (criteria.md 1,
4, 9).
"""

import bisect
import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from . import advice, criteria, monitoring, pressure, table4
from .clock import itself
from .deadlines import instants
from .episodes import Journal, View
from .facts import Knowledge, Record, Refused, settle, tokens, weighed
from .inputs import touches
from .monitoring import PAGED
from .row import Row

LEVEL = {
    "proceed": "clear",
    "cannot-tell": "advisory",
    "correct": "relative",
    "delay": "absolute",
    "stop": "absolute",
}
RANK = {"clear": 0, "indeterminate": 0, "advisory": 1, "technical": 1, "relative": 2, "absolute": 3}


@dataclass(frozen=True)
class Standpoint:
    """How a subject stood at a decision."""

    state: str
    since: int
    basis: Any
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What an instant's records did to the facts: tokens of new ones, and ids with tokens of corrected or
    withdrawn ones.
    """

    new: frozenset[str] = frozenset()
    amended: tuple[tuple[str, frozenset[str]], ...] = ()
    replaced: bool = False  # some settled fact changed: the history of stop rules is another


@dataclass
class Picture:
    """Everything worked out at the last decision."""

    at: int
    k: Knowledge
    rows: dict[str, Row]
    low: Row
    recommendation: str
    reasons: list[str]
    advice: dict[str, advice.Judged]
    watches: list[monitoring.Watch]


@dataclass
class Course:
    """A stay, from its first fact to discharge."""

    patient: str
    records: list[Record] = field(default_factory=list)
    unusable: list[Record] = field(default_factory=list)
    waiting: list[Record] = field(default_factory=list)  # rates refused since the last decision
    k: Knowledge = field(default_factory=lambda: Knowledge([]))
    standing: table4.Standing = field(default_factory=table4.Standing)
    journal: Journal = field(default_factory=lambda: Journal(""))
    points: dict[tuple[str, str], Standpoint] = field(default_factory=dict)
    silent: bool = False  # the cycle started with cannot-tell and has not left it
    cycle: str | None = None
    picture: Picture | None = None
    discharged: bool = False
    deadlines: list[int] = field(default_factory=list)
    horizon: int = 0

    def fork(self) -> "Course":
        """A copy that may go its own way."""
        return replace(
            self,
            standing=copy.deepcopy(self.standing),
            journal=copy.deepcopy(self.journal),
            points=dict(self.points),
        )

    # ---- instants

    def next_deadline(self, after: int) -> int | None:
        """The next instant after `after` at which time alone might change something."""
        i = bisect.bisect_right(self.deadlines, after)
        reminders = [r for e in self.journal.open.values() if (r := e.next_reminder(after)) is not None]
        return min([*self.deadlines[i : i + 1], *reminders], default=None)

    def take(self, at: int, records: list[Record]) -> None:
        """Takes all records of an instant together, and decides unless every one was refused."""
        accepted = self._accept(records)
        if not accepted:
            return
        before = settle(self.records)
        was = {r.id for r in self.records}
        self.records = [*self.records, *accepted]
        self.unusable = [u for u in [*self.unusable, *self.waiting] if u.id not in {r.id for r in accepted}]
        self.waiting = []
        facts = settle(self.records)
        self._renew(facts)
        for record in accepted:
            if record.type == "ack":
                self.journal.acknowledge(str(record.event.get("alert")))
        change = _change(before, facts, was, accepted)
        if any(f.type == "encounter" and f.event.get("event") == "discharge" for f in facts):
            self._discharge(at)
        else:
            self.decide(at, change)

    def _renew(self, facts: list[Record]) -> None:
        self.k = Knowledge(facts, self.unusable)
        self.deadlines = sorted(instants([*facts, *self.unusable], self.horizon))

    def _accept(self, records: list[Record]) -> list[Record]:
        """Converts rates with the weights known at this instant; those without one wait for the next
        decision.
        """
        plain = [r for r in records if r.per_minute is None]
        known = Knowledge(settle([*self.records, *plain]))
        accepted = []
        for record in records:
            weights = [w.value for w in known.weights if w.at <= record.at]
            try:
                accepted.append(weighed(record, weights[-1] if weights else known.baseline("weight")))
            except Refused:
                self.waiting = [*self.waiting, record]
        return accepted

    def tick(self, at: int) -> None:
        """A decision by time alone."""
        if self.waiting:
            self.unusable, self.waiting = [*self.unusable, *self.waiting], []
            self._renew(self.k.facts)
        self.decide(at, Change())

    def deadline(self, at: int) -> None:
        """A decision if something changes by time; rates refused since the last decision count only if it
        does.
        """
        if not self.waiting or self._changes(at):
            self.tick(at)

    def _changes(self, at: int) -> bool:
        assert self.picture is not None
        rows, low = criteria.evaluate_all(self.k, at), pressure.hypotension(self.k, at)
        scene = advice.Scene(self.k, at, rows, low, self._opened(low, rows))
        now = (
            [(r.state, r.stale) for r in rows.values()],
            low.state,
            low.stale,
            [a.level for a in advice.evaluate_all(scene).values()],
            [w.late_since is None for w in monitoring.watches(self.k, at)],
        )
        was = self.picture
        return now != (
            [(r.state, r.stale) for r in was.rows.values()],
            was.low.state,
            was.low.stale,
            [a.level for a in was.advice.values()],
            [w.late_since is None for w in was.watches],
        )

    # ---- one decision

    def decide(self, at: int, change: Change) -> None:
        """Everything as it stands at `at`, from scratch, and what that changes."""
        k = self.k
        rows, low = criteria.evaluate_all(k, at), pressure.hypotension(k, at)
        self._rules(at, rows, change)
        renewed = self._renewed()
        for code, row in rows.items():
            self._subject(at, "criterion", code, row, change, renewed)
        self._subject(at, "blood-pressure", "hypotension", low, change, renewed)
        given = advice.evaluate_all(advice.Scene(k, at, rows, low, self._opened(low, rows)))
        for code, found in given.items():
            self._advice(at, code, found, change, renewed)
        watches = monitoring.watches(k, at)
        for what, pair in monitoring.ITEMS:
            if pair is not None:
                self._watch(at, next((w for w in watches if w.what == what), None), what, change, renewed)
        recommendation, reasons = table4.recommend(rows, low, self.standing.rules)
        self._recommendation(at, recommendation, renewed)
        self.cycle = k.cycle.id if k.cycle else None
        self.picture = Picture(at, k, rows, low, recommendation, reasons, given, watches)

    def _renewed(self) -> bool:
        return self.cycle is not None and self.k.cycle is not None and self.k.cycle.id != self.cycle

    def _rules(self, at: int, rows: dict[str, Row], change: Change) -> None:
        if change.replaced:
            self.standing = replay(self.k, at)
        else:
            resumes = [f for f in self.k.of_type("resume") if f.first == at]
            self.standing.decide(self.k, table4.holding(self.k, rows, at), resumes)

    def _opened(self, low: Row, rows: dict[str, Row]) -> dict[str, int]:
        opened: dict[str, int] = {}
        subjects = [("blood-pressure", "hypotension", low)] + [
            ("criterion", c, rows[c]) for c in ("urine-hour", "urine-shift")
        ]
        for kind, subject, row in subjects:
            episode = self.journal.open.get((kind, subject))
            if episode:
                opened[subject] = episode.opened
            elif row.tripped and self.k.cycle is None and (kind, subject) in self.points:
                opened[subject] = self.points[kind, subject].since
        return opened

    def _subject(self, at: int, kind: str, subject: str, row: Row, change: Change, renewed: bool) -> None:
        before = self.points.get((kind, subject))
        since = self._since((kind, subject), row.state, row.at, row.basis, row.evidence, at)
        amended = amends(kind, subject, change, before)
        view = View(
            kind, subject, row.state, since, RANK[row.state], row.value, row.unit, row.evidence, amended
        )
        self._say(at, view, renewed, row.evidence)

    def _since(
        self,
        key: tuple[str, str],
        state: str,
        when: int | None,
        basis: Any,
        evidence: tuple[str, ...],
        at: int,
    ) -> int:
        before = self.points.get(key)
        if before is not None and before.state == state:
            since = before.since
        elif when is None or (before is not None and basis is not None and basis == before.basis):
            since = itself(at)
        else:
            since = when
        self.points[key] = Standpoint(state, since, basis, evidence)
        return since

    def _say(self, at: int, view: View, renewed: bool, evidence: tuple[str, ...], opens: bool = True) -> None:
        if self.k.cycle is None:
            return
        if renewed:
            self.journal.end(at, view, "new-cycle")
        printed = self.journal.update(at, view, self.k.cycle.at, opens)
        if printed is not None:
            point = self.points[view.kind, view.subject]
            self.points[view.kind, view.subject] = Standpoint(point.state, printed, point.basis, evidence)

    def _advice(self, at: int, code: str, found: advice.Judged, change: Change, renewed: bool) -> None:
        before = self.points.get(("advice", code))
        since = self._since(("advice", code), found.level, found.at, None, found.evidence, at)
        amended = amends("advice", code, change, before)
        view = View(
            "advice",
            code,
            found.level,
            since,
            RANK[found.level],
            None,
            None,
            found.evidence,
            amended,
            found.amount,
        )
        self._say(at, view, renewed, found.evidence)

    def _watch(
        self, at: int, watch: monitoring.Watch | None, what: str, change: Change, renewed: bool
    ) -> None:
        subject, late = f"monitoring/{what}", watch.late_since if watch else None
        level = "clear" if late is None else "technical" if what in PAGED else "advisory"
        before = self.points.get(("monitoring", subject))
        since = self._since(("monitoring", subject), level, late, None, (), at)
        amended = amends("monitoring", subject, change, before)
        self._say(at, View("monitoring", subject, level, since, RANK[level], amended=amended), renewed, ())

    def _recommendation(self, at: int, recommendation: str, renewed: bool) -> None:
        if self.k.cycle is not None and (self.cycle is None or renewed):
            self.silent = recommendation == "cannot-tell"
        self.silent = self.silent and recommendation == "cannot-tell"
        level, rank = LEVEL[recommendation], table4.RANK.index(recommendation)
        since = self._since(("recommendation", "recommendation"), recommendation, None, None, (), at)
        self._say(
            at,
            View("recommendation", "recommendation", level, since, rank),
            renewed,
            (),
            opens=not self.silent,
        )

    def _discharge(self, at: int) -> None:
        rows, low = criteria.evaluate_all(self.k, at), pressure.hypotension(self.k, at)
        views = [View("criterion", c, r.state, at, 0, r.value, r.unit, r.evidence) for c, r in rows.items()]
        views += [View("blood-pressure", "hypotension", low.state, at, 0, low.value, low.unit, low.evidence)]
        views += [View("advice", c, "clear", at, 0) for c, _ in advice.TABLE]
        views += [View("monitoring", f"monitoring/{w}", "clear", at, 0) for w, _ in monitoring.ITEMS]
        for view in [*views, View("recommendation", "recommendation", "clear", at, 0)]:
            self.journal.end(at, view, "discharged")
        self.discharged = True


def amends(kind: str, subject: str, change: Change, before: Standpoint | None) -> bool:
    """Whether a lowering now is a correction's doing: one touched the inputs, and no new fact did, or the
    state before rested on it.
    """
    hits = [id for id, names in change.amended if any(touches(kind, subject, t) for t in names)]
    fresh = any(touches(kind, subject, t) for t in change.new)
    return bool(hits) and (not fresh or (before is not None and any(i in before.evidence for i in hits)))


def _change(before: list[Record], after: list[Record], was: set[str], accepted: Iterable[Record]) -> Change:
    old, now = {f.id: f for f in before}, {f.id: f for f in after}
    new: set[str] = set()
    amended: list[tuple[str, frozenset[str]]] = []
    replaced = False
    for id in dict.fromkeys(r.id for r in accepted if r.type not in ("ack", "silence", "tick")):
        a, b = old.get(id), now.get(id)
        if a == b:
            continue
        names = frozenset((tokens(a) if a else set()) | (tokens(b) if b else set()))
        replaced = replaced or id in was
        if id not in was or (
            a is not None and b is not None and a.status == "preliminary" and b.status == "final"
        ):
            new |= names
        else:
            amended.append((id, names))
    return Change(frozenset(new), tuple(amended), replaced)


def replay(k: Knowledge, until: int) -> table4.Standing:
    """The stop rules as the history of decisions would have left them, had the facts always been as they are
    now.
    """
    standing = table4.Standing()
    known = {f.first for f in k.facts} | {u.known for u in k.unusable}
    marks = sorted(m for m in known | instants(k.facts, until) if m <= until)
    then = Knowledge([])
    for mark in marks:
        if mark in known:
            then = Knowledge(
                [f for f in k.facts if f.first <= mark], [u for u in k.unusable if u.known <= mark]
            )
        rows = {code: criteria.EVALUATE[code](then, mark) for code in table4.RULED}
        resumes = [f for f in then.of_type("resume") if f.first == mark]
        standing.decide(then, table4.holding(then, rows, mark), resumes)
    return standing
