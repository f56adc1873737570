"""Derive from the encounter and the doses which stay is the present one: discharge goes by `at`.

Source: criteria.md section 1.
"""

from bisect import bisect_right
from collections.abc import Iterable

import msgspec

from rules.chart.facts import AT, DoseFact, Place
from rules.wire.events import Reference
from rules.wire.instants import BEFORE_ALL

BEGINNINGS = ("admit", "baseline", "cycle-start")
"""What begins a stay after a discharge, a dose given apart."""


class Stay(msgspec.Struct, frozen=True, array_like=True):
    """Where the present stay lies. Moments in ms.

    `closed`: the last discharge (None: none is known); `begin`: what began a stay after it (None: nothing
    did, so the patient is discharged); `admitted`: whether an admit is known after it; `discharge`: the
    record that says so.
    """

    closed: int | None = None
    begin: int | None = None
    admitted: bool = False
    discharge: Reference | None = None

    @property
    def over(self) -> bool:
        """Whether the patient is discharged."""
        return self.closed is not None and self.begin is None

    @property
    def start(self) -> int:
        """The moment from which on facts belong to the present stay."""
        return BEFORE_ALL if self.begin is None else self.begin

    def holds(self, at: int) -> bool:
        """Return whether a fact with this `at` belongs to the present stay."""
        return not self.over and at >= self.start


def stay_of(places: list[Place], doses: list[DoseFact], sealed: int) -> Stay:
    """Return the present stay.

    `sealed`: the last discharge that can no longer be taken back; `BEFORE_ALL`: none.
    """
    discharges = [place for place in places if place.event == "discharge" and place.at > sealed]
    if not discharges and sealed == BEFORE_ALL:
        return Stay()
    closed = discharges[-1].at if discharges else sealed
    begins = [place.at for place in places if place.event in BEGINNINGS and place.at > closed]
    begins.extend(dose.at for dose in doses[bisect_right(doses, closed, key=AT) :][:1])
    return Stay(
        closed,
        min(begins, default=None),
        any(place.event == "admit" and place.at > closed for place in places),
        discharges[-1].reference if discharges else None,
    )


def expired(places: Iterable[Place], kept: int, before: int) -> int:
    """Return the `at` of the last discharge that can no longer be taken back; `BEFORE_ALL`: none.

    One known earlier than `before` less what is `kept` (ms) cannot.
    """
    over = (place.at for place in places if place.event == "discharge" and place.first + kept < before)
    return max(over, default=BEFORE_ALL)
