"""The spans in which a dose was due: those that had ended by a moment are left out, and no other."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.chart.chart import Chart, rebuilt
from rules.chart.course import FOREVER
from rules.chart.facts import DoseFact, Place
from rules.evaluate.dosing import due_spans
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.wire.instants import BEFORE_ALL, HOUR
from tests.campaigns import examples

DOSE = "dose"
Course = list[tuple[str, int]]
"""What is charted, each with the hours since the one before."""


def charted(course: Course) -> Chart:
    chart = Chart(GUIDELINE)
    moments = accumulate(hours for _, hours in course)
    for n, ((event, _), hour) in enumerate(zip(course, moments, strict=True), 1):
        heading = (hour * HOUR, hour * HOUR, n, f"e{n}", hour * HOUR, 1, n)
        if event == DOSE:
            chart.doses.append(DoseFact(*heading, 600_000, "[iU]/kg"))
        else:
            chart.places.append(Place(*heading, event, None))
    rebuilt(chart)
    return chart


CYCLES: Course = [
    ("cycle-start", 0),
    (DOSE, 2),
    (DOSE, 8),
    (DOSE, 12),
    ("therapy-end", 20),
    ("cycle-start", 100),
    (DOSE, 1),
]


@pytest.mark.parametrize(
    ("since", "hours"),
    [
        (BEFORE_ALL, [(0, 2), (18, 22), (30, 42), (142, 143), (151, None)]),
        (2 * HOUR - 1, [(0, 2), (18, 22), (30, 42), (142, 143), (151, None)]),
        (2 * HOUR, [(18, 22), (30, 42), (142, 143), (151, None)]),
        (42 * HOUR, [(142, 143), (151, None)]),
        (143 * HOUR - 1, [(142, 143), (151, None)]),
        (143 * HOUR, [(151, None)]),
        (900 * HOUR, [(151, None)]),
    ],
)
def test_what_had_ended_is_left_out(since: int, hours: list[tuple[int, int | None]]) -> None:
    spans = [(start * HOUR, FOREVER if end is None else end * HOUR) for start, end in hours]
    assert due_spans(charted(CYCLES), since) == spans


courses = st.lists(
    st.tuples(st.sampled_from([DOSE, DOSE, DOSE, "cycle-start", "therapy-end"]), st.integers(0, 30)),
    max_size=12,
)


@settings(max_examples=examples(100))
@given(courses, st.integers(-1, 200))
def test_what_is_left_out_is_what_had_ended(course: Course, hour: int) -> None:
    chart = charted(course)
    left = [span for span in due_spans(chart, BEFORE_ALL) if span[1] > hour * HOUR]
    assert due_spans(chart, hour * HOUR) == left
