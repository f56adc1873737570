"""Build the view model of the unit page: one row per patient, and its rank.

Pure; every state is the worker's, only the order is decided here.
"""

from __future__ import annotations

from typing import NamedTuple

from rules.guideline import Guideline
from rules.wire.alerts import RANK
from rules.wire.assessments import STOP_RULE, Assessment, CriterionRow
from rules.wire.instants import text
from streams import display
from streams.board import display_texts
from streams.projections.patients import PatientProjection

WORST = {"clear": 0, "indeterminate": 1, "relative": 2, "absolute": 3}
URGENCY = ("proceed", "cannot-tell", display_texts.NOT_ASSESSED, "correct", "delay", "stop")
FEW = 3


class Advised(NamedTuple):
    """The recommendation; its reasons, each with its level; since when it applies (RFC 3339).

    `more`: how many reasons are not listed; `over`: therapy has ended.
    """

    word: str
    reasons: tuple[tuple[str, str], ...] = ()
    more: int = 0
    since: str | None = None
    over: bool = False


class Alerts(NamedTuple):
    """The open alerts of a patient.

    `level`, `message`: of the most severe that is not acknowledged; `unseen`: how many are not; `oldest`:
    since when the oldest of those is open (ms); `seen`: how many are acknowledged.
    """

    level: str | None = None
    message: str | None = None
    unseen: int = 0
    oldest: int | None = None
    seen: int = 0


class DoseCell(NamedTuple):
    """The dose clock."""

    number: int
    last: str | None
    due: str | None
    delayed_h: float
    readiness: str
    peak: bool
    beside: tuple[str, ...] = ()
    draft: bool = False


class PressureCell(NamedTuple):
    """The latest systolic pressure and its target (mm[Hg])."""

    latest: float | None
    target: float
    state: str
    stale: bool
    assumed: bool


class System(NamedTuple):
    """An organ system: its worst state, and the rows that cause it."""

    name: str
    state: str
    why: str


class UnitRow(NamedTuple):
    """The row of one patient.

    `rank`: the larger, the more urgent; `newest`: the latest `at` of any fact, ms; `quiet`: a silence is in
    force.
    """

    key: str
    name: str
    rank: int
    unit: str
    location: str
    advised: Advised
    alerts: Alerts
    systems: tuple[System, ...]
    dose: DoseCell | None
    pressure: PressureCell | None
    fluids: tuple[float, float] | None
    overdue: tuple[str, ...]
    newest: int | None
    quiet: bool


def row(patient: PatientProjection, guideline: Guideline, unit: str | None, clock: int) -> UnitRow:
    """Return the row of a patient."""
    assessment = patient.assessment
    alerts = unseen(patient)
    recommended = advised(patient, guideline)
    here = patient.facts.location or "ward"
    return UnitRow(
        key=patient.key,
        name=patient.name,
        rank=rank(recommended, alerts, assessment),
        unit=unit or here,
        location=here,
        advised=recommended,
        alerts=alerts,
        systems=systems(assessment, guideline) if assessment else (),
        dose=dose(assessment, guideline) if assessment else None,
        pressure=pressure(assessment) if assessment else None,
        fluids=fluids(assessment) if assessment else None,
        overdue=overdue(assessment, guideline) if assessment else (),
        newest=patient.facts.newest,
        quiet=bool(patient.commands.quiet(clock)),
    )


def advised(patient: PatientProjection, guideline: Guideline, most: int = FEW) -> Advised:
    """Return the recommendation with its first `most` reasons."""
    assessment = patient.assessment
    if assessment is None:
        why = (("indeterminate", display_texts.UNREADABLE),) if patient.unreadable else ()
        return Advised(display_texts.NOT_ASSESSED, why)
    reasons = [
        (level_of(code, assessment), display_texts.reason(code, assessment, guideline))
        for code in assessment.reasons
    ]
    since = next(
        (text(one.since) for one in patient.episodes.open.values() if one.last.kind == "recommendation"), None
    )
    over = assessment.dose.readiness == "finished" and not assessment.monitoring
    return Advised(assessment.recommendation, tuple(reasons[:most]), max(0, len(reasons) - most), since, over)


