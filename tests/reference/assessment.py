"""The assessment as wire.md has it, from what was worked out at a decision."""

from typing import Any

from . import advice, eligibility, pressure, table4
from .clock import show
from .course import Course
from .criteria import GROUP, SYSTEM
from .windows import intensive


def assessment(course: Course) -> dict[str, Any]:
    """The patient's assessment at the course's last decision."""
    picture = course.picture
    assert picture is not None
    k, at = picture.k, picture.at
    relative, absolute = table4.counts(picture.rows)
    return {
        "patient": course.patient,
        "at": show(at),
        "mode": "intensive" if intensive(k, at) else "ward",
        "recommendation": picture.recommendation,
        "reasons": picture.reasons,
        "relative": relative,
        "absolute": absolute,
        "criteria": _criteria(course),
        "blood_pressure": _pressure(course),
        "dose": _dose(course),
        "fluids": {
            "above_maintenance_24h_ml": float(sum(f.volume or 0 for f in advice.above_maintenance(k, at))),
            "limit_ml": 1500,
        },
        "monitoring": [
            {"what": w.what, "last": show(w.last), "due": show(w.due), "overdue": w.late_since is not None}
            for w in picture.watches
        ],
        "advice": _advice(course),
        "eligibility": eligibility.items(k),
    }


def _since(course: Course, kind: str, subject: str, tripped: bool) -> str | None:
    since, cycle = course.points[kind, subject].since, course.k.cycle
    return show(max(since, cycle.at) if tripped and cycle else since)


def _criteria(course: Course) -> list[dict[str, Any]]:
    assert course.picture is not None
    return [
        {
            "code": code,
            "system": SYSTEM[code],
            "group": GROUP[code],
            "state": row.state,
            "since": _since(course, "criterion", code, row.tripped),
            "value": row.value,
            "unit": row.unit,
            "stale": row.stale,
            "missing": list(row.missing),
            "correctable": list(row.correctable),
            "evaluates_at": show(row.evaluates_at),
            "evidence": list(row.evidence),
        }
        for code, row in course.picture.rows.items()
    ]


def _pressure(course: Course) -> dict[str, Any]:
    assert course.picture is not None
    low, (goal, assumed) = course.picture.low, pressure.target(course.k)
    return {
        "target": goal,
        "assumed": assumed,
        "latest": low.value,
        "state": low.state,
        "stale": low.stale,
        "phase": pressure.phase(course.k, course.picture.at),
    }


def _dose(course: Course) -> dict[str, Any]:
    assert course.picture is not None
    k, at = course.k, course.picture.at
    low = course.picture.low.tripped or ("blood-pressure", "hypotension") in course.journal.open
    blocking = table4.blockers(k, at, course.picture.reasons, low)
    ready = table4.readiness(k, at, course.picture.recommendation, blocking)
    return {
        "last": show(k.doses[-1].at) if k.doses else None,
        "number": len(k.doses),
        "due": show(table4.due(k)),
        "delayed_h": table4.delayed(k, at, ready),
        "readiness": ready,
        "blockers": blocking,
    }


def _advice(course: Course) -> list[dict[str, Any]]:
    assert course.picture is not None
    given = [
        {
            "code": code,
            "subject": None,
            "since": _since(course, "advice", code, True),
            "evidence": list(found.evidence),
        }
        for code, found in course.picture.advice.items()
        if found.open
    ]
    return given + advice.correctives(course.picture.rows)
