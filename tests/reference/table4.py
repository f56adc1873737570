"""Table 4: counts, recommendation, blockers, readiness (criteria.md 4)."""

from __future__ import annotations

from collections.abc import Mapping

from . import dosing, eligibility, pressors, pressure
from .advice import WATCHES
from .clock import HOUR
from .monitoring import Watch, strange_infusions
from .row import ABSOLUTE, CLEAR, INDETERMINATE, RELATIVE, Row
from .scene import Judged, Scene
from .table3 import CODES, GROUP, MINIMUM

RANK = ("proceed", "cannot-tell", "correct", "delay", "stop")
OVERDUE = ("vital-signs", "intake-output", "mental-status", "blood-count", "chemistry")
OTHERS = (
    "mental-status-watch",
    "ck-elevated",
    "anemia",
    "hypokalemia",
    "hyperkalemia",
    "bradycardia",
    "tachypnea",
    "septic-workup",
    "forbidden-medication",
    "dose-count",
)
Advice = Mapping[str, Judged]


def counting(s: Scene) -> dict[str, Row]:
    """The rows that count: none accepted, and no tachycardia beside an arrhythmia that counts."""
    rows = {c: row for c, row in s.rows.items() if c not in s.accepted}
    arrhythmia = any(
        rows[c].tripped for c in ("atrial-fibrillation", "supraventricular-tachycardia") if c in rows
    )
    if arrhythmia:
        rows.pop("sinus-tachycardia", None)
    return rows


def counts(rows: Mapping[str, Row]) -> tuple[int, int]:
    """How many groups are relative, and how many absolute: a group is as bad as its worst row."""
    worst: dict[str, str] = {}
    for code, row in rows.items():
        name = GROUP.get(code, code)
        if row.state == ABSOLUTE or (row.state == RELATIVE and worst.get(name) != ABSOLUTE):
            worst[name] = row.state
    states = list(worst.values())
    return states.count(RELATIVE), states.count(ABSOLUTE)


def blind(s: Scene) -> list[str]:
    """What of the dosing minimum cannot be told, in table order, blood pressure last."""
    codes = [c for c in CODES if c in MINIMUM and s.rows[c].state == INDETERMINATE]
    return codes + (["blood-pressure"] if s.low.stale or s.low.state == INDETERMINATE else [])


def recommend(s: Scene, advice: Advice) -> tuple[str, list[str]]:
    """The recommendation and its reasons; `advice` has the watches."""
    rows = counting(s)
    relative, absolute = counts(rows)
    error = advice["dose-error"].open and not s.error_acknowledged
    watches = [c for c in WATCHES if c != "dose-error" and advice[c].level == RELATIVE]
    reasons = [f"stop-rule:{r}" for r in s.rules]
    reasons += [c for c in rows if rows[c].state == ABSOLUTE] + [c for c in rows if rows[c].state == RELATIVE]
    reasons += ["hypotension"] if s.low.tripped else []
    reasons += (["dose-error"] if error else []) + watches
    if s.rules:
        return "stop", reasons
    if absolute or relative >= 3 or s.low.state == ABSOLUTE or error:
        return "delay", reasons
    if relative or s.low.tripped or watches:
        return "correct", reasons
    unseen = blind(s)
    return ("cannot-tell", unseen) if unseen else ("proceed", [])


def blockers(s: Scene, advice: Advice, watches: list[Watch], reasons: list[str]) -> dict[str, str]:
    """What stands in the way of a dose, in order, with its kind."""
    found: dict[str, str] = {}
    for kind, names in (
        ("reason", [r for r in reasons if not r.startswith("stop-rule:")]),
        ("holding", _holding(s, advice)),
        ("blind", _blind(s, watches)),
        ("other", _others(s, advice)),
    ):
        for name in names:
            found[name] = _stricter(found.get(name), kind)
    return found


def _stricter(was: str | None, kind: str) -> str:
    order = ("holding", "blind", "other", "reason")
    return kind if was is None or order.index(kind) < order.index(was) else was


def _holding(s: Scene, advice: Advice) -> list[str]:
    found = ["hypotension"] if s.low.tripped or s.low_open or pressure.latest_low(s.k) else []
    rows = counting(s)
    if any(rows[c].state == RELATIVE for c in GROUP if c in rows):
        found.append("urine")
    if pressors.held(s.k, s.at):
        found.append("phenylephrine")
    error = advice["dose-error"].open and not s.error_acknowledged
    return [*found, "dose-error"] if error else found


def _blind(s: Scene, watches: list[Watch]) -> list[str]:
    by_subject = {w.subject: w for w in watches}
    asked = [f"recheck/{c}" for c in ("heart-rate", "spo2")]
    found = blind(s) + [a for a in asked if by_subject[a].level != CLEAR]
    found += [f"overdue/{w.what}" for w in watches if w.what in OVERDUE and w.level != CLEAR]
    due = dosing.due(s.k)
    if due is None or s.k.therapy_end is not None or s.at < due:
        return found
    return found + [f"pre-dose/{code}" for code in _unread(s)]


def _unread(s: Scene) -> list[str]:
    pressures = pressure.charted(s.k)
    temperature, pulse = s.k.series("temperature"), s.k.series("heart-rate")
    latest = {
        "heart-rate": pulse[-1].at if pulse else None,
        "systolic-bp": pressures[-1].at if pressures else None,
        "spo2": next((v.at for v in reversed(s.k.series("spo2"))), None),
        "temperature": temperature[-1].at if temperature else None,
    }
    return [code for code, at in latest.items() if at is None or s.at >= at + HOUR]


def _others(s: Scene, advice: Advice) -> list[str]:
    found = [c for c in OTHERS if advice[c].open]
    found += [f"not-understood/{n}" for n in strange_infusions(s.k, s.at)]
    if not s.k.doses:
        found += [f"eligibility/{item}" for item in eligibility.not_met(s.k)]
    return found


def readiness(s: Scene, recommendation: str, blocking: Mapping[str, str]) -> str:
    """The first that holds."""
    when, kinds = dosing.due(s.k), set(blocking.values())
    if when is None:
        return "not-started"
    if s.k.therapy_end is not None or recommendation == "stop":
        return "finished"
    if s.at < when:
        return "waiting"
    if recommendation == "delay" or "holding" in kinds:
        return "hold"
    if recommendation == "cannot-tell" or "blind" in kinds:
        return "unknown"
    return "decide" if recommendation == "correct" or kinds else "ready"


def delayed(s: Scene, ready: str) -> float:
    """Hours since the dose was due; 0 when not started, not due or finished."""
    when = dosing.due(s.k)
    if when is None or ready in ("not-started", "finished") or s.at < when:
        return 0.0
    return (int(s.at) - when) / HOUR
