"""The engine against `tests/reference/packs`: each pack deciding, at three clocks of a generated course."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from rules.decide.engine import assessments, fold
from rules.guideline import SCHWARTZENTRUBER_2001, Guideline
from rules.guideline.packs.applied import with_packs
from rules.guideline.packs.registry import PACKS
from rules.ingest.decode import decode
from rules.wire import instants
from tests.campaigns import examples
from tests.reference.packs import KEYS, compare, generate
from tests.rules.wired import wire

Wire = dict[str, Any]
FIRST = int(os.environ.get("IL2WATCH_SEED", "50000"))
COURSES = examples(1)
MANY = 20
SHOWN = 20


def guideline(key: str) -> Guideline:
    return with_packs(SCHWARTZENTRUBER_2001, PACKS[key])


def assess(course: list[Wire], key: str, at: str) -> dict[str, Wire]:
    log = [event for event, _ in (decode(json.dumps(one)) for one in course) if event is not None]
    folded = fold(log, guideline(key), instants.parse(at))
    return {one.patient: wire(one) for one in assessments(folded)}


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COURSES))
def test_two_readings_of_the_packs_agree(seed: int) -> None:
    agree(seed)


ONCE_APART = {
    50431: "a denial after a resume brought psychosis-48h back",
    50754: "a withdrawn rate left an acceptance of a pack's row ended",
    50765: "a load charted late was judged from when it became known, over a dose",
    51018: "a correction ended a low pressure that could not be told; a stay began with the latches of the one before",
}
"""Seed -> what one of the two had read wrongly."""


@pytest.mark.parametrize("seed", ONCE_APART)
def test_two_readings_agree_about_what_one_had_read_wrongly(seed: int) -> None:
    agree(seed)


@pytest.mark.campaign("reference", slices=50)
def test_two_readings_of_the_packs_agree_over_many_courses(
    campaign_slice: int, figures: Callable[..., None]
) -> None:
    first = FIRST + MANY * campaign_slice
    for seed in range(first, first + MANY):
        agree(seed)
    packs = len(KEYS)
    figures(f"{MANY} courses from seed {first} x {packs} packs x 3 clocks: two readings agree", first=first)


def agree(seed: int) -> None:
    every = compare.differences(generate.course(seed), assess)
    assert not every, "\n".join([f"seed {seed}", *every[:SHOWN]])
