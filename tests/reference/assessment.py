"""The assessment as wire.md has it, from what was worked out at a decision."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import advice, dosing, eligibility, fluids, names, pressors, pressure, table4
from .clock import show
from .course import Course
from .episodes import number
from .facts import Fact
from .look import Look
from .row import CLEAR, INDETERMINATE
from .table3 import GROUP, SYSTEM
from .windows import intensive, segments


def assessment(course: Course) -> dict[str, Any]:
    """The patient's assessment at the course's last decision."""
    look = course.look
    assert look is not None
    relative, absolute = table4.counts(table4.counting(look.scene))
    return {
        "patient": course.patient,
        "at": show(int(look.at)),
        "mode": "intensive" if intensive(look.k, look.at) else "ward",
        "recommendation": look.recommendation,
        "reasons": look.reasons,
        "relative": relative,
        "absolute": absolute,
        "criteria": _criteria(course, look),
        "blood_pressure": _pressure(look),
        "pressors": _pressors(look),
        "dose": _dose(look),
        "fluids": {
            "above_maintenance_24h_ml": number(fluids.total(fluids.above_maintenance(look.k, look.at))),
            "limit_ml": 1500,
        },
        "monitoring": _monitoring(look),
        "advice": _advice(course, look),
        "eligibility": eligibility.items(look.k),
        "accepted": _accepted(look),
    }


def _since(course: Course, kind: str, subject: str) -> str | None:
    """When it came to its state, as that was told; while it is tripped never before the cycle's start."""
    point, cycle = course.teller.points[kind, subject], course.k.charted
    begun = cycle is not None and point.state not in (CLEAR, INDETERMINATE)
    return show(max(point.since, cycle.start) if cycle is not None and begun else point.since)


def _criteria(course: Course, look: Look) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "system": SYSTEM[code],
            "group": GROUP.get(code),
            "state": row.state,
            "since": _since(course, "criterion", code),
            "value": number(row.value),
            "unit": row.unit,
            "stale": row.stale,
            "missing": list(row.missing),
            "correctable": list(row.correctable),
            "evaluates_at": show(row.evaluates_at),
            "evidence": list(row.evidence),
        }
        for code, row in look.scene.rows.items()
    ]


def _pressure(look: Look) -> dict[str, Any]:
    low, (goal, assumed) = look.scene.low, pressure.target(look.k)
    shown = pressure.charted(look.k)
    return {
        "target": goal,
        "assumed": assumed,
        "latest": number(low.value),
        "code": shown[-1].shown.code if shown else None,
        "state": low.state,
        "stale": low.stale,
        "phase": dosing.phase(look.k, look.at),
    }


def _pressors(look: Look) -> dict[str, Any]:
    rates: dict[str, Fraction | None] = {}
    for drug in (*pressors.FACTOR, *names.NO_EQUIVALENT):
        running = [s for s in segments(look.k, drug) if s.start <= look.at < s.end]
        if any(s.rate is None or s.rate > 0 for s in running):
            read = [s.rate for s in running if s.rate is not None and drug in pressors.FACTOR]
            rates[drug] = sum(read, Fraction(0)) if len(read) == len(running) else None
    return {
        "load": number(pressors.load_at(look.k, look.at)),
        "unit": pressors.UNIT,
        "agents": [
            {
                "agent": drug,
                "rate": number(rates[drug]),
                "unit": "U/min" if drug == "vasopressin" else pressors.UNIT,
            }
            for drug in sorted(rates)
        ],
    }


def _dose(look: Look) -> dict[str, Any]:
    blocking = table4.blockers(look.scene, look.advice, look.watches, look.reasons)
    ready = table4.readiness(look.scene, look.recommendation, blocking)
    doses = look.k.doses
    return {
        "last": show(doses[-1].at) if doses else None,
        "number": len(doses),
        "due": show(dosing.due(look.k)),
        "delayed_h": table4.delayed(look.scene, ready),
        "readiness": ready,
        "blockers": list(blocking),
    }


def _monitoring(look: Look) -> list[dict[str, Any]]:
    return [
        {
            "what": w.what,
            "last": show(w.last),
            "due": show(w.due),
            "overdue": w.level != CLEAR,
        }
        for w in look.watches
        if w.listed
    ]


def _advice(course: Course, look: Look) -> list[dict[str, Any]]:
    given = [
        {
            "code": code,
            "subject": None,
            "since": _since(course, "advice", code),
            "level": judged.level,
            "evidence": list(judged.evidence),
        }
        for code, judged in look.advice.items()
        if judged.open
    ]
    return given + advice.correctives(look.scene.rows, look.scene.accepted)


def _accepted(look: Look) -> list[dict[str, Any]]:
    return [_acceptance(code, look.scene.accepted[code]) for code in SYSTEM if code in look.scene.accepted]


def _acceptance(code: str, fact: Fact) -> dict[str, Any]:
    event = fact.event
    return {
        "criterion": code,
        "level": event["level"],
        "until": show(fact.record.start),
        "by": event["by"],
        "reason": event["reason"],
    }
