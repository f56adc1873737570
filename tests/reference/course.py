"""One patient's decisions, instant by instant, each worked out from all the facts known (criteria.md 1)."""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import advice, names, pressure, table3, table4, watches
from .clock import HOUR, MINUTE, Marks, Now
from .dosing import phase
from .episodes import Episode, Journal, View, no_phase
from .facts import NO_FACTS, Fact, Stay, present, settle
from .history import as_known_by, replay, stays
from .knowledge import Knowledge, known
from .look import Look, finish
from .records import COMMANDS, Record
from .row import CLEAR, TECHNICAL, TRIPPED, Row
from .scene import Scene
from .steps import Point, points
from .stops import Standing
from .subjects import AFTER_DISCHARGE, DOSE_ERROR, LOW, RECOMMENDATION, Key, place, reason_key
from .telling import Standpoint, Teller

FORKED = ("standing", "journal", "teller", "parted", "parted_teller")


@dataclass
class Course:
    """All that has been decided of a patient."""

    patient: str
    records: list[Record] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    stay: Stay | None = None
    k: Knowledge = field(default_factory=lambda: Knowledge([]))
    standing: Standing = field(default_factory=Standing)
    journal: Journal = field(default_factory=lambda: Journal(""))
    teller: Teller = field(default_factory=Teller)
    parted: dict[Key, Episode] | None = None
    parted_teller: Teller = field(default_factory=Teller)
    parted_start: int | None = None
    against: dict[str, int] = field(default_factory=dict)
    erred: dict[str, int] = field(default_factory=dict)
    judged: set[tuple[str, int]] = field(default_factory=set)
    look: Look | None = None
    at: int | None = None
    next: int | None = None

    def fork(self) -> Course:
        """A copy that may go its own way."""
        apart: dict[str, Any] = {name: copy.deepcopy(getattr(self, name)) for name in FORKED}
        return replace(self, **apart, against=dict(self.against), judged=set(self.judged))

    # ---- instants

    def add(self, at: int, records: list[Record]) -> None:
        """Takes all records of an instant together, and decides."""
        old, was = {f.id: f for f in self.facts}, {r.id for r in self.records}
        self.records = [*self.records, *records]
        self.facts = settle(self.records)
        new = {f.id: f for f in self.facts}
        touched = {r.id for r in records if r.type not in NO_FACTS and r.id in was}
        changed = {i for i in touched if old.get(i) != new.get(i)}
        amended = {i for i in changed if not _finalized(old.get(i), new.get(i))}
        unamended = [f for f in self.facts if f.id not in amended]
        unamended += [as_before for i in amended for as_before in _uncorrected(old.get(i), new.get(i))]
        acks = [r for r in records if r.type == "ack"]
        self.decide(at, acks, bool(changed), sorted(unamended, key=lambda f: f.rank) if amended else None)

    def decide(
        self,
        at: int,
        acks: list[Record] | None = None,
        replaced: bool = False,
        unamended: list[Fact] | None = None,
    ) -> None:
        """Everything as it stands at an instant, from scratch, and what that changes.

        `unamended`: the facts with this instant's new ones, but without its corrections.
        """
        marks = Marks(at)
        now = Now(at, marks)
        if self.look is not None or any(f.type not in COMMANDS for f in self.facts):
            was, self.stay = self.stay, present(self.facts)
            if self.stay.discharge is not None:
                self._after_discharge(now, self.stay, unamended)
            else:
                self._in_stay(now, self.stay, was, acks or [], replaced, unamended)
            self.journal.close()
        self.at, self.next = at, marks.next

    # ---- discharge

    def _after_discharge(self, at: Now, stay: Stay, unamended: list[Fact] | None) -> None:
        assert stay.discharge is not None
        if self.look is not None:
            self._part(at, stay)
        self.journal.context, self.journal.phase = {"dose": None}, no_phase
        holds, held = _charting_goes_on(at, self.facts), _charting_goes_on(int(at), unamended or [])
        view = View(*AFTER_DISCHARGE, TECHNICAL if holds else CLEAR, int(at), 1 if holds else 0, amended=held)
        self.journal.update(at, view, 0)

    def _part(self, at: Now, stay: Stay) -> None:
        """Ends what is open, and keeps it for a withdrawal."""
        assert stay.discharge is not None
        self.parted, self.parted_teller, self.parted_start = dict(self.journal.open), self.teller, stay.start
        for key in sorted(self.journal.open, key=place):
            self.journal.end(at, key, "discharged", stay.discharge.at)
        self.look, self.teller = None, Teller()

    def _returned(self, was: Stay | None, stay: Stay) -> dict[Key, Episode]:
        """What was open when a discharge ended the stay that goes on now after all."""
        before = was is not None and (was.discharge is not None or was.start != stay.start)
        if not before or self.parted is None or self.parted_start != stay.start:
            return {}
        if was is not None and was.discharge is not None and was.start == stay.start:
            self.teller = replace(self.parted_teller, overdue=set(), lapsed={})
        self.teller.points = {**self.parted_teller.points, **_alerted_since(self.teller.points)}
        self.teller.cycles = len(self.k.cycles)
        found, self.parted = self.parted, None
        return found

    def _moved_on(self, at: Now, stay: Stay, was: Stay | None) -> None:
        """A discharge behind the present stay ends only what opened before that stay, and it is kept."""
        if (
            was is not None
            and was.discharge is None
            and stay.start is not None
            and stay.start > (was.start or 0)
        ):
            ended = {k: one for k, one in self.journal.open.items() if one.opened < stay.start}
            self.parted, self.parted_teller, self.parted_start = ended, replace(self.teller), was.start
        for key in sorted(self.journal.open, key=place):
            before = stay.start is not None and self.journal.open[key].opened < stay.start
            if before and key != AFTER_DISCHARGE:
                self.journal.end(at, key, "discharged", stay.ended or int(at))

    # ---- one decision

    def _in_stay(
        self,
        at: Now,
        stay: Stay,
        was: Stay | None,
        acks: list[Record],
        replaced: bool,
        unamended: list[Fact] | None,
    ) -> None:
        epoch = self.k.epoch if self.look is not None else None
        if self.look is None or was is None or stay.facts != was.facts:
            self.k = known(stay.facts)
        moved = was is not None and (was.start != stay.start or was.discharge is not None)
        accepted = set(self.standing.accepted)
        returned = self._returned(was, stay)
        if moved:
            self._moved_on(at, stay, was)
        self._acknowledge(at, acks)
        self.journal.expire(at)
        renewed = self._renewed(at, epoch)
        if replaced or moved or (epoch not in (None, self.k.epoch) and not renewed):
            self.standing = replay(stay.facts, int(at))
        rows = table3.evaluate_all(self.k, at)
        self.standing.decide(self.k, rows, at)
        audited = (dict(self.against), self.erred)
        self._audit(at)
        self.erred = {d.id: self.erred.get(d.id, int(at)) for d in watches.errors(self.k)}
        self.journal.context = {"dose": len(self.k.doses) or None}
        self.journal.phase = functools.partial(phase, self.k)
        if renewed:
            for key in sorted(self.journal.open, key=place):
                self.journal.end(at, key, "new-cycle", self.k.charted.start if self.k.charted else int(at))
        scene = self._scene(self.k, at, rows)
        scene.goes_on = _charting_goes_on(at, self.facts)
        stays_before = self.teller.stays
        if replaced or moved:
            self.teller.stays &= stays(stay.facts, int(at), self.teller.opened(self.journal, scene))
        other = present(unamended) if unamended else None
        taken_back = _charting_goes_on(int(at), unamended or [])
        apart = other is None or other.discharge is not None
        others = None if apart or other is None else self._scene(known(other.facts), int(at))
        if others is not None:
            others.stays = stays_before
            others.against, others.erred = {**self.against, **audited[0]}, {**self.erred, **audited[1]}
        self.look = self.teller.tell(self.journal, scene, others, renewed, returned, accepted, taken_back)

    def _scene(self, k: Knowledge, at: int, rows: dict[str, Row] | None = None) -> Scene:
        rows = table3.evaluate_all(k, at) if rows is None else rows
        standing = self.standing
        scene = Scene(k, at, rows, pressure.hypotension(k, at), standing.accepted, standing.rules)
        scene.against, scene.erred = self.against, self.erred
        scene.error_acknowledged = self._error_acknowledged(scene)
        return scene

    def _error_acknowledged(self, s: Scene) -> bool:
        episode = self.journal.open.get(DOSE_ERROR)
        if episode is None or episode.ack is None:
            return False
        return set(advice.evaluate(s, ("dose-error",))["dose-error"].evidence) <= episode.doses

    def _renewed(self, at: Now, epoch: str | None) -> bool:
        """Whether a second or later `cycle-start` has begun a new cycle at this instant."""
        cycle = self.k.charted
        if epoch is None or cycle is None or cycle.charted is None or self.k.epoch in (epoch, "first"):
            return False
        return cycle.charted.first == int(at)

    # ---- commands, and the audit

    def _acknowledge(self, at: Now, acks: list[Record]) -> None:
        for record in acks:
            for episode in list(self.journal.open.values()):
                if episode.id == record.event["alert"]:
                    for each in [episode, *self._reasons(episode)]:
                        self.journal.acknowledge(each, int(at), self._points(each.key, int(at)))

    def _reasons(self, episode: Episode) -> list[Episode]:
        """The open episodes among the recommendation's reasons, if it is the recommendation."""
        if episode.key != RECOMMENDATION or self.look is None:
            return []
        keys = [reason_key(r) for r in self.look.reasons]
        return [self.journal.open[key] for key in keys if key in self.journal.open]

    def _points(self, key: Key, at: int) -> Mapping[str, list[Point]]:
        if self.look is None or key[0] not in ("criterion", "blood-pressure"):
            return {}
        scene = self.look.scene
        return points(self.k, key[1], scene.low if key == LOW else table3.EVALUATE[key[1]](self.k, at), at)

    def _audit(self, at: Now) -> None:
        """Judges each dose, when first decided, by what the monitor would have said without it.

        One that is corrected to another time is judged anew, within 8 h of being known.
        """
        judged, self.judged = self.judged, {(d.id, d.at) for d in self.k.all_doses}
        for dose in self.k.all_doses:
            if (dose.id, dose.at) in judged:
                continue
            self.against.pop(dose.id, None)
            facts = [f for f in as_known_by(self.k.facts, dose.at) if f.id != dose.id]
            recent = int(at) < dose.first + 8 * HOUR
            if recent and facts and self._readiness(facts, dose.at) in ("hold", "unknown", "finished"):
                self.against[dose.id] = int(at)

    def _readiness(self, facts: list[Fact], at: int) -> str:
        k, standing = known(facts), replay(facts, at)
        rows = table3.evaluate_all(k, at)
        standing.decide(k, rows, at)
        scene = self._scene(k, at, rows)
        scene.accepted, scene.rules = standing.accepted, standing.rules
        look = finish(scene)
        kinds = table4.blockers(scene, look.advice, look.watches, look.reasons)
        return table4.readiness(scene, look.recommendation, kinds)


