"""Define the layout of every topic: partitions, copies, retention and settings.

Kafka deletes a segment once its *newest record time* is further back than `retention.ms`; it keeps no other
time. Records here carry the time they were known, which may be any year: last year's events would be deleted
as soon as they are written, and one record of the 22nd century would prevent the deletion of all that follows
it in its partition. So by default the size of a partition limits it, and retention by days is a choice for a
ward that never replays.

Source: wire.md (Topics); docs/decisions/0011-retention.md.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass

from rules.wire import durations
from rules.wire.instants import DAY
from rules.wire.topics import (
    ALL,
    ASSESSMENTS,
    DEADLETTERS,
    FEED_ALIASES,
    FEED_BEDS,
    FEED_PATIENTS,
    FEED_RESULTS,
    PARTITIONS,
)

FOREVER = -1
"""The value of `retention.ms` and `retention.bytes` for "no limit"."""

LONGEST = 999_999 * DAY
GIB = 1 << 30
BYTES = {"MiB": 1 << 20, "GiB": GIB, "TiB": 1 << 40}


def duration(text: str) -> int:
    """Return `30d`, `12h`, `90m` or `forever` as milliseconds (-1: forever), for argparse.

    Raises ArgumentTypeError.
    """
    try:
        return FOREVER if text == "forever" else durations.duration(text, LONGEST)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 30d, 12h, 90m or forever") from None


def size(text: str) -> int:
    """Return `2GiB`, `500MiB`, `1TiB` or `forever` as bytes (-1: no limit), for argparse.

    Raises ArgumentTypeError.
    """
    if text == "forever":
        return FOREVER
    found = re.fullmatch(rf"([1-9][0-9]{{0,5}})({'|'.join(BYTES)})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 2GiB, 500MiB, 1TiB or forever")
    return int(found[1]) * BYTES[found[2]]


UNLIMITED = str((1 << 63) - 1)
SEGMENT = 128 << 20
COMPACT_SEGMENT = 16 << 20
LARGEST_RECORD = 1 << 20
"""Kafka's own `max.message.bytes`."""
LARGEST_DEAD_LETTER = 2 << 20
LARGEST_STATE_RECORD = 8 << 20
COPIES = 3

ANY_DATE = {
    # The record's time is `known`. Kafka refuses times an hour ahead by default, and MIMIC's patients live in
    # the 22nd century.
    "message.timestamp.type": "CreateTime",
    "message.timestamp.before.max.ms": UNLIMITED,
    "message.timestamp.after.max.ms": UNLIMITED,
}


@dataclass(frozen=True)
class Layout:
    """The layout wanted of all topics.

    `retention_ms` and `retention_bytes` (of one partition): -1 is no limit.
    """

    partitions: int = PARTITIONS
    replication: int = 1
    min_insync: int = 1
    retention_ms: int = FOREVER
    retention_bytes: int = 2 * GIB


def layout(
    brokers: int,
    partitions: int,
    replication: int | None,
    min_insync: int | None,
    retention_ms: int,
    retention_bytes: int,
) -> Layout:
    """Return the layout for a cluster of so many brokers.

    Three copies where there are three brokers, and each write must be held by two of three.
    """
    copies = replication or min(COPIES, brokers)
    return Layout(partitions, copies, min_insync or max(1, min(copies - 1, 2)), retention_ms, retention_bytes)


def settings(topic: str, wanted: Layout) -> dict[str, str]:
    """Return a topic's own settings, as Kafka spells them. Raises KeyError for a topic not on the wire."""
    if topic not in ALL:
        raise KeyError(topic)
    kept = COMPACTED[topic]() if topic in COMPACTED else deleted(wanted)
    # A broker that was behind must never become leader: records it lacks would be lost though they were
    # acknowledged.
    safe = {"min.insync.replicas": str(wanted.min_insync), "unclean.leader.election.enable": "false"}
    # A dead letter is a refused record, which may be as large as a record can be, plus its headers.
    large = {"max.message.bytes": str(LARGEST_DEAD_LETTER)} if topic == DEADLETTERS else {}
    return kept | ANY_DATE | safe | large


def deleted(wanted: Layout) -> dict[str, str]:
    """Return the settings of a topic whose old segments are deleted.

    `segment.ms` counts record time: a replay of a century would open a segment, and two index files, for each
    of its weeks. So segments end by size, unless records are kept by days, which needs segments of a day.
    """
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(wanted.retention_ms),
        "retention.bytes": str(wanted.retention_bytes),
        "segment.bytes": str(SEGMENT),
        "segment.ms": UNLIMITED if wanted.retention_ms == FOREVER else str(DAY),
    }


def compacted() -> dict[str, str]:
    """Return the settings of a topic that keeps each patient's last record.

    Segments are small, since the one being written is never compacted.
    """
    return {"cleanup.policy": "compact", "segment.bytes": str(COMPACT_SEGMENT), "segment.ms": UNLIMITED}


def compacted_for_a_week() -> dict[str, str]:
    """Return the settings of a topic that keeps the last record of each key, and none beyond 7 days.

    Its records carry the time they were written; segments of a day, or nothing would ever be deleted.
    """
    return {
        "cleanup.policy": "compact,delete",
        "retention.ms": str(7 * DAY),
        "retention.bytes": str(FOREVER),
        "segment.bytes": str(COMPACT_SEGMENT),
        "segment.ms": str(DAY),
    }


COMPACTED = {
    ASSESSMENTS: compacted,
    FEED_ALIASES: compacted,
    FEED_PATIENTS: compacted,
    FEED_BEDS: compacted,
    FEED_RESULTS: compacted_for_a_week,
}


def changelog(app: str, table: str) -> str:
    """Return the changelog of the table of an app with this name, as Faust names it."""
    return f"{app}-{table}-changelog"
