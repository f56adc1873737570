"""State records of a worker as its state store held them, and what the worker goes on to say from one.

The file's name says whose it is and the versions it was written in,
`<patient>.row-v<n>.state-v<n>.msgpack`; its bytes are the record's value.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import NamedTuple

from tests.golden.doors import (
    ALERTS,
    ASSESSMENTS,
    CHANGELOG,
    COMMANDS,
    INPUTS,
    ROW_VERSION,
    STATE_VERSION,
    positions_of,
)
from tests.golden.log import DATA, PARTITIONS, partitions
from tests.golden.worker import carried_on, line, work

FOLDER = DATA.parent / "state"
PATIENT, ALERTS_BEFORE = "w1-02", 60
"""Whose state is recorded, and how many alerts had been published of it by then."""


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
    patient = path.name.partition(".row-")[0]
    return Stored(patient, partition_of(patient), path.read_bytes())


def partition_of(patient: str) -> int:
    """Return the partition that holds a patient."""
    return zlib.crc32(patient.encode()) % PARTITIONS


def record() -> Path:
    """Write the state of one patient as the worker writes it now, in the middle of the course."""
    path = FOLDER / f"{PATIENT}.row-v{ROW_VERSION}.state-v{STATE_VERSION}.msgpack"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(midway())
    return path


def midway() -> bytes:
    """Return the first row of the patient after so many alerts."""
    alerts = 0
    for done in work(partition_of(PATIENT)):
        mine = [out for out in done.appended if out.key == PATIENT.encode()]
        alerts += sum(out.topic == ALERTS for out in mine)
        row = next((out.value for out in mine if out.topic == CHANGELOG), None)
        if row is not None and alerts >= ALERTS_BEFORE:
            return row
    raise LookupError(f"{PATIENT} has not {ALERTS_BEFORE} alerts")


def uncut(stored: Stored) -> list[str]:
    """Return what a worker that has read everything says of the patient after the state was written."""
    later = [done for done in work(stored.partition) if sum(done.positions) > sum(stored.positions)]
    return [
        line(out)
        for done in later
        for out in done.appended
        if out.key == stored.key and out.topic in (ALERTS, ASSESSMENTS)
    ]


def resumed(stored: Stored) -> list[str]:
    """Return what a worker says that begins with the state record and the rest of the log."""
    done = carried_on(stored.partition, stored.positions, {stored.patient: stored.value}, last_tick(stored))
    return [
        line(out)
        for one in done
        for out in one.appended
        if out.key == stored.key and out.topic in (ALERTS, ASSESSMENTS)
    ]


def last_tick(stored: Stored) -> int:
    """Return the latest tick for all that the state has read, ms; the table has it in a row of its own."""
    commands = INPUTS.index(COMMANDS)
    read = partitions()[stored.partition].topics[commands][: stored.positions[commands]]
    return max(
        record.timestamp
        for record in read
        if record.value is not None and json.loads(record.value)["patient"] == "*"
    )
