"""Courses that make a stop rule hold, and which rules stand (criteria.md section 4)."""

from __future__ import annotations

from tests.rules.courses import Course, states_at


def started() -> Course:
    return Course().start("00:00")


def standing(course: Course, at: str) -> list[str]:
    return [
        reason.removeprefix("stop-rule:")
        for reason in states_at(course, at)["reasons"]
        if reason.startswith("stop-rule:")
    ]


def troponin(value: float) -> dict[str, float]:
    return {"value": value, "high": 0.01}


def half_rales(spo2: float | None) -> Course:
    drawn = started().finding("rales", "08:00", "half")
    return drawn if spo2 is None else drawn.vitals("08:00", "sat", spo2=spo2)


def on(at: str, id: str = "o2", **oxygen: object) -> Course:
    """Oxygen from then on, with a saturation of 98 %."""
    return started().vitals(at, id, spo2=98, **oxygen)


def failing(*times: str) -> Course:
    """Cognition charted as failed at each of these times."""
    drawn = started()
    for at in times:
        drawn.finding("cognition-failed", at)
    return drawn


def changed(*times: str) -> Course:
    drawn = started()
    for at in times:
        drawn.mental(at, "changed")
    return drawn


def hourly(course: Course) -> Course:
    for hour in range(9, 29):
        course.vitals(f"{hour:02}:00", spo2=98)
    return course


def cleared(code: str = "infection", id: str | None = None) -> Course:
    return started().finding(code, "08:00", id=id).finding(code, "09:00", False)
