"""When a worker gives up: only when there is something to do, and it gets nowhere."""

from __future__ import annotations

import pytest

from streams.worker.progress import Progress, Sight

PATIENCE = 120.0


@pytest.mark.parametrize(
    ("sights", "gives_up"),
    [
        ([(0, Sight(0, 0)), (500, Sight(0, 0))], False),
        ([(0, Sight(9, 1)), (119, Sight(9, 1))], False),
        ([(0, Sight(9, 1)), (121, Sight(9, 1))], True),
        ([(0, Sight(9, 1)), (100, Sight(9, 2)), (200, Sight(9, 2))], False),
        ([(0, Sight(9, 1)), (100, Sight(0, 1)), (200, Sight(9, 1))], False),
        ([(0, Sight(9, 1)), (60, Sight(None, 0)), (125, Sight(None, 0))], True),
        ([(0, Sight(9, 1)), (60, Sight(None, 0)), (70, Sight(9, 2)), (130, Sight(None, 0))], False),
    ],
    ids=["nothing to do", "not yet", "stuck", "slow", "done in between", "no broker", "broker back"],
)
def test_it_gives_up_after_its_patience_without_progress(sights: list[tuple[float, Sight]], gives_up: bool) -> None:
    progress = Progress(PATIENCE, 0.0)
    faults = [progress.seen(sight, at) for at, sight in sights]
    assert (faults[-1] is not None) == gives_up
    assert all(fault is None for fault in faults[:-1])


def test_the_reason_says_what_is_missing() -> None:
    assert "no answer from the broker" in str(Progress(1.0, 0.0).seen(Sight(None, 0), 5.0))
    progress = Progress(1.0, 0.0)
    progress.seen(Sight(7, 3), 0.0)
    assert "7 records behind" in str(progress.seen(Sight(7, 3), 5.0))
