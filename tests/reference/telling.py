"""What a decision changes: every subject held against its episode, in the order of an instant
(criteria.md 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import advice, table4
from .clock import HOUR
from .episodes import RANK, Episode, Journal, View
from .knowledge import known
from .look import Look, finish
from .monitoring import PAGED, Watch
from .reminders import Reminders, eligible
from .row import ABSOLUTE, ADVISORY, CLEAR, INDETERMINATE, PENDING, TECHNICAL, TRIPPED, Row
from .scene import Judged, Scene
from .steps import MEASURES, Point, points
from .subjects import AFTER_DISCHARGE, DOSE_ERROR, LEVEL, LOW, RECOMMENDATION, Key, place, reason_key
from .windows import INTAKE, VITAL, interval

COUNTED = {"hypotension": LOW, "urine-hour": ("criterion", "urine-hour")}
COUNTED["urine-shift"] = ("criterion", "urine-shift")


@dataclass(frozen=True)
class Standpoint:
    """How a subject stood at a decision."""

    state: str
    since: int
    basis: Any = None


@dataclass
class Turn:
    """One decision being told."""

    journal: Journal
    scene: Scene
    without: Look | None  # as it would be without this instant's corrections
    returned: Mapping[Key, Episode]
    released: set[str]  # criteria whose acceptance has just ended
    floor: int
    taken_back: bool  # charting would go on after a discharge but for this instant's corrections
    look: Look = field(init=False)


@dataclass
class Teller:
    """What goes from one decision to the next, beside episodes and stop rules."""

    points: dict[Key, Standpoint] = field(default_factory=dict)
    reminders: Reminders = field(default_factory=Reminders)
    overdue: set[str] = field(default_factory=set)
    lapsed: dict[str, int] = field(default_factory=dict)
    stays: set[str] = field(default_factory=set)
    cycles: int = 0
    silent: bool = False

    def tell(
        self,
        journal: Journal,
        scene: Scene,
        others: Scene | None,
        renewed: bool,
        returned: Mapping[Key, Episode],
        accepted: set[str],
        taken_back: bool,
    ) -> Look:
        """Tells a decision: rows first, for advice counts from their episodes."""
        without = finish(others) if others is not None else None
        before = {code: journal.open[key].counts_from for code, key in COUNTED.items() if key in journal.open}
        cycle = scene.k.charted
        turn = Turn(
            journal,
            scene,
            without,
            returned,
            accepted - set(scene.accepted),
            cycle.start if cycle else 0,
            taken_back,
        )
        for code, row in scene.rows.items():
            self._row(turn, ("criterion", code), row)
        self._row(turn, LOW, scene.low)
        scene.opened, scene.stays = self.opened(journal, scene), self.stays
        scene.low_open = LOW in journal.open
        turn.look = finish(scene)
        self._begin(turn, renewed)
        if others is not None:
            others.opened = {**before, **scene.opened}
            turn.without = finish(others)
        for code, judged in turn.look.advice.items():
            self._advice(turn, code, judged)
        self.stays = {c for c in advice.STAYS if turn.look.advice[c].open}
        self._watches(turn)
        self._recommendation(turn, renewed)
        self._carry(turn)
        self._remind(turn)
        return turn.look

    def _begin(self, turn: Turn, renewed: bool) -> None:
        recommendation = turn.look.recommendation
        begun = len(turn.scene.k.cycles)
        if renewed or begun > self.cycles:
            self.silent = recommendation == "cannot-tell"
            self.lapsed = {} if renewed else self.lapsed
        self.cycles = begun

    # ---- since when

    def _since(self, turn: Turn, key: Key, state: str, when: int | None, basis: Any = None) -> int:
        before = self.points.get(key)
        if before is not None and before.state == state:
            since = before.since
        elif when is None or (before is not None and basis is not None and basis == before.basis):
            since = int(turn.scene.at)
        else:
            since = int(when)
        if turn.scene.k.cycle is not None and state not in (CLEAR, INDETERMINATE):
            since = max(since, turn.floor) if before is None or before.state != state else since
        self.points[key] = Standpoint(state, since, basis)
        return since

    def _say(self, turn: Turn, view: View, opens: bool = True) -> None:
        if turn.scene.k.cycle is None:
            self._without_cycle(turn, view)
            return
        if view.key in turn.returned and view.key not in turn.journal.open and RANK[view.level]:
            was = turn.returned[view.key]
            view = _at(view, int(turn.scene.at), was.counts_from)
            turn.journal.update(turn.scene.at, view, 0, opens)
            return
        printed = turn.journal.update(turn.scene.at, view, turn.floor, opens)
        if printed is not None:
            point = self.points[view.key]
            self.points[view.key] = Standpoint(point.state, printed, point.basis)

    def _without_cycle(self, turn: Turn, view: View) -> None:
        """Ends what is open of a cycle whose start was withdrawn."""
        if view.key in turn.journal.open:
            amended = view.key != RECOMMENDATION
            gone = View(*view.key, CLEAR, int(turn.scene.at), 0, amended=amended, ends_all=True)
            turn.journal.update(turn.scene.at, gone, 0)

    def _amended(self, turn: Turn, key: Key, level: str) -> bool:
        """Whether a state is lower now by a correction alone."""
        if turn.without is None:
            return False
        return RANK[turn.without.level(key)] > RANK[level]

    # ---- rows

    def _row(self, turn: Turn, key: Key, row: Row) -> None:
        kind, code = key
        before = self.points.get(key)
        since = self._since(turn, key, row.state, row.at, row.basis)
        if code in turn.scene.accepted and kind == "criterion":
            view = View(kind, code, CLEAR, int(turn.scene.at), 0, reason="accepted")
            if key in turn.journal.open:
                turn.journal.update(turn.scene.at, view, turn.floor)
            return
        if code in turn.released and kind == "criterion" and before and before.state == row.state:
            since = int(turn.scene.at)
        view = View(
            kind,
            code,
            row.state,
            since,
            RANK[row.state],
            row.value,
            row.unit,
            row.evidence,
            self._amended(turn, key, row.state),
            decided=row.at is None,
            start=min((f.at for f in turn.scene.k.facts if f.id in row.evidence), default=None),
            points=points(turn.scene.k, code, row, turn.scene.at) if code in MEASURES else {},
            acknowledged=self._acknowledged(turn, key, row),
        )
        self._say(turn, view)

    def _acknowledged(self, turn: Turn, key: Key, row: Row) -> Mapping[str, list[Point]]:
        """The values of each measure by what was known at the acknowledgement, as it is corrected since."""
        episode = turn.journal.open.get(key)
        if episode is None or episode.ack is None or key[1] not in MEASURES:
            return {}
        then = episode.ack.known
        return points(known(f for f in turn.scene.k.facts if f.first <= then), key[1], row, turn.scene.at)

    def opened(self, journal: Journal, scene: Scene) -> dict[str, int]:
        """Since when the episodes that advice counts from are open."""
        found = {}
        for code, key in COUNTED.items():
            state = scene.low.state if key == LOW else scene.rows[code].state
            if state in TRIPPED:
                episode, point = journal.open.get(key), self.points.get(key)
                since = point.since if point else int(scene.at)
                found[code] = episode.counts_from if episode else since
        return found

    # ---- advice

    def _advice(self, turn: Turn, code: str, judged: Judged) -> None:
        key = ("advice", code)
        since = self._since(turn, key, judged.level, judged.at)
        view = View(
            *key,
            judged.level,
            since,
            RANK[judged.level],
            evidence=judged.evidence,
            amended=self._amended(turn, key, judged.level),
            amount=judged.amount,
            decided=judged.at is None,
        )
        before = turn.journal.open.get(key)
        self._say(turn, view)
        if key == DOSE_ERROR:
            self._doses(turn, view, before)

    def _doses(self, turn: Turn, view: View, before: Episode | None) -> None:
        """Another dose in error than those of the episode so far."""
        episode = turn.journal.open.get(DOSE_ERROR)
        if episode is None:
            return
        new = [i for i in view.evidence if i not in episode.doses]
        if before is episode and new and episode.ack is not None:
            when = max(d.at for d in turn.scene.k.doses if d.id in new)
            turn.journal.another_dose(turn.scene.at, view, when, tuple(new))
        episode.doses |= set(view.evidence)

    # ---- monitoring

    def _watches(self, turn: Turn) -> None:
        listed = {w.subject for w in turn.look.watches}
        gone = [s for kind, s in turn.journal.open if kind == "monitoring" and s not in listed]
        watches = [*turn.look.watches, *(Watch(s, s) for s in gone)]
        for watch in sorted(watches, key=lambda w: place(("monitoring", w.subject))):
            if watch.subject == AFTER_DISCHARGE[1]:
                rank = 0 if watch.level == CLEAR else 1
                view = View(*AFTER_DISCHARGE, watch.level, int(turn.scene.at), rank, amended=turn.taken_back)
                turn.journal.update(turn.scene.at, view, turn.floor)
                continue
            level = self._lingering(turn, watch) if watch.what in PAGED else watch.level
            self._watch(turn, watch, level)

    def _watch(self, turn: Turn, watch: Watch, level: str) -> None:
        key = ("monitoring", watch.subject)
        if level == PENDING and watch.what not in PAGED:
            watch, level = replace(watch, level=CLEAR), CLEAR
        if level == PENDING:
            self._say(turn, View(*key, level, int(turn.scene.at), 0))
            return
        since = self._since(turn, key, level, self._true_at(key, watch, level), watch.accepted or None)
        amended = watch.what not in PAGED and self._amended(turn, key, level)
        decided = watch.at is None or level != watch.level
        self._say(turn, View(*key, level, since, RANK[level], amended=amended, decided=decided))

    def _true_at(self, key: Key, watch: Watch, level: str) -> int | None:
        """When a watch came to its level; None: when decided, as where its acceptance ends."""
        before = self.points.get(key)
        released = before is not None and before.basis is not None and level == ADVISORY
        return None if released or level != watch.level else watch.at

    def _lingering(self, turn: Turn, watch: Watch) -> str:
        """Overdue charting is one episode until it has not lapsed for twice its interval, at least 4 h."""
        at, what = turn.scene.at, watch.what
        if watch.level == TECHNICAL:
            self.overdue.add(what)
            return TECHNICAL
        if what in self.overdue:
            self.overdue.discard(what)
            self.lapsed[what] = int(at)
        pair = VITAL if what == "vital-signs" else INTAKE
        if ("monitoring", watch.subject) not in turn.journal.open or what not in self.lapsed:
            return CLEAR
        until = self.lapsed[what] + max(2 * interval(turn.scene.k, pair, at), 4 * HOUR)
        return CLEAR if at >= until else PENDING

    # ---- the recommendation

    def _recommendation(self, turn: Turn, renewed: bool) -> None:
        word = turn.look.recommendation
        self.silent = self.silent and word == "cannot-tell"
        since = self._since(turn, RECOMMENDATION, word, None)
        ended = turn.scene.k.therapy_end is not None
        reason = "therapy-end" if ended else None
        rank = 0 if ended else table4.RANK.index(word)
        level = CLEAR if ended else LEVEL[word]
        view = View(*RECOMMENDATION, level, since, rank, reason=reason, decided=True)
        if ended and RECOMMENDATION in turn.journal.open:
            view = View(*RECOMMENDATION, CLEAR, int(turn.scene.at), 0, reason=reason)
        self._say(turn, view, opens=not self.silent and not ended)

    def _carry(self, turn: Turn) -> None:
        """The recommendation is told by its cause, if that is as bad."""
        fresh = [alert for _, alert in turn.journal.fresh]
        recommendations = [
            a for a in fresh if a["kind"] == "recommendation" and a["transition"] != "reminder"
        ]
        if not recommendations or recommendations[-1]["level"] == CLEAR:
            return
        causes = {reason_key(r) for r in turn.look.reasons}
        mine = [
            a
            for a in fresh
            if (a["kind"], a["subject"]) in causes and a["transition"] in ("opened", "worsened")
        ]
        for alert in mine:
            alert["context"]["recommendation"] = turn.look.recommendation
        if mine and max(RANK[a["level"]] for a in mine) >= RANK[recommendations[-1]["level"]]:
            recommendations[-1]["context"]["carried"] = True

    # ---- reminders

    def _remind(self, turn: Turn) -> None:
        after = turn.scene.k.therapy_end is not None
        found = [e for e in turn.journal.open.values() if eligible(e, after) and not self._answered(turn, e)]
        self.reminders.decide(turn.journal, turn.scene.at, found)

    def _answered(self, turn: Turn, episode: Episode) -> bool:
        if episode.key != RECOMMENDATION:
            return episode.ack is not None
        keys = [reason_key(r) for r in turn.look.reasons]
        reasons = [turn.journal.open[key] for key in keys if key in turn.journal.open]
        worst = [e for e in reasons if e.level == ABSOLUTE] or reasons
        return all(e.ack is not None for e in worst) if worst else episode.ack is not None


def _at(view: View, at: int, counts_from: int) -> View:
    return replace(view, since=at, counts_from=counts_from)
