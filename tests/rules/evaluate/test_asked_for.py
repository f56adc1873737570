"""What asks to be charted, told or named (criteria.md sections 1, 2, 3.1 to 3.3, and 6 at its end)."""

from __future__ import annotations

from typing import Any

import pytest

from rules.decide.assessment import assess
from rules.explain import explain
from tests.rules.courses import Course, alerts, folded, states_at, table, timed


def infused(*rates: tuple[str, float], agent: str = "isoprenaline") -> Course:
    drawn = Course().start()
    for at, rate in rates:
        drawn.infusion(agent, at, rate)
    return drawn


UNKNOWN: dict[str, tuple[Any, ...]] = {
    "from its record": (infused(("01:00", 0.1)), "01:00", ["opened technical 01:00"]),
    "until 8 h after the latest record": (
        infused(("01:00", 0.1), ("03:00", 0.2)),
        "11:00",
        ["opened technical 01:00", "resolved clear 11:00"],
    ),
    "and not just before": (
        infused(("01:00", 0.1), ("03:00", 0.2)),
        "10:59:59.999",
        ["opened technical 01:00"],
    ),
    "until its rate is 0": (
        infused(("01:00", 0.1), ("02:00", 0)),
        "03:00",
        ["opened technical 01:00", "resolved clear 02:00"],
    ),
    "a known agent is none": (infused(("01:00", 0.1), agent="amiodarone"), "02:00", []),
}


@table(UNKNOWN, "course until expected")
def test_an_infusion_nobody_knows_is_told(course: Course, until: str, expected: list[str]) -> None:
    """criteria.md section 2: `not-understood/<name>`, technical."""
    for agent in ("isoprenaline", "amiodarone"):
        lines = timed(course, f"not-understood/{agent}", until)
        assert lines == (expected if agent == "isoprenaline" else [])


def named(*codes: str, **fields: Any) -> Course:
    """Findings nobody knows, at 01:00."""
    drawn = Course().start()
    for code in codes:
        drawn.unread.add(len(drawn.records))
        drawn.finding(code, "01:00", **fields)
    return drawn


def test_a_finding_nobody_knows_is_told_until_it_is_withdrawn() -> None:
    """criteria.md section 2."""
    drawn = named("purple-toes", id="f").withdraw("f", "02:00")
    transitions = [line.split()[0] for line in timed(drawn, "not-understood/purple-toes", "03:00")]
    assert transitions == ["opened", "amended"]


def test_two_names_are_two_subjects_in_order_of_their_names() -> None:
    drawn = named("zeta", "alpha")
    subjects = [a["subject"] for a in alerts(drawn, "01:00") if a["subject"].startswith("not-understood/")]
    assert subjects == ["not-understood/alpha", "not-understood/zeta"]


def test_a_reading_past_a_limit_asks_for_another() -> None:
    """criteria.md section 3.1: `recheck/<signal>`, at the reading's `at` + 15 min."""
    drawn = Course().start().vitals("08:00", hr=136, sbp=118, spo2=98)
    assert timed(drawn, "recheck/heart-rate", "08:14:59.999") == []
    [alert] = [a for a in alerts(drawn, "08:15") if a["subject"] == "recheck/heart-rate"]
    assert (alert["kind"], alert["level"], alert["message"]) == (
        "monitoring",
        "technical",
        "Heart rate 136 at 08:00: repeat now",
    )


def test_il2_without_the_start_of_a_cycle_is_told() -> None:
    """criteria.md section 1: the item closes when a `cycle-start` takes the cycle over."""
    drawn = Course().baseline().dose("08:00")
    assert timed(drawn, "monitoring/cycle-start", "09:00") == ["opened technical 08:00"]
    taken = drawn.encounter("cycle-start", "10:00")
    assert [line.split()[0] for line in timed(taken, "monitoring/cycle-start", "11:00")] == [
        "opened",
        "resolved",
    ]


def test_a_troponin_without_its_upper_limit_asks_for_it() -> None:
    """criteria.md section 3.2: `monitoring/reference-limit`."""
    drawn = Course().start().labs("01:00", troponin_t=0.02)
    [alert] = [a for a in alerts(drawn, "01:00") if a["subject"] == "monitoring/reference-limit"]
    assert alert["message"] == "A result came without its upper limit: troponin T"
    assert "configuration `enzymes`" in alert["measures"][0]["text"]


ASKS = {
    "recheck/heart-rate": Course().start().vitals("08:00", hr=136).tick("08:20"),
    "finding/dyspnea-at-rest": Course().start().finding("dyspnea-at-rest", "01:00").tick("18:00"),
    "not-understood/isoprenaline": infused(("01:00", 0.1)),
    "monitoring/cycle-start": Course().baseline().dose("08:00").tick("08:30"),
    "monitoring/reference-limit": Course().start().labs("01:00", troponin_t=0.02),
}


@pytest.mark.parametrize("subject", ASKS)
def test_what_asks_is_listed_and_explained(subject: str) -> None:
    """criteria.md section 6: listed only while open; wire.md: `explain` answers for every subject."""
    patient = folded(ASKS[subject]).patients["p1"]
    listed = [item.what for item in assess(patient).monitoring]
    assert subject.removeprefix("monitoring/") in listed
    found = explain(patient, subject)
    assert found.state == "technical" if not subject.startswith("finding/") else "advisory"
    assert found.clears[0].startswith("Ends ")
    assert found.facts


def test_what_does_not_ask_is_not_listed() -> None:
    assert (
        "recheck/heart-rate" not in states_at(Course().start().vitals("08:00", hr=90), "09:00")["monitoring"]
    )
