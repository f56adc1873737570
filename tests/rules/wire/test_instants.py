"""Instants on the wire: RFC 3339 in, milliseconds inside, `Z` out (wire.md, Events; criteria.md
section 1).
"""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.wire.instants import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    BadTime,
    parse,
    text,
)

TEN = 1_772_445_600_000  # 2026-03-02T10:00:00Z
FIRST, LAST = parse("0001-01-01T00:00:00Z"), parse("9999-12-31T23:59:59.999Z")


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-03-02T10:00:00Z", TEN),
        ("2026-03-02t10:00:00z", TEN),
        ("2026-03-02 10:00:00Z", TEN),
        ("2026-03-02T10:00:00+00:00", TEN),
        ("2026-03-02T10:00:00-00:00", TEN),
        ("2026-03-02T12:30:00+02:30", TEN),
        ("2026-03-01T22:00:00-12:00", TEN),
        ("2026-03-02T10:00:00.25Z", TEN + 250),
        ("2026-03-02T10:00:00.2509999Z", TEN + 250),
        ("2026-03-02T10:00:00.9999+00:00", TEN + 999),
        ("2026-03-02T12:00:00.001+02:00", TEN + 1),
        ("2026-03-02T10:00:00." + "1" * 5000 + "Z", TEN + 111),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("1969-12-31T23:59:59.500Z", -500),
    ],
)
def test_an_rfc_3339_time_is_read_to_the_millisecond(written, ms):
    assert parse(written) == ms


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2017-01-01T01:59:60.5+02:00", "2017-01-01T00:00:00.5Z"),
    ],
)
def test_a_leap_second_is_the_second_after_it(written, same):
    assert parse(written) == parse(same)


@pytest.mark.parametrize("written", ["2026-03-02T10:00:00", "2026-03-02 10:00:00.5", "2026-03-02t10:00:00"])
def test_a_time_without_offset_is_refused_and_says_so(written):
    with pytest.raises(BadTime, match="no offset"):
        parse(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Z",
        "now",
        "2026-03-02",
        "2026-03-02T10:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T10:60:00Z",
        "2026-03-02T10:00:61Z",
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-00-10T10:00:00Z",
        "26-03-02T10:00:00Z",
        "2026-3-2T10:00:00Z",
        "2026/03/02T10:00:00Z",
        "20260302T100000Z",
        "2026-W10-1T10:00:00Z",
        "2026-03-02_10:00:00Z",
        "2026-03-02T10-00-00Z",
        "2026-03-02T10:00:00.Z",
        "2026-03-02T10:00:00,5Z",
        "2026-03-02T10:00:00+0200",
        "2026-03-02T10:00:00+02",
        "2026-03-02T10:00:00+24:00",
        "2026-03-02T10:00:00+02:60",
        "2026-03-02T10:00:00Z ",
        " 2026-03-02T10:00:00Z",
        "2026-03-02T10:00:00Z\n",
        "2026-03-02T+1:00:00Z",
        "2026-03-02T 1:00:00Z",
        "2026-03-02T1_:00:00Z",
        "٢٠٢٦-03-02T10:00:00Z",
        "2026-03-02T١٠:00:00Z",
        "2026-03-02T10:00:00.٥Z",
        "1772445600000",
    ],
)
def test_what_is_not_an_rfc_3339_time_is_refused(written):
    with pytest.raises(BadTime, match="not an RFC 3339 time"):
        parse(written)


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59.999-00:01", "9999-12-31T23:59:60Z"]
)
def test_an_instant_outside_the_years_1_to_9999_is_refused(written):
    with pytest.raises(BadTime, match="years 1 to 9999"):
        parse(written)


def test_the_year_0_is_refused():
    with pytest.raises(BadTime):
        parse("0000-12-31T10:00:00Z")


@pytest.mark.parametrize(
    ("ms", "written"),
    [
        (TEN, "2026-03-02T10:00:00Z"),
        (TEN + 250, "2026-03-02T10:00:00.250Z"),
        (TEN + 7, "2026-03-02T10:00:00.007Z"),
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (FIRST, "0001-01-01T00:00:00Z"),
        (LAST, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_an_instant_is_printed_in_utc_with_milliseconds_only_when_there_are_any(ms, written):
    assert text(ms) == written


@pytest.mark.parametrize("ms", [FIRST - 1, LAST + 1])
def test_printing_an_instant_outside_the_years_1_to_9999_is_an_error(ms):
    with pytest.raises((ValueError, OverflowError)):
        text(ms)


@given(st.integers(FIRST, LAST))
def test_what_is_printed_reads_back_as_the_same_instant(ms):
    assert parse(text(ms)) == ms


@given(st.datetimes(), st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_every_offset_names_the_instant_the_calendar_does(local, minutes):
    assume(2 <= local.year <= 9998)
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    instant = (local - timedelta(minutes=minutes)).replace(tzinfo=UTC)
    whole = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert parse(f"{local.isoformat(timespec='microseconds')}{sign}{size // 60:02}:{size % 60:02}") == whole


@given(st.text(max_size=40))
def test_any_text_is_an_instant_or_a_bad_time(written):
    with contextlib.suppress(BadTime):
        assert FIRST <= parse(written) <= LAST


def test_the_units_of_time_are_milliseconds():
    assert (SECOND, MINUTE, HOUR, DAY) == (1000, 60_000, 3_600_000, 86_400_000)
