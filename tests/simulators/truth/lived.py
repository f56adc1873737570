"""Courses of one patient written minute by minute, for the witness to see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from simulators.charting.writer import Vitals
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort, drawn
from simulators.physiology.latent_state import CHUNK, LATENT, SUPPORT, Act, Chunk
from simulators.truth.file import Truth
from simulators.truth.ground_truth import GroundTruth

ORIGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
HEALTHY = {
    "heart-rate": 80.0, "systolic-bp": 120.0, "temperature": 37.0, "spo2": 98.0, "weight": 70.0, "urine-rate": 60.0,
    "creatinine": 1.0, "platelets": 200.0, "bilirubin": 0.6, "ck-mb": 1.0, "troponin-t": 0.004,
}  # fmt: skip
Course = Sequence[tuple[int, float]]
START = Act(0, 0, "cycle-start", {})


def patient(systolic: float = 124.0, weight: float = 70.0, spo2: float = 98.0) -> Cohort:
    """One patient of this baseline."""
    traits = {"systolic": systolic, "weight": weight, "spo2": spo2}
    return drawn(1, np.random.default_rng(1), traits, spread=0)


def dose(minute: int, given: bool = True) -> Act:
    return Act(minute, 0, "dose", {"given": given, "amount": 600_000, "reason": None})


def steps(course: Course | float, minutes: int) -> np.ndarray:
    """(minute, value) pairs, each holding from its minute on until the next; the first from the origin."""
    values = np.empty((minutes, 1))
    for minute, value in [(0, course)] if isinstance(course, int | float) else course:
        values[minute:] = value
    return values


def lived(
    minutes: int,
    latent: Mapping[str, Course | float] | None = None,
    support: Mapping[str, Course | float] | None = None,
    acts: Iterable[Act] = (START,),
    happenings: Iterable[ClinicalEvent] = (),
    who: Cohort | None = None,
    charting: Vitals = "minute",
) -> Truth:
    """What the witness says of a patient who is healthy but for what is given; row i holds for minute i, its
    instant being i + 1.
    """
    body = {code: steps(HEALTHY.get(code, 0.0), minutes) for code in LATENT}
    body |= {code: steps(course, minutes) for code, course in (latent or {}).items()}
    care = {
        code: steps(1.0 if code == "present" else 21.0 if code == "fio2" else 0.0, minutes)
        for code in SUPPORT
    }
    care |= {code: steps(course, minutes) for code, course in (support or {}).items()}
    witness = GroundTruth(who or patient(), ORIGIN, ["test"], list(happenings), [charting])
    for start in range(0, minutes, CHUNK):
        rows = slice(start, min(start + CHUNK, minutes))
        mine = [act for act in acts if start <= act.minute < rows.stop]
        witness.see(
            Chunk(start, {c: a[rows] for c, a in body.items()}, {c: a[rows] for c, a in care.items()}, mine)
        )
    return next(witness.truths())


def spans(truth: Truth, code: str) -> list[tuple[int, int, str]]:
    """The criterion's intervals as minutes since the origin."""
    return [(minute(one.start), minute(one.end), one.level) for one in truth.criteria.get(code, [])]


def minute(at: datetime) -> int:
    return round((at - ORIGIN).total_seconds() / 60)


def levels(truth: Truth, code: str) -> list[str]:
    """The criterion's levels in their order."""
    return [level for _, _, level in spans(truth, code)]
