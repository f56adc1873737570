"""Define what is remembered of a patient's earlier stays: the course memory (editions.md 3, Permanent)."""

import hashlib

import msgspec

from rules.wire.instants import DAY

KEPT = 400 * DAY
"""[choice] How long it outlives the discharge."""
MOST_CYCLES, LONGEST_ID = 4, 40
"""At most 1 kB a patient: a permanent row stands once, and a longer id is kept as its hash."""


class Standing(msgspec.Struct, array_like=True, frozen=True):
    """A permanent row that stood: its code, when it tripped, and the record that made it so."""

    code: str
    at: int
    id: str
    offset: int = -1


class CycleDoses(msgspec.Struct, array_like=True, frozen=True):
    """A cycle of an earlier stay: its start, first and last dose (ms), and how many doses."""

    start: int
    first: int
    last: int
    number: int


class Earlier(msgspec.Struct, array_like=True, frozen=True):
    """What earlier stays left. `discharged`: when the last of them ended, ms."""

    standing: tuple[Standing, ...] = ()
    cycles: tuple[CycleDoses, ...] = ()
    discharged: int | None = None


NOTHING_EARLIER = Earlier()


def kept_id(id: str) -> str:
    """Return an id as it is kept."""
    return (
        id if len(id) <= LONGEST_ID else hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    )


def joined(before: Earlier, after: Earlier) -> Earlier:
    """Return what two stretches of a course left, the later one's facts last; bounded."""
    standing = {one.code: one for one in (*after.standing, *before.standing)}
    cycles = {one.first: one for one in (*before.cycles, *after.cycles)}
    return Earlier(
        tuple(standing.values()),
        tuple(cycles[first] for first in sorted(cycles))[-MOST_CYCLES:],
        after.discharged if after.discharged is not None else before.discharged,
    )


def without(earlier: Earlier, id: str) -> Earlier:
    """Return the memory without what a record made stand: it was corrected or withdrawn."""
    return Earlier(
        tuple(one for one in earlier.standing if one.id != kept_id(id)), earlier.cycles, earlier.discharged
    )


def lasting(earlier: Earlier, now: int) -> Earlier:
    """Return the memory as it is at an instant: nothing after its time."""
    end = over_at(earlier)
    return earlier if end is None or now < end else NOTHING_EARLIER


def over_at(earlier: Earlier) -> int | None:
    """Return the moment from which nothing of it lasts, ms; None: there is none."""
    return None if earlier.discharged is None else earlier.discharged + KEPT
