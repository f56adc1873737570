"""The topics of wire.md, and how each is laid out."""

from __future__ import annotations

import argparse
from typing import get_args

import pytest

from rules.wire import topics
from rules.wire.vocabulary import EventType
from streams.errors import UsageError
from streams.kafka import topics as retention
from streams.kafka.admin import TopicDescription
from streams.kafka.topic_creation import Difference, TopicSettings, compare, possible
from streams.kafka.topics import UNLIMITED, Layout, layout, settings

DAY = 86_400_000


@pytest.mark.parametrize(
    ("topic", "types"),
    [
        ("il2.vitals", ["vitals"]),
        ("il2.io", ["io"]),
        ("il2.labs", ["labs"]),
        ("il2.treatments", ["dose", "infusion", "medication"]),
        ("il2.findings", ["finding"]),
        ("il2.encounters", ["encounter"]),
        ("il2.commands", ["ack", "silence", "resume", "tick"]),
    ],
)
def test_every_topic_carries_what_the_wire_says(topic: str, types: list[str]) -> None:
    assert topic in topics.INPUTS
    assert [topics.topic_of(type) for type in types] == [topic] * len(types)


def test_every_type_of_event_has_a_topic() -> None:
    assert set(topics.CARRIES) == set(get_args(EventType) or [str(one) for one in EventType])
    with pytest.raises(KeyError):
        topics.topic_of("unheard-of")


@pytest.mark.parametrize("topic", topics.ALL)
def test_every_topic_takes_records_of_any_date(topic: str) -> None:
    found = settings(topic, Layout())
    assert found["message.timestamp.type"] == "CreateTime"
    assert (
        found["message.timestamp.before.max.ms"]
        == found["message.timestamp.after.max.ms"]
        == UNLIMITED
        == str(2**63 - 1)
    )
    if topic != "il2.feeds.results":
        assert found["segment.ms"] == UNLIMITED
        assert found.get("retention.ms", "-1") == "-1"


def test_what_holds_a_last_word_per_key_is_compacted_and_all_else_is_deleted() -> None:
    policies = {topic: settings(topic, Layout())["cleanup.policy"] for topic in topics.ALL}
    compacted = {"il2.assessments", "il2.feeds.aliases", "il2.feeds.beds", "il2.feeds.patients"}
    assert {topic for topic, policy in policies.items() if policy == "compact"} == compacted
    assert {policies[topic] for topic in policies.keys() - compacted - {"il2.feeds.results"}} == {"delete"}
    assert policies["il2.feeds.results"] == "compact,delete"


def test_what_feeds_sent_is_kept_a_week_in_segments_of_a_day() -> None:
    found = settings("il2.feeds.results", Layout(retention_bytes=1))
    assert (found["retention.ms"], found["segment.ms"], found["retention.bytes"]) == (
        str(7 * DAY),
        str(DAY),
        "-1",
    )


def test_dead_letters_may_be_larger_than_what_they_are_made_of() -> None:
    assert int(settings("il2.deadletters", Layout())["max.message.bytes"]) > 2**20
    assert "max.message.bytes" not in settings("il2.vitals", Layout())


def test_keeping_by_days_makes_segments_of_a_day() -> None:
    found = settings("il2.vitals", Layout(retention_ms=30 * DAY))
    assert (found["retention.ms"], found["segment.ms"]) == (str(30 * DAY), str(DAY))


def test_a_topic_that_is_not_on_the_wire_has_no_settings() -> None:
    with pytest.raises(KeyError):
        settings("il2.unheard-of", Layout())


@pytest.mark.parametrize(
    ("brokers", "replication", "min_insync", "expected"),
    [
        (1, None, None, (1, 1)),
        (2, None, None, (2, 1)),
        (3, None, None, (3, 2)),
        (7, None, None, (3, 2)),
        (5, 5, None, (5, 2)),
        (3, 3, 1, (3, 1)),
    ],
)
def test_copies_follow_the_number_of_brokers(
    brokers: int, replication: int | None, min_insync: int | None, expected: tuple[int, int]
) -> None:
    found = layout(brokers, 12, replication, min_insync, -1, -1)
    assert (found.replication, found.min_insync) == expected


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("30d", 30 * DAY),
        ("12h", DAY // 2),
        ("90m", 5_400_000),
        ("30 d", 30 * DAY),
        ("1.5d", 3 * DAY // 2),
        ("forever", -1),
    ],
)
def test_a_duration_is_read(text: str, ms: int) -> None:
    assert retention.duration(text) == ms


