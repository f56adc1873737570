"""The laws of criteria.md section 1: what may not change what is said."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.decide.assessment import assess
from rules.decide.codec import decode as decode_state
from rules.decide.codec import parts
from rules.decide.engine import advance, assessments, fold, settle
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire import events
from tests.campaigns import examples
from tests.rules.decide.strategies import (
    ANYWHERE,
    EVERYTHING,
    GONE,
    MINUTE,
    ON_THE_WARD,
    START,
    courses,
    decoded,
    text,
)
from tests.rules.wired import wire

LONGEST = 40 * 60
END = START + (LONGEST + 10 * 60) * MINUTE

many = settings(max_examples=examples(40), deadline=None)


def alerts_of(log: list[events.Event], until: int = END) -> list[dict[str, Any]]:
    return [wire(alert) for alert in fold(log, GUIDELINE, until).alerts]


def assessed(log: list[events.Event], until: int = END) -> list[dict[str, Any]]:
    return [wire(one) for one in assessments(fold(log, GUIDELINE, until))]


def timeless(assessment: dict[str, Any]) -> dict[str, Any]:
    """What must not depend on the order of knowing: criteria, blood pressure, dose.

    `since` is the `at` of a transition, and which transitions there were does depend on it; so does a stop
    rule that stands, and with it the readiness.
    """
    criteria = [
        {key: value for key, value in row.items() if key != "since"} for row in assessment["criteria"]
    ]
    dose = {
        key: value
        for key, value in assessment["dose"].items()
        if key not in ("readiness", "blockers", "delayed_h")
    }
    return {"criteria": criteria, "blood_pressure": assessment["blood_pressure"], "dose": dose}


@many
@given(courses(), st.randoms(use_true_random=False))
def test_the_order_of_the_file_changes_nothing(course: list[Any], shuffler: random.Random) -> None:
    log = decoded(course)
    shuffled = log[:]
    shuffler.shuffle(shuffled)
    same(assessed(log), assessed(shuffled), timeless)


@pytest.mark.parametrize(
    ("kinds", "lag"),
    [(ON_THE_WARD, 8 * 60 - 1), (ANYWHERE, 2 * 60 - 1)],
    ids=["ward, 8 h", "with pressors and the icu, 2 h"],
)
@many
@given(data=st.data())
def test_the_order_of_knowing_changes_no_state(kinds: Any, lag: int, data: st.DataObject) -> None:
    """criteria.md section 1: arrival order does not matter (facts stale when they become known aside: hence
    the lag).
    """
    course = data.draw(courses(kinds, lag=0))
    lags = data.draw(st.lists(st.integers(0, lag), min_size=len(course), max_size=len(course)))
    late = [{**one, "known": text(_minute(one) + (lags[i] if i > 1 else 0))} for i, one in enumerate(course)]
    same(assessed(decoded(course)), assessed(decoded(late)), timeless)


def same(
    ones: list[dict[str, Any]], others: list[dict[str, Any]], view: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Names what differs: a whole assessment is too long to read."""
    assert len(ones) == len(others)
    for one, other in zip(ones, others, strict=True):
        a, b = view(one), view(other)
        rows = [(x, y) for x, y in zip(a.pop("criteria"), b.pop("criteria"), strict=True) if x != y]
        assert not rows
        assert a == b


def _minute(one: dict[str, Any]) -> int:
    from rules.wire import instants

    return (instants.parse(one["at"]) - START) // MINUTE


@many
@given(courses((*EVERYTHING, GONE)), st.data())
def test_duplicates_change_nothing(course: list[Any], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(course), max_size=8))
    log = decoded(course)
    repeats = [
        event
        for event in decoded([{**one, "status": "preliminary"} for one in again])
        if not discharges(event)
    ]
    assert alerts_of(log) == alerts_of([*log, *repeats])


def discharges(event: events.Event) -> bool:
    return isinstance(event, events.Encounter) and event.event == "discharge"


@many
@given(courses((*EVERYTHING, GONE)), st.data())
def test_cut_anywhere_and_gone_on_from_the_bytes_says_the_same(
    course: list[Any], data: st.DataObject
) -> None:
    log = sorted(decoded(course), key=lambda event: event.known)
    cuts = data.draw(st.sets(st.integers(0, len(log)), max_size=6))
    whole, _ = run(log, set())
    cut, _ = run(log, cuts)
    assert whole == cut


