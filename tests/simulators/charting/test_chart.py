"""The chart as a whole: what every record of it must be."""

from __future__ import annotations

import json
from collections import Counter
from operator import itemgetter
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.wire.events import Encounter
from simulators.care.dosing import DosingPlan
from simulators.care.labs import PANELS
from simulators.charting.chart import Charting
from simulators.charting.records import Record
from simulators.charting.writer import Vitals
from simulators.physiology.latent_state import CHUNK, FINDINGS, Act
from tests.campaigns import examples
from tests.simulators.charting.chunks import ORIGIN, bodies, charted, chunk, cohort, events, values

ACTS = [
    Act(0, 0, "admit", {"location": "ward"}), Act(0, 0, "baseline", {"location": "ward"}), Act(30, 0, "lab-draw", {"panels": tuple(PANELS)}),
    Act(60, 0, "cycle-start", {}), Act(60, 0, "dose", {"given": True, "amount": 600_000, "reason": None}),
    Act(70, 0, "bolus", {"volume": 250.0, "minutes": 30}), Act(80, 0, "rate", {"agent": "phenylephrine", "rate": 0.5}),
    Act(90, 0, "o2", {"device": "mask", "flow": None, "fio2": 60}),
    Act(100, 0, "medication", {"agent": "ranitidine", "amount": 50, "unit": "mg", "route": "IV"}),
]  # fmt: skip


