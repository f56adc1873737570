"""A state in blocks: read again it is the state, and a write costs what changed, whatever came before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.chart.chart import Chart
from rules.chart.fact_lists import NAMED, PLAIN
from rules.decide import codec
from rules.decide.column_codec import numbers, plain
from rules.decide.engine import advance
from rules.decide.state import Patient
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire.events import Event
from tests.reliability.test_costs import KINDS, admitted, event
from tests.rules.courses import decoded
from tests.rules.decide.strategies import EVERYTHING, GONE, courses
from tests.rules.decide.strategies import decoded as decoded_log
from tests.rules.watched import watched

FEW, MANY, WINDOW = 450, 1_100, 128
GROWTH = 1.15


def held(chart: Chart | None) -> dict[str, Any]:
    """Return all that a chart keeps, in its order."""
    if chart is None:
        return {}
    lists = {name: list(getattr(chart, name)) for name in (*PLAIN, "baselines")}
    named = {name: list(getattr(chart, name).items()) for name in NAMED}
    rest = {
        "ghosts": list(chart.ghosts.items()),
        "faded": list(chart.faded.items()),
        "digests": chart.digests,
        "seen": set(chart.seen),
        "rows": chart.tail.rows,
        "before": chart.tail.before(),
        "now": chart.tail.now,
        "n": chart.n,
    }
    return {**lists, **named, **rest}


def read_again(patient: Patient) -> Patient:
    state = codec.parts(patient)
    return codec.decode(state.head, GUIDELINE, [block.data for block in state.blocks])


def check(patient: Patient) -> None:
    back = read_again(patient)
    for mine, other in ((patient.chart, back.chart), (patient.whole, back.whole)):
        assert held(mine) == held(other)
    assert list(back.memories.items()) == list(patient.memories.items())
    for name in ("episodes", "rules", "now", "due", "given", "seq", "stay", "reminders"):
        assert getattr(back, name) == getattr(patient, name), name


@settings(max_examples=25, deadline=None)
@given(courses((*EVERYTHING, GONE)), st.sets(st.integers(0, 30)))
def test_a_state_written_in_blocks_now_and_then_and_read_again_is_the_state(
    course: list[Any], writes: set[int]
) -> None:
    patient: Patient | None = None
    log = sorted(decoded_log(course), key=lambda one: one.known)
    for number, one in enumerate(log):
        patient, _, _ = advance(patient, one, GUIDELINE)
        if patient is not None and number in writes:
            codec.parts(patient)
    if patient is not None:
        check(patient)


def test_so_it_is_through_a_long_watch_with_late_records() -> None:
    patient: Patient | None = None
    for number, one in enumerate(sorted(decoded([watched(late=25)]), key=lambda one: one.known)):
        patient, _, _ = advance(patient, one, GUIDELINE)
        if number % 9 == 0:
            assert patient is not None
            codec.parts(patient)
    assert patient is not None
    check(patient)


def written(patient: Patient, events: list[Event]) -> int:
    """Return the bytes written for some events, one after the other: heads, and blocks that are new."""
    names = {block.name for block in codec.parts(patient).blocks}
    total = 0
    for one in events:
        advance(patient, one, GUIDELINE)
        state = codec.parts(patient)
        new = [block for block in state.blocks if block.name not in names]
        names = {block.name for block in state.blocks}
        total += len(state.head) + sum(len(block.data) for block in new)
    return total


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["vital signs", "urine", "a normal lab", "a finding that comes and goes", "a rate that changes"]
)
def test_a_write_after_one_more_record_takes_no_more_bytes_in_a_long_stay_than_in_a_short_one(
    name: str,
) -> None:
    patient, found = admitted(), []
    events = [event(KINDS[name](i), f"e{i}", i) for i in range(MANY + WINDOW)]
    for begin, end in ((0, FEW), (FEW + WINDOW, MANY)):
        for one in events[begin:end]:
            advance(patient, one, GUIDELINE)
        found.append(written(patient, events[end : end + WINDOW]))
    few, many = found
    assert many <= few * GROWTH


def test_a_correction_in_a_sealed_block_writes_that_block_anew_and_leaves_the_others() -> None:
    patient = admitted()
    for i in range(100):
        advance(patient, event(KINDS["urine"](i), f"e{i}", i), GUIDELINE)
        before = {block.name for block in codec.parts(patient).blocks}
    corrected = {**KINDS["urine"](9), "volume": 3, "status": "corrected"}
    advance(patient, event(corrected, "e9", 100), GUIDELINE)
    new = [block for block in codec.parts(patient).blocks if block.name not in before]
    check(patient)
    assert len(new) == 1


@pytest.mark.parametrize(
    ("column", "scaled"),
    [
        ([37.2, None, 36.9], True),
        ([96.0, 97.0], True),
        ([0.25], True),
        ([1 / 3], False),
        ([1, 2], False),
        (["a", 1.5], False),
        ([-0.0, 1.0], False),
        ([float("inf"), 1e300], False),
        ([], False),
    ],
    ids=str,
)
def test_numbers_with_few_decimals_are_whole_ones_and_come_back_to_the_last_bit(
    column: list[Any], scaled: bool
) -> None:
    assert isinstance(numbers(column), dict) == scaled
    assert repr(plain(numbers(column))) == repr(column)
