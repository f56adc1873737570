"""A small ward, scored: every number worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.score.detection import AlertTransition
from simulators.score.scorer import Scorer
from simulators.score.true_spans import TrueCourse
from tests.simulators.score.timelines import course, drawn_transitions


def scored(courses: list[TrueCourse], *alerts: list[AlertTransition]) -> dict[str, Any]:
    scorer = Scorer(courses)
    for transitions in alerts:
        for one in transitions:
            scorer.add(*one)
    return scorer.numbers()


ONE_HOUR = "rrrrrr"


def test_a_ward_is_added_up() -> None:
    courses = [
        course(12, "p1", creatinine=f".{ONE_HOUR}", urine_hour="...AAA......"),
        course(12, "p2", creatinine="bb"),
    ]
    found = scored(
        courses,
        drawn_transitions("creatinine", "..rrrrr."),
        drawn_transitions("urine-hour", "...rrr.", patient="p1"),
        drawn_transitions("platelets", "A.", patient="p2"),
    )
    assert (found["patients"], found["patient_days"]) == (2, 1.0)
    relative, absolute = found["criteria"]["relative"], found["criteria"]["absolute"]
    assert relative["all"] == {"episodes": 3, "detected": 2, "sensitivity": 0.6667}
    assert relative["distinct"] == {"episodes": 2, "detected": 2, "sensitivity": 1.0}
    assert relative["borderline"] == {"episodes": 1, "detected": 0, "sensitivity": 0.0}
    assert relative["delay_min"] == {"median": 5.0, "worst": 10.0}
    assert absolute["all"] == {"episodes": 1, "detected": 0, "sensitivity": 0.0}
    assert [
        (one["patient"], one["subject"], one["level"], one["minutes"], one["distinct"])
        for one in found["missed"]
    ] == [
        ("p1", "urine-hour", "absolute", 30, True),
        ("p2", "creatinine", "relative", 20, False),
    ]
    assert [(one["patient"], one["subject"], one["verdict"]) for one in found["untrue"]] == [
        ("p2", "platelets", "false")
    ]


def test_pages_are_judged_and_their_burden_told() -> None:
    courses = [course(24, creatinine="rrr", hypotension="AAA")]
    overdue = drawn_transitions("monitoring/vital-signs", "r", kind="monitoring")
    alerts = [
        drawn_transitions("creatinine", "rrr."),
        drawn_transitions("hypotension", "rAr.", kind="blood-pressure"),
        overdue,
        drawn_transitions("platelets", "r."),
    ]
    found = scored(courses, *alerts)
    assert found["pages"] | {"kinds": None} == {
        "all": 5,
        "per_patient_day": 5.0,
        "with_reminders_per_patient_day": 5.0,
        "of_criteria_and_pressure_per_patient_day": 4.0,
        "share_true": 0.75,
        "verdicts": {"false": 1, "true": 3, "unjudged": 1},
        "kinds": None,
        "reminders": 0,
        "new": 5,
        "share_new": 1.0,
        "floods": {"of_one_patient": 0, "of_the_ward": 0},
    }
    assert found["subjects"]["hypotension"]["pages"]["ppv"] == 1.0
    assert found["criteria"]["pages"]["ppv"] == 0.5


def test_hypotension_stands_beside_the_criteria_and_is_not_counted_among_them() -> None:
    found = scored([course(8, hypotension="rrr")])
    assert found["subjects"]["hypotension"]["relative"]["all"]["episodes"] == 1
    assert found["criteria"]["relative"]["all"]["episodes"] == 0
    assert found["criteria"]["relative"]["hours"] == {"tp": 0, "tn": 8, "fp": 0, "fn": 0, "score": 100.0}


def test_an_hour_counts_once_whatever_is_true_in_it() -> None:
    found = scored(
        [course(8, creatinine=ONE_HOUR, platelets=ONE_HOUR)], drawn_transitions("platelets", ONE_HOUR + ".")
    )
    assert found["criteria"]["relative"]["hours"] == {"tp": 1, "tn": 7, "fp": 0, "fn": 0, "score": 100.0}
    assert found["subjects"]["creatinine"]["relative"]["hours"] == {
        "tp": 0,
        "tn": 7,
        "fp": 0,
        "fn": 1,
        "score": 58.33,
    }


def test_a_subject_counts_the_quiet_hours_of_patients_who_never_had_it() -> None:
    found = scored([course(8, "p1", creatinine="r"), course(8, "p2")])
    assert found["subjects"]["creatinine"]["relative"]["hours"]["tn"] == 15


def test_a_patient_without_truth_is_a_burden_and_is_not_judged() -> None:
    found = scored([course(24)], drawn_transitions("creatinine", "r", patient="stranger"))
    assert found["patients_without_truth"] == 1
    assert found["pages"]["verdicts"] == {"unjudged": 1}
    assert found["pages"]["per_patient_day"] == 1.0


def test_an_empty_ward_has_no_score() -> None:
    found = scored([])
    assert found["criteria"]["absolute"]["all"] == {"episodes": 0, "detected": 0, "sensitivity": None}
    assert found["criteria"]["absolute"]["hours"]["score"] is None
    assert found["pages"]["per_patient_day"] is None


def test_a_perfect_monitor_scores_100() -> None:
    drawn = "..rrAAArr....rr"
    found = scored([course(8, creatinine=drawn)], drawn_transitions("creatinine", drawn + "."))
    for level in ("absolute", "relative"):
        assert found["criteria"][level]["all"]["sensitivity"] == 1.0
        assert found["criteria"][level]["hours"]["score"] == 100.0
    assert found["missed"] == found["untrue"] == []


@given(st.text("..rA", min_size=1, max_size=40), st.text("..rA", min_size=1, max_size=40))
def test_what_is_true_is_all_counted_and_detected_or_missed(true: str, alarm: str) -> None:
    found = scored([course(8, creatinine=true)], drawn_transitions("creatinine", alarm))
    for level in ("absolute", "relative"):
        part = found["criteria"][level]
        assert part["all"]["episodes"] == part["distinct"]["episodes"] + part["borderline"]["episodes"]
        assert part["all"]["episodes"] - part["all"]["detected"] == sum(
            one["level"] == level for one in found["missed"]
        )
        hours = part["hours"]
        assert hours["tp"] + hours["tn"] + hours["fp"] + hours["fn"] == 8
    assert found["criteria"]["relative"]["hours"]["fn"] <= 8 - found["criteria"]["relative"]["hours"]["tn"]


@pytest.mark.parametrize("level", ["absolute", "relative"])
def test_more_alarm_never_detects_less(level: str) -> None:
    true, little, much = "..rAAr..rr..A.", "....A.........", "..rAAAAAAAAAA."
    few, more = (
        scored([course(8, creatinine=true)], drawn_transitions("creatinine", alarm))["criteria"][level][
            "all"
        ]["detected"]
        for alarm in (little, much)
    )
    assert few <= more
