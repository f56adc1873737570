"""Publishing without Kafka and without waiting: an outlet that acknowledges when the test says, and a clock
that moves when it is waited on.
"""

from __future__ import annotations

from collections import deque
from itertools import product
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.wire.instants import MINUTE, SECOND
from rules.wire.topics import INPUTS
from streams.replay.publish import Counts, NotAcknowledged, Pace, Publisher, SendResult
from streams.replay.record import ReplayRecord, tick, ticked

PARTITIONS = 3


class Slow:
    """An outlet that acknowledges a record `delay` seconds after it was sent, on a clock of its own."""

    def __init__(self, delay: float = 0.01) -> None:
        self.now, self.delay = 0.0, delay
        self.log: list[tuple[str, float, ReplayRecord]] = []
        self.due: deque[tuple[float, int, ReplayRecord]] = deque()
        self.broken: Exception | None = None

    def clock(self) -> float:
        return self.now

    def partition(self, patient: str) -> int:
        return sum(patient.encode()) % PARTITIONS

    def send(self, record: ReplayRecord, number: int) -> int:
        appends = PARTITIONS if record.everywhere else 1
        self.log.append(("sent", self.now, record))
        self.due.extend([(self.now + self.delay, number, record)] * appends)
        return appends

    def acknowledged(self, seconds: float) -> list[SendResult]:
        if not (self.due and self.due[0][0] <= self.now):
            self.now = min(self.now + seconds, self.due[0][0] if self.due else inf)
        found = []
        while self.due and self.due[0][0] <= self.now:
            _, number, record = self.due.popleft()
            self.log.append(("acknowledged", self.now, record))
            found.append(SendResult(number, self.broken))
        return found

    @property
    def sent(self) -> list[ReplayRecord]:
        return [record for what, _, record in self.log if what == "sent"]


def publisher(outlet: Slow, speed: float = inf, first: int = 0) -> Publisher:
    return Publisher(outlet, Pace(speed, 0.0, first), outlet.clock, lambda counts: None)


def vitals(known: int, patient: str = "p1", topic: str = "il2.vitals") -> ReplayRecord:
    return ReplayRecord(known, topic, patient, b"{}")


def test_every_record_and_tick_is_counted_once_all_partitions_have_it() -> None:
    outlet = Slow()
    made = publisher(outlet)
    made.publish(ticked([vitals(0), vitals(MINUTE), vitals(90 * SECOND)]))
    assert (made.counts.records, made.counts.ticks) == (3, 3)


def test_a_files_own_tick_for_all_counts_as_a_record() -> None:
    made = publisher(Slow())
    made.publish([tick(0)._replace(made=False)])
    assert (made.counts.records, made.counts.ticks) == (1, 0)


def test_records_are_sent_when_they_are_due() -> None:
    outlet = Slow()
    publisher(outlet, speed=120).publish([vitals(0), vitals(MINUTE), vitals(3 * MINUTE)])
    assert [round(at, 3) for what, at, _ in outlet.log if what == "sent"] == [0.0, 0.5, 1.5]


def test_ticks_come_at_their_time_in_a_silence() -> None:
    outlet = Slow()
    publisher(outlet, speed=60).publish(ticked([vitals(0), vitals(3 * MINUTE)]))
    assert [
        round(at, 2) for what, at, record in outlet.log if what == "sent" and record.made
    ] == pytest.approx([0.0, 1.0, 2.0, 3.0], abs=0.02)


def test_a_replay_that_is_late_catches_up() -> None:
    outlet = Slow(delay=10.0)
    made = publisher(outlet, speed=1)
    made.publish([vitals(0), vitals(SECOND, topic="il2.io"), vitals(11 * SECOND, patient="p2")])
    assert [at for what, at, _ in outlet.log if what == "sent"] == pytest.approx([0.0, 10.0, 11.0])


