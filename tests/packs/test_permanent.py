"""A permanent row stands through cycles and stays, ends with its correction, and is gone after its time."""

from __future__ import annotations

import msgspec
import pytest

from rules.chart.earlier import KEPT, CycleDoses, Earlier, Standing, joined, lasting
from rules.decide import codec
from rules.decide.engine import advance, settle
from tests.packs.moments import Course, Event, at
from tests.packs.support import HOUR, T0, alerts_of, assessed, decoded, folded, site, states

LABEL = "proleukin-us-label/2024-12"
SITE = site(LABEL)
CODE = "sustained-vt"


def course(*more: tuple[float, str, bool]) -> Course:
    made = Course("p1")
    made.baseline()
    made.record("encounter", 0, event="cycle-start", location="ward")
    for hours, code, present in more:
        made.finding(hours, code, present)
    return made


def stay_again(made: Course, discharged: float, admitted: float) -> None:
    made.record("encounter", discharged, event="discharge")
    made.record("encounter", admitted, event="admit", location="ward")
    made.record("encounter", admitted + 1, event="cycle-start", location="ward")


def test_it_stands_though_it_is_denied_and_a_cycle_begins() -> None:
    made = course((3, CODE, True), (4, CODE, False))
    made.record("encounter", 200, event="cycle-start", location="ward")
    assert states(assessed(made.events, SITE, 201))[CODE] == "absolute"
    assert assessed(made.events, SITE, 201).recommendation == "stop"


@pytest.mark.parametrize("gap", [24, 300])
def test_it_stands_after_the_discharge_and_in_the_next_stay(gap: float) -> None:
    made = course((3, CODE, True), (4, CODE, False))
    stay_again(made, 48, 48 + gap)
    assert states(assessed(made.events, SITE, 48 + gap + 2))[CODE] == "absolute"


def test_it_is_gone_after_its_time() -> None:
    made = course((3, CODE, True), (4, CODE, False))
    days = KEPT / HOUR
    stay_again(made, 48, 48 + days + 1)
    assert states(assessed(made.events, SITE, 48 + days + 3))[CODE] == "clear"


def test_it_ends_by_time_alone_in_a_stay_that_lasts_so_long() -> None:
    made = course((3, CODE, True), (4, CODE, False))
    stay_again(made, 48, 350)
    over = 48 + KEPT / HOUR
    assert states(assessed(made.events, SITE, over - 0.001))[CODE] == "absolute"
    assert states(assessed(made.events, SITE, over))[CODE] == "clear"
    assert alerts_of(folded(made.events, SITE, over + 20), CODE)[-1] == ("resolved", "clear", over)


@pytest.mark.parametrize("withdrawn_at", [20.0, 400.0])
def test_it_ends_with_the_correction_of_its_record(withdrawn_at: float) -> None:
    made = course((3, CODE, True))
    record = made.events[-1]
    stay_again(made, 48, 350)
    made.events.append({**record, "status": "entered-in-error", "known": at(withdrawn_at)})
    assert states(assessed(made.events, SITE, 401))[CODE] == "clear"


@pytest.mark.parametrize("known", [70.0, 140.0])
def test_what_is_charted_late_of_an_earlier_stay_is_remembered_in_this_one(known: float) -> None:
    made = course()
    stay_again(made, 48, 60)
    made.finding(3, CODE, known=at(known))
    given = {"agent": "aldesleukin", "given": True, "amount": 600_000, "unit": "[iU]/kg", "known": at(known)}
    made.record("dose", 10, **given)
    before, after = (assessed(made.events, SITE, hours) for hours in (known - 1, known))
    assert (states(before)[CODE], states(after)[CODE]) == ("clear", "absolute")
    assert [one.dose.regimen and one.dose.regimen.in_course for one in (before, after)] == [0, 1]
    assert alerts_of(folded(made.events, SITE, known), CODE) == [("opened", "absolute", 61)]


def test_a_resume_with_a_reason_ends_it_and_a_new_record_makes_it_stand_again() -> None:
    made = course((3, CODE, True))
    made.record("resume", 10, rule=f"permanent/{CODE}", by="md-7", reason="artefact")
    assert states(assessed(made.events, SITE, 11))[CODE] == "clear"
    made.finding(12, CODE)
    assert states(assessed(made.events, SITE, 13))[CODE] == "absolute"


