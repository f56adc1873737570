"""The engine against `tests/reference`, a second reading of criteria.md by another hand, that decides
everything from nothing.

Compared: every state, count, reason, deadline and open advice at several clocks, and every transition with
its level and instant. Not compared, because the text leaves both readings open: who is evidence of a state
long after it began, the `at` of an amended transition, whether an `ack` at the very instant of an opening
counts, a rate whose weight becomes known later, whether "within 8 h" of a dose includes the eighth, and
whether a denied `iv-site` was looked at.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from rules.decide.engine import assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire import instants
from tests import reference
from tests.campaigns import examples
from tests.reference import compare, generate
from tests.rules.wired import wire

Wire = dict[str, Any]
LEFT_OPEN = ("early-fever-expected", "monitoring/iv-site")
FIRST = int(os.environ.get("IL2WATCH_SEED", "1000"))
COURSES = examples(5)
MANY = 20
LOWERED = ("improved", "resolved", "amended")


def view(assessment: Wire) -> Wire:
    dose = assessment["dose"]
    return {
        "criteria": {row["code"]: (row["state"], row["stale"]) for row in assessment["criteria"]},
        "pressure": {
            key: assessment["blood_pressure"][key]
            for key in ("target", "assumed", "latest", "state", "phase")
        },
        "said": {
            key: assessment[key] for key in ("mode", "recommendation", "reasons", "relative", "absolute")
        },
        "dose": {key: dose[key] for key in ("last", "number", "due", "readiness")},
        "advice": {
            (one["code"], one["subject"]) for one in assessment["advice"] if one["code"] not in LEFT_OPEN
        },
        "overdue": {
            one["what"] for one in assessment["monitoring"] if one["overdue"] and one["what"] != "iv-site"
        },
        "eligibility": {one["item"]: one["state"] for one in assessment["eligibility"]},
        "fluids": round(assessment["fluids"]["above_maintenance_24h_ml"], 3),
    }


def transitions(alerts: list[Wire]) -> Counter[tuple[str, ...]]:
    """Transitions as (patient, subject, direction, level, decided); reminders depend on acknowledgements at
    an opening.
    """
    return Counter(
        (
            one["patient"],
            one["subject"],
            "lowered" if one["transition"] in LOWERED else one["transition"],
            one["level"],
            one["decided"],
        )
        for one in alerts
        if one["transition"] != "reminder" and one["subject"] not in LEFT_OPEN
    )


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COURSES))
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
    course = generate.course(seed, per_minute=0)
    log = [event for event, _ in (decode(json.dumps(one)) for one in course) if event is not None]
    clocks = compare.instants(course, 6)
    for at, expected in zip(clocks, reference.assess_at(course, clocks), strict=True):
        wanted = {name: view(one) for name, one in expected.items()}
        got = {one.patient: view(wire(one)) for one in assessments(fold(log, GUIDELINE, instants.parse(at)))}
        assert got == wanted
    assert transitions([wire(alert) for alert in fold(log, GUIDELINE).alerts]) == transitions(
        reference.run(course)
    )
