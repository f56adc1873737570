"""Clock skew: a patient's monitor has the wrong time for some hours, so the `at` of its vitals is earlier or
later than they were measured.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.wire.instants import MINUTE, text
from simulators.faults.chance import Spell, Spells
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import FeedRecord

NAME = "clock-skew"
LASTS = (60.0, 240.0)
BEHIND, AHEAD = -20, 20
"""Minutes. Assumption: set by hand once, then drifted.

Beyond 15 min ahead of `known` the record is refused (criteria.md section 1).
"""


def clock_skew(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Shift `at` of all vitals of a patient by one offset during a spell; `known` remains the feed's time."""
    spells = Spells(seed, NAME, rate, LASTS)
    offsets: dict[str, tuple[int, int]] = {}
    for record in records:
        if (
            record.type == "vitals"
            and record.patient is not None
            and (spell := spells.over(record.patient, record.known)) is not None
        ):
            skew(record, offset(offsets, record.patient, spell))
        yield record


def offset(offsets: dict[str, tuple[int, int]], patient: str, spell: Spell) -> int:
    """Return the minutes by which the clock is wrong in this spell: drawn once a spell, never 0."""
    found = offsets.get(patient)
    if found is None or found[0] != spell.start:
        minutes = int(spell.rng.integers(BEHIND, AHEAD))
        found = offsets[patient] = spell.start, minutes if minutes < 0 else minutes + 1
    return found[1]


def skew(record: FeedRecord, minutes: int) -> None:
    """Shift the record's `at` by a number of minutes; a record without a readable one is not altered."""
    at = record.at
    if at is not None:
        record.rewrite(
            record.body | {"at": text(at + minutes * MINUTE), "known": text(record.known)},
            NAME,
            minutes=minutes,
        )