@pytest.mark.parametrize(
    ("code", "present", "known", "state"),
    [
        ("coma", False, 62, "clear"),
        ("toxic-psychosis", False, 62, "clear"),
        ("coma", True, 62, "absolute"),
        ("toxic-psychosis", True, 60.01, "absolute"),
        ("coma", True, 59, "clear"),
    ],
)
def test_after_a_resume_a_duration_stands_again_by_a_record_that_says_so_and_by_no_denial(
    code: str, present: bool, known: float, state: str
) -> None:
    made = course((1, "toxic-psychosis", True), (2, "coma", True))
    made.finding(58, code, present, known=at(known))
    made.record("resume", 60, rule="permanent/psychosis-48h", by="md-7", reason="artefact")
    events = sorted(made.events, key=lambda event: str(event.get("known", event["at"])))
    assert states(assessed(events, SITE, 63))["psychosis-48h"] == state


def test_a_baseline_may_say_that_it_stood_in_an_earlier_course() -> None:
    made = course()
    made.record("encounter", 1, event="baseline", findings={f"earlier-{CODE}": True})
    assert states(assessed(made.events, SITE, 2))[CODE] == "absolute"


def intubated(*runs: tuple[float, float | None]) -> list[Event]:
    made = course()
    for begun, ended in runs:
        made.finding(begun, "intubation")
        if ended is not None:
            made.finding(ended, "intubation", False)
    return made.events


@pytest.mark.parametrize(
    ("runs", "hours", "state"),
    [
        ([(1, None)], 73.24, "clear"),
        ([(1, None)], 73.25, "absolute"),
        ([(1, 73.25)], 80, "clear"),
        ([(1, 73.26)], 80, "absolute"),
        ([(1, 40), (45.9, None)], 73.25, "absolute"),
        ([(1, 40), (46, None)], 100, "clear"),
        ([(1, 73), (78, None)], 79, "absolute"),
    ],
)
def test_a_duration_is_counted_from_the_first_record_to_the_one_that_denies_it(
    runs: list[tuple[float, float | None]], hours: float, state: str
) -> None:
    assert states(assessed(intubated(*runs), SITE, hours))["intubation-72h"] == state


def test_its_alert_has_the_instant_of_the_deadline() -> None:
    outcome = folded(intubated((1, None)), SITE, 80)
    assert alerts_of(outcome, "intubation-72h") == [("opened", "absolute", 73.25)]


def test_a_denial_charted_ahead_of_its_time_does_not_undo_a_deadline_before_it() -> None:
    """criteria.md section 1: what is at most 15 min ahead counts at once, with its own `at`."""
    made = course((1, "intubation", True))
    made.finding(73.4, "intubation", False, known=at(73.2))
    assert states(assessed(made.events, SITE, 73.24))["intubation-72h"] == "clear"
    assert states(assessed(made.events, SITE, 73.25))["intubation-72h"] == "absolute"
    assert alerts_of(folded(made.events, SITE, 80), "intubation-72h") == [("opened", "absolute", 73.25)]


def test_it_is_kept_in_the_encoded_state_and_is_small() -> None:
    made = course((3, CODE, True), (4, CODE, False))
    stay_again(made, 48, 300)
    patient = None
    for event in sorted(decoded(made.events), key=lambda one: one.known):
        if patient is not None:
            patient = codec.decode(codec.encode(patient), SITE)
        patient, _, _ = advance(patient, event, SITE)
    assert patient is not None
    settle(patient, T0 + 302 * HOUR)
    assert patient.course.standing
    assert len(msgspec.msgpack.encode(patient.course)) <= 1000


def test_what_outlives_a_stay_is_bounded() -> None:
    codes = [f"row-of-a-long-name-{i}" for i in range(9)]
    memory = Earlier()
    for i in range(100):
        standing = tuple(Standing(code, T0 + i, "x" * 40) for code in codes)
        memory = joined(memory, Earlier(standing, (CycleDoses(T0 + i, T0 + i, T0 + i + 1, 14),), T0 + i))
    assert len(msgspec.msgpack.encode(memory)) <= 1000
    assert lasting(memory, T0 + 99 + KEPT - 1) == memory
    assert lasting(memory, T0 + 99 + KEPT) == Earlier()
