"""The course as others see it: chunks that say all, in order, the same for the same seed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from simulators.care.dosing import DosingPlan, naive
from simulators.course.closed_loop import course
from simulators.physiology.clinical_events import ClinicalEvent, felt
from simulators.physiology.cohort import Cohort, drawn
from simulators.physiology.latent_state import ACTS, CHUNK, LATENT, PURPOSES, SUPPORT, Chunk, generator

HAPPENINGS = (ClinicalEvent(1, "infection", 900, 1400, 1.0),)


def ward(seed: int = 7, patients: int = 5) -> Cohort:
    return drawn(patients, generator(seed, "cohort"))


@cache
def lived(seed: int = 7) -> list[Chunk]:
    return again(seed)


def again(seed: int = 7, days: int = 1) -> list[Chunk]:
    return list(course(ward(seed), DosingPlan(days * 1440, clinical_events=HAPPENINGS), seed, naive))


def same(one: list[Chunk], other: list[Chunk]) -> bool:
    return all(
        a.acts == b.acts and all(np.array_equal(a.latent[name], b.latent[name]) for name in LATENT) and all(
            np.array_equal(a.support[name], b.support[name]) for name in SUPPORT)
        for a, b in zip(one, other, strict=True)
    )  # fmt: skip


def test_the_same_seed_gives_the_same_arrays_and_acts_and_another_seed_others() -> None:
    assert same(lived(), again())
    assert not same(lived(), lived(seed=8))


def test_chunks_follow_each_other_and_carry_every_name() -> None:
    chunks = lived()
    assert [chunk.start for chunk in chunks] == list(range(0, 1440, CHUNK))
    for chunk in chunks:
        assert set(chunk.latent) == set(LATENT)
        assert set(chunk.support) == set(SUPPORT)
        assert {array.shape for array in (*chunk.latent.values(), *chunk.support.values())} == {(CHUNK, 5)}
        assert chunk.minutes == CHUNK


def test_acts_lie_in_their_chunk_in_order_of_minute_then_patient() -> None:
    for chunk in lived():
        assert all(chunk.start <= act.minute < chunk.start + CHUNK and act.kind in ACTS for act in chunk.acts)
        assert [act[:2] for act in chunk.acts] == sorted(act[:2] for act in chunk.acts)


def test_nothing_is_done_to_who_is_not_there() -> None:
    chunks = list(
        course(drawn(6, generator(3, "cohort"), spread=600), DosingPlan(5 * 1440, doses=3), 3, naive)
    )
    present = np.concatenate([chunk.support["present"] for chunk in chunks])
    assert present[-1].sum() < 6
    for chunk in chunks:
        for act in chunk.acts:
            assert present[act.minute, act.patient] == 1 or act.kind in (
                "admit",
                "baseline",
                "discharge",
                "lab-draw",
                "medication",
                "maintenance",
            )
            assert (
                present[min(act.minute + CHUNK, len(present) - 1), act.patient] == 1
                or present[max(act.minute - CHUNK, 0), act.patient] == 1
            )


@pytest.mark.parametrize(
    "wrong",
    [ClinicalEvent(0, "hiccups", 0, 10), ClinicalEvent(5, "fever", 0, 10), ClinicalEvent(-1, "fever", 0, 10)],
)
def test_a_happening_of_no_kind_or_no_patient_is_refused(wrong: ClinicalEvent) -> None:
    with pytest.raises(ValueError, match=wrong.kind):
        next(course(ward(), DosingPlan(60, clinical_events=(wrong,)), 1, naive))


def test_happenings_are_felt_from_their_start_up_to_their_end_and_the_largest_counts() -> None:
    happenings = [
        ClinicalEvent(0, "fever", 5, 20, 1.0),
        ClinicalEvent(0, "fever", 10, 12, 2.0),
        ClinicalEvent(1, "diarrhea", 30, 40),
    ]
    sizes = felt(happenings, patients=2, start=0, minutes=15)
    assert set(sizes) == {"fever"}
    assert sizes["fever"][:, 0].tolist() == [0] * 5 + [1] * 5 + [2] * 2 + [1] * 3
    assert not sizes["fever"][:, 1].any()


def test_a_draw_for_one_purpose_shifts_no_other() -> None:
    first = [generator(1, purpose).random(3).tolist() for purpose in PURPOSES]
    assert len({tuple(draws) for draws in first}) == len(PURPOSES)
    assert first == [generator(1, purpose).random(3).tolist() for purpose in PURPOSES]


def test_a_purpose_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match="weather"):
        generator(1, "weather")


def test_traits_change_what_they_name_and_nobody_elses_draw() -> None:
    usual, narrowed = (
        drawn(4, generator(1, "cohort")),
        drawn(4, generator(1, "cohort"), {"renal": 2.0, "weight": np.array([60.0, 70, 80, 90])}),
    )
    assert narrowed.sensitivity["renal"].tolist() == [2.0] * 4
    assert narrowed.weight.tolist() == [60, 70, 80, 90]
    assert np.array_equal(usual.systolic, narrowed.systolic)
    assert np.array_equal(usual.labs["platelets"], narrowed.labs["platelets"])


def test_a_trait_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="renal"):
        drawn(1, generator(1, "cohort"), {"kidneys": 2.0})


@pytest.mark.parametrize(("systolic", "target"), [(99.9, 80), (100, 85), (120, 85), (120.1, 90)])
def test_the_target_is_that_of_table_2(systolic: float, target: float) -> None:
    assert drawn(1, generator(1, "cohort"), {"systolic": systolic}).target.tolist() == [target]
