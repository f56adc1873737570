"""The worker's clock advances by monotonic time, whatever the host's clock does (criteria.md section 1)."""

from __future__ import annotations

import msgspec
import pytest

from streams.worker.system_alarms import SystemAlarms, happenings
from streams.worker.worker_clock import WorkerClock

NOON = 1_772_452_800_000
HOUR_S = 3600


class Host:
    """A host whose wall clock can be set; `pass_` lets time pass on both of its clocks."""

    def __init__(self) -> None:
        self.wall_ms, self.seconds = NOON, 100.0

    def pass_(self, seconds: float) -> None:
        self.wall_ms += int(seconds * 1000)
        self.seconds += seconds

    def clock(self) -> WorkerClock:
        return WorkerClock(lambda: self.wall_ms, lambda: self.seconds)


STEPS: dict[str, tuple[float, float, float]] = {
    "right": (0, 10, 10),
    "a second ahead is caught up within the second": (1, 1, 2),
    "just what may be caught up": (40, 10, 50),
    "a step ahead is followed at most 5 s per second": (HOUR_S, 10, 50),
    "years ahead likewise": (40_000 * HOUR_S, 10, 50),
    "a step back does not stop it": (-HOUR_S, 10, 5),
}


@pytest.mark.parametrize(("step", "passed", "expected"), STEPS.values(), ids=STEPS)
def test_a_step_of_the_host_clock_is_followed_slowly(step: float, passed: float, expected: float) -> None:
    host = Host()
    clock = host.clock()
    host.wall_ms += int(step * 1000)
    host.pass_(passed)
    assert clock() == NOON + expected * 1000


def test_an_hour_ahead_for_8_s_moves_the_clock_by_40_s_at_most_and_it_comes_right_again() -> None:
    host = Host()
    clock = host.clock()
    host.wall_ms += HOUR_S * 1000
    for _ in range(8):
        host.pass_(1)
        clock()
    host.wall_ms -= HOUR_S * 1000
    assert clock() == NOON + 40_000
    for _ in range(64):
        host.pass_(1)
        clock()
    assert clock() == host.wall_ms


def transitions(alarms: SystemAlarms, now: int, misplaced: int = 0) -> list[tuple[str, str]]:
    alerts = [
        msgspec.json.decode(record.value or b"")
        for record in alarms.after(now, happenings(misplaced, (), {}, None))
    ]
    return [(alert["subject"], alert["transition"]) for alert in alerts]


@pytest.mark.parametrize(("step_s", "expected"), [(60, []), (-60, []), (61, ["clock"]), (-61, ["clock"])])
def test_a_clock_more_than_a_minute_off_is_told_once(step_s: int, expected: list[str]) -> None:
    host = Host()
    alarms = SystemAlarms("one", clock := host.clock())
    host.wall_ms += step_s * 1000
    assert [subject for subject, _ in transitions(alarms, clock())] == expected
    assert transitions(alarms, clock()) == []


def test_records_in_wrong_partitions_are_told_until_none_came_for_5_min() -> None:
    alarms = SystemAlarms("one", None)
    found = [
        transitions(alarms, NOON, 0),
        transitions(alarms, NOON + 1, 3),
        transitions(alarms, NOON + 60_000, 2),
        transitions(alarms, NOON + 359_999, 0),
        transitions(alarms, NOON + 360_000, 0),
    ]
    assert found == [[], [("wrong-partition", "opened")], [], [], [("wrong-partition", "resolved")]]
