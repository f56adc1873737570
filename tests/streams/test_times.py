"""Instants as they are typed and read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rules.wire.instants import aware
from streams.errors import UsageError
from streams.times import ZONE, instant, localized, short, wire, zone_name


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


@pytest.fixture
def berlin() -> Iterator[None]:
    """The site's zone is Berlin's: an hour ahead of UTC in winter, two in summer."""
    token = ZONE.set("Europe/Berlin")
    yield
    ZONE.reset(token)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "-"),
        ("2026-03-02T10:00:00Z", "2026-03-02 11:00"),
        ("2026-03-02T23:30:30Z", "2026-03-03 00:30:30"),
        ("2026-07-02T10:00:00Z", "2026-07-02 12:00"),
    ],
)
def test_people_read_the_time_of_the_site(text: str | None, expected: str) -> None:
    """criteria.md section 10: the site's time zone."""
    assert short(text) == expected


@pytest.mark.usefixtures("berlin")
def test_the_zone_is_named_with_its_offset() -> None:
    """criteria.md section 10: its offset or name once per screen."""
    names = [zone_name(instant(f"2026-{month}-02T10:00:00Z")) for month in ("03", "07")]
    assert names == ["Europe/Berlin, UTC+01:00", "Europe/Berlin, UTC+02:00"]


@pytest.mark.usefixtures("berlin")
def test_the_times_within_a_text_are_the_sites_too() -> None:
    sentence = "judged at 2026-03-02T10:00:00Z, in 2 h"
    assert localized(sentence) == "judged at 2026-03-02 11:00, in 2 h"


def test_utc_stays_as_it_is() -> None:
    assert zone_name(0) == "UTC"
    assert localized("at 2026-03-02T10:00:00Z") == "at 2026-03-02T10:00:00Z"
