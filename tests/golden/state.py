"""State records of a worker as its state store held them, and what the worker goes on to say from one.

The file's name says whose it is, after which batch it was written and in which versions; its bytes are the
record's value.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

from tests.golden.doors import (
    ALERTS,
    ASSESSMENTS,
    CHANGELOG,
    COMMANDS,
    INPUTS,
    ROW_VERSION,
    STATE_VERSION,
    Done,
    positions_of,
    whole_row,
)
from tests.golden.log import DATA, PARTITIONS, partitions
from tests.golden.worker import carried_on, line, work

FOLDER = DATA.parent / "state"
RECORDED = (
    (0, 2, "w2-09"),
    (1, 68, "w2-Zoë-0"),
    (1, 122, "w2-Zoë-0"),
    (2, 44, "w2-p5"),
    (2, 73, "w2-01"),
    (3, 18, "w1-tour"),
)
"""Partition, batch and patient: long runs from a monitor; facts, then amendments, not decided yet;
acknowledgements not decided yet; a stop rule that the facts kept no longer show; a second cycle.
"""


class Stored(NamedTuple):
    """A state record: whose, in which partition, its bytes."""

    patient: str
    partition: int
    value: bytes

    @property
    def key(self) -> bytes:
        return self.patient.encode()

    @property
    def positions(self) -> tuple[int, ...]:
        """How far the log is in it."""
        return positions_of(self.value)


def read(path: Path) -> Stored:
    """Return the state record in a file."""
    patient = unquote(path.name.partition(".batch-")[0])
    return Stored(patient, zlib.crc32(patient.encode()) % PARTITIONS, path.read_bytes())


def record() -> Iterator[str]:
    """Write the states that are recorded as the worker writes them now; yield the files' names."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for number, batch, patient in RECORDED:
        done = work(number)
        if all((out.topic, out.key) != (CHANGELOG, patient.encode()) for out in done[batch].appended):
            raise LookupError(f"batch {batch} of partition {number} does not write {patient}")
        row = whole_row(patient, (out for one in done[: batch + 1] for out in one.appended))
        path = FOLDER / f"{quote(patient)}.batch-{batch}.row-v{ROW_VERSION}.state-v{STATE_VERSION}.msgpack"
        path.write_bytes(row)
        yield path.name


def uncut(stored: Stored) -> list[str]:
    """Return what a worker that has read everything says of the patient after the state was written."""
    return lines_of(
        stored, [one for one in work(stored.partition) if sum(one.positions) > sum(stored.positions)]
    )


def resumed(stored: Stored) -> list[str]:
    """Return what a worker says that begins with the state record and the rest of the log."""
    return lines_of(
        stored,
        carried_on(stored.partition, stored.positions, {stored.patient: stored.value}, last_tick(stored)),
    )


def lines_of(stored: Stored, done: Iterable[Done]) -> list[str]:
    """Return all alerts of the patient, then the latest assessment: in a backlog, which others are published
    depends on the other patients.
    """
    mine = [out for one in done for out in one.appended if out.key == stored.key]
    assessments = [out for out in mine if out.topic == ASSESSMENTS]
    return list(map(line, (*(out for out in mine if out.topic == ALERTS), *assessments[-1:])))


def last_tick(stored: Stored) -> int:
    """Return the latest tick for all that the state has read, ms; the table has it in a row of its own."""
    commands = INPUTS.index(COMMANDS)
    read = partitions()[stored.partition].topics[commands][: stored.positions[commands]]
    return max(
        record.timestamp
        for record in read
        if record.value is not None and json.loads(record.value)["patient"] == "*"
    )
