"""A pack's verdict at a clock, over all that is known then (editions.md 1 to 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .. import advice, dosing, history, oxygen, pressors, pressure, table4, urine
from ..clock import HOUR, MINUTE, show
from ..facts import Fact, present, settle
from ..findings import well_since
from ..knowledge import Knowledge, known
from ..monitoring import others, strange_infusions, table1
from ..records import Record
from ..row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, TRIPPED, Row
from ..scene import Judged, Scene
from ..stops import DELAY, DUE, latest_accepts
from ..table3 import GROUP
from . import lasting
from .packs import PACKS, Pack, row_of
from .packs import present as found_present

BEFORE = 30 * MINUTE
REGIMEN = ("doses_per_cycle", "doses_per_course", "rest")
Rows = dict[str, Row]


@dataclass(frozen=True)
class Lived:
    """What the decisions as they were taken leave, whatever the pack.

    `low_open`: an episode of hypotension is open; `erred`: doses in error, each with the decision that found it.
    """

    low_open: bool
    erred: dict[str, int]


@dataclass
class Standing:
    """`delay-over-24h`, and the acceptances in force, decision by decision."""

    epoch: str | None = None
    by: set[int] = field(default_factory=set)
    excused: int = 0
    ended: set[str] = field(default_factory=set)
    accepted: dict[str, Fact] = field(default_factory=dict)

    def decide(self, pack: Pack, k: Knowledge, facts: list[Fact], at: int) -> None:
        """Takes one decision."""
        if k.epoch != self.epoch:
            self.by = set()
            if self.epoch is not None:
                self.excused = 0
                self.ended |= {f.id for f in k.of_type("accept") if f.first < at}
            self.epoch = k.epoch
        for fact in k.of_type("resume"):
            if fact.first == int(at) and fact.event["rule"] == "delay-over-24h" and self.by:
                self.excused, self.by = max(self.by), set()
        self._accept(pack, k, facts, at)
        late = bool(k.doses) and k.therapy_end is None and at >= k.doses[-1].at + DUE + DELAY
        if late and k.doses[-1].at > self.excused:
            self.by.add(k.doses[-1].at)
        self.by = {c for c in self.by if not any(c < d.at <= c + DUE + DELAY for d in k.all_doses)}

    def _accept(self, pack: Pack, k: Knowledge, facts: list[Fact], at: int) -> None:
        self.accepted = {}
        for code, fact in latest_accepts(k).items():
            until = fact.record.start
            over = fact.id in self.ended or (until is not None and (until <= fact.at or at >= until))
            if over or code not in pack.rows:
                continue
            if fact.event["level"] != ABSOLUTE and _row(pack, code, k, facts, at).state == ABSOLUTE:
                self.ended.add(fact.id)
                continue
            self.accepted[code] = fact


def _row(pack: Pack, code: str, k: Knowledge, facts: list[Fact], at: int) -> Row:
    row = row_of(pack, code, k, facts, at)
    return _at_dosing(pack, code, k, facts, at, row) if pack.at_dosing else row


# ---- judged at dosing


def _at_dosing(pack: Pack, code: str, k: Knowledge, facts: list[Fact], at: int, row: Row) -> Row:
    """A relative row is clear until 30 min before the dose is due, unless it was so at the last dose and since
    without a break.
    """
    due = dosing.due(k)
    if row.state != RELATIVE or due is None or k.therapy_end is not None or at >= due - BEFORE:
        return row
    if k.doses and _without_break(pack, code, k, facts, k.doses[-1].at, at):
        return row
    return replace(row, state=CLEAR, evaluates_at=due - BEFORE)


def _without_break(pack: Pack, code: str, k: Knowledge, facts: list[Fact], since: int, at: int) -> bool:
    """Whether a row was relative, or worse, at each instant from the last dose on."""
    instants = {since, *(f.at for f in k.facts if since < f.at <= at)}
    instants |= {t for f in k.facts for t in _ends(f) if since < t <= at}
    return all(_seen_at(pack, code, facts, t) in TRIPPED for t in sorted(instants))


def _ends(fact: Fact) -> list[int]:
    return [fact.at + hours * HOUR for hours in (2, 4, 8)]


def _seen_at(pack: Pack, code: str, facts: list[Fact], at: int) -> str:
    stay = present(list(history.as_known_by(facts, at)))
    return row_of(pack, code, known(stay.facts), facts, at).state


# ---- the assessment


def assess(key: str, records: list[Record], at: int, lived: Lived) -> dict[str, Any] | None:
    """What a pack makes of a patient at a clock; None without a stay."""
    facts = settle([r for r in records if r.known <= at])
    if not facts:
        return None
    stay = present(facts)
    if stay.discharge is not None:
        return None
    return _assessed(PACKS[key], facts, stay.facts, at, lived)


def _assessed(pack: Pack, facts: list[Fact], mine: list[Fact], at: int, lived: Lived) -> dict[str, Any]:
    k = known(mine)
    standing = _replayed(pack, facts, mine, at)
    rules = ["delay-over-24h"] if standing.by and pack.counts else []
    accepted = standing.accepted
    if pack.key.startswith("schwartzentruber"):
        old = history.replay(mine, at)
        old.decide(k, {c: row_of(pack, c, k, facts, at) for c in pack.rows}, at)
        rules, accepted = old.rules, old.accepted
    seen = {c: row_of(pack, c, k, facts, at) for c in pack.effects or pack.rows}
    rows = {c: _at_dosing(pack, c, k, facts, at, row) if pack.at_dosing else row for c, row in seen.items()}
    table = PACKS["schwartzentruber-2001/2"].rows
    scene = Scene(
        k, at, {c: ask(k, at) for c, ask in table.items()}, pressure.hypotension(k, at), accepted, rules
    )
    scene.rows = {**scene.rows, **rows} if pack.counts else scene.rows
    scene.erred, scene.error_acknowledged, scene.low_open = lived.erred, False, lived.low_open
    now = dict.fromkeys(("hypotension", "urine-hour", "urine-shift"), int(at))
    scene.opened = now
    judged = Decision(pack, scene, rows, lasting.doses(facts, pack.regimen), advice.evaluate(scene), seen)
    return judged.wire()


def _replayed(pack: Pack, facts: list[Fact], mine: list[Fact], at: int) -> Standing:
    """The decisions up to a clock, at each instant of knowing and each at which a dose is late."""
    standing = Standing()
    late = {d.at + DUE + DELAY for d in mine if d.type == "dose"}
    until = {f.record.start for f in mine if f.type == "accept" and f.record.start is not None}
    for t in sorted({t for t in {f.first for f in mine} | late | until if t < at} | {at}):
        standing.decide(pack, known(f for f in mine if f.first <= t), [f for f in facts if f.first <= t], t)
    return standing


@dataclass
class Decision:
    """Everything on which a pack decides."""

    pack: Pack
    s: Scene
    rows: Rows
    doses: lasting.Doses
    advice: Mapping[str, Judged]
    seen: Rows
    as_if_due: bool = False

    @property
    def counting(self) -> Rows:
        """The rows that count or hold: none accepted."""
        rows = {c: row for c, row in self.rows.items() if c not in self.s.accepted}
        if not self.pack.counts:
            return rows
        if any(rows[c].tripped for c in ("atrial-fibrillation", "supraventricular-tachycardia") if c in rows):
            rows.pop("sinus-tachycardia", None)
        return rows

    # ---- reasons

    @property
    def error(self) -> bool:
        """Whether a dose is in error."""
        return self.advice["dose-error"].open

    @property
    def watches(self) -> list[str]:
        """The watches at level relative; of a pack that does not count, none."""
        if not self.pack.counts:
            return []
        codes = [c for c in advice.WATCHES if c != "dose-error"]
        return [c for c in codes if self.advice[c].level == RELATIVE]

    @property
    def reached(self) -> dict[str, str]:
        """The items of the regimen that stop or delay."""
        found, most = {}, self.pack.regimen
        if most.per_cycle is not None and self.doses.in_cycle >= most.per_cycle:
            found["doses_per_cycle"] = "stop"
        if most.per_course is not None and self.doses.in_course >= most.per_course:
            found["doses_per_course"] = "stop"
        if self.doses.not_before is not None and self.s.at < self.doses.not_before:
            found["rest"] = "delay"
        return found

    def blind(self) -> list[str]:
        """What of the dosing minimum cannot be told, then blood pressure."""
        minimum = [c for c in self.rows if c in self.pack.minimum and self.rows[c].state == INDETERMINATE]
        low = self.s.low
        return minimum + (["blood-pressure"] if low.stale or low.state == INDETERMINATE else [])

    @property
    def not_open(self) -> list[str]:
        """The rows that nobody has read."""
        return [f"{name}.not-open" for name in self.pack.not_open]

    def recommend(self, not_open: bool = True) -> tuple[str, list[str]]:
        """The recommendation and its reasons."""
        blind = self.blind() + (self.not_open if not_open else [])
        word, reasons = self._counted() if self.pack.counts else self._decided()
        if word is not None:
            return word, reasons
        return ("cannot-tell", blind) if blind else ("proceed", [])

    def _tail(self) -> list[str]:
        low = ["hypotension"] if self.s.low.tripped else []
        return low + (["dose-error"] if self.error else []) + self.watches

    def _counted(self) -> tuple[str | None, list[str]]:
        rows = self.counting
        relative, absolute = table4.counts(rows)
        reasons = [f"stop-rule:{r}" for r in self.s.rules]
        reasons += [c for c in rows if rows[c].state == ABSOLUTE] + [
            c for c in rows if rows[c].state == RELATIVE
        ]
        reasons += self._tail()
        if self.s.rules:
            return "stop", reasons
        if absolute or relative >= 3 or self.s.low.state == ABSOLUTE or self.error:
            return "delay", reasons
        return ("correct" if relative or self.s.low.tripped or self.watches else None), reasons

    def _decided(self) -> tuple[str | None, list[str]]:
        tripped = [c for c, row in self.counting.items() if row.tripped]
        effects = {c: self.pack.effects[c] for c in tripped}
        reached = {f"regimen:{item}": effect for item, effect in self.reached.items()}
        reasons = [*tripped, *reached, *self._tail()]
        if {"permanent", "cycle"} & set(effects.values()) or "stop" in reached.values():
            return "stop", reasons
        if effects or reached or self.s.low.state == ABSOLUTE or self.error:
            return "delay", reasons
        return ("correct" if self.s.low.tripped else None), reasons

    # ---- blockers

    def blockers(self, reasons: list[str], not_open: bool = True) -> dict[str, str]:
        """What stands in the way of a dose, with its kind."""
        found: dict[str, str] = {}
        blind = [*self.blind(), *(self.not_open if not_open else []), *self._unseen()]
        for kind, names in (
            ("reason", [r for r in reasons if not r.startswith("stop-rule:")]),
            ("holding", self._holding()),
            ("blind", blind),
            ("other", self._others()),
        ):
            for name in names:
                found[name] = table4._stricter(found.get(name), kind)
        return found

    def _holding(self) -> list[str]:
        s = self.s
        found = ["hypotension"] if s.low.tripped or s.low_open or pressure.latest_low(s.k) else []
        if self.pack.counts:
            rows = self.counting
            found += ["urine"] if any(rows[c].state == RELATIVE for c in GROUP if c in rows) else []
        floor = self.pack.floor or ("phenylephrine",)
        found += [name for name in floor if self._floor(name)]
        return [*found, "dose-error"] if self.error else found

    def _floor(self, name: str) -> bool:
        k = self.s.k
        if name == "phenylephrine":
            return pressors.held(k, self.s.at)
        if name == "spo2-below-90":
            return oxygen.saturation(k).critical
        return found_present(k, (), (name,)).tripped

    def _unseen(self) -> list[str]:
        s = self.s
        by_subject = {w.subject: w for w in self._asked()}
        found = [a for a in ("recheck/heart-rate", "recheck/spo2") if by_subject[a].level != CLEAR]
        found += [f"overdue/{w.what}" for w in self._asked() if w.what in table4.OVERDUE and w.level != CLEAR]
        due = dosing.due(s.k)
        if due is None or s.k.therapy_end is not None:
            return found
        due = int(s.at) if self.as_if_due else max(due, self.doses.not_before or due)
        if s.at < due:
            return found
        found += [f"pre-dose/{code}" for code in table4._unread(s)]
        return found + (["pre-dose-assessment"] if self._not_assessed(due) else [])

    def _not_assessed(self, due: int) -> bool:
        if self.pack.pre_dose is None:
            return False
        k, since = self.s.k, due - self.pack.pre_dose
        pressures = any(v.at >= since for v in k.series("systolic-bp"))
        return not pressures or not any(f.at >= since for f in urine.usable(k))

    def _asked(self) -> list[Any]:
        s = self.s
        return table1(s.k, s.at) + others(s.k, s.at, set(s.accepted), False)

    def _others(self) -> list[str]:
        """What a clinician decides on: an infusion that nobody knows is no advice, and counts in every pack."""
        if self.pack.counts:
            return table4._others(self.s, self.advice)
        return [f"not-understood/{name}" for name in strange_infusions(self.s.k, self.s.at)]

    # ---- told

    def readiness(self, recommendation: str, blocking: Mapping[str, str]) -> str:
        """The first that holds (criteria.md 4)."""
        ready = table4.readiness(self.s, recommendation, blocking)
        early = self.doses.not_before is not None and self.s.at < self.doses.not_before
        return "waiting" if early and ready not in ("not-started", "finished") else ready

    def verdict(self) -> str:
        """Readiness as if the dose were due, what is not open left out."""
        due = replace(self, rows=self.seen, as_if_due=True)
        word, reasons = due.recommend(not_open=False)
        blocking = due.blockers(reasons, not_open=False)
        kinds, k = set(blocking.values()), self.s.k
        if dosing.due(k) is None or k.therapy_end is not None:
            return "none"
        if word == "stop":
            return "stop"
        if word == "delay" or "holding" in kinds:
            return "withhold"
        if word == "cannot-tell" or "blind" in kinds:
            return "blind"
        if word == "correct" or kinds:
            return "decide"
        return "no-objection" if self.pack.not_open else "give"

    def wire(self) -> dict[str, Any]:
        """As the wire has it."""
        word, reasons = self.recommend()
        blocking = self.blockers(reasons)
        return {
            "recommendation": word,
            "reasons": reasons,
            "verdict": self.verdict(),
            "readiness": self.readiness(word, blocking),
            "blockers": list(blocking),
            "criteria": {
                code: {
                    "state": row.state,
                    "now": self.seen[code].state if self.pack.at_dosing else None,
                    "stale": row.stale,
                    "missing": sorted(row.missing) if row.state == INDETERMINATE else None,
                    "effect": self.pack.effects.get(code, "count"),
                }
                for code, row in self.rows.items()
            },
            "in_cycle": self.doses.in_cycle,
            "in_course": self.doses.in_course,
            "not_before": show(self.doses.not_before),
        }


__all__ = ["assess", "well_since"]
