"""A finding says what its code says: by `present`, or by `value` (wire.md, finding codes)."""

from __future__ import annotations

import pytest

from rules.wire.vocabulary import DONE_FINDINGS, PRESENT_FINDINGS, VALUE_FINDINGS
from tests.rules.courses import Course, folded, states_at


def charted(code: str, **fields: object) -> str:
    course = Course().start("00:00").add("finding", "08:00", code=code, **fields)
    (sign,) = folded(course, "08:00").patients[course.patient].chart.findings[code]
    return sign.value


@pytest.mark.parametrize("code", [*PRESENT_FINDINGS, *DONE_FINDINGS])
@pytest.mark.parametrize("value", ["normal", "half", "present", "absent", "", None])
@pytest.mark.parametrize(("present", "word"), [(True, "present"), (False, "absent")])
def test_a_stray_value_beside_present_says_nothing(code, value, present, word):
    assert charted(code, present=present, value=value) == word


@pytest.mark.parametrize("code", DONE_FINDINGS)
@pytest.mark.parametrize("fields", [{}, {"present": None}, {"value": "seen"}])
def test_what_does_not_say_that_it_was_done_was_not(code, fields):
    assert charted(code, **fields) == "absent"


@pytest.mark.parametrize(
    ("code", "value"), [(code, one) for code, words in VALUE_FINDINGS.items() for one in words]
)
@pytest.mark.parametrize("present", [True, False, None])
def test_a_stray_present_beside_a_value_says_nothing(code, value, present):
    assert charted(code, present=present, value=value) == value


def test_frank_blood_with_a_stray_value_is_seen():
    course = (
        Course().start("00:00").add("finding", "08:00", code="frank-blood", present=True, value="moderate")
    )
    assert states_at(course, "09:00")["criteria"]["bleeding"]["state"] == "absolute"
