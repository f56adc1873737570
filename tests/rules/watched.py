"""Courses under a monitor: readings each minute, and readings that come late."""

from __future__ import annotations

from tests.rules.courses import Course

HOURS = 12
WAVE = (96, 118, 126, 133, 134, 128, 112, 104)
"""Heart rate of each quarter of an hour, over and over: trips and clears both latches."""


def watched(hours: int = HOURS, late: int = 0) -> Course:
    """A monitor writes each minute; every seventh record is charted `late` minutes after its time."""
    drawn = Course().start("00:00", location="icu")
    for minute in range(hours * 60):
        at, known = clocked(minute), clocked(minute + late) if late and minute % 7 == 0 else None
        sbp, spo2 = 84 if minute % 50 < 12 else 110, 93 if minute % 90 < 9 else 98
        drawn.vitals(at, f"m{minute}", known, hr=WAVE[minute // 15 % 8], sbp=sbp, spo2=spo2, temp=37.5)
    return drawn


def clocked(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def rates(*readings: tuple[str, str, float]) -> Course:
    """(at, known, heart rate) in intensive care, where a reading is stale after 2 h; pressure and temperature
    stay normal.
    """
    drawn = (
        Course()
        .start("00:00", location="icu")
        .vitals("09:00", sbp=118, temp=37.0)
        .vitals("10:50", sbp=118, temp=37.0)
    )
    for at, known, rate in readings:
        drawn.vitals(at, f"{at} {known}", known, hr=rate)
    return drawn
