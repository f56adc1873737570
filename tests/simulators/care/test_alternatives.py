"""What is done otherwise: another pressor, a bag that is changed, oxygen withheld, fluid that would harm."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.care.dosing import ACCEPTED, BEFORE, LEAD, DosingPlan, naive
from simulators.care.fluids import Fluids
from simulators.care.observation import Observer
from simulators.care.order_sheet import OrderSheet
from simulators.course.closed_loop import course
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.cohort import Cohort, drawn
from simulators.physiology.latent_state import CHUNK, LATENT, Act, Array, Chunk, generator

DEPENDENT = [ClinicalEvent(bed, "pressor-dependence", LEAD, LEAD + 1440, 1.1) for bed in (0, 1)]
SHORT_OF_BREATH = [ClinicalEvent(bed, "pulmonary-edema", LEAD, LEAD + 2000, 1.8) for bed in (0, 1)]


def cohort() -> Cohort:
    return drawn(2, generator(1, "cohort"), spread=0)


def lived(days: float = 2.0, **plan: object) -> list[Chunk]:
    wanted = DosingPlan(round(days * 1440), **plan)  # type: ignore[arg-type]
    return list(course(cohort(), wanted, 1, naive))


def rates(chunks: list[Chunk], bed: int, agent: str) -> list[Act]:
    return [
        act
        for chunk in chunks
        for act in chunk.acts
        if act.kind == "rate" and act.patient == bed and act.detail["agent"] == agent
    ]


def kinds(chunks: list[Chunk], kind: str) -> list[Act]:
    return [act for chunk in chunks for act in chunk.acts if act.kind == kind]


def along(chunks: list[Chunk], name: str) -> Array:
    return np.concatenate([chunk.support[name] for chunk in chunks])


@pytest.mark.slow
def test_who_is_given_norepinephrine_gets_a_tenth_of_what_phenylephrine_would_be_and_none_of_it() -> None:
    chunks = lived(clinical_events=DEPENDENT, norepinephrine=frozenset({1}))
    assert rates(chunks, 0, "phenylephrine")
    assert not rates(chunks, 1, "phenylephrine")
    given = [act.detail["rate"] for act in rates(chunks, 1, "norepinephrine")]
    assert given[0] == 0.03
    assert max(given) <= 0.2


@pytest.mark.slow
def test_while_a_bag_is_changed_the_pump_stands_still_for_four_minutes_and_runs_on_as_before() -> None:
    when = LEAD + 1200
    change = [ClinicalEvent(bed, "bag-change", when, when + CHUNK) for bed in (0, 1)]
    chunks = lived(clinical_events=[*DEPENDENT, *change], norepinephrine=frozenset({1}))
    for bed, agent in ((0, "phenylephrine"), (1, "norepinephrine")):
        ran = along(chunks, agent)[when : when + CHUNK, bed]
        noted = [act for act in rates(chunks, bed, agent) if when <= act.minute < when + CHUNK]
        assert [(act.minute - when, act.detail["rate"] > 0) for act in noted] == [(2, False), (6, True)]
        assert (ran[2:6] == 0).all()
        assert (ran[:2] == ran[6]).all()
        assert ran[6] > 0


@pytest.mark.slow
def test_oxygen_that_is_withheld_is_given_to_nobody() -> None:
    withheld = [ClinicalEvent(0, "oxygen-withheld", 0, 4000)]
    chunks = lived(clinical_events=[*SHORT_OF_BREATH, *withheld])
    assert {act.patient for act in kinds(chunks, "o2")} == {1}
    assert min(chunk.latent["spo2"][:, 0].min() for chunk in chunks) < 90


def test_vital_signs_are_taken_a_quarter_of_an_hour_before_each_dose_is_asked_for() -> None:
    taken = [act.minute for act in kinds(lived(), "vital-signs") if act.patient == 0]
    asked = [LEAD + 480 * number for number in range(5)]
    assert taken[: len(asked)] == [minute - BEFORE for minute in asked]


def test_what_was_known_before_therapy_is_accepted_an_hour_before_the_cycle() -> None:
    (act,) = kinds(lived(1, accepted={1: ("atrial-fibrillation",)}), "accept")
    assert (act.patient, act.detail) == (1, {"criterion": "atrial-fibrillation", "level": "absolute"})
    assert LEAD - ACCEPTED <= act.minute < LEAD - ACCEPTED + CHUNK


@pytest.mark.parametrize(
    ("latent", "may"),
    [({}, True), ({"rales": 1.0}, False), ({"effusion": 1.0}, False), ({"intubation": 1.0}, False)],
)
def test_who_is_wet_gets_no_bolus(latent: dict[str, float], may: bool) -> None:
    who = cohort()
    body = {name: np.full(2, latent.get(name, 0.0)) for name in LATENT} | {"weight": who.weight}
    observed = Observer(who, generator(1, "observation")).look(body, np.full(2, 60.0))
    assert Fluids(who).may(observed).tolist() == [may, may]


@pytest.mark.parametrize(
    ("name", "value", "harms"), [("o2-flow", 2, False), ("o2-flow", 3, True), ("o2-device", 2, True)]
)
def test_who_needs_oxygen_is_not_helped_by_more_fluid(name: str, value: float, harms: bool) -> None:
    who, sheet = cohort(), OrderSheet(2, generator(1, "care"))
    sheet.set(name, np.ones(2, dtype=bool), value)
    body = {code: np.zeros(2) for code in LATENT} | {"weight": who.weight}
    observed = Observer(who, generator(1, "observation")).look(body, np.full(2, 60.0))
    assert Fluids(who).harms(observed, sheet).tolist() == [harms, harms]
