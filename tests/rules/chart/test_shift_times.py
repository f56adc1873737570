"""Shifts in the site's time zone, also when clocks change (criteria.md section 1)."""

from __future__ import annotations

from datetime import date

import msgspec

from rules.guideline import SCHWARTZENTRUBER_2001
from tests.rules.courses import Course, seen, table

BERLIN = msgspec.structs.replace(
    SCHWARTZENTRUBER_2001,
    shifts=msgspec.structs.replace(SCHWARTZENTRUBER_2001.shifts, timezone="Europe/Berlin"),
)


def start() -> Course:
    return Course().start("00:00")


def utc(day: str, time: str) -> str:
    """A UTC time of another day, as the tables write it."""
    hours, minutes = time.split(":")
    return f"{(date.fromisoformat(day) - date(2026, 3, 2)).days * 24 + int(hours)}:{minutes}"


def night(start_: tuple[str, str], end: tuple[str, str], volume: float) -> Course:
    return start().urine(utc(*end), volume, start=utc(*start_))


SHIFTS = {
    "in winter a Berlin day shift ends at 14:00 UTC": (
        start().stool("14:00", 1000).tick("14:00"),
        "22:00",
        "clear",
    ),
    "and the next begins right after": (start().stool("14:00:00.001", 1000), "22:00", "relative"),
}


@table(SHIFTS)
def test_shifts_are_of_the_sites_time_zone(course: Course, at: str, expected: str) -> None:
    """criteria.md section 1: 07:00, 15:00, 23:00 in the site's time zone; a shift is (start, end]."""
    assert seen(course, at, "diarrhea", BERLIN) == expected


NIGHTS = {
    "7 h when clocks go forward: 6 h covered are enough": (
        night(("2026-03-28", "23:00"), ("2026-03-29", "05:00"), 70),
        ("2026-03-29", "05:00"),
        "absolute",
    ),
    "less is not": (
        night(("2026-03-28", "23:01"), ("2026-03-29", "05:00"), 70),
        ("2026-03-29", "05:00"),
        "indeterminate missing urine",
    ),
    "it ends at 05:00 UTC": (
        night(("2026-03-28", "22:00"), ("2026-03-29", "05:00"), 70),
        ("2026-03-29", "04:59"),
        "indeterminate missing urine",
    ),
    "9 h when they go back: 8 h covered are enough": (
        night(("2026-10-24", "22:00"), ("2026-10-25", "06:00"), 70),
        ("2026-10-25", "06:00"),
        "absolute",
    ),
    "7 h are not": (
        night(("2026-10-24", "23:00"), ("2026-10-25", "06:00"), 70),
        ("2026-10-25", "06:00"),
        "indeterminate missing urine",
    ),
    "it is not over at 05:00 UTC": (
        night(("2026-10-24", "21:00"), ("2026-10-25", "05:00"), 70),
        ("2026-10-25", "05:59"),
        "indeterminate missing urine",
    ),
}


@table(NIGHTS)
def test_the_night_shift_when_clocks_change(course: Course, at: tuple[str, str], expected: str) -> None:
    """criteria.md section 1: when clocks change a night shift has 7 or 9 h; section 3: covered but
    for 1 h.
    """
    assert seen(course, utc(*at), "urine-shift", BERLIN) == expected