def test_how_late_it_is_is_told() -> None:
    lags: list[float] = []
    outlet = Slow(delay=10.0)
    made = Publisher(outlet, Pace(1, 0.0, 0), outlet.clock, lambda counts: lags.append(counts.lag))
    made.publish([vitals(0), vitals(SECOND, topic="il2.io")])
    assert lags[0] == 0.0
    assert max(lags) == pytest.approx(18.75)
    assert lags[-1] == 0.0


def test_a_tick_that_waits_does_not_hold_up_other_records() -> None:
    outlet = Slow()
    publisher(outlet).publish([vitals(0), tick(0), vitals(1), vitals(2)])
    assert [record.known for record in outlet.sent if not record.made] == [0, 1, 2]
    assert outlet.sent[-1].made


def test_a_record_that_waits_does_not_hold_up_other_patients() -> None:
    outlet = Slow()
    publisher(outlet).publish([vitals(0), vitals(1, topic="il2.io"), vitals(2, "p2"), vitals(3, "p2")])
    assert [(record.patient, record.topic) for record in outlet.sent][-1] == ("p1", "il2.io")


def test_a_record_that_waits_holds_up_its_own_partition_of_its_topic() -> None:
    outlet = Slow()
    publisher(outlet).publish([vitals(0), vitals(1, topic="il2.io"), vitals(2, "p4", topic="il2.io")])
    assert [record.known for record in outlet.sent] == [0, 1, 2]


def test_a_record_waits_for_one_that_waits_itself() -> None:
    outlet = Slow()
    publisher(outlet).publish([vitals(0), vitals(1, topic="il2.io"), vitals(2), vitals(3, topic="il2.labs")])
    assert [record.known for record in outlet.sent] == [0, 1, 2, 3]
    assert outlet.now == pytest.approx(4 * outlet.delay)


def test_nothing_is_sent_after_a_record_that_was_not_taken() -> None:
    outlet = Slow()
    outlet.broken = TimeoutError("no leader")
    made = publisher(outlet)
    with pytest.raises(NotAcknowledged, match=r"il2\.vitals: TimeoutError: no leader"):
        made.publish([vitals(0), vitals(1, topic="il2.io"), vitals(2)])
    assert len(outlet.sent) == 1
    assert made.counts.records == 0


def test_an_interruption_leaves_the_count_so_far() -> None:
    def interrupt(counts: Counts) -> None:
        if counts.records == 2:
            raise KeyboardInterrupt

    outlet = Slow()
    made = Publisher(outlet, Pace(1, 0.0, 0), outlet.clock, interrupt)
    with pytest.raises(KeyboardInterrupt):
        made.publish([vitals(0), vitals(SECOND), vitals(MINUTE)])
    assert made.counts.records == 2


logs = some.lists(
    some.tuples(
        some.integers(0, 5 * MINUTE), some.sampled_from(["p1", "p2", "p4"]), some.sampled_from(INPUTS)
    ),
    max_size=40,
)


@given(logs, some.floats(0, 0.5))
def test_what_a_patients_worker_must_have_seen_is_acknowledged_before(
    log: list[tuple[int, str, str]], delay: float
) -> None:
    outlet = Slow(delay)
    records = [
        ReplayRecord(known, topic, patient, f"{number}".encode())
        for number, (known, patient, topic) in enumerate(sorted(log))
    ]
    made = publisher(outlet)
    made.publish(ticked(records))
    assert made.counts.records == len(records)
    done: set[bytes] = set()
    for what, _, record in outlet.log:
        if what == "acknowledged":
            done.add(record.value)
            continue
        before = [
            one
            for one in records
            if one.known < record.known and (record.everywhere or one.patient == record.patient)
        ]
        assert all(one.value in done for one in before if one.topic != record.topic or record.everywhere)
    for topic, partition in product(INPUTS, range(PARTITIONS)):
        lane = [
            record
            for record in outlet.sent
            if record.topic == topic and (record.everywhere or outlet.partition(record.patient) == partition)
        ]
        assert [record.known for record in lane] == sorted(record.known for record in lane)
