"""Whatever befalls whomever, no true value is one that the monitor would take for an artefact (criteria.md,
section 8).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.care.dosing import DosingPlan, naive
from simulators.course.closed_loop import course
from simulators.physiology.clinical_events import KINDS, ClinicalEvent
from simulators.physiology.cohort import ORGANS, drawn
from simulators.physiology.latent_state import LATENT, Chunk, generator
from tests.campaigns import examples

PLAUSIBLE = {
    "heart-rate": (20, 300), "systolic-bp": (30, 260), "diastolic-bp": (10, 200), "mean-bp": (20, 220), "spo2": (40, 100),
    "temperature": (30, 44), "respiratory-rate": (2, 80), "weight": (25, 350), "creatinine": (0.1, 30), "platelets": (1, 2000),
    "bilirubin": (0, 60), "potassium": (1, 10), "urine-rate": (0, 3000), "stool-rate": (0, 3000),
}  # fmt: skip
PATIENTS = 8
sizes = st.floats(0.5, 3)
befallen = st.builds(
    lambda patient, kind, start, lasts, size: ClinicalEvent(patient, kind, start, start + lasts, size),
    st.integers(0, PATIENTS - 1), st.sampled_from(list(KINDS)), st.integers(0, 2000), st.integers(30, 2880), sizes,
)  # fmt: skip


@settings(max_examples=examples(2), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1000), st.lists(befallen, max_size=24), st.floats(0.3, 2.2))
def test_no_true_value_looks_like_an_artefact(
    seed: int, happenings: list[ClinicalEvent], sensitive: float
) -> None:
    cohort = drawn(PATIENTS, generator(seed, "cohort"), dict.fromkeys(ORGANS, sensitive))
    for chunk in course(cohort, DosingPlan(2 * 1440, clinical_events=happenings), seed, naive):
        for name in LATENT:
            low, high = PLAUSIBLE.get(name, (0, np.inf))
            assert low <= chunk.latent[name].min() <= chunk.latent[name].max() <= high, name
        assert np.all(np.abs(chunk.latent["weight"] / cohort.weight - 1) < 0.25)
        assert not chunk.support["present"].any() or chunk.support["phenylephrine"].max() <= 20


@cache
def with_and_without() -> tuple[list[Chunk], list[Chunk]]:
    """The same patients without anything that befalls them, and with a kind each; nothing befalls the last."""
    happenings = [
        ClinicalEvent(patient, kind, 300, 800, 1.5 if kind != "bleeding" else 2.0)
        for patient, kind in enumerate(KINDS)
    ]
    plain, ill = (
        list(
            course(
                drawn(len(KINDS) + 1, generator(1, "cohort")),
                DosingPlan(840, clinical_events=befalls),
                1,
                naive,
            )
        )
        for befalls in ((), happenings)
    )
    return plain, ill


UNFELT = (
    "missed-charting",
    "bad-reading",
    "bag-change",
    "clock-ahead",
    "discharge-in-error",
    "oxygen-withheld",
    "agitation",
    "conversion-uncharted",
    None,
)
"""What changes the charting, or the care, and no latent sign of these courses."""


@pytest.mark.parametrize("kind", [*KINDS, None])
def test_every_kind_of_happening_is_felt_by_who_has_it_or_says_that_it_is_not(kind: str | None) -> None:
    """A kind that nothing reads would be a scenario that rehearses nothing; `UNFELT` says which
    touch no body.
    """
    patient = [*KINDS, None].index(kind)
    same = all(
        np.array_equal(a.latent[name][:, patient], b.latent[name][:, patient])
        for a, b in zip(*with_and_without(), strict=True)
        for name in LATENT
    )
    assert same == (kind in UNFELT)
