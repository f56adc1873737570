"""Times of messages (docs/spec/feeds.md, Time)."""

from __future__ import annotations

import pytest

from rules.wire.instants import BadTime, text
from streams.feeds.mapping.times import Zones, parse, resolve, resolve_fhir, zones

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
GOOD = [
    ("20260302100000-0500", "", None, "2026-03-02T15:00:00Z"),
    ("20260302100000-0030", "", None, "2026-03-02T10:30:00Z"),
    ("20260302100000+1345", "", None, "2026-03-01T20:15:00Z"),
    ("20260302100000.1239-0500", "", None, "2026-03-02T15:00:00.123Z"),
    ("202603021000-0500", "", None, "2026-03-02T15:00:00Z"),
    ("2026030210-0500", "", None, "2026-03-02T15:00:00Z"),
    (" 20260302100000-0500 ", "", None, "2026-03-02T15:00:00Z"),
    ("20260302100000", "20260302100500+0100", BERLIN, "2026-03-02T09:00:00Z"),
    ("20260302100000", "20260302100500-0500", BERLIN, "2026-03-02T15:00:00Z"),
    ("20260302100000", "20260302100500-0000", BERLIN, "2026-03-02T09:00:00Z"),
    ("20260302100000-0000", "20260302100500", BERLIN, "2026-03-02T09:00:00Z"),
    ("20260302100000", "20260302100500", NEW_YORK, "2026-03-02T15:00:00Z"),
    ("20260308013000", "20260308040000", NEW_YORK, "2026-03-08T06:30:00Z"),
    ("20261101003000", "20261101004000", NEW_YORK, "2026-11-01T04:30:00Z"),
    ("20261101023000", "20261101024000", NEW_YORK, "2026-11-01T07:30:00Z"),
    ("20261101013000", "20261101011000", NEW_YORK, "2026-11-01T05:30:00Z"),
    ("20261101013000", "20261101013500-0400", NEW_YORK, "2026-11-01T05:30:00Z"),
    ("20261025023000", "20261025021000", BERLIN, "2026-10-25T00:30:00Z"),
]
BAD = [
    ("20260302", "", BERLIN, "only a day"),
    ("202603", "", BERLIN, "only a year or month"),
    ("20260302240000-0500", "", None, "no time that exists"),
    ("20260302100060-0500", "", None, "no time that exists"),
    ("20260230100000-0500", "", None, "no time that exists"),
    ("20260302100000Z", "", None, "no HL7 time"),
    ("20260302100000-0500x", "", None, "no HL7 time"),
    ("2026-03-02T10:00:00", "", BERLIN, "no HL7 time"),
    ("01/15/2025 14:30:00", "", BERLIN, "no HL7 time"),
    ("20260302100000+2500", "", None, "an offset that no zone has"),
    ("", "", BERLIN, "no HL7 time"),
    ("20260302100000", "20260302100500", None, "no zone"),
    ("20260302100000", "", None, "no zone"),
    ("20261101013000", "20261101013000", NEW_YORK, "happens twice"),
    ("20261101013000", "20261101090000", NEW_YORK, "happens twice"),
    ("20261101013000", "", NEW_YORK, "happens twice"),
    ("20260308023000", "20260308040000", NEW_YORK, "does not exist"),
    ("20260329023000", "20260329040000", BERLIN, "does not exist"),
]


@pytest.mark.parametrize(("written", "message", "zone", "expected"), GOOD)
def test_a_time_is_an_instant(written: str, message: str, zone: str | None, expected: str) -> None:
    assert text(resolve(written, zones(message, zone))) == expected


@pytest.mark.parametrize(("written", "message", "zone", "why"), BAD)
def test_what_is_no_instant_is_refused_and_says_why(
    written: str, message: str, zone: str | None, why: str
) -> None:
    with pytest.raises(BadTime, match=why):
        resolve(written, zones(message, zone))


def test_a_time_without_seconds_is_coarse() -> None:
    assert [parse(each).coarse for each in ("2026030210", "202603021000", "20260302100000")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-02T10:00:00-05:00", "2026-03-02T15:00:00Z"),
        ("2026-03-02T10:00:00.250Z", "2026-03-02T10:00:00.250Z"),
    ],
)
def test_a_fhir_time_carries_its_zone(written: str, expected: str) -> None:
    assert text(resolve_fhir(written)) == expected


@pytest.mark.parametrize(
    "written", ["2026", "2026-03", "2026-03-02", "2026-03-02T10:00:00", "2026-03-02T10:00:60Z"]
)
def test_a_fhir_time_without_zone_or_hour_is_refused(written: str) -> None:
    with pytest.raises(BadTime):
        resolve_fhir(written)


def test_zones_of_a_message_without_a_time_are_the_feeds() -> None:
    assert zones("", BERLIN) == Zones(None, BERLIN)
