"""Scenarios as data: named, documented, and made of what the bedside knows."""

from __future__ import annotations

import numpy as np
import pytest

from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from simulators.physiology.clinical_events import KINDS
from simulators.physiology.cohort import BODY, DRAWN_LABS, ORGANS
from simulators.scenarios import ALL, OF_PACKS, SCENARIOS
from simulators.scenarios.scenario import Scenario

NAMED = (
    "uneventful", "typical-course", "oliguria-responds", "urine-at-the-limit", "oliguria-renal-failure", "pressor-wean-fails",
    "norepinephrine", "bag-change", "peak-hypotension-only",
    "tachycardia-with-fever", "atrial-fibrillation", "chronic-fibrillation", "pulmonary-edema", "hypoxia-untreated", "neurotoxicity-late",
    "thrombocytopenia-bleeding", "sepsis", "hepatic",
    "diarrhea", "missed-charting", "unseen-night", "wrong-clock", "single-bad-readings", "discharge-in-error", "delay-beyond-24h",
    "til-unit", "occult-blood-retested", "fibrillation-converted", "fibrillation-uncharted", "agitation", "long-intubation", "two-cycles",
    "ward",
)  # fmt: skip


def test_every_promised_scenario_is_there_once() -> None:
    assert tuple(SCENARIOS) == NAMED
    assert len(ALL) == len(SCENARIOS)


@pytest.mark.parametrize("scenario", ALL, ids=SCENARIOS)
def test_a_scenario_says_what_it_rehearses_and_names_only_what_there_is(scenario: Scenario) -> None:
    assert "rehearses" in scenario.says or scenario.mix
    assert {imposed.kind for imposed in scenario.imposed} <= set(KINDS)
    assert set(scenario.cohort) <= {*BODY, *DRAWN_LABS, *ORGANS}
    assert {expected.code for expected in scenario.expected} <= {row.code for row in GUIDELINE.rows} | {
        "hypotension"
    }
    assert set(scenario.mix) <= set(SCENARIOS) - {scenario.name}


@pytest.mark.parametrize("scenario", ALL, ids=SCENARIOS)
def test_every_span_runs_upwards(scenario: Scenario) -> None:
    spans = [*scenario.cohort.values(), *(span for imposed in scenario.imposed for span in imposed[1:])]
    assert [span for span in spans if span[0] > span[1]] == []


def test_the_ward_has_all_whose_records_are_taken_and_their_shares_make_a_whole() -> None:
    assert set(SCENARIOS["ward"].mix) == set(SCENARIOS) - {"ward", "wrong-clock", *OF_PACKS}
    assert np.isclose(sum(SCENARIOS["ward"].mix.values()), 1.0)
