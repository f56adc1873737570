"""Count the ward from the latest assessment of every patient. Pure. Source: wire.md (Assessment)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

READINESS = ("not-started", "finished", "waiting", "hold", "decide", "unknown", "ready")
MODES = ("ward", "intensive")
TRIPPED = ("relative", "absolute")
STOP_RULE = "stop-rule:"


class Criterion(msgspec.Struct):
    """A row of Table 3, as far as it is counted."""

    system: str
    state: str


class Item(msgspec.Struct):
    """A row of Table 1."""

    what: str
    overdue: bool


class Dose(msgspec.Struct):
    """The dose that is due next."""

    readiness: str
    delayed_h: float


class Pressure(msgspec.Struct):
    """Blood pressure against its target."""

    state: str


class Assessment(msgspec.Struct):
    """The fields of an assessment that are counted; the rest is passed over."""

    mode: str
    recommendation: str
    reasons: list[str]
    criteria: list[Criterion]
    monitoring: list[Item]
    dose: Dose
    blood_pressure: Pressure


class Mark(NamedTuple):
    """One thing that counts 1: `what` says of which gauge, `labels` where in it."""

    what: str
    labels: tuple[str, ...] = ()


class Standing(NamedTuple):
    """What one patient adds to the counts."""

    marks: tuple[Mark, ...]
    delay_h: float


_decoder = msgspec.json.Decoder(Assessment)


def standing(value: bytes) -> Standing:
    """What an assessment adds. Raises msgspec.DecodeError for what is not one."""
    found = _decoder.decode(value)
    return Standing(tuple(marks(found)), found.dose.delayed_h)


def marks(found: Assessment) -> Iterator[Mark]:
    """Everything of an assessment that counts 1, each at most once."""
    yield Mark("patients", (found.mode,))
    yield Mark("recommendations", (found.recommendation,))
    yield Mark("doses", (found.dose.readiness,))
    if found.dose.delayed_h > 0:
        yield Mark("delayed")
    if found.blood_pressure.state in TRIPPED:
        yield Mark("hypotension", (found.blood_pressure.state,))
    yield from {
        Mark("tripped", (row.system, row.state)): None for row in found.criteria if row.state in TRIPPED
    }
    yield from (Mark("overdue", (item.what,)) for item in found.monitoring if item.overdue)
    yield from (
        Mark("stop_rules", (reason.removeprefix(STOP_RULE),))
        for reason in found.reasons
        if reason.startswith(STOP_RULE)
    )


GONE = Standing((), 0.0)


class Census:
    """The patients who have an assessment, and how many of them stand where."""

    def __init__(self) -> None:
        self.patients: dict[bytes, Standing] = {}
        self.counts: Counter[Mark] = Counter()
        self.unread = 0

    def take(self, patient: bytes, value: bytes | None) -> None:
        """The patient's latest assessment; None: discharged.

        One that cannot be read is counted and leaves the one before in place.
        """
        try:
            now = GONE if value is None else standing(value)
        except msgspec.DecodeError:
            self.unread += 1
            return
        self.counts.subtract(self.patients.pop(patient, GONE).marks)
        self.counts.update(now.marks)
        if value is not None:
            self.patients[patient] = now

    def longest_delay_h(self) -> float:
        """Hours by which the longest overdue dose is delayed, as of its patient's latest assessment; 0 when
        none is.
        """
        return max((one.delay_h for one in self.patients.values()), default=0.0)
