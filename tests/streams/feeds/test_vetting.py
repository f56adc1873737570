"""What passes without being vetted again is what the engine's own reader takes."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.wire.vocabulary import VITALS
from streams.feeds.mapping.vetting import Passed, note_passed, passes_again, vetted
from streams.feeds.mapping.wire_events import SentLabs, SentReading, SentVitals

AT = "2026-03-02T15:00:00Z"
NUMBERS = some.floats() | some.integers(-(10**15), 10**15).map(float)


def event(
    code: str = "heart-rate", value: float | str | None = 90.0, unit: str | None = "/min"
) -> SentVitals:
    return SentVitals(id="v1", patient="p1", at=AT, source="ward", readings=(SentReading(code, value, unit),))


PAIRS = [(code, unit) for code, unit in VITALS.items() if unit] + [
    ("systolic-bp", "kPa"), ("temperature", "[degF]"), ("fio2", "1"), ("weight", "g"), ("weight", "[lb_av]"),
]  # fmt: skip


@given(some.sampled_from(PAIRS), NUMBERS)
def test_what_passes_again_would_have_passed(pair: tuple[str, str], again: float) -> None:
    code, unit = pair
    passed: Passed = set()
    assert vetted(event(code, 1.0, unit)).problem is None
    note_passed(event(code, 1.0, unit), passed)
    other = msgspec.structs.replace(event(code, again, unit), id="v2", at="2026-03-02T16:00:00Z")
    assert not passes_again(other, passed) or vetted(other).problem is None


@pytest.mark.parametrize(
    "other",
    [
        event(value="90"),
        event(value=math.inf),
        event(value=1e300),
        event(value=None),
        event(code="spo2"),
        event(unit="kPa"),
        msgspec.structs.replace(event(), patient="p\u200b"),
        msgspec.structs.replace(event(), source="other"),
        msgspec.structs.replace(event(), status="cancelled"),
        msgspec.structs.replace(event(), readings=event().readings * 2),
        msgspec.structs.replace(event(), readings=()),
        SentLabs(id="v1", patient="p1", at=AT, source="ward", readings=event().readings),
    ],
    ids=str,
)
def test_anything_else_is_vetted_whole(other: SentVitals) -> None:
    passed: Passed = set()
    note_passed(event(), passed)
    assert passes_again(event(value=91.0), passed)
    assert not passes_again(other, passed)
