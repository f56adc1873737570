"""When a worker gives up: only when there is something to do, and it gets nowhere."""

from __future__ import annotations

import pytest

from streams.service.lifecycle import ProgressMonitor, ProgressSample

PATIENCE = 120.0


DONE, BEHIND, GONE = None, "9 records behind", "the broker does not answer"


@pytest.mark.parametrize(
    ("sights", "gives_up"),
    [
        ([(0, ProgressSample(DONE, 0)), (500, ProgressSample(DONE, 0))], False),
        ([(0, ProgressSample(BEHIND, 1)), (119, ProgressSample(BEHIND, 1))], False),
        ([(0, ProgressSample(BEHIND, 1)), (121, ProgressSample(BEHIND, 1))], True),
        (
            [
                (0, ProgressSample(BEHIND, 1)),
                (100, ProgressSample(BEHIND, 2)),
                (200, ProgressSample(BEHIND, 2)),
            ],
            False,
        ),
        (
            [
                (0, ProgressSample(BEHIND, 1)),
                (100, ProgressSample(DONE, 1)),
                (200, ProgressSample(BEHIND, 1)),
            ],
            False,
        ),
        (
            [(0, ProgressSample(BEHIND, 1)), (60, ProgressSample(GONE, 1)), (125, ProgressSample(GONE, 1))],
            True,
        ),
        (
            [
                (0, ProgressSample(BEHIND, 9)),
                (60, ProgressSample(BEHIND, 0)),
                (125, ProgressSample(BEHIND, 3)),
            ],
            False,
        ),
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
    sights: list[tuple[float, ProgressSample]], gives_up: bool
) -> None:
    progress = ProgressMonitor(PATIENCE, 0.0)
    faults = [progress.seen(sight, at) for at, sight in sights]
    assert (faults[-1] is not None) == gives_up
    assert all(fault is None for fault in faults[:-1])


def test_a_worker_that_never_finds_a_place_gives_up_and_says_so() -> None:
    assert "no place in the consumer group" in str(
        ProgressMonitor(1.0, 0.0).seen(ProgressSample("no place in the consumer group", 0), 5.0)
    )
