"""What passes without being vetted again is what the engine's own reader takes, and makes of it."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.wire.vocabulary import LABS, VITALS
from streams.feeds.mapping.vetting import Passed, vetted
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
    passed = noted(event(code, 1.0, unit))
    other = msgspec.structs.replace(event(code, again, unit), id="v2", at="2026-03-02T16:00:00Z")
    assert passed.again(other) is None or vetted(other).problem is None


def noted(first: SentVitals | SentLabs) -> Passed:
    passed, found = Passed(), vetted(first)
    assert found.problem is None
    passed.note(first, found.event)
    return passed


def result(code: str, unit: str | None, value: float = 1.0, **limits: Any) -> SentLabs:
    return SentLabs(
        id="l1", patient="p1", at=AT, source="ward", readings=(SentReading(code, value, unit, **limits),)
    )


LIMITS = [
    {}, {"low": 0.5, "high": 2.5}, {"low": 3.0, "high": 2.0}, {"high": 0.0}, {"high": 4.0}, {"low": 1.0},
    {"comparator": "<"}, {"low": 0.5, "high": 2.5, "comparator": ">="},
]  # fmt: skip


@given(some.sampled_from([*LABS.items()]), NUMBERS, some.sampled_from(LIMITS), some.sampled_from([None, AT]))
def test_of_a_result_that_passes_again_the_worker_makes_what_it_would_have_made(
    pair: tuple[str, str], again: float, limits: dict[str, Any], known: str | None
) -> None:
    code, unit = pair
    passed = noted(result(code, unit, **limits))
    at = "2026-03-02T16:00:00.250Z"
    other = msgspec.structs.replace(result(code, unit, again, **limits), id="l2", at=at, known=known and at)
    found, whole = passed.again(other), vetted(other)
    if found is not None:
        assert found == whole
        assert found.digest == whole.digest


def test_a_result_in_another_unit_than_the_engines_is_vetted_whole() -> None:
    assert noted(result("creatinine", "umol/L")).again(result("creatinine", "umol/L", 2.0)) is None
    assert noted(result("creatinine", "mg/dL")).again(result("creatinine", "mg/dL", 2.0)) is not None


OTHERS = [
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
]
OF_A_RESULT = [
    result("potassium", "mmol/L", math.nan),
    result("sodium", "mmol/L"),
    result("potassium", "mmol/L", high=5.1),
    result("potassium", "mmol/L", comparator=">"),
    msgspec.structs.replace(result("potassium", "mmol/L"), status="corrected"),
]


@pytest.mark.parametrize(
    ("first", "other"),
    [
        *((event(), other) for other in OTHERS),
        *((result("potassium", "mmol/L"), other) for other in OF_A_RESULT),
    ],
    ids=str,
)
def test_anything_else_is_vetted_whole(first: SentVitals | SentLabs, other: SentVitals | SentLabs) -> None:
    passed = noted(first)
    assert passed.again(first) is not None
    assert passed.again(other) is None
