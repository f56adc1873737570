"""Table 4: stop rules, counts, recommendation, dose readiness (criteria.md 4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import criteria, hemodynamic, pressure
from .clock import HOUR
from .criteria import GROUP, MINIMUM, TABLE
from .facts import Knowledge, Record
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row
from .windows import STALE_VITAL, stale, vitals

RULES = (
    "delay-over-24h",
    "infection",
    "troponin",
    "arrhythmia",
    "oxygen",
    "neuropsychiatric",
    "pressor-dependence",
)
BY_CRITERIA = {
    "infection": ("infection",),
    "arrhythmia": ("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia"),
    "neuropsychiatric": ("hallucination", "disorientation", "cognition", "mental-status"),
}
RULED = (
    "infection",
    "atrial-fibrillation",
    "supraventricular-tachycardia",
    "ventricular-arrhythmia",
    "hallucination",
    "disorientation",
    "cognition",
    "mental-status",
    "cardiac-enzymes",
    "oxygen-requirement",
    "intubation",
    "rales",
    "phenylephrine-maximum",
    "phenylephrine-minimum",
)
RANK = ("proceed", "cannot-tell", "correct", "delay", "stop")

Causes = dict[str, frozenset[Any]]  # rule -> the absolute criteria by which it holds


def holding(k: Knowledge, rows: Mapping[str, Row], at: int) -> Causes:
    """By which absolute criteria each rule holds at a clock; absent or empty where it does not."""
    found: dict[str, set[Any]] = {
        rule: {c for c in codes if rows[c].state == ABSOLUTE} for rule, codes in BY_CRITERIA.items()
    }
    found["troponin"] = (
        {"troponin"} if rows["cardiac-enzymes"].state == ABSOLUTE and rows["cardiac-enzymes"].note else set()
    )
    found["oxygen"] = {c for c in ("oxygen-requirement", "intubation") if rows[c].state == ABSOLUTE}
    if rows["rales"].state == ABSOLUTE and _low_saturation(k, at):
        found["oxygen"].add("rales with SpO2 <95 %")
    both = ("phenylephrine-minimum", "phenylephrine-maximum")
    found["pressor-dependence"] = set(both) if all(rows[c].state == ABSOLUTE for c in both) else set()
    if k.doses and k.therapy_end is None and at - (k.doses[-1].at + 8 * HOUR) >= 24 * HOUR:
        found["delay-over-24h"] = {k.doses[-1].at}
    return {rule: frozenset(causes) for rule, causes in found.items() if causes}


def _low_saturation(k: Knowledge, at: int) -> bool:
    values = vitals(k, "spo2")
    return bool(values) and not stale(k, values[-1].at, STALE_VITAL, at) and values[-1].value < 95


@dataclass
class Standing:
    """The stop rules that stand, and what a resume excused."""

    cycle: str | None = None
    rules: set[str] = field(default_factory=set)
    excused: dict[str, frozenset[Any]] = field(default_factory=dict)

    def decide(self, k: Knowledge, causes: Causes, resumes: list[Record]) -> None:
        """Takes one decision: latches what holds, lifts what is resumed; a new cycle starts afresh."""
        self._enter(k)
        for rule in RULES:
            self._hold(k, rule, causes.get(rule, frozenset()))
        for resume in resumes:
            self._resume(str(resume.event.get("rule")), causes)

    def _enter(self, k: Knowledge) -> None:
        cycle = k.cycle.id if k.cycle else None
        if cycle != self.cycle:
            self.rules = set()
            if len(k.cycle_starts) > 1:
                self.excused = {}
            self.cycle = cycle

    def _hold(self, k: Knowledge, rule: str, causes: frozenset[Any]) -> None:
        if rule != "delay-over-24h":
            self.excused[rule] = self.excused.get(rule, frozenset()) & causes
        excused = self.excused.get(rule, frozenset())
        fresh = {
            c
            for c in causes
            if c not in excused and not (rule == "delay-over-24h" and any(c <= e for e in excused))
        }
        if k.cycle is None:
            self.rules.discard(rule)
        if fresh:
            self.rules.add(rule)

    def _resume(self, rule: str, causes: Causes) -> None:
        if rule in self.rules:
            self.rules.discard(rule)
            self.excused[rule] = causes.get(rule, frozenset())


def counts(rows: Mapping[str, Row]) -> tuple[int, int]:
    """How many groups are relative, and how many absolute: a group is as bad as its worst row."""
    worst: dict[str, str] = {}
    for _, code, group, _ in TABLE:
        name, state = group or code, rows[code].state
        if state == ABSOLUTE or (state == RELATIVE and worst.get(name) != ABSOLUTE):
            worst[name] = state
    states = list(worst.values())
    return states.count(RELATIVE), states.count(ABSOLUTE)


def blind(rows: Mapping[str, Row], pressure_row: Row) -> list[str]:
    """What of the dosing minimum cannot be told, in table order, blood pressure last."""
    codes = [c for _, c, _, _ in TABLE if c in MINIMUM and rows[c].state == INDETERMINATE]
    return codes + (["blood-pressure"] if pressure_row.stale or pressure_row.state == INDETERMINATE else [])


def recommend(rows: Mapping[str, Row], pressure_row: Row, rules: set[str]) -> tuple[str, list[str]]:
    """The recommendation and its reasons."""
    relative, absolute = counts(rows)
    unseen = blind(rows, pressure_row)
    reasons = [f"stop-rule:{r}" for r in RULES if r in rules]
    reasons += [c for c in GROUP if rows[c].state == ABSOLUTE] + [
        c for c in GROUP if rows[c].state == RELATIVE
    ]
    if rules:
        return "stop", reasons
    if absolute or relative >= 3:
        return "delay", reasons
    if relative:
        return "correct", reasons
    return ("cannot-tell", reasons + unseen) if unseen else ("proceed", reasons)


def watching(k: Knowledge, at: int) -> bool:
    """Mental status changed, not yet for 2 h."""
    row = criteria.mental_status(k, at)
    return row.state == CLEAR and row.evaluates_at is not None


def blockers(k: Knowledge, at: int, reasons: list[str], low: bool) -> list[str]:
    """What stands in the way of a dose; `low`: hypotension is open."""
    latest, (goal, _) = k.latest("systolic-bp"), pressure.target(k)
    found = [r for r in reasons if not r.startswith("stop-rule:")]
    found += ["hypotension"] if low or (latest is not None and latest.value <= goal) else []
    found += (
        ["phenylephrine"]
        if hemodynamic.unusable_since(k, at) is not None or hemodynamic.rate_at(k, at) > 0.5
        else []
    )
    return found + (["mental-status-watch"] if watching(k, at) else [])


def due(k: Knowledge) -> int | None:
    """When the next dose is due."""
    if k.cycle is None:
        return None
    return k.doses[-1].at + 8 * HOUR if k.doses else k.cycle.at


def readiness(k: Knowledge, at: int, recommendation: str, blocking: list[str]) -> str:
    """The first that holds."""
    when = due(k)
    if when is None:
        return "not-started"
    if k.therapy_end is not None or recommendation == "stop":
        return "finished"
    if at < when:
        return "waiting"
    by = {"delay": "hold", "correct": "decide", "cannot-tell": "unknown"}
    return by.get(recommendation, "decide" if blocking else "ready")


def delayed(k: Knowledge, at: int, ready: str) -> float:
    """Hours since the dose was due; 0 when not started, not due or finished."""
    when = due(k)
    return 0.0 if when is None or ready in ("not-started", "finished") or at < when else (at - when) / HOUR
