"""The ward of the demo: everybody's trouble comes soon after it opens, and the same seed gives the same
bytes.
"""

from __future__ import annotations

from functools import cache
from itertools import takewhile

import pytest

from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire.alerts import Alert
from simulators.care.dosing import LEAD
from simulators.charting.records import Record
from simulators.course.demo_patients import AFTER, BEFORE, DEMO_PATIENTS, EVERY, MONITOR, Rehearsal
from simulators.physiology.latent_state import CHUNK
from simulators.scenarios import SCENARIOS
from streams.demo.dose_consultant import Consultant

HOUR, MINUTE = 3_600_000, 60_000
SOON_H = 8


def records(hours: float, patients: int = len(DEMO_PATIENTS), seed: int = 1) -> list[Record]:
    """All that is told until so many hours after the opening."""
    ward = Rehearsal(patients, seed)
    charted = ward.run(Consultant(ward.cohort.ids, ward.origin, GUIDELINE))
    return list(takewhile(lambda record: record[0] < ward.opens + hours * HOUR, charted))


@cache
def soon() -> list[Record]:
    return records(SOON_H)


@cache
def alerts() -> list[Alert]:
    events = [event for _, line in soon() for event in [decode(line)[0]] if event is not None]
    return list(fold(events, GUIDELINE).alerts)


def test_the_cast_has_one_patient_of_a_scenario_and_none_of_the_mix() -> None:
    parts = [part.scenario for part in DEMO_PATIENTS]
    assert set(parts) <= {name for name, scenario in SCENARIOS.items() if not scenario.mix}
    assert len(set(parts)) == len(parts)
    assert len({part.patient for part in DEMO_PATIENTS}) == len(DEMO_PATIENTS)


def test_every_fact_is_taken_without_a_problem_and_all_stand_in_order_of_knowing() -> None:
    assert [problems for _, line in soon() for problems in [decode(line)[1]] if problems] == []
    known = [record[0] for record in soon()]
    assert known == sorted(known)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    once, again, other = records(-12, 3), records(-12, 3), records(-12, 3, seed=2)
    assert once == again
    assert len(once) > 100
    assert once != other


@pytest.mark.parametrize(
    ("patient", "subject", "transition", "level"),
    [
        ("typical", "sinus-tachycardia", "opened", "relative"),
        ("oliguria", "urine-hour", "worsened", "absolute"),
        ("fibrillation", "atrial-fibrillation", "opened", "absolute"),
        ("fibrillation", "recommendation", "opened", "absolute"),
        ("pressor", "phenylephrine-maximum", "worsened", "absolute"),
        ("pressor", "phenylephrine-minimum", "opened", "absolute"),
        ("edema", "oxygen-requirement", "opened", "relative"),
        ("bleeding", "platelets", "opened", "absolute"),
        ("bleeding", "bleeding", "worsened", "absolute"),
        ("neurotoxic", "mental-status-watch", "opened", "advisory"),
        ("neurotoxic", "mental-status", "opened", "absolute"),
        ("uncharted", "monitoring/vital-signs", "opened", "technical"),
        ("uncharted", "recommendation", "opened", "advisory"),
        ("sepsis", "infection", "opened", "absolute"),
        ("renal", "urine-hour", "worsened", "absolute"),
        ("fever", "sinus-tachycardia", "opened", "relative"),
        ("diarrhea", "diarrhea", "opened", "relative"),
        ("ileus", "abdominal-distention", "opened", "absolute"),
        ("peak", "peak-window", "opened", "advisory"),
    ],
)
def test_its_turn_comes_within_hours_of_the_opening(
    patient: str, subject: str, transition: str, level: str
) -> None:
    opens = Rehearsal().opens
    assert (patient, subject, transition, level) in {
        (one.patient, one.subject, one.transition, one.level) for one in alerts() if one.decided >= opens
    }


def test_some_trouble_stands_when_it_opens() -> None:
    opens = Rehearsal().opens
    before = {(one.patient, one.subject): one.level for one in alerts() if one.decided < opens}
    assert before["hepatic", "bilirubin"] == "relative"
    assert before["bleeding", "bleeding"] == "relative"


def test_of_the_monitor_s_history_one_set_in_ten_is_told_and_after_the_opening_each() -> None:
    opens = Rehearsal().opens
    minutes = [known // MINUTE for known, line in soon() if MONITOR in line and b'"typical"' in line]
    history = [minute for minute in minutes if minute < opens // MINUTE]
    live = [minute for minute in minutes if minute >= opens // MINUTE]
    assert {minute % EVERY for minute in history} == {0}
    assert len(live) > 0.9 * SOON_H * 60


@pytest.mark.parametrize("patients", [1, 5, 16, 50])
def test_so_many_beds_are_the_first_of_the_cast_and_then_the_same_again_numbered(patients: int) -> None:
    ward = Rehearsal(patients)
    assert list(ward.stories) == list(ward.cohort.ids)
    assert list(ward.stories)[:16] == [part.patient for part in DEMO_PATIENTS][:patients]
    assert len(ward.stories) == patients
    assert patients < 17 or list(ward.stories)[16] == f"{DEMO_PATIENTS[0].patient}-2"


@pytest.mark.parametrize("patients", [16, 200])
def test_nobody_is_admitted_before_the_first_minute_and_each_on_a_quarter_of_an_hour(patients: int) -> None:
    admitted = Rehearsal(patients).cohort.admitted
    assert (admitted >= 0).all()
    assert (admitted + LEAD < BEFORE).all()
    assert set(admitted % CHUNK) == {0}


def test_what_befalls_a_patient_keeps_its_order_and_its_length() -> None:
    bleeding = [part.patient for part in DEMO_PATIENTS].index("bleeding")
    found = sorted(
        (one for one in Rehearsal().plan.clinical_events if one.patient == bleeding),
        key=lambda one: one.start,
    )
    assert [(one.kind, one.size >= 2) for one in found] == [
        ("thrombocytopenia", False),
        ("bleeding", False),
        ("bleeding", True),
    ]
    assert found[0].start == BEFORE + DEMO_PATIENTS[bleeding].event_h * 60
    assert all(0 < one.end - one.start < AFTER for one in found)
