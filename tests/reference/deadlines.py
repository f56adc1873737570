"""A generous set of instants at which time alone might change something: every fact's times plus every limit
of the spec.
"""

from collections.abc import Iterable
from fractions import Fraction

from .clock import HOUR, MINUTE
from .facts import Record
from .windows import SHIFT, shift_ending

BY_MODE: list[int | Fraction] = [
    2 * HOUR,
    Fraction(5, 4) * HOUR,
    1 * HOUR,
    15 * HOUR,
    12 * HOUR,
    18 * HOUR,
    8 * HOUR,
    4 * HOUR,
    5 * HOUR,
]
LIMITS: dict[str, list[int | Fraction]] = {
    "vitals": [
        1 * HOUR,
        Fraction(5, 4) * HOUR,
        2 * HOUR,
        4 * HOUR,
        5 * HOUR,
        8 * HOUR,
        24 * HOUR,
        30 * HOUR,
        36 * HOUR,
    ],
    "labs": [12 * HOUR, 15 * HOUR, 18 * HOUR, 24 * HOUR, 30 * HOUR, 36 * HOUR],
    "io": [1 * HOUR, Fraction(5, 4) * HOUR, 2 * HOUR, 4 * HOUR, 5 * HOUR, 8 * HOUR, 24 * HOUR],
    "dose": [4 * HOUR, 6 * HOUR, 8 * HOUR, 24 * HOUR, 32 * HOUR],
    "infusion": [*BY_MODE, 30 * MINUTE, 24 * HOUR],
    "medication": [6 * HOUR, 12 * HOUR, 24 * HOUR],
    "finding": [2 * HOUR, 8 * HOUR, 10 * HOUR, 16 * HOUR],
    "encounter": [*BY_MODE, 6 * HOUR, 10 * HOUR, 16 * HOUR, 24 * HOUR, 30 * HOUR, 48 * HOUR],
}
# A mode period starts at an infusion or a transfer and ends 4 h after a stop: limits that count from there
# are theirs.


def instants(records: Iterable[Record], end: int) -> set[int]:
    """Candidate instants up to `end`, each with its "right after"."""
    found: set[int] = set()
    for record in records:
        limits = LIMITS.get(record.type, [])
        found |= {record.at, *(record.at + int(limit) for limit in limits)}
    if found:
        found |= set(range(shift_ending(min(found)), end + 1, SHIFT))
    return {i for mark in found if mark <= end for i in (mark, mark + 1)}
