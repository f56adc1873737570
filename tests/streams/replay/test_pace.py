"""When a record is due: file time divided by speed, and never moved by lateness."""

from __future__ import annotations

from math import inf

import pytest

from streams.errors import UsageError
from streams.replay.publish import Pace, speed


@pytest.mark.parametrize(
    ("times", "after_ms", "due"),
    [(1, 60_000, 160.0), (120, 60_000, 100.5), (0.5, 1_000, 102.0), (inf, 60_000, 100.0)],
)
def test_a_record_is_due_at_its_time_divided_by_the_speed(times: float, after_ms: int, due: float) -> None:
    assert Pace(times, 100.0, 5_000).due(5_000 + after_ms) == due


@pytest.mark.parametrize(("text", "times"), [("max", inf), ("120", 120.0), ("0.5", 0.5)])
def test_a_speed_is_times_real_time_or_max(text: str, times: float) -> None:
    assert speed(text) == times


@pytest.mark.parametrize("text", ["0", "-1", "fast", "inf", "nan", ""])
def test_no_other_speed_is_taken(text: str) -> None:
    with pytest.raises(UsageError, match="times real time"):
        speed(text)
