"""What a pack advises, asks for and wants to know before dose 1, each at its boundary (editions.md 3 and 4)."""

from __future__ import annotations

from typing import Any

import pytest

from rules.decide.engine import settled
from rules.explain.subject import explain
from tests.packs.moments import HISTORY, NOW, Course, Event, _usual, at
from tests.packs.support import alerts_of, assessed, folded, site

LABEL, TIL, PAPER = "proleukin-us-label/2024-12", "til-2024/1", "schwartzentruber-2001/2"


def begun(hours: float = 0.0, **findings: Any) -> Course:
    made = Course("p1")
    made.baseline()
    made.events[-1]["findings"] = {**HISTORY, **findings}
    made.record("encounter", hours, event="cycle-start", location="ward")
    return made


def advised(events: list[Event], key: str, hours: float) -> set[str]:
    return {one.code for one in assessed(events, site(key), hours).advice}


@pytest.mark.parametrize(("hours", "late"), [(11.9, False), (12.0, True), (20.0, True)])
def test_a_dose_is_late_at_the_longest_interval(hours: float, late: bool) -> None:
    made = begun()
    made.doses(0)
    assert ("dose-late" in advised(made.events, TIL, hours)) is late


def test_a_late_dose_is_told_at_its_instant_and_ends_with_the_dose() -> None:
    made = begun()
    made.doses(0, 13)
    found = alerts_of(folded(made.events, site(TIL), 14), "dose-late")
    assert found == [("opened", "advisory", 12.0), ("resolved", "clear", 13.0)]


def test_no_dose_is_late_after_the_last_one_nor_under_a_pack_without_a_longest_interval() -> None:
    made = begun()
    made.doses(*(8 * i for i in range(6)))
    assert "dose-late" not in advised(made.events, TIL, 60)
    assert "dose-late" not in advised(made.events[:4], LABEL, 30)


@pytest.mark.parametrize(("last", "long"), [(119.9, False), (120.0, True)])
def test_a_dose_after_day_5_makes_the_cycle_long(last: float, long: bool) -> None:
    made = begun()
    made.doses(0, last)
    assert ("cycle-length" in advised(made.events, LABEL, 121)) is long
    assert "cycle-length" not in advised(made.events, PAPER, 121)


@pytest.mark.parametrize(("days", "open_"), [(48.9, True), (49.0, False)])
def test_another_course_within_7_weeks_of_the_discharge_is_advised_against(days: float, open_: bool) -> None:
    made = begun()
    made.doses(0)
    made.record("encounter", 48, event="discharge")
    again = 48 + 24 * days
    made.record("encounter", again - 0.5, event="admit", location="ward")
    made.record("encounter", again, event="cycle-start", location="ward")
    assert ("course-gap" in advised(made.events, LABEL, again + 0.1)) is open_
    made.doses(again + 0.2)
    assert "course-gap" not in advised(made.events, LABEL, again + 0.3)


def test_the_second_cycle_of_a_course_needs_no_gap() -> None:
    made = begun()
    made.doses(0)
    made.record("encounter", 48, event="discharge")
    made.record("encounter", 48 + 14 * 24, event="admit", location="ward")
    made.record("encounter", 49 + 14 * 24, event="cycle-start", location="ward")
    assert "course-gap" not in advised(made.events, LABEL, 50 + 14 * 24)


@pytest.mark.parametrize(
    ("change", "open_"),
    [
        ({"results": {"creatinine": 2.0}}, False),
        ({"results": {"creatinine": 2.01}}, True),
        ({"results": {"platelets": 50}}, False),
        ({"results": {"platelets": 49}}, True),
        ({"hourly_urine": 40.0}, False),
        ({"hourly_urine": 39.0}, True),
    ],
)
def test_til_names_what_speaks_against_an_nsaid(change: dict[str, Any], open_: bool) -> None:
    assert ("no-nsaid" in advised(_usual("p1", **change), TIL, NOW)) is open_


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"change": lambda hour: {"systolic_bp": 80.0} if hour >= NOW - 1 else {}}, "sbp-bolus"),
        ({"hourly_urine": 25.0}, "urine-bolus"),
    ],
)
def test_til_says_which_fluid_while_its_row_holds(change: dict[str, Any], advice: str) -> None:
    assert advice in advised(_usual("p1", **change), TIL, NOW)
    assert advice not in advised(_usual("p1"), TIL, NOW)


