"""Stretches at a level: what is one episode, and when one holds near a moment."""

from __future__ import annotations

import pytest

from simulators.score.true_spans import ABSOLUTE, RELATIVE, LevelSpan, at_least, near
from tests.simulators.score.timelines import minute, stretches


@pytest.mark.parametrize(
    ("drawn", "relative", "absolute"),
    [
        ("....", [], []),
        (".rr.", [(10, 30)], []),
        (".AA.", [(10, 30)], [(10, 30)]),
        (".rAr.", [(10, 40)], [(20, 30)]),
        (".rArA.", [(10, 50)], [(20, 30), (40, 50)]),
        (".r.r.", [(10, 20), (30, 40)], []),
        ("bA", [(0, 20)], [(10, 20)]),
    ],
)
def test_an_episode_is_an_unbroken_time_at_a_level_or_worse(
    drawn: str, relative: list[tuple[int, int]], absolute: list[tuple[int, int]]
) -> None:
    for level, expected in ((RELATIVE, relative), (ABSOLUTE, absolute)):
        found = at_least(stretches(drawn), level)
        assert [(one.start, one.end) for one in found] == [
            (minute(start), minute(end)) for start, end in expected
        ]


@pytest.mark.parametrize(
    ("drawn", "distinct"),
    [("b", False), ("bb", False), ("br", True), ("bA", True), ("rB", True), ("BbB", False)],
)
def test_an_episode_is_distinct_if_a_part_of_it_is(drawn: str, distinct: bool) -> None:
    assert [one.distinct for one in at_least(stretches(drawn), RELATIVE)] == [distinct]


@pytest.mark.parametrize(
    ("of", "near_it"),
    [(44, False), (45, True), (60, True), (79, True), (84.9, True), (85, False), (90, False)],
)
def test_a_stretch_is_near_a_moment_within_15_minutes_of_it(of: float, near_it: bool) -> None:
    held = [LevelSpan(minute(60), minute(70))]
    assert near(held, minute(of), 15 * 60_000) == near_it


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [
        (0, 10, False),
        (0, 11, True),
        (10, 20, True),
        (19, 30, True),
        (20, 30, False),
        (10, 10, True),
        (20, 20, False),
    ],
)
def test_stretches_meet_when_they_share_a_moment_and_an_end_is_none(
    start: int, end: int, meets: bool
) -> None:
    assert LevelSpan(minute(10), minute(20)).meets(minute(start), minute(end)) == meets
