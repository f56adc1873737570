from __future__ import annotations

import pytest

from streams.board.liveness import FeedActivity, Liveness

PLACE = ("il2.vitals", 0)
LIMIT = 900.0


def watched(
    until: float,
    *,
    worked: int | None = None,
    read: int | None = None,
    workers: int | None = 1,
    step: int = 1,
) -> Liveness:
    """Answered each second from 0: a record a second is appended, judged and read at once, or up to `worked`,
    `read` and no further.
    """
    liveness = Liveness(0.0, FeedActivity(LIMIT))
    liveness.loading = None
    for second in range(0, int(until) + 1, step):
        end = second + 1
        liveness.positions[PLACE] = end if read is None else min(end, read)
        liveness.feed.beat(float(second))
        liveness.answer(
            float(second), {PLACE: end}, {PLACE: end if worked is None else min(end, worked)}, workers
        )
    return liveness


def codes(liveness: Liveness, now: float) -> list[str]:
    return [problem.code for problem in liveness.problems(now)]


def test_all_is_well_while_everything_keeps_up() -> None:
    assert codes(watched(60), 60.5) == []


def test_a_board_that_has_just_started_proves_nothing() -> None:
    liveness = Liveness(0.0, FeedActivity(LIMIT))
    assert codes(liveness, 0.1) == ["loading"]
    liveness.loading = None
    assert codes(liveness, 0.1) == ["starting"]


@pytest.mark.parametrize(("after", "found"), [(4.9, []), (5.1, ["broker"]), (100.0, ["broker"])])
def test_a_broker_that_does_not_answer_is_dead_after_five_seconds(after: float, found: list[str]) -> None:
    assert codes(watched(60), 60 + after)[:1] == found


def test_a_worker_that_stops_is_dead_within_ten_seconds_and_well_when_it_has_caught_up() -> None:
    assert codes(watched(60, worked=52), 60.0) == ["worker"]
    liveness = watched(60, worked=57)
    assert codes(liveness, 60.0) == []
    liveness.answer(70.0, {PLACE: 71}, {PLACE: 57}, 1)
    liveness.answer(74.5, {PLACE: 75}, {PLACE: 57}, 1)
    assert "worker" in codes(liveness, 74.6)
    liveness.answer(75.5, {PLACE: 76}, {PLACE: 76}, 1)
    assert "worker" not in codes(liveness, 75.6)


def test_no_worker_at_all_is_known_without_a_single_record() -> None:
    assert codes(watched(60, workers=0), 60.0) == ["worker"]
    assert codes(watched(60, workers=None), 60.0) == []


def test_a_board_that_does_not_read_what_is_there_says_so() -> None:
    assert codes(watched(60, read=50), 60.0) == ["board"]


def test_a_feed_of_a_record_a_second_is_dead_after_seconds() -> None:
    liveness = watched(60)
    liveness.answer(66.0, {PLACE: 61}, {PLACE: 61}, 1)
    assert codes(liveness, 64.0) == []
    assert codes(liveness, 66.0) == ["feed"]


def test_a_feed_that_is_usually_silent_for_a_minute_may_be() -> None:
    feed = FeedActivity(LIMIT)
    for minute in range(10):
        feed.beat(minute * 60.0)
    assert feed.usual() == 90
    assert not feed.dead(9 * 60 + 89.0)
    assert feed.dead(9 * 60 + 91.0)


def test_a_feed_that_has_become_steady_is_held_to_it() -> None:
    feed = FeedActivity(LIMIT)
    for beat in (0.0, 600.0, *(1000.0 + second for second in range(70))):
        feed.beat(beat)
    assert feed.usual() == 5.0


@pytest.mark.parametrize("beats", [[], [10.0], [0.0, 1700.0]])
def test_no_feed_may_be_silent_for_longer_than_the_limit(beats: list[float]) -> None:
    feed = FeedActivity(LIMIT)
    for beat in beats:
        feed.beat(beat)
    assert feed.usual() == LIMIT
    assert feed.dead(beats[-1] + LIMIT + 1 if beats else 1e6) == bool(beats)