@pytest.mark.parametrize(
    ("text", "size"), [("2GiB", 2**31), ("500MiB", 500 * 2**20), ("1TiB", 2**40), ("forever", -1)]
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert retention.size(text) == size


@pytest.mark.parametrize("text", ["", "30", "0d", "-1d", "30days", "9999999d", "٣d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not like 30d"):
        retention.duration(text)


def as_wanted(wanted: Layout) -> dict[str, TopicDescription]:
    return {
        topic: TopicDescription(wanted.partitions, wanted.replication, settings(topic, wanted))
        for topic in topics.ALL
    }


def test_topics_as_wanted_do_not_differ() -> None:
    assert compare(as_wanted(Layout()), Layout()) == ([], [])


def test_each_difference_names_topic_setting_found_and_wanted() -> None:
    described = as_wanted(Layout())
    described["il2.io"] = TopicDescription(3, 1, described["il2.io"].settings)
    described["il2.labs"] = described["il2.labs"]._replace(
        settings={**described["il2.labs"].settings, "retention.ms": "604800000"}
    )
    del described["il2.pages"]
    assert compare(described, Layout()).differences == [
        Difference("il2.io", "partitions", "3", "12"),
        Difference("il2.labs", "retention.ms", "604800000", "-1"),
        Difference("il2.pages", "topic", "missing", "there"),
    ]


def test_more_copies_than_asked_are_no_difference_and_fewer_are() -> None:
    described = as_wanted(Layout(replication=2))
    assert not compare(described, Layout()).differences
    assert {one.setting for one in compare(described, Layout(replication=3)).differences} == {"replication"}


def test_what_the_broker_does_not_tell_is_no_difference() -> None:
    described = as_wanted(Layout())
    described["il2.io"] = described["il2.io"]._replace(settings={"retention.ms": "-1"})
    found = compare(described, Layout())
    assert not found.differences
    assert ("il2.io", "cleanup.policy") in found.unreported
    assert ("il2.io", "retention.ms") not in found.unreported


@pytest.mark.parametrize(
    ("changelog", "described", "expected"),
    [
        ("il2watch-charts-changelog", TopicDescription(12, 1, {"cleanup.policy": "compact"}), []),
        ("il2watch-charts-changelog", TopicDescription(12, 1, {}), []),
        ("il2watch-charts-changelog", TopicDescription(8, 1, {}), [("partitions", "8", "12")]),
        (
            "il2watch-charts-changelog",
            TopicDescription(12, 1, {"cleanup.policy": "delete"}),
            [("cleanup.policy", "delete", "compact")],
        ),
        (
            "il2watch-charts-changelog",
            TopicDescription(12, 1, {"cleanup.policy": "compact,delete"}),
            [("cleanup.policy", "compact,delete", "compact")],
        ),
        ("other-changelog", TopicDescription(8, 1, {}), []),
    ],
)
def test_a_changelog_of_ours_must_match_the_inputs(
    changelog: str, described: TopicDescription, expected: list[tuple[str, str, str]]
) -> None:
    differences = compare({**as_wanted(Layout()), changelog: described}, Layout()).differences
    assert differences == [Difference(changelog, *one) for one in expected]


def test_a_broker_that_is_down_is_known_by_its_copies() -> None:
    there = as_wanted(Layout(replication=3, min_insync=2))
    assert possible(TopicSettings(), 2, there) == Layout(replication=3, min_insync=2)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (TopicSettings(replication=3), "this cluster has 1 broker$"),
        (TopicSettings(min_insync=2), "more than the 1 copies"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(wish: TopicSettings, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        possible(wish, 1, {})
