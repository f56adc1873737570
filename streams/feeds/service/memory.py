"""Fill the tables from their compacted topics, and follow what other feeds write there."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from rules.wire import pages
from rules.wire.instants import DAY
from rules.wire.topics import FEED_ALIASES, FEED_BEDS, FEED_PATIENTS, FEED_RESULTS, PAGES
from streams.feeds.mapping.beds import decode_whereabouts
from streams.feeds.mapping.corrections import decode_row
from streams.feeds.mapping.patients import decode_alias, decode_linkage
from streams.feeds.mapping.tables import Incident, Tables
from streams.kafka.settings import Broker
from streams.kafka.tail_reader import Follower
from streams.service.lifecycle import wall

ANSWERED_MS = 7 * DAY
"""How long ago an alarm may have been sent that an alarm manager still answers."""
Apply = Callable[[str, bytes | None], None]


class Memory:
    """The tables of a process and the readers that keep them."""

    def __init__(self, broker: Broker) -> None:
        self.tables = Tables()
        self.readers: dict[str, tuple[Follower, Apply]] = {
            FEED_RESULTS: (Follower(broker, FEED_RESULTS, lazy=True), self._order),
            FEED_ALIASES: (Follower(broker, FEED_ALIASES, lazy=True), self._alias),
            FEED_BEDS: (Follower(broker, FEED_BEDS, lazy=True), self._bed),
            FEED_PATIENTS: (Follower(broker, FEED_PATIENTS, lazy=True), self._linkage),
            PAGES: (Follower(broker, PAGES, wall() - ANSWERED_MS, lazy=True), self._page),
        }

    async def start(self) -> None:
        """Connect. Raises UsageError when no broker answers."""
        for reader, _ in self.readers.values():
            await reader.start()

    async def read(self) -> None:
        """Read every topic to its present end."""
        for reader, apply in self.readers.values():
            while not await reader.caught_up():
                await self._once(reader, apply)

    async def stop(self) -> None:
        """Disconnect."""
        for reader, _ in self.readers.values():
            await reader.stop()

    async def follow(self, topic: str) -> None:
        """Apply what is written to a topic, for ever."""
        reader, apply = self.readers[topic]
        while True:
            await self._once(reader, apply)

    async def _once(self, reader: Follower, apply: Apply) -> None:
        for key, value in await reader.records():
            apply(key.decode("utf-8", "replace"), value)

    def _order(self, key: str, value: bytes | None) -> None:
        """Keep the row of an order, unless a newer one is here; a row that cannot be read is none."""
        try:
            row = None if value is None else decode_row(value)
        except msgspec.DecodeError:
            return
        here = self.tables.orders.get(key)
        if row is None:
            self.tables.orders.pop(key, None)
        elif here is None or row.touched >= here.touched:
            self.tables.orders[key] = row

    def _alias(self, key: str, value: bytes | None) -> None:
        if value is None:
            self.tables.aliases.pop(key, None)
            return
        try:
            self.tables.aliases[key] = decode_alias(value)
        except msgspec.DecodeError:
            return

    def _linkage(self, address: str, value: bytes | None) -> None:
        if value is None:
            self.tables.linkages.pop(address, None)
            return
        try:
            self.tables.linkages[address] = decode_linkage(value)
        except msgspec.DecodeError:
            return

    def _bed(self, patient: str, value: bytes | None) -> None:
        """Keep where a patient lay, unless a newer row is here."""
        try:
            row = None if value is None else decode_whereabouts(value)
        except msgspec.DecodeError:
            return
        here = self.tables.beds.rows.get(patient)
        if row is None or here is None or row.version > here.version:
            self.tables.beds.put({patient: row})

    def _page(self, patient: str, value: bytes | None) -> None:
        """Keep which alarm an incident at a receiver is."""
        page = pages.decode(value)
        if page is not None and page.key and page.alert:
            self.tables.sent_alarm(page.key, Incident(page.patient, page.alert))
