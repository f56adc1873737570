"""What packs evaluate alike is evaluated once, and changes nothing of what any of them comes to."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from rules.decide.codec import encode
from rules.decide.dose_clock import strictness, verdict
from rules.decide.engine import advance, settled
from rules.decide.overlays import beside, overlay_verdict
from rules.decide.state import Patient
from rules.evaluate import judgement
from rules.evaluate.rows import rolling_volume
from rules.guideline import Guideline
from rules.guideline.declarations import RollingVolumeRow
from rules.ingest.decode import decode
from rules.wire.assessments import STRICT
from rules.wire.events import Event
from tests.packs.moments import MOMENTS, NOW, PACKS
from tests.packs.support import folded, site
from tests.reference.packs.generate import course

SEEDS = (80_000, 80_007, 80_011)


def generated(seed: int) -> list[Event]:
    found = (decode(json.dumps(record))[0] for record in course(seed))
    return sorted((event for event in found if event is not None), key=lambda event: event.known)


def lived(seed: int, guideline: Guideline) -> Iterator[Patient]:
    """Yield the patients of a generated course after each event."""
    patients: dict[str, Patient | None] = {}
    for event in generated(seed):
        for name in [event.patient] if event.patient != "*" else list(patients):
            patients[name], _, _ = advance(patients.get(name), event, guideline)
            patient = patients[name]
            if patient is not None:
                yield patient


@pytest.mark.parametrize("deciding", PACKS)
def test_how_strict_a_verdict_is_is_what_its_word_says(deciding: str) -> None:
    guideline = site(deciding, *(key for key in PACKS if key != deciding and key != PACKS[0]))
    seen = set()
    for moment in MOMENTS:
        (found,) = folded(moment.events, guideline, NOW).patients.values()
        patient = settled(found)
        assert strictness(patient) == STRICT.get(verdict(patient).word, 0), moment.name
        for one in guideline.overlays:
            kept_verdict = patient.others[one.key].verdict
            assert STRICT.get(kept_verdict, 0) == STRICT.get(
                overlay_verdict(patient, beside(patient, one)).word, 0
            )
            seen.add(kept_verdict)
        seen.add(verdict(patient).word)
    assert {"none", "withhold", "stop"} <= seen


@pytest.mark.parametrize("seed", SEEDS)
def test_a_row_that_packs_share_comes_to_what_each_would_find_alone(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, asked = [], []
    for patient in lived(seed, site(*PACKS)):
        shared.append(encode(patient))
    same = judgement._same

    def never(*memories: object) -> bool:
        asked.append(same(*memories))  # type: ignore[arg-type]
        return False

    monkeypatch.setattr(judgement, "_same", never)
    alone = [encode(patient) for patient in lived(seed, site(*PACKS))]
    assert shared == alone
    assert asked.count(True) > len(alone), "hardly a row was shared"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("deciding", [PACKS[1], PACKS[3]])
def test_windows_of_urine_that_are_kept_are_those_looked_back_over_anew(seed: int, deciding: str) -> None:
    guideline = site(deciding)
    rows = [row for row in guideline.deciding.rows if isinstance(row, RollingVolumeRow)]
    looked = 0
    for patient in lived(seed, guideline):
        chart = patient.chart
        for row in rows:
            scale = rolling_volume.kg(chart) if row.per_kg else 1.0
            if scale is not None:
                anew = rolling_volume._windows(row, chart, scale, {}, {})
                assert rolling_volume.windows(row, chart, scale) == anew
                looked += len(anew)
    assert looked
