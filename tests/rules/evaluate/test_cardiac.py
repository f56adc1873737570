"""Table 3, cardiac findings and enzymes (criteria.md section 3). Heart rate has its own file."""

from __future__ import annotations

import msgspec
import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from tests.rules.courses import Course, seen, table, timed, transitions
from tests.rules.evaluate.charted import course, finding_alerts, finding_states, writes_times

FINDINGS = ("atrial-fibrillation", "supraventricular-tachycardia", "ventricular-arrhythmia", "ecg-ischemia")
STATES = {
    f"{name}": (code, *case) for code in FINDINGS for name, case in finding_states(code, "absolute").items()
}
ALERTS = {
    f"{name}": (code, *case) for code in FINDINGS for name, case in finding_alerts(code, "absolute").items()
}


@table(STATES, "code course at expected")
def test_a_cardiac_finding(code: str, course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, cardiac: present is absolute; findings stand until denied."""
    assert seen(course, at, code) == expected


@table(ALERTS, "code course until expected")
def test_what_is_said_of_a_cardiac_finding(
    code: str, course: Course, until: str | None, expected: list[str]
) -> None:
    """criteria.md section 9: `at` of a finding is that of the fact that changed it."""
    assert (timed if writes_times(expected) else transitions)(course, code, until) == expected


def above(value: float | str, high: float | None = 0.01, **more: object) -> dict[str, object]:
    return {"value": value, **({} if high is None else {"high": high}), **more}


ENZYMES = {
    "never measured it is clear": (course(), "09:00", "clear"),
    "at the upper limit it is clear": (course().labs("08:00", troponin_t=above(0.01)), "09:00", "clear"),
    "just under the upper limit it is clear": (
        course().labs("08:00", troponin_t=above(0.0099)),
        "09:00",
        "clear",
    ),
    "just over the upper limit it is absolute": (
        course().labs("08:00", troponin_t=above(0.0101)),
        "09:00",
        "absolute",
    ),
    "troponin I counts": (course().labs("08:00", troponin_i=above(0.5, 0.4)), "09:00", "absolute"),
    "CK-MB counts": (course().labs("08:00", ck_mb=above(5.1, 5.0)), "09:00", "absolute"),
    "CK-MB in U/L is compared with its own limit": (
        course().labs("08:00", ck_mb=above(26, 25, unit="U/L")),
        "09:00",
        "absolute",
    ),
    "ng/L is converted, limit and all": (
        course().labs("08:00", troponin_t=above(14, 14, unit="ng/L")),
        "09:00",
        "clear",
    ),
    "ng/L above its limit is absolute": (
        course().labs("08:00", troponin_t=above(15, 14, unit="ng/L")),
        "09:00",
        "absolute",
    ),
    "without an upper limit it cannot be told": (
        course().labs("08:00", troponin_t=above(5, None)),
        "09:00",
        "indeterminate missing troponin-t.high",
    ),
    "one blind and one normal cannot be told": (
        course().labs("08:00", troponin_t=above(5, None), ck_mb=above(1, 5)),
        "09:00",
        "indeterminate missing troponin-t.high",
    ),
    "one normal and one above is absolute": (
        course().labs("08:00", troponin_t=above(0.001), troponin_i=above(1, 0.4)),
        "09:00",
        "absolute",
    ),
    "total CK at its limit is clear": (course().labs("08:00", ck=above(200, 200)), "09:00", "clear"),
    "total CK above its limit asks for a troponin": (
        course().labs("08:00", ck=above(201, 200)),
        "09:00",
        "indeterminate missing troponin",
    ),
    "total CK without a limit asks for nothing": (
        course().labs("08:00", ck=above(9000, None)),
        "09:00",
        "clear",
    ),
    "a troponin with it answers": (
        course().labs("08:00", ck=above(201, 200), troponin_t=above(0.005)),
        "09:00",
        "clear",
    ),
    "a CK-MB after it answers": (
        course().labs("08:00", ck=above(201, 200)).labs("08:30", ck_mb=above(1, 5)),
        "09:00",
        "clear",
    ),
    "one before it does not": (
        course().labs("07:59:59.999", troponin_t=above(0.005)).labs("08:00", ck=above(201, 200)),
        "09:00",
        "indeterminate missing troponin",
    ),
    "the next total CK below its limit ends that": (
        course().labs("08:00", ck=above(201, 200)).labs("08:30", ck=above(199, 200)),
        "09:00",
        "clear",
    ),
    "a total CK leaves an absolute row as it is": (
        course().labs("08:00", troponin_t=above(0.02)).labs("08:30", ck=above(201, 200)),
        "09:00",
        "absolute",
    ),
    "tripped, a reading without a limit keeps it, stale": (
        course().labs("08:00", troponin_t=above(0.02)).labs("08:30", troponin_t=above(0.005, None)),
        "09:00",
        "absolute stale missing troponin-t.high",
    ),
    "beside another above its limit it is kept too": (
        course()
        .labs("08:00", troponin_t=above(0.02))
        .labs("08:10", ck_mb=above(9, 5))
        .labs("08:30", troponin_t=above(0.005, None))
        .labs("08:40", ck_mb=above(4, 5)),
        "09:00",
        "absolute stale missing troponin-t.high",
    ),
    "and the next with one clears it": (
        course()
        .labs("08:00", troponin_t=above(0.02))
        .labs("08:30", troponin_t=above(0.005, None))
        .labs("08:40", troponin_t=above(0.005)),
        "09:00",
        "clear",
    ),
    ">150 is above a limit of 150": (
        course().labs("08:00", troponin_t=above(">150", 150)),
        "09:00",
        "absolute",
    ),
    ">149 may be": (
        course().labs("08:00", troponin_t=above(">149", 150)),
        "09:00",
        "indeterminate missing troponin-t.range",
    ),
    "<=150 is not": (course().labs("08:00", troponin_t=above("<=150", 150)), "09:00", "clear"),
    "<151 may be": (
        course().labs("08:00", troponin_t=above("<151", 150)),
        "09:00",
        "indeterminate missing troponin-t.range",
    ),
    "an unreadable one cannot be told": (
        course()
        .labs("08:00", troponin_t=above(0.005))
        .labs("08:30", troponin_t=above(1, unit="furlong"))
        .unreadable(),
        "09:00",
        "indeterminate missing troponin-t.unreadable",
    ),
    "and keeps a tripped row, stale": (
        course()
        .labs("08:00", troponin_t=above(0.02))
        .labs("08:30", troponin_t=above(0.005, unit="furlong"))
        .unreadable(),
        "09:00",
        "absolute stale missing troponin-t.unreadable",
    ),
    "what another enzyme trips is fresh": (
        course()
        .labs("08:00", troponin_t=above(0.02))
        .labs("08:30", ck_mb=above(1, unit="furlong"))
        .unreadable(),
        "09:00",
        "absolute",
    ),
    "an unreadable total CK cannot be told either": (
        course().labs("08:00", ck=above(9000, 200, unit="furlong")).unreadable(),
        "09:00",
        "indeterminate missing ck.unreadable",
    ),
    "unless a troponin is as new": (
        course()
        .labs("08:00", ck=above(9000, 200, unit="furlong"))
        .unreadable()
        .labs("08:00", troponin_t=above(0.005)),
        "09:00",
        "clear",
    ),
    "another enzyme above needs no limit of this one": (
        course().labs("08:00", troponin_t=above(0.02)).labs("08:30", ck_mb=above(9, None)),
        "09:00",
        "absolute",
    ),
    "they do not go stale, tripped": (course().labs("08:00", troponin_t=above(0.02)), "208:00", "absolute"),
    "they do not go stale, clear": (course().labs("08:00", troponin_t=above(0.01)), "208:00", "clear"),
    "the latest reading of the same enzyme clears": (
        course().labs("08:00", troponin_t=above(0.02)).labs("14:00", troponin_t=above(0.01)),
        "14:00",
        "clear",
    ),
    "another enzyme does not clear it": (
        course().labs("08:00", troponin_t=above(0.02)).labs("14:00", ck_mb=above(1, 5)),
        "14:00",
        "absolute",
    ),
    "corrected it never was": (
        course().labs("08:00", "l", troponin_t=above(0.02)).correct("l", "09:00", troponin_t=above(0.01)),
        "09:00",
        "clear",
    ),
    "withdrawn it never was": (
        course().labs("08:00", "l", troponin_t=above(0.02)).withdraw("l", "09:00"),
        "09:00",
        "clear",
    ),
    "a late older value changes nothing": (
        course().labs("08:00", troponin_t=above(0.01)).labs("06:00", known="09:00", troponin_t=above(0.02)),
        "09:00",
        "clear",
    ),
}


@table(ENZYMES)
def test_cardiac_enzymes(course: Course, at: str, expected: str) -> None:
    """criteria.md section 3, `cardiac-enzymes`: any above its own upper limit is absolute; they do not go
    stale.
    """
    assert seen(course, at, "cardiac-enzymes") == expected


ENZYME_ALERTS = {
    "opened at the sample, resolved at the sample": (
        course()
        .labs("06:00", known="07:05", troponin_t=above(0.02))
        .labs("07:10", known="07:15", troponin_t=above(0.01)),
        ["opened absolute 06:00 @07:05", "resolved clear 07:10 @07:15"],
    ),
    "never before the reminder that came in between": (
        course()
        .labs("06:00", known="07:05", troponin_t=above(0.02))
        .labs("12:00", known="13:00", troponin_t=above(0.01)),
        ["opened absolute 06:00 @07:05", "resolved clear 12:20 @13:00"],
    ),
    "withdrawn is amended": (
        course().labs("08:00", "l", troponin_t=above(0.02)).withdraw("l", "09:00"),
        ["opened absolute", "amended clear"],
    ),
    "corrected below is amended": (
        course().labs("08:00", "l", troponin_t=above(0.02)).correct("l", "09:00", troponin_t=above(0.005)),
        ["opened absolute", "amended clear"],
    ),
    "corrected to a value without limit ends the episode": (
        course()
        .labs("08:00", "l", troponin_t=above(0.02))
        .correct("l", "09:00", troponin_t=above(0.005, None)),
        ["opened absolute", "amended clear"],
    ),
    "corrected above opens": (
        course().labs("08:00", "l", troponin_t=above(0.005)).correct("l", "09:00", troponin_t=above(0.02)),
        ["opened absolute 08:00 @09:00"],
    ),
}


@table(ENZYME_ALERTS, "course expected")
def test_what_is_said_of_cardiac_enzymes(course: Course, expected: list[str]) -> None:
    """criteria.md section 9: `at` of an enzyme is its sample's; a correction or withdrawal is amended."""
    assert (timed if writes_times(expected) else transitions)(course, "cardiac-enzymes") == expected


@pytest.mark.parametrize("high", [None, 0.01, 1.0])
@pytest.mark.parametrize(("value", "expected"), [(0.05, "clear"), (0.051, "absolute")])
def test_a_sites_upper_limit_of_an_enzyme_outranks_the_printed_one(
    value: float, expected: str, high: float | None
) -> None:
    """criteria.md section 3.2, `cardiac-enzymes`: the site's configured limit if there is one, else `high`."""
    edition = SCHWARTZENTRUBER_2001
    rows = tuple(
        msgspec.structs.replace(row, limits={"troponin-t": 0.05}) if row.code == "cardiac-enzymes" else row
        for row in edition.rows
    )
    site = msgspec.structs.replace(edition, rows=rows)
    assert (
        seen(course().labs("08:00", troponin_t=above(value, high)), "09:00", "cardiac-enzymes", site)
        == expected
    )
