"""The scripted ward: the same every time, well formed, and each patient's story told within the first hours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from rules.alerts import Alert
from rules.course import fold
from rules.decode import decode
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from simulators import scripted
from simulators.scripted_stories import STORIES

ROOT = Path(__file__).parents[2]
SOON_H = 4


@cache
def alerts() -> list[Alert]:
    events = [event for one in scripted.ward().events for event in [decode(json.dumps(one).encode())[0]] if event is not None]
    return list(fold(events, GUIDELINE).alerts)


def hour(alert: Alert) -> float:
    return alert.decided / 3_600_000 - scripted.OPENS.timestamp() / 3600


def test_every_run_writes_the_same_lines() -> None:
    once = subprocess.run([sys.executable, "-m", "simulators.scripted"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [json.loads(line) for line in once.splitlines()] == scripted.ward().events


def test_every_fact_is_taken_without_a_problem() -> None:
    assert [problems for event in scripted.ward().events for problems in [decode(json.dumps(event).encode())[1]] if problems] == []


def test_ids_are_unique_within_a_patient_and_facts_stand_in_order_of_knowing() -> None:
    events = scripted.ward(10).events
    assert max(Counter((event["patient"], event["id"]) for event in events).values()) == 1
    known = [event.get("known", event["at"]) for event in events]
    assert known == sorted(known)


@pytest.mark.parametrize(
    ("patient", "subject", "transition", "level"),
    [
        ("oliguria", "urine-hour", "worsened", "absolute"),
        ("oliguria", "urine-hour", "resolved", "clear"),
        ("oliguria", "recommendation", "resolved", "clear"),
        ("pressor", "phenylephrine-maximum", "worsened", "absolute"),
        ("pressor", "phenylephrine-minimum", "opened", "absolute"),
        ("fibrillation", "sinus-tachycardia", "opened", "relative"),
        ("fibrillation", "atrial-fibrillation", "opened", "absolute"),
        ("fibrillation", "hypokalemia", "opened", "advisory"),
        ("fibrillation", "recommendation", "resolved", "clear"),
        ("edema", "oxygen-requirement", "opened", "relative"),
        ("edema", "recommendation", "worsened", "absolute"),
        ("edema", "recommendation", "improved", "relative"),
        ("uncharted", "monitoring/vital-signs", "opened", "technical"),
        ("uncharted", "recommendation", "opened", "advisory"),
        ("uncharted", "recommendation", "resolved", "clear"),
        ("bleeding", "bleeding", "worsened", "absolute"),
        ("bleeding", "platelets", "worsened", "absolute"),
        ("neurotoxic", "mental-status-watch", "opened", "advisory"),
        ("neurotoxic", "mental-status", "opened", "absolute"),
        ("neurotoxic", "disorientation", "opened", "absolute"),
    ],
)
def test_the_story_is_told_within_four_hours_of_the_opening(patient: str, subject: str, transition: str, level: str) -> None:
    told = {(one.patient, one.subject, one.transition, one.level) for one in alerts() if 0 <= hour(one) <= SOON_H}
    assert (patient, subject, transition, level) in told


@pytest.mark.parametrize(
    ("patient", "rule"), [("pressor", "pressor-dependence"), ("fibrillation", "arrhythmia"), ("neurotoxic", "neuropsychiatric")]
)
def test_a_stop_names_its_rule(patient: str, rule: str) -> None:
    assert any(one.patient == patient and f"stop-rule:{rule}" in one.message for one in alerts())


def test_the_uneventful_patient_needs_no_decision() -> None:
    assert {one.level for one in alerts() if one.patient == "uneventful"} == {"advisory", "clear"}


def test_from_the_opening_on_something_happens_every_half_hour() -> None:
    hours = sorted(hour(one) for one in alerts() if 0 <= hour(one) <= SOON_H and not one.patient.startswith(("bleeding", "neurotoxic")))
    assert hours[0] == 0
    assert max(later - earlier for earlier, later in pairwise(hours)) <= 0.5


def test_a_larger_ward_tells_the_stories_again_a_little_later() -> None:
    ward = scripted.ward(len(STORIES) + 1)
    again = f"{STORIES[0].patient}-2"
    assert list(ward.stories)[-1] == again
    assert ward.stories[again] == STORIES[0].says
    first = {one: next(event["at"] for event in ward.events if event["patient"] == one) for one in (STORIES[0].patient, again)}
    assert first[again] > first[STORIES[0].patient]
    assert timedelta(minutes=7) == scripted.APART


def test_between_the_hours_it_says_a_track_goes_straight() -> None:
    track = {0.0: 100.0, 2.0: 80.0, 4.0: 90.0}
    assert [scripted.along(track, hour) for hour in (-1, 0, 1, 2, 3, 9)] == [100, 100, 90, 80, 85, 90]
