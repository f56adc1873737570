"""The state as bytes: what goes on from them is the same, and what is no state is refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.decide import codec
from rules.decide.assessment import assess
from rules.decide.codec import UnknownState
from rules.decide.engine import advance, settle
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline import load
from tests.rules.courses import Course, decoded, folded, ms
from tests.rules.watched import rates, watched
from tests.rules.wired import wire


def saved_at(course: Course, cuts: set[int]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The last assessment and all alerts, with the state written and read back after each of `cuts`
    events.
    """
    patient: Patient | None = None
    raised = []
    for number, event in enumerate(sorted(decoded([course]), key=lambda event: event.known)):
        patient, found, _ = advance(patient, event, GUIDELINE)
        raised.extend(found)
        if number in cuts and patient is not None:
            patient = codec.decode(codec.encode(patient), GUIDELINE)
    assert patient is not None
    raised.extend(settle(patient, ms("13:00")))
    return assess(patient), [wire(alert) for alert in raised]


@pytest.fixture(scope="module")
def whole() -> tuple[Course, tuple[dict[str, Any], list[dict[str, Any]]]]:
    course = watched(late=25)
    return course, saved_at(course, set())


@pytest.mark.parametrize(
    "cuts",
    [{1}, {40}, {500, 505}, {719}, set(range(0, 720, 37))],
    ids=lambda cuts: f"{len(cuts)} from {min(cuts)}",
)
def test_a_state_saved_anywhere_in_a_long_watch_goes_on_the_same(cuts: set[int], whole: Any) -> None:
    """criteria.md section 1: the same log gives the same alerts."""
    course, expected = whole
    assert saved_at(course, cuts) == expected


def test_a_reading_stale_when_known_survives_saving() -> None:
    """It waits for a fresh one, before and after the state was written."""
    course = rates(("08:00", "11:00", 135), ("08:40", "11:01", 135), ("09:20", "11:05", 135))
    assert saved_at(course, set(range(9))) == saved_at(course, set())


@pytest.mark.parametrize("data", [b"", b"\x93", b"nonsense", json.dumps({"version": 1}).encode()])
def test_bytes_that_are_no_state_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnknownState, match="not a patient state of version"):
        codec.decode(data, GUIDELINE)


def test_a_state_of_another_version_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = folded(watched(1)).patients["p1"]
    monkeypatch.setattr(codec, "VERSION", 99)
    data = codec.encode(patient)
    monkeypatch.undo()
    with pytest.raises(UnknownState, match="has version 99, this program reads 2 and 3"):
        codec.decode(data, GUIDELINE)


def test_a_state_read_under_another_guideline_is_decided_anew() -> None:
    """The next decision is that of the numbers now in force."""
    course = Course().start("00:00").labs("06:00", creatinine=2.3)
    data = codec.encode(folded(course).patients["p1"])
    stricter = load("[criteria.creatinine]\nrelative = 2.2\n")
    patient = codec.decode(data, stricter)
    transitions = [(alert.subject, alert.transition) for alert in settle(patient, ms("06:00"))]
    assert ("creatinine", "opened") in transitions
