"""The engine against `tests/reference`, a second reading of criteria.md by another hand, that decides
everything from nothing.

Compared: every state, count, reason, blocker, deadline and open advice at several clocks, and every
transition with its level, instants and context (`compare.py` names what the text leaves open).
"""

import json
import os
import re
from collections.abc import Callable
from typing import Any

import pytest

from rules.decide.engine import assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire import instants
from tests.campaigns import examples
from tests.reference import compare, generate
from tests.rules.wired import wire

Wire = dict[str, Any]
FIRST = int(os.environ.get("IL2WATCH_SEED", "1000"))
COURSES = examples(5)
MANY = 20
SHOWN = 20


def log(course: list[Wire]) -> list[Any]:
    return [event for event, _ in (decode(json.dumps(one)) for one in course) if event is not None]


def assess(course: list[Wire], at: str | None) -> dict[str, Wire]:
    assert at is not None
    return {one.patient: wire(one) for one in assessments(fold(log(course), GUIDELINE, instants.parse(at)))}


def run(course: list[Wire], until: str | None) -> list[Wire]:
    assert until is not None
    return [wire(alert) for alert in fold(log(course), GUIDELINE, instants.parse(until)).alerts]


APART = {
    1003: "which of two states that hold alone a worsening of the pressor load comes before",
    1004: "an infusion nobody knows that ran before the cycle; an ending by a correction told as `resolved`",
}
"""Courses on which the two readings are still apart, and by what."""


def courses() -> list[Any]:
    """Return the seeds; those on which the readings are apart are expected to differ."""
    return [
        pytest.param(seed, marks=pytest.mark.xfail(reason=APART[seed], strict=False) if seed in APART else ())
        for seed in range(FIRST, FIRST + COURSES)
    ]


LEFT_OPEN = re.compile(
    r"pressors\.agents|\.(missing|since|evidence|value)$|: (value|evidence)$|eligibility resolved|urine-shift opened"
)
"""What the two readings word differently and neither text nor case settles: the units of the pressors that
run; what is missing beside a kept state; since when a state kept over a gap holds; which facts are evidence
and the value printed with them; the `at` of the end of eligibility and of a shift decided late.
"""


@pytest.mark.parametrize("seed", courses())
def test_two_readings_of_the_rules_agree(seed: int) -> None:
    agree(seed)


@pytest.mark.campaign("reference", slices=60)
def test_two_readings_of_the_rules_agree_over_many_courses(
    campaign_slice: int, figures: Callable[..., None]
) -> None:
    first = FIRST + MANY * campaign_slice
    for seed in range(first, first + MANY):
        agree(seed)
    figures(f"{MANY} courses from seed {first}: two readings agree", first=first, courses=MANY)


def agree(seed: int) -> None:
    every = compare.differences(generate.course(seed), assess, run)
    found = [line for line in every if not LEFT_OPEN.search(line.split(": reference")[0])]
    assert not found, "\n".join([f"seed {seed}", *found[:SHOWN]])