def run(log: list[events.Event], cuts: set[int]) -> tuple[list[dict[str, Any]], Patient | None]:
    patient: Patient | None = None
    published = []
    for i, event in enumerate(log):
        if i in cuts and patient is not None:
            state = parts(patient)
            patient = decode_state(state.head, GUIDELINE, [block.data for block in state.blocks])
        patient, alerts, _ = advance(patient, event, GUIDELINE)
        published.extend(wire(alert) for alert in alerts)
        if cuts and patient is not None:
            parts(patient)
    if patient is not None:
        published.extend(wire(alert) for alert in settle(patient, END))
    return published, patient


@many
@given(courses((*EVERYTHING, GONE)), st.lists(st.integers(0, LONGEST + 600), max_size=12), st.booleans())
def test_ticks_anywhere_change_no_alert(course: list[Any], minutes: list[int], everyone: bool) -> None:
    ticks = [
        events.Tick(
            id="",
            patient="*" if everyone else "p1",
            at=START + m * MINUTE,
            known=START + m * MINUTE,
            status="final",
        )
        for m in minutes
    ]
    log = decoded(course)
    assert alerts_of(log) == alerts_of([*log, *ticks])


@many
@given(courses((*EVERYTHING, GONE)), courses((*EVERYTHING, GONE)))
def test_one_patients_facts_change_no_other(course: list[Any], other: list[Any]) -> None:
    log = decoded(course)
    others = [msgspec.structs.replace(event, patient="p2") for event in decoded(other)]
    both = alerts_of([*log, *others])
    assert [alert for alert in both if alert["patient"] == "p1"] == alerts_of(log)


@many
@given(courses(ANYWHERE), st.data())
def test_a_correction_back_to_the_old_value_restores_the_old_states(
    course: list[Any], data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(course[2:]))
    wrong = data.draw(st.sampled_from([other for other in course[2:] if other["type"] == one["type"]]))
    changed = {**wrong, "id": one["id"], "at": one["at"], "status": "corrected", "known": text(LONGEST + 500)}
    changed.pop("start", None)
    back = {**one, "status": "corrected", "known": text(LONGEST + 550)}
    if "readings" in back:  # a correction replaces code by code: what the wrong one added is taken back too
        mine = {reading["code"] for reading in one["readings"]}
        added = [{"code": each["code"]} for each in changed["readings"] if each["code"] not in mine]
        back["readings"] = [*one["readings"], *(each | {"status": "entered-in-error"} for each in added)]
    before = assessed(decoded(course))
    after = assessed(decoded([*course, changed, back]))
    same(before, after, states)


def states(assessment: dict[str, Any]) -> dict[str, Any]:
    """`since` excepted: it is the `at` of a transition, and the correction made some."""
    return {
        **timeless(assessment),
        "recommendation": assessment["recommendation"],
        "reasons": assessment["reasons"],
    }


@many
@given(courses(EVERYTHING))
def test_an_assessment_says_what_the_decisions_said(course: list[Any]) -> None:
    """The incremental memory and a decision from nothing never differ."""
    outcome = fold(decoded(course), GUIDELINE, END)
    for patient in outcome.patients.values():
        for row in assess(patient).criteria:
            memory = patient.memory(row.code)
            assert (row.code, row.state, row.stale) == (row.code, memory.state, memory.stale)


@many
@given(courses(EVERYTHING))
def test_episodes_are_well_formed(course: list[Any]) -> None:
    """seq counts by one; an episode opens first, never goes back in time, and says nothing once it has ended."""
    published = alerts_of(decoded(course))
    assert [alert["seq"] for alert in published] == list(range(1, len(published) + 1))
    last: dict[str, dict[str, Any]] = {}
    for alert in published:
        before = last.get(alert["id"])
        assert (before is None) == (alert["transition"] == "opened"), (before, alert)
        assert before is None or (before["level"] != "clear" and before["at"] <= alert["at"]), (before, alert)
        last[alert["id"]] = alert
