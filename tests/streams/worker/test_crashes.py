"""Killed at any moment: on paper, thousands of times faster than with Kafka.

Nothing is lost, nothing said two ways.
"""

from __future__ import annotations

import json
from functools import cache, partial
from random import Random
from typing import Any

import pytest

from rules.decide.codec import decode
from rules.wire.topics import ALERTS, ASSESSMENTS, DEADLETTERS, INPUTS, topic_of
from streams.kafka.producer import OutgoingRecord
from streams.kafka.state_record import block_key, blocks_of
from tests.streams.worker import partition_course, published
from tests.streams.worker.in_memory_kafka import CHANGELOG, GUIDELINE, Charts, Paper, Record, live


def paper(events: list[dict[str, Any]]) -> Paper:
    """The events in their topics, in order of knowing, `known` as the record's time."""
    topics: dict[str, list[Record]] = {topic: [] for topic in INPUTS}
    for event, line in zip(events, partition_course.lines(events), strict=True):
        topic = topics[topic_of(event["type"])]
        time = int(partition_course.instant(partition_course.known(event)).timestamp() * 1000)
        topic.append(Record(topic_of(event["type"]), 0, len(topic), time, event["patient"].encode(), line))
    return Paper(topics)


def alert_records(found: Paper) -> list[dict[str, Any]]:
    return [json.loads(out.value or b"") for out in found.appended.get(ALERTS, [])]


def alerts(found: Paper) -> tuple[published.Alerts, int]:
    """Alerts by patient, each id and seq once; and how many said the same id and seq in another way."""
    once: dict[tuple[str, str, int], dict[str, Any]] = {}
    clashes = sum(
        once.setdefault((one["patient"], one["id"], one["seq"]), one) != one for one in alert_records(found)
    )
    by_patient: published.Alerts = {}
    for one in once.values():
        by_patient.setdefault(one["patient"], []).append(one)
    return by_patient, clashes


def lives(chance: Random) -> int:
    """After how many appends it is killed: now at once, now after a while, so that it gets on between."""
    return int(10 ** chance.uniform(0, 2.4))


EVENTS = partition_course.closed(partition_course.events(3))


@cache
def offline() -> published.Alerts:
    return published.offline(partition_course.read(EVENTS))


def test_a_worker_that_lives_says_what_the_offline_run_says() -> None:
    found = paper(EVENTS)
    assert live(found, 10**9, Random(1))
    assert published.differences(alerts(found)[0], offline()) == []
    assert len(alert_records(found)) == sum(map(len, offline().values()))


@pytest.mark.parametrize("seed", range(6))
def test_killed_again_and_again_it_says_the_same_and_nothing_twice_in_two_ways(seed: int) -> None:
    found, chance = paper(EVENTS), Random(seed)
    kills = 0
    while not live(found, lives(chance), chance):
        kills += 1
        assert kills < 2_000
    assert kills > 5
    by_patient, clashes = alerts(found)
    assert published.differences(by_patient, offline()) == []
    assert clashes == 0
    check_blocks(found)


def check_blocks(found: Paper) -> None:
    """The next owner finds every block that a state record stands on, and leaves no other."""
    live(found, 10**9, Random(1))
    table = Charts(found)
    records = table.rows(0)
    for name, record in records.items():
        patient = decode(record.state, GUIDELINE, blocks_of(record, partial(table.block, name)))
        assert patient.id == name
    assert sum(len(set(record.blocks) - record.carried.keys()) for record in records.values()) > 3
    assert table.orphans(0, records) == []


def test_a_block_that_a_kill_left_without_a_state_record_is_removed_by_the_next_owner() -> None:
    found = paper(EVENTS[:40])
    left = block_key("p0000", b"left over")
    found.appended[CHANGELOG] = [OutgoingRecord(CHANGELOG, left.encode(), b"block")]
    assert left in found.rows
    assert live(found, 10**9, Random(1))
    assert left not in found.rows


@pytest.mark.parametrize("seed", range(2))
def test_what_was_refused_is_among_the_dead_letters_however_often_it_is_killed(seed: int) -> None:
    bad = [
        {
            "type": "vitals",
            "id": "bad",
            "patient": "p0001",
            "at": EVENTS[50]["at"],
            "readings": [{"code": "heart-rate", "value": 80}],
        }
    ]
    found, chance = paper(EVENTS[:50] + bad + EVENTS[50:]), Random(seed)
    while not live(found, lives(chance), chance):
        pass
    letters = {
        (dict(out.headers)["__streams.errors.reason"], out.value) for out in found.appended[DEADLETTERS]
    }
    reasons = sorted(reason for reason, _ in letters)
    assert reasons.count(b"bad-unit") == 1


def test_everybody_who_is_there_has_a_latest_assessment_and_who_went_home_a_tombstone() -> None:
    found, chance = paper(EVENTS), Random(4)
    while not live(found, lives(chance), chance):
        pass
    latest = {(out.key or b"").decode(): out.value for out in found.appended[ASSESSMENTS]}
    assert sorted(latest) == ["p0000", "p0001", "p0002"]
    assert all(json.loads(value)["patient"] == name for name, value in latest.items() if value is not None)