@pytest.mark.parametrize(
    ("hours", "lacks", "asked"),
    [(38.9, "urine", False), (39.0, "urine", True), (39.0, "systolic-bp", True), (39.0, "", False)],
)
def test_til_asks_for_pressure_and_urine_from_an_hour_before_a_dose(
    hours: float, lacks: str, asked: bool
) -> None:
    events = [one for one in _usual("p1") if one["at"] < at(37.5) or not reads(one, lacks)]
    outcome = folded(events, site(TIL), hours)
    found = alerts_of(outcome, "monitoring/pre-dose-assessment")
    opened = [one for one in found if one[0] == "opened" and one[2] > 32]
    assert opened == ([("opened", "advisory", 39.0)] if asked else [])


def reads(event: Event, code: str) -> bool:
    codes = {one["code"] for one in event.get("readings", ())} if event["type"] == "vitals" else set()
    return code in codes or (code == "urine" and event.get("kind") == "urine")


@pytest.mark.parametrize(("last", "blind"), [(37.4, True), (37.5, False)])
def test_what_was_not_taken_before_a_dose_blinds_it_from_when_it_is_due(last: float, blind: bool) -> None:
    made = Course("p1")
    events = [one for one in _usual("p1") if not (reads(one, "urine") and one["at"] > at(36))]
    made.record("io", last, direction="out", kind="urine", volume=100, unit="mL", start=at(last - 1))
    events.append({**made.events[0], "id": "last"})
    found = assessed(events, site(TIL), NOW)
    assert ("pre-dose-assessment" in found.dose.blockers) is blind
    assert found.verdict == ("blind" if blind else "no-objection")
    assert "pre-dose-assessment" not in assessed(events, site(LABEL), NOW).dose.blockers


@pytest.mark.parametrize("what", ["creatinine", "urine"])
def test_til_wants_creatinine_and_urine_twice_a_day(what: str) -> None:
    items = {one.what: one for one in assessed(_usual("p1"), site(TIL), NOW).monitoring}
    assert items[what].due is not None
    assert what not in {one.what for one in assessed(_usual("p1"), site(PAPER), NOW).monitoring}


ELIGIBLE = {
    "organ-disease": ("major-organ-disease", True, "not-met"),
    "hepatic-disease": ("hepatic-disease", True, "not-met"),
    "ejection-fraction": ("ejection-fraction", None, "unknown"),
    "cns-evaluated": ("cns-evaluated", None, "unknown"),
}


@pytest.mark.parametrize("item", ELIGIBLE)
def test_the_label_says_who_may_start(item: str) -> None:
    code, value, state = ELIGIBLE[item]
    made = begun(**{code: value})
    if value is None:
        del made.events[1]["findings"][code]
    found = assessed(made.events, site(LABEL), 1)
    states = {one.item: one.state for one in found.eligibility}
    assert set(states) == {*ELIGIBLE, "pulmonary-function"}
    assert states.pop(item) == state
    assert set(states.values()) == {"met"}
    assert "eligibility" in {one.code for one in found.advice}
    assert "eligibility" not in advised(begun().events, LABEL, 1)


@pytest.mark.parametrize(
    ("key", "subject"), [(LABEL, "cycle-length"), (LABEL, "course-gap"), (TIL, "no-nsaid")]
)
def test_advice_of_a_pack_can_be_explained(key: str, subject: str) -> None:
    (patient,) = folded(_usual("p1"), site(key), NOW).patients.values()
    assert explain(settled(patient), subject).rule.section == "editions.md section 4"
