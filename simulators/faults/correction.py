"""Correction: a laboratory reports a wrong value and, half an hour or more later, corrects it, or withdraws
it and reports again.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.wire.instants import MINUTE, text
from simulators.faults.chance import Chance
from simulators.faults.fault_log import FaultLog
from simulators.faults.record import Body, FeedRecord, Postponed, lined, numeric, readings

NAME = "correction"
EARLIEST, LATEST = 30, 240
ENVELOPE = ("type", "id", "patient", "at", "known")
FACTORS = (0.5, 0.7, 1.6, 2.0)
WITHDRAWN = 0.2
"""Minutes until the correction, how wrong the first value is, and the share withdrawn and reported under a
new id.

Assumptions: a mislabelled or hemolysed sample, found when the next one disagrees.
"""


def correction(
    records: Iterator[FeedRecord], rate: float, seed: int, fault_log: FaultLog
) -> Iterator[FeedRecord]:
    """Make one value of a share of the labs wrong, and send the right one later."""
    chance, later = Chance(seed, NAME, rate), Postponed()
    for record in records:
        yield from later.due(record.known)
        if record.type == "labs" and record.id is not None and chance.strikes():
            for right in mistaken(record, chance):
                later.add(right)
        yield record
    yield from later.rest()


def mistaken(record: FeedRecord, chance: Chance) -> list[FeedRecord]:
    """Multiply one number of the record; return the records that correct it later.

    A record without numbers is not altered.
    """
    right = record.copy()
    body = record.body
    numbers = [reading for reading in readings(body) if numeric(reading)]
    if not numbers:
        return []
    reading = numbers[int(chance.rng.integers(len(numbers)))]
    was = reading["value"]
    reading["value"] = round(was * FACTORS[int(chance.rng.integers(len(FACTORS)))], 4)
    record.rewrite(body, NAME, code=reading["code"], was=was)
    return mended(right, chance)


def mended(record: FeedRecord, chance: Chance) -> list[FeedRecord]:
    """Return the right values as `corrected`, or a withdrawal and the right values under another id."""
    known = record.known + MINUTE * int(chance.rng.integers(EARLIEST, LATEST + 1))
    right = record.body | {"known": text(known)}
    if chance.rng.random() >= WITHDRAWN:
        return [made(record, known, right | {"status": "corrected"})]
    withdrawn = {name: right[name] for name in ENVELOPE if name in right} | {"status": "entered-in-error"}
    return [made(record, known, withdrawn), made(record, known, right | {"id": f"{record.id}-again"})]


def made(like: FeedRecord, known: int, body: Body) -> FeedRecord:
    """Return what the laboratory sends later, as an altered record of the feed."""
    sent = FeedRecord(known, lined(body, like.line), like.marks)
    sent.mark(NAME, status=body.get("status", "final"))
    return sent