def level_of(code: str, assessment: Assessment) -> str:
    """Return the level of a reason; of what is no row: a watch counts only at level relative."""
    if code.startswith(STOP_RULE) or code == "dose-error":
        return "absolute"
    if code == "hypotension":
        return assessment.blood_pressure.state
    unlisted = "indeterminate" if code == "blood-pressure" else "relative"
    return next((row.state for row in assessment.criteria if row.code == code), unlisted)


def unseen(patient: PatientProjection) -> Alerts:
    """Return what is not acknowledged.

    The recommendation has a column of its own: its words are not repeated here.
    """
    waiting = patient.episodes.unseen()
    alerts = [one for one in patient.episodes.open.values() if one.level != "advisory"]
    if not waiting:
        return Alerts(seen=len(alerts))
    first = next(
        (one for one in waiting if one.last.kind != "recommendation" and one.level == waiting[0].level),
        waiting[0],
    )
    oldest = min(one.since for one in waiting)
    return Alerts(
        first.level, display_texts.alert(first.last), len(waiting), oldest, len(alerts) - len(waiting)
    )


def rank(recommended: Advised, alerts: Alerts, assessment: Assessment | None) -> int:
    """Return the rank: absolute alerts without acknowledgement, then the recommendation, then counts."""
    severity = (
        0
        if recommended.over
        else URGENCY.index(recommended.word)
        if recommended.word in URGENCY
        else len(URGENCY)
    )
    unacknowledged = 2 if alerts.level == "absolute" else 1 if alerts.level else 0
    absolute, relative = (assessment.absolute, assessment.relative) if assessment else (0, 0)
    low = WORST.get(assessment.blood_pressure.state, 0) if assessment else 0
    parts = (
        unacknowledged if unacknowledged == 2 else 0,
        severity,
        unacknowledged,
        min(9, absolute),
        min(9, relative),
        low,
    )
    return int("".join(map(str, parts)))


def systems(assessment: Assessment, guideline: Guideline) -> tuple[System, ...]:
    """Return the ten organ systems in the table's order, each with the state of its worst row."""
    rows: dict[str, list[CriterionRow]] = {}
    for one in assessment.criteria:
        rows.setdefault(one.system, []).append(one)
    return tuple(system(name, held, guideline) for name, held in rows.items())


def system(name: str, rows: list[CriterionRow], guideline: Guideline) -> System:
    """Return an organ system with the state of its worst row."""
    state = max((one.state for one in rows), key=lambda state: WORST.get(state, RANK["absolute"]))
    found = (
        "; ".join(display_texts.tripped(one, guideline) for one in rows if one.state == state)
        if state != "clear"
        else ""
    )
    return System(name, state, found)


def dose(assessment: Assessment, guideline: Guideline) -> DoseCell:
    """Return the dose clock, with what the packs beside say of the next dose."""
    clock = assessment.dose
    peak = assessment.blood_pressure.phase == "peak" and clock.readiness != "finished"
    says = tuple(display_texts.beside(one, assessment, guideline) for one in assessment.overlays or ())
    draft = bool(display.draft_banner(assessment.guideline))
    return DoseCell(clock.number, clock.last, clock.due, clock.delayed_h, clock.readiness, peak, says, draft)


def pressure(assessment: Assessment) -> PressureCell:
    """Return the latest systolic pressure and its target."""
    found = assessment.blood_pressure
    return PressureCell(found.latest, found.target, found.state, found.stale, found.assumed)


def fluids(assessment: Assessment) -> tuple[float, float]:
    """Return the fluid above maintenance in 24 h and its limit, mL."""
    found = assessment.fluids
    return found.above_maintenance_24h_ml, found.limit_ml


def overdue(assessment: Assessment, guideline: Guideline) -> tuple[str, ...]:
    """Return what should have been charted by now (Table 1), in a nurse's words."""
    late = (item.what for item in assessment.monitoring if item.overdue)
    return tuple(display_texts.charting(what, guideline) for what in late)
