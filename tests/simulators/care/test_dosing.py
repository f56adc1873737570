"""The clock by which a dose is asked for, and the policies that answer."""

from __future__ import annotations

import pytest

from simulators.care.dosing import LEAD, Answer, Ask, DosingPlan, naive, scripted
from simulators.course.closed_loop import course
from simulators.physiology.cohort import drawn
from simulators.physiology.latent_state import CHUNK, Act, generator


def acts_under(ask: Ask, days: int = 2, doses: int = 14) -> list[Act]:
    cohort = drawn(2, generator(1, "cohort"), spread=0)
    return [
        act for chunk in course(cohort, DosingPlan(days * 1440, doses=doses), 1, ask) for act in chunk.acts
    ]


def given(acts: list[Act], patient: int = 0) -> list[int]:
    return [
        act.minute for act in acts if act.kind == "dose" and act.detail["given"] and act.patient == patient
    ]


def ended(acts: list[Act], patient: int = 0) -> list[int]:
    return [act.minute for act in acts if act.kind == "therapy-end" and act.patient == patient]


def test_a_dose_is_asked_for_exactly_8_hours_after_the_last_but_the_first_is_not() -> None:
    asked: list[tuple[int, int]] = []

    def ask(patient: int, minute: int) -> Answer:
        asked.append((patient, minute))
        return "give"

    acts_under(ask)
    assert asked == [(patient, LEAD + 480 * number) for number in (1, 2, 3, 4) for patient in (0, 1)]


def test_a_held_dose_is_asked_for_again_each_hour_and_charted_as_held_once_in_8() -> None:
    held_until = LEAD + 480 + 600
    acts = acts_under(lambda patient, minute: "give" if minute >= held_until else "hold")
    assert given(acts)[:2] == [LEAD, held_until]
    held = [act for act in acts if act.kind == "dose" and not act.detail["given"] and act.patient == 0]
    assert [act.minute for act in held] == [LEAD + 480, LEAD + 960]
    assert all(act.detail["reason"] for act in held)


def test_a_stop_ends_therapy_within_minutes_and_for_good() -> None:
    acts = acts_under(lambda patient, minute: "stop" if minute >= LEAD + 960 else "give")
    assert given(acts) == [LEAD, LEAD + 480]
    assert [minute // CHUNK * CHUNK for minute in ended(acts)] == [LEAD + 960]


def test_therapy_ends_8_hours_after_the_last_planned_dose() -> None:
    acts = acts_under(naive, doses=3)
    assert len(given(acts)) == 3
    assert [minute // CHUNK * CHUNK for minute in ended(acts)] == [given(acts)[-1] + 480]


@pytest.mark.parametrize(
    ("minute", "answer"), [(99, "stop"), (100, "hold"), (150, "hold"), (200, "give"), (900, "give")]
)
def test_a_script_answers_by_its_latest_entry_and_before_it_as_otherwise(minute: int, answer: Answer) -> None:
    ask = scripted({3: [(100, "hold"), (200, "give")]}, otherwise=lambda patient, minute: "stop")
    assert ask(3, minute) == answer
    assert ask(4, minute) == "stop"
