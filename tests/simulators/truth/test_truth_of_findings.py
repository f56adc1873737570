"""Findings: what is there is so; a changed mind has two hours to come back."""

from __future__ import annotations

import pytest

from simulators.physiology.latent_state import FINDINGS
from simulators.truth.criteria import RHYTHMS, ROWS
from tests.simulators.truth.lived import levels, lived, spans


@pytest.mark.parametrize(
    ("latent", "row", "by_level"),
    [
        ("rales", "rales", ["relative", "absolute"]),
        ("bleeding", "bleeding", ["relative", "absolute"]),
        ("extremities", "extremities", ["relative", "absolute"]),
        ("abdominal-distention", "abdominal-distention", ["relative", "absolute"]),
        ("emotional-lability", "emotional-lability", ["relative", "absolute"]),
        ("desquamation", "moist-desquamation", ["absolute"]),
        ("vivid-dreams", "vivid-dreams", ["relative"]),
        ("dyspnea", "dyspnea", ["relative"]),
        ("ischemia", "ecg-ischemia", ["absolute"]),
        ("vomiting", "refractory-vomiting", ["absolute"]),
        ("abdominal-pain", "abdominal-pain", ["absolute"]),
        ("infection", "infection", ["absolute"]),
        ("hallucination", "hallucination", ["absolute"]),
        ("cognition", "cognition", ["absolute"]),
        ("disorientation", "disorientation", ["absolute"]),
        ("intubation", "intubation", ["absolute"]),
        ("effusion", "pleural-effusion", ["absolute"]),
    ],
)
def test_a_finding_is_graded_by_its_level_while_it_lasts(latent: str, row: str, by_level: list[str]) -> None:
    for level, found in enumerate(by_level, 1):
        assert spans(lived(120, {latent: [(0, 0), (30, level), (60, 0)]}), row) == [(31, 61, found)]


@pytest.mark.parametrize(("row", "rhythm"), RHYTHMS.items())
def test_each_rhythm_is_its_own_absolute_row(row: str, rhythm: int) -> None:
    truth = lived(60, {"rhythm": rhythm})
    assert [code for code in RHYTHMS if levels(truth, code) == ["absolute"]] == [row]


@pytest.mark.parametrize(
    ("lasts", "found"), [(120, []), (121, [(151, 152, "absolute")]), (200, [(151, 231, "absolute")])]
)
def test_a_changed_mind_is_absolute_once_two_hours_have_not_reversed_it(
    lasts: int, found: list[tuple[int, int, str]]
) -> None:
    assert spans(lived(400, {"mental-status": [(0, 0), (30, 1), (30 + lasts, 0)]}), "mental-status") == found


def test_every_latent_finding_has_its_row() -> None:
    assert {row.latent for row in ROWS.values()} | {"rhythm", "mental-status"} == set(FINDINGS)
