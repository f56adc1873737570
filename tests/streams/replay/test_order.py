"""Who waits for whom: a patient's earlier records in other topics, and ticks for all that came
before them.
"""

from __future__ import annotations

import pytest

from streams.replay.publish import Unacknowledged
from streams.replay.record import ReplayRecord, tick


def of(patient: str, topic: str, known: int) -> ReplayRecord:
    return ReplayRecord(known, f"il2.{topic}", patient, b"")


@pytest.mark.parametrize(
    ("sent", "then", "waits"),
    [
        (of("p1", "vitals", 10), of("p1", "io", 11), True),
        (of("p1", "vitals", 10), of("p1", "io", 10), False),
        (of("p1", "vitals", 10), of("p1", "vitals", 11), False),
        (of("p1", "vitals", 10), of("p2", "io", 11), False),
        (of("p1", "commands", 10), of("p1", "io", 11), True),
    ],
    ids=["another topic, later", "the same instant", "the same topic", "another patient", "after a command"],
)
def test_a_record_waits_for_its_patients_earlier_ones_in_other_topics(
    sent: ReplayRecord, then: ReplayRecord, waits: bool
) -> None:
    order = Unacknowledged()
    order.add(1, sent)
    assert order.holds_back(then) is waits
    order.remove(1, sent)
    assert not order.holds_back(then)


def test_a_record_waits_until_the_last_before_it_is_acknowledged() -> None:
    order = Unacknowledged()
    order.add(1, of("p1", "vitals", 10))
    order.add(2, of("p1", "vitals", 11))
    order.remove(1, of("p1", "vitals", 10))
    assert order.holds_back(of("p1", "io", 12))
    assert not order.holds_back(of("p1", "io", 11))
    order.remove(2, of("p1", "vitals", 11))
    assert not order.holds_back(of("p1", "io", 12))
    assert len(order) == 0


@pytest.mark.parametrize(("known", "ready"), [(9, True), (10, False), (11, False)])
def test_a_tick_waits_for_every_record_up_to_its_instant(known: int, ready: bool) -> None:
    order = Unacknowledged()
    order.add(1, of("p1", "vitals", 10))
    order.later(tick(known))
    assert bool(order.ready()) is ready


def test_ticks_go_in_order_once_and_only_as_far_as_they_may() -> None:
    order = Unacknowledged()
    order.add(1, of("p1", "vitals", 10))
    order.add(2, of("p2", "vitals", 20))
    for known in (5, 15, 25):
        order.later(tick(known))
    assert [one.known for one in order.ready()] == [5]
    order.remove(1, of("p1", "vitals", 10))
    assert [one.known for one in order.ready()] == [15]
    order.remove(2, of("p2", "vitals", 20))
    assert [one.known for one in order.ready()] == [25]
    assert order.ready() == []


def test_a_command_waits_behind_the_ticks_before_it_in_its_topic() -> None:
    order = Unacknowledged()
    order.add(1, of("p2", "vitals", 10))
    order.later(tick(10))
    assert order.holds_back(of("p1", "commands", 11))
    assert not order.holds_back(of("p1", "commands", 10))
    assert not order.holds_back(of("p1", "vitals", 11))
