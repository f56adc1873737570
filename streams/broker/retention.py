"""How long records are kept, and why not by the clock unless asked. See docs/decisions/0011-retention.md.

Kafka deletes a segment once its *newest record time* is further back than `retention.ms`; it keeps no other time. Records here carry the
time they were known, which may be any year: last year's events would be gone as soon as they are written, and one record of the
22nd century would hold back the deletion of all that follows it in its partition. So the size of a partition is what bounds it by default,
and days are a choice for a ward that never replays.
"""

from __future__ import annotations

import argparse
import re

FOREVER = -1
"""As `retention.ms` and `retention.bytes` say "no limit"."""

DAY = 86_400_000
MS = {"m": 60_000, "h": 3_600_000, "d": DAY}
GIB = 1 << 30
BYTES = {"MiB": 1 << 20, "GiB": GIB, "TiB": 1 << 40}


def duration(text: str) -> int:
    """`30d`, `12h`, `90m` or `forever` as milliseconds (-1: forever), for argparse. Raises ArgumentTypeError."""
    return quantity(text, MS, "30d, 12h, 90m or forever")


def size(text: str) -> int:
    """`2GiB`, `500MiB`, `1TiB` or `forever` as bytes (-1: no limit), for argparse. Raises ArgumentTypeError."""
    return quantity(text, BYTES, "2GiB, 500MiB, 1TiB or forever")


def quantity(text: str, units: dict[str, int], examples: str) -> int:
    if text == "forever":
        return FOREVER
    found = re.fullmatch(rf"([1-9][0-9]{{0,5}})({'|'.join(units)})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not like {examples}")
    return int(found[1]) * units[found[2]]
