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
    return Course().start(utc(start_[0], "00:00")).urine(utc(*end), volume, start=utc(*start_))


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
    "7 h when clocks go forward: 7/8 of them covered are enough": (
        night(("2026-03-28", "22:52"), ("2026-03-29", "05:00"), 60),
        ("2026-03-29", "05:00"),
        "absolute",
    ),
    "less is not": (
        night(("2026-03-28", "22:53"), ("2026-03-29", "05:00"), 60),
        ("2026-03-29", "05:00"),
        "indeterminate missing urine",
    ),
    "the limits are 7/8: 70 mL": (
        night(("2026-03-28", "22:00"), ("2026-03-29", "05:00"), 70),
        ("2026-03-29", "05:00"),
        "relative",
    ),
    "just under 70 mL": (
        night(("2026-03-28", "22:00"), ("2026-03-29", "05:00"), 69.9),
        ("2026-03-29", "05:00"),
        "absolute",
    ),
    "and 140 mL": (
        night(("2026-03-28", "22:00"), ("2026-03-29", "05:00"), 140.1),
        ("2026-03-29", "05:00"),
        "clear",
    ),
    "it ends at 05:00 UTC": (
        night(("2026-03-28", "22:00"), ("2026-03-29", "05:00"), 70),
        ("2026-03-29", "04:59"),
        "indeterminate missing urine",
    ),
    "9 h when they go back: 7/8 of them covered are enough": (
        night(("2026-10-24", "22:07"), ("2026-10-25", "06:00"), 78),
        ("2026-10-25", "06:00"),
        "absolute",
    ),
    "8 min more are not": (
        night(("2026-10-24", "22:08"), ("2026-10-25", "06:00"), 78),
        ("2026-10-25", "06:00"),
        "indeterminate missing urine",
    ),
    "the limits are 9/8: 90 mL": (
        night(("2026-10-24", "21:00"), ("2026-10-25", "06:00"), 90),
        ("2026-10-25", "06:00"),
        "relative",
    ),
    "it is not over at 05:00 UTC": (
        night(("2026-10-24", "21:00"), ("2026-10-25", "05:00"), 70),
        ("2026-10-25", "05:59"),
        "indeterminate missing urine",
    ),
}


@table(NIGHTS)
def test_the_night_shift_when_clocks_change(course: Course, at: tuple[str, str], expected: str) -> None:
    """criteria.md section 1: when clocks change a night shift has 7 or 9 h, and the limits scale; section
    3.4: 7/8 of it covered.
    """
    assert seen(course, utc(*at), "urine-shift", BERLIN) == expected


TWICE_A_DAY = msgspec.structs.replace(
    SCHWARTZENTRUBER_2001,
    shifts=msgspec.structs.replace(SCHWARTZENTRUBER_2001.shifts, starts=("07:00", "19:00")),
)
DAYS = {
    "240 mL of urine in 12 h are relative": (
        "urine-shift",
        start().urine("19:00", 240, start="07:00"),
        "relative",
    ),
    "more are clear": ("urine-shift", start().urine("19:00", 240.1, start="07:00"), "clear"),
    "under 120 mL are absolute": ("urine-shift", start().urine("19:00", 119.9, start="07:00"), "absolute"),
    "the running shift of 12 h ends it with more than 240 mL": (
        "urine-shift",
        Course().start("-12:00").urine("07:00", 240, start="-05:00").urine("19:00", 241),
        "clear",
    ),
    "just under 1500 mL of stool are clear": ("diarrhea", start().stool("18:00", 1499.9), "clear"),
    "1500 mL of stool are relative": ("diarrhea", start().stool("18:00", 1500), "relative"),
}


@table(DAYS, "code course expected")
def test_limits_per_shift_scale_with_its_length(code: str, course: Course, expected: str) -> None:
    """criteria.md section 1: limits per shift are for 8 h; 12 h shifts: x1.5."""
    assert seen(course, "19:00", code, TWICE_A_DAY) == expected
