"""What is measured: a ward under monitors, a ward charted by hand, and one patient for a week."""

from __future__ import annotations

import json
from datetime import timedelta

from simulators.scenarios import worked
from tests.bench.records import START, Chart, Naming, uuids

PATIENTS, HOURS, DAYS = 100, 8, 7
STAGGER = 7
"""Seconds from one patient's readings to the next one's."""


def monitored() -> list[bytes]:
    """100 patients for 8 h, vitals each minute; every third is in intensive care, on a pressor."""
    lines = [
        (known + number * STAGGER / 3600, line)
        for number in range(PATIENTS)
        for known, line in monitored_patient(number)
    ]
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]


def monitored_patient(number: int) -> list[tuple[float, bytes]]:
    chart = Chart(f"p{number}", number, uuids(number))
    intensive = number % 3 == 0
    pressor = chart.pressor(HOURS) if intensive else iter(())
    parts = (
        chart.admitted("icu" if intensive else "ward"),
        chart.vitals(HOURS, 1),
        chart.laboratory(HOURS),
        pressor,
    )
    rest = (
        chart.doses(HOURS),
        chart.weights(HOURS),
        chart.urine(HOURS),
        chart.fluids(HOURS),
        chart.findings(HOURS),
        chart.medication(HOURS),
    )
    return chart.lines(HOURS, *parts, *rest)


def by_hand() -> list[bytes]:
    """The worked course under 100 names, each some minutes after the one before."""
    courses = (
        worked.events(f"p{number}", START + timedelta(minutes=17 * number)) for number in range(PATIENTS)
    )
    events = sorted(
        (event for course in courses for event in course),
        key=lambda event: str(event.get("known", event["at"])),
    )
    return [json.dumps(event).encode() for event in events]


def week(minutes: int, naming: Naming) -> list[bytes]:
    """Seven days in intensive care, everything charted: vitals at this pace, two dozen labs at Table 1's
    intervals, fluids, a pressor.
    """
    hours, chart = DAYS * 24, Chart("p", 1, naming)
    parts = (
        chart.admitted("icu"),
        chart.vitals(hours, minutes),
        chart.weights(hours),
        chart.laboratory(hours),
        chart.pressor(hours, 24),
    )
    rest = (
        chart.doses(hours),
        chart.urine(hours),
        chart.fluids(hours),
        chart.findings(hours),
        chart.medication(hours),
    )
    return [line for _, line in chart.lines(hours, *parts, *rest)]
