"""Hold what the feeds remember: what was sent per order, aliases, and the name last seen, as a digest.

Pure values in memory; the services fill them from the compacted topics and write what changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rules.wire.instants import Instant
from streams.feeds.mapping import patients
from streams.feeds.mapping.beds import Beds, Whereabouts
from streams.feeds.mapping.corrections import (
    OrderRow,
    Proposed,
    SentBefore,
    Settled,
    expired,
    row_key,
    settle,
)
from streams.feeds.mapping.patients import Alias, Linkage
from streams.feeds.mapping.vetting import Passed


class Remembered(NamedTuple):
    """What became of a proposed record; the row that changed with its key (None: none did), and as it was."""

    settled: Settled
    key: str
    row: OrderRow | None
    before: OrderRow | None = None


LineRate = tuple[float | str, str, Instant]
"""A rate of a line (a text: it cannot be read), its unit, and its time."""


class Incident(NamedTuple):
    """An alarm as it was sent: whose, and the id of its episode."""

    patient: str
    alert: str


NO_LINKAGES: Mapping[str, Linkage] = {}
MOST_BY_BED = 50_000
MOST_INCIDENTS = 100_000


class Tables:
    """The tables of one process, shared by all its feeds.

    `rates`: what each patient's lines last ran at; `pumps`: the device last seen with a placer order, for
    messages that leave it out; `notifications`: the last number of each subscription; `by_bed`: whom the
    latest events were given to by their bed; `incidents`: the alarms that were sent, by their key; `passed`:
    parts of readings that need not be vetted again. All but the alarms are lost with the process.
    """

    def __init__(self) -> None:
        self.orders: dict[str, OrderRow] = {}
        self.aliases: dict[str, Alias] = {}
        self.linkages: dict[str, Linkage] = {}
        self.names: dict[str, int] = {}
        self.rates: dict[tuple[str, str], LineRate] = {}
        self.pumps: dict[tuple[str, str], str] = {}
        self.notifications: dict[str, int] = {}
        self.beds = Beds()
        self.by_bed: dict[str, str] = {}
        self.incidents: dict[str, Incident] = {}
        self.passed = Passed()

    def survivor(self, patient: str) -> str:
        """Return the id under which a patient is written now."""
        return patients.survivor(self.aliases, patient)

    def sent(self, patient: str, order: str, id: str) -> SentBefore | None:
        """Return what was sent last under an id of an order; None: nothing that is remembered."""
        row = self.orders.get(row_key(patient, order))
        return None if row is None else row.sent.get(id)

    def settle(self, patient: str, order: str, id: str, new: Proposed, now: int) -> Remembered:
        """Settle a proposed record and remember it, before the broker has it (see `restore`). `now`: ms."""
        key = row_key(patient, order)
        earlier = self.orders.get(key)
        row = earlier or OrderRow(patient, order, now)
        found = settle(row.sent.get(id), new)
        if found.keep is None or found.keep == row.sent.get(id):
            return Remembered(found, key, None)
        changed = OrderRow(patient, order, now, {**row.sent, id: found.keep})
        self.orders[key] = changed
        return Remembered(found, key, changed, earlier)

    def restore(self, before: Mapping[str, OrderRow | None]) -> None:
        """Take back rows of a message that was not stored: it will come again, and they must be written."""
        for key, row in before.items():
            if row is None:
                self.orders.pop(key, None)
            else:
                self.orders[key] = row

    def rate_is_new(self, patient: str, line: str, found: LineRate, repeated_ms: int) -> bool:
        """Return whether a line's rate is to be sent: it changed, or was stored `repeated_ms` ago.

        The one that was stored last is sent again when it comes again.
        """
        rate, unit, at = found
        before = self.rates.get((patient, line))
        return before is None or before[:2] != (rate, unit) or not 0 < at - before[2] < repeated_ms

    def stored(
        self,
        rates: Mapping[tuple[str, str], LineRate],
        aliases: Mapping[str, Alias],
        linkages: Mapping[str, Linkage] = NO_LINKAGES,
    ) -> None:
        """Remember what counts only once the broker has it."""
        for line, found in rates.items():
            if line not in self.rates or found[2] >= self.rates[line][2]:
                self.rates[line] = found
        self.aliases.update(aliases)
        self.linkages.update(linkages)

    def stored_beds(self, rows: Mapping[str, Whereabouts], given: Mapping[str, str]) -> None:
        """Remember, once the broker has it, who changed beds, and whom events were given to by theirs."""
        self.beds.put(rows)
        self.by_bed.update(given)
        for _ in range(len(self.by_bed) - MOST_BY_BED):
            del self.by_bed[next(iter(self.by_bed))]

    def sent_alarm(self, key: str, incident: Incident) -> None:
        """Remember an alarm that was sent."""
        self.incidents.pop(key, None)
        self.incidents[key] = incident
        if len(self.incidents) > MOST_INCIDENTS:
            del self.incidents[next(iter(self.incidents))]

    def expire(self, now: int) -> list[str]:
        """Forget the rows that were kept long enough; return their keys, for tombstones. `now`: ms."""
        gone = [key for key, row in self.orders.items() if expired(row, now)]
        for key in gone:
            del self.orders[key]
        return gone
