"""Instants as they are typed and read."""

from __future__ import annotations

import pytest

from rules.wire.instants import aware
from streams.errors import UsageError
from streams.times import instant, short, wire


@pytest.mark.parametrize(
    "text", ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00+01:00", " 2026-03-02T10:00:00.000Z "]
)
def test_one_instant_has_many_spellings_and_one_on_the_wire(text: str) -> None:
    assert wire(instant(text)) == "2026-03-02T10:00:00Z"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-03-02T10:00:00", "has no offset"),
        ("yesterday", "is not an RFC 3339 time"),
        ("", "is not an RFC 3339 time"),
    ],
)
def test_a_time_that_is_none_says_how_to_write_it(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=f"{why}.*write it like"):
        instant(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "-"),
        ("2026-03-02T10:00:00Z", "2026-03-02 10:00Z"),
        ("2026-03-02T10:00:30Z", "2026-03-02 10:00:30Z"),
        ("2026-03-02T10:00:00.250Z", "2026-03-02 10:00:00.250Z"),
    ],
)
def test_a_wire_time_is_shortened_for_reading_and_loses_nothing(text: str | None, expected: str) -> None:
    assert short(text) == expected


def test_an_aware_time_is_utc() -> None:
    assert aware(instant("2026-03-02T10:00:00Z")).isoformat() == "2026-03-02T10:00:00+00:00"