def ill(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
    """Everything that can be found and given, at once, and worse each hour."""
    for finding in FINDINGS:
        latent[finding][:] = min(start // 60, len(FINDINGS[finding]))
    support["phenylephrine"] += 1
    latent["stool-rate"] += 300


@pytest.mark.parametrize("monitor", [True, False])
def test_every_record_is_taken_whole_by_the_rules(monitor: bool) -> None:
    found = events(charted(6, patients=2, acts=ACTS, change=ill, monitor=monitor))
    assert {type(event).__name__ for event in found} == {
        "Vitals",
        "Labs",
        "IO",
        "Dose",
        "Infusion",
        "Medication",
        "Finding",
        "Encounter",
    }


@pytest.mark.parametrize("monitor", [True, False])
def test_records_come_in_order_of_known_and_none_is_known_before_it_is_true(monitor: bool) -> None:
    records = charted(6, patients=3, acts=ACTS, change=ill, monitor=monitor)
    assert records == sorted(records, key=itemgetter(0))
    assert all(event.known >= event.at for event in events(records))
    assert [event.known for event in events(records)] == [known for known, _ in records]


BODY = {
    "heart-rate": (30, 220),
    "systolic-bp": (40, 220),
    "spo2": (50, 100),
    "temperature": (33, 42),
    "urine-rate": (0, 900),
    "weight": (30, 300),
}


@settings(max_examples=examples(25))
@given(
    body=st.fixed_dictionaries({code: st.floats(*ends) for code, ends in BODY.items()}),
    found=st.dictionaries(st.sampled_from(sorted(FINDINGS)), st.integers(0, 1)),
    given=st.dictionaries(
        st.sampled_from(["phenylephrine", "icu", "maintenance", "oral"]), st.floats(0, 150)
    ),
    monitor=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_any_body_is_charted_in_records_that_are_whole_and_in_order(
    body: dict[str, float], found: dict[str, int], given: dict[str, float], monitor: bool, seed: int
) -> None:
    def other(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        for arrays, drawn in ((latent, body), (latent, found), (support, given)):
            for name, value in drawn.items():
                arrays[name][:] = value

    records = charted(5, acts=ACTS, change=other, monitor=monitor, seed=seed)
    assert [event.known for event in events(records)] == sorted(known for known, _ in records)
    assert all(event.known >= event.at for event in events(records))


def test_ids_are_unique_within_a_patient() -> None:
    named = [(one["patient"], one["id"]) for one in bodies(charted(6, patients=3, acts=ACTS, change=ill))]
    assert len(set(named)) == len(named)


def test_the_same_seed_charts_the_same_bytes_and_another_one_others() -> None:
    first, again, other = (charted(4, acts=ACTS, change=ill, seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_a_list_holds_what_became_known_in_its_chunk() -> None:
    who = cohort(2)
    chart = Charting(who, DosingPlan(240), 1, ORIGIN, ["minute", "minute"])
    origin = round(ORIGIN.timestamp()) * 1000
    for start in range(0, 240, CHUNK):
        for known, _ in chart.chart(chunk(start, who, ACTS)):
            assert start * 60_000 <= known - origin < (start + CHUNK) * 60_000


def test_a_turn_of_the_stay_is_known_at_once() -> None:
    turns = [event for event in events(charted(2, acts=ACTS)) if isinstance(event, Encounter)]
    assert [(turn.event, turn.known - turn.at) for turn in turns] == [
        ("admit", 0),
        ("baseline", 0),
        ("cycle-start", 0),
    ]


@pytest.mark.parametrize("vitals", ["hourly", "4-hourly"])
def test_how_often_vital_signs_are_charted_changes_nothing_else(vitals: Vitals) -> None:
    drawn = [Act(70, 0, "lab-draw", {"panels": tuple(PANELS)}), Act(100, 0, "bolus", {"volume": 250})]
    minute, rarer = (charted(10, acts=drawn, vitals=often) for often in ("minute", vitals))
    found, other = (
        [one for one in bodies(records) if one["type"] != "vitals" or one["source"] == "scale"]
        for records in (minute, rarer)
    )
    assert [without_id(one) for one in found] == [without_id(one) for one in other]
    assert {one["type"] for one in found} >= {"labs", "io", "finding", "vitals"}
    warm, seldom = (
        {
            (one["at"], one["known"], values(one)["temperature"])
            for one in bodies(records, type="vitals", source="nursing")
        }
        for records in (minute, rarer)
    )
    assert seldom <= warm


def without_id(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "id"}


OTHERS = [
    Act(61, 0, "lab-draw", {"panels": ("liver",)}), Act(75, 0, "rate", {"agent": "norepinephrine", "rate": 0.1}),
    Act(100, 0, "medication", {"agent": "furosemide", "amount": 20, "unit": "mg", "route": "IV"}),
    Act(110, 1, "bolus", {"volume": 500.0, "minutes": 30}), Act(30, 1, "o2", {"device": "mask", "flow": None, "fio2": 40}),
    Act(130, 1, "blood-product", {"volume": 300.0}), Act(30, 1, "lab-draw", {"panels": tuple(PANELS)}),
]  # fmt: skip


@settings(max_examples=examples(25))
@given(
    acts=st.lists(st.sampled_from([*ACTS, *OTHERS]), unique_by=id),
    added=st.lists(st.sampled_from(OTHERS), min_size=1, unique_by=id),
    found=st.sampled_from(sorted(FINDINGS)),
    stool=st.sampled_from([0.0, 60.0, 900.0]),
    vitals=st.sampled_from(get_args(Vitals)),
)
def test_whatever_else_is_charted_no_record_has_another_error_or_delay(
    acts: list[Act], added: list[Act], found: str, stool: float, vitals: Vitals
) -> None:
    def more(start: int, latent: dict[str, Any], support: dict[str, Any]) -> None:
        latent[found][:] = start >= 90
        latent["stool-rate"] += stool

    plain = charted(5, patients=2, acts=in_turn(acts), vitals=vitals)
    others = [act for act in added if act not in acts]
    fuller = charted(5, patients=2, acts=in_turn([*acts, *others]), change=more, vitals=vitals)
    assert named(plain) <= named(fuller)


def in_turn(acts: list[Act]) -> list[Act]:
    return sorted(acts, key=lambda act: (act.minute, act.patient, act.kind))


def named(records: list[Record]) -> Counter[str]:
    """What the records say without their numbers, which count what else was written."""
    return Counter(json.dumps(without_id(one), sort_keys=True) for one in bodies(records))
