"""Hold what the feeds remember: what was sent per order, aliases, and the name last seen, as a digest.

Pure values in memory; the services fill them from the compacted topics and write what changed.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.feeds.mapping import patients
from streams.feeds.mapping.corrections import (
    OrderRow,
    Proposed,
    SentBefore,
    Settled,
    expired,
    row_key,
    settle,
)
from streams.feeds.mapping.patients import Alias


class Remembered(NamedTuple):
    """What became of a proposed record, and the row that changed with its key (None: none did)."""

    settled: Settled
    key: str
    row: OrderRow | None


class Tables:
    """The tables of one process, shared by all its feeds."""

    def __init__(self) -> None:
        self.orders: dict[str, OrderRow] = {}
        self.aliases: dict[str, Alias] = {}
        self.names: dict[str, int] = {}

    def survivor(self, patient: str) -> str:
        """Return the id under which a patient is written now."""
        return patients.survivor(self.aliases, patient)

    def sent(self, patient: str, order: str, id: str) -> SentBefore | None:
        """Return what was sent last under an id of an order; None: nothing that is remembered."""
        row = self.orders.get(row_key(patient, order))
        return None if row is None else row.sent.get(id)

    def settle(self, patient: str, order: str, id: str, new: Proposed, now: int) -> Remembered:
        """Settle a proposed record and remember it at once. `now`: ms.

        Remembered before the broker has it: sent again, equal content keeps its status, so a record that
        was not stored is sent as it was.
        """
        key = row_key(patient, order)
        row = self.orders.get(key) or OrderRow(patient, order, now)
        found = settle(row.sent.get(id), new)
        if found.keep is None or found.keep == row.sent.get(id):
            return Remembered(found, key, None)
        changed = OrderRow(patient, order, now, {**row.sent, id: found.keep})
        self.orders[key] = changed
        return Remembered(found, key, changed)

    def expire(self, now: int) -> list[str]:
        """Forget the rows that were kept long enough; return their keys, for tombstones. `now`: ms."""
        gone = [key for key, row in self.orders.items() if expired(row, now)]
        for key in gone:
            del self.orders[key]
        return gone