def _charting_goes_on(at: int, facts: list[Fact]) -> bool:
    """Whether charting goes on after the last discharge: until an admit, or for 8 h from the first of it."""
    stay = present(facts)
    left = stay.discharge or stay.before
    if left is None or any(f.named == "admit" and f.at > left.at for f in facts):
        return False
    begun = stay.start if stay.discharge is None else None
    late = [f for f in facts if _charting(f) and f.at > left.at + 15 * MINUTE and f.first != left.first]
    return bool(late) and (begun is None or late[0].at <= begun) and at < late[0].at + 8 * HOUR


def _finalized(old: Fact | None, new: Fact | None) -> bool:
    """Whether a `final` only replaces its `preliminary`."""
    if old is None or new is None:
        return False
    return (old.record.status, new.record.status) == ("preliminary", "final")


def _uncorrected(old: Fact | None, new: Fact | None) -> list[Fact]:
    """What stood under an id, beside what its correction says of something else: that is new.

    So is what is charted again after it was withdrawn.
    """
    if old is None or new is None:
        return [f for f in (old or new,) if f is not None]
    if _subject(old) != _subject(new):
        return [old, new]
    codes = {v.code for v in old.values}
    added = tuple(v for v in new.values if v.code not in codes)
    return [replace(old, values=(*old.values, *added))]


def _alerted_since(points: Mapping[Key, Standpoint]) -> dict[Key, Standpoint]:
    """What a stay says of itself, beside rows that are not tripped in it alone: they go on as before it."""
    return {
        key: point
        for key, point in points.items()
        if key[0] not in ("criterion", "blood-pressure") or point.state in TRIPPED
    }


def _subject(fact: Fact) -> tuple[Any, ...]:
    """What a record says something of."""
    if fact.type == "infusion":
        agent = names.ingredient(fact.event["agent"], names.KNOWN_INFUSIONS) or fact.event["agent"]
        return (fact.type, agent, fact.event.get("line"))
    of = {"finding": ("code",), "io": ("direction", "kind")}
    return (fact.type, *(fact.event.get(name) for name in of.get(fact.type, ())))


def _charting(fact: Fact) -> bool:
    if fact.type == "io":
        return (fact.event["direction"], fact.event["kind"]) == ("out", "urine")
    if fact.type == "vitals":
        return bool(fact.values)
    return fact.type == "infusion" or (fact.type == "dose" and fact.event["given"] is True)
