"""What is done otherwise: another pressor, a bag that is changed, oxygen withheld, fluid that would harm."""

from __future__ import annotations

import numpy as np
import pytest

from simulators.care.dosing import ACCEPTED, BEFORE, LEAD, DosingPlan, naive
from simulators.care.fluids import Fluids, Pressors
from simulators.care.observation import ObservedValues, Observer
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


def observed_at(over: list[float], before: list[float]) -> ObservedValues:
    """What is observed of patients whose pressure lies so far over target now, and lay so the chunk before."""
    ward = drawn(len(over), generator(1, "cohort"), spread=0)
    observer, latent = Observer(ward, Silent()), {name: np.zeros(len(over)) for name in LATENT}  # type: ignore[arg-type]
    for distance in (before, over):
        found = observer.look(
            {**latent, "weight": ward.weight, "systolic-bp": ward.target + np.array(distance)},
            np.zeros(len(over)),
        )
    return found


class Silent:
    """Measures without error."""

    def standard_normal(self, size: int) -> Array:
        return np.zeros(size)


def test_an_episode_of_low_pressure_lasts_until_5_over_target() -> None:
    found = observed_at(over=[0, 1, 5, 5.1, 1], before=[-1, -1, 0, 0, 1])
    assert found.low_for.tolist() == [2, 2, 2, 0, 0]


def test_a_running_pressor_is_raised_up_to_5_over_target_and_one_is_started_at_target_only() -> None:
    found = observed_at(over=[0, 5, 5.1, 0, 1], before=[-1] * 5)
    ward = drawn(5, generator(1, "cohort"), spread=0)
    sheet, pressors, everyone = OrderSheet(5, generator(1, "care")), Pressors(ward), np.ones(5, dtype=bool)
    sheet.set("phenylephrine", np.arange(5) < 3, 0.5)
    pressors.increase(everyone, everyone, everyone, found, sheet)
    assert sheet.setting["phenylephrine"].tolist() == [0.6, 0.6, 0.5, 0.3, 0.0]


@pytest.mark.parametrize(("given", "more"), [(1000, True), (1249, True), (1250, False), (1500, False)])
def test_no_bolus_reaches_1500_ml_a_day(given: float, more: bool) -> None:
    fluids = Fluids(cohort())
    fluids.day[0] = given
    assert fluids.may(observed_at([0, 0], [0, 0])).tolist() == [more] * 2
