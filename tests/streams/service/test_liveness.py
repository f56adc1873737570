"""When a worker gives up: only when there is something to do, and it gets nowhere."""

from __future__ import annotations

import pytest

from streams.service.lifecycle import Progress, Sight

PATIENCE = 120.0


DONE, BEHIND, GONE = None, "9 records behind", "the broker does not answer"


@pytest.mark.parametrize(
    ("sights", "gives_up"),
    [
        ([(0, Sight(DONE, 0)), (500, Sight(DONE, 0))], False),
        ([(0, Sight(BEHIND, 1)), (119, Sight(BEHIND, 1))], False),
        ([(0, Sight(BEHIND, 1)), (121, Sight(BEHIND, 1))], True),
        ([(0, Sight(BEHIND, 1)), (100, Sight(BEHIND, 2)), (200, Sight(BEHIND, 2))], False),
        ([(0, Sight(BEHIND, 1)), (100, Sight(DONE, 1)), (200, Sight(BEHIND, 1))], False),
        ([(0, Sight(BEHIND, 1)), (60, Sight(GONE, 1)), (125, Sight(GONE, 1))], True),
        ([(0, Sight(BEHIND, 9)), (60, Sight(BEHIND, 0)), (125, Sight(BEHIND, 3))], False),
    ],
    ids=[
        "nothing to do",
        "not yet",
        "stuck",
        "slow",
        "done in between",
        "no broker",
        "partitions went and others came",
    ],
)
def test_it_gives_up_after_its_patience_without_progress(
    sights: list[tuple[float, Sight]], gives_up: bool
) -> None:
    progress = Progress(PATIENCE, 0.0)
    faults = [progress.seen(sight, at) for at, sight in sights]
    assert (faults[-1] is not None) == gives_up
    assert all(fault is None for fault in faults[:-1])


def test_a_worker_that_never_finds_a_place_gives_up_and_says_so() -> None:
    assert "no place in the consumer group" in str(
        Progress(1.0, 0.0).seen(Sight("no place in the consumer group", 0), 5.0)
    )
