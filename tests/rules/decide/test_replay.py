"""What is decided step by step is what a replay of the whole course over the same facts gives.

A withdrawal is as if the fact had never been recorded (criteria.md section 1), for stop rules and
acceptances too.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.decide.engine import fold
from rules.decide.replay import Replay
from rules.decide.state import Patient
from rules.decide.stop_rules import replayed_state
from rules.evaluate.accepted_criteria import lasting
from rules.evaluate.stop_rule import StopRuleState
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire import instants
from tests.campaigns import examples
from tests.rules.decide.strategies import (
    ACCEPT,
    DOSE,
    EVERYTHING,
    FINDING,
    LABS,
    MINUTE,
    PRESSOR,
    RESUME,
    START,
    courses,
    decoded,
)

LONGEST = 40 * 60
END = START + (LONGEST + 10 * 60) * MINUTE
STOPPING = (FINDING, FINDING, FINDING, LABS, DOSE, PRESSOR, RESUME, ACCEPT, *EVERYTHING)

many = settings(max_examples=examples(40), deadline=None)


def settled(course: list[Any]) -> Patient:
    patient: Patient = fold(decoded(course), GUIDELINE, END).patients["p1"]
    return patient


def taken_back(course: list[Any], number: int, after: int) -> Any:
    """The withdrawal of one of the course's records, some minutes after it became known."""
    record = course[2 + number % (len(course) - 2)]
    known = instants.parse(record["known"]) + after * MINUTE
    kept = {name: record[name] for name in ("type", "id", "patient", "at")}
    return kept | {"status": "entered-in-error", "known": instants.text(known)}


def by_replay(patient: Patient) -> dict[str, StopRuleState]:
    """Each rule after its whole course, with nothing remembered."""
    return {
        rule.rule: replayed_state(rule, patient.chart, StopRuleState(), patient.now)
        for rule in GUIDELINE.stop_rules
    }


@many
@given(
    courses(STOPPING, longest=LONGEST, lag=240),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 600)), max_size=3),
)
def test_stop_rules_and_acceptances_are_those_of_a_replay(
    course: list[Any], withdrawn: list[tuple[int, int]]
) -> None:
    """criteria.md sections 3.5 and 4."""
    patient = settled([*course, *(taken_back(course, *one) for one in withdrawn)])
    if patient.chart.tail.horizon is not None:
        return
    stepped = {rule.rule: patient.rules.get(rule.rule, StopRuleState()) for rule in GUIDELINE.stop_rules}
    for rule, again in by_replay(patient).items():
        now = stepped[rule]
        assert (rule, now.in_force, sorted(now.by)) == (rule, again.in_force, sorted(again.by))
        assert (rule, sorted(now.excused)) == (rule, sorted(again.excused))
    for code, one in lasting(patient.chart, patient.now).items():
        replay = Replay((code,), patient.chart)
        replay.run(patient.now)
        assert (code, one.id in patient.outgrown) == (code, one.id in replay.ended)
