"""Make the dead letter of a message: one with its original bytes, whatever number of its parts was refused.

Source: docs/spec/feeds.md, Dead letters; wire.md, Topics: `il2.deadletters`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rules.wire.deadletters import Headers, Refused, encode
from streams.feeds.mapping.handled import RefusedPart

LONGEST = 64 << 10
"""Bytes kept of a message that is no message, or larger than the feed takes."""
MOST_PARTS = 200
TOPIC = "feeds"
"""What stands in a letter for the topic it was refused in: a feed has none."""


def headers(feed: str, connection: str, control_id: str, refused: Sequence[RefusedPart]) -> Headers:
    """Return the headers of a letter: those of every dead letter, and where it came from.

    `refused`: at least one; all are listed in the header `refused`, up to `MOST_PARTS`.
    """
    first = refused[0]
    listed = [(part.segment, part.number, part.reason, part.code) for part in refused[:MOST_PARTS]]
    return [
        *encode(Refused(f"{TOPIC}/{feed}", -1, -1, first.reason, first.message)),
        ("feed", feed.encode()),
        ("connection", connection.encode()),
        ("control-id", control_id.encode("utf-8", "backslashreplace")),
        ("refused", msgspec.json.encode(listed)),
    ]
