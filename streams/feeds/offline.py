"""Map captured messages offline: the same handlers, with tables of their own, and nothing published."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from rules.wire import instants
from rules.wire.instants import Instant
from rules.wire.refusals import UNASSOCIATED
from streams.errors import UsageError
from streams.feeds.mapping.beds import NOWHERE, misplaced
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.hl7 import batches
from streams.feeds.mapping.hl7.handling import Answered, handle
from streams.feeds.mapping.patients import Alias, Merge, moved
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.wire_events import encode


class Captured(NamedTuple):
    """A message of a file: where it stands, its bytes, and what it gives."""

    path: str
    number: int
    data: bytes
    answered: Answered


def files(paths: Iterable[str]) -> list[Path]:
    """Return the files of these paths, folders searched in order of name. Raises UsageError."""
    found: list[Path] = []
    for name in paths:
        path = Path(name)
        if path.is_dir():
            found += sorted(each for each in path.rglob("*") if each.is_file())
        elif path.exists():
            found.append(path)
        else:
            raise UsageError(f"{name}: no such file or folder")
    return found


def messages(path: Path) -> batches.Batch:
    """Return the messages of a file: one, several, a batch, or a capture with MLLP's frames."""
    try:
        return batches.split(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def captured(
    paths: Iterable[Path], rules: FeedRules, now: Instant, tables: Tables | None = None
) -> Iterator[Captured]:
    """Yield every message of the files with what it gives. `now`: the instant it counts as come, ms."""
    tables = tables or Tables()
    waiting: list[bytes] = []
    for path in paths:
        for number, data in enumerate(messages(path).messages, 1):
            answered = handle(data, rules, tables, now, len(data) <= rules.max_message)
            handled = answered.handled
            merges = {merge.prior: Alias(merge.surviving, merge.at) for merge in handled.merges}
            tables.stored(handled.rates, merges)
            tables.stored_beds(handled.beds, handled.by_bed)
            if handled.beds:
                associate(waiting, handled, rules, tables)
            if rules.by_bed and any(part.reason == UNASSOCIATED for part in handled.refused):
                waiting.append(data)
            yield Captured(str(path), number, data, answered)


def associate(waiting: Iterable[bytes], adt: Handled, rules: FeedRules, tables: Tables) -> None:
    """Add to what a change of beds gives the readings that waited for a patient in one of these beds.

    They are known when the change was. `adt`: what the message of the change gave.
    """
    beds = {move.bed for row in adt.beds.values() for move in row.moves.values()} - {NOWHERE}
    parts = [[part.encode() for part in bed.split("^") if part] for bed in beds]
    for data in waiting:
        if not any(all(part in data for part in bed) for bed in parts):
            continue
        found = handle(data, rules, tables, adt.made).handled
        late = [event for event in found.events if event.id in found.by_bed.keys() - tables.by_bed.keys()]
        known = instants.text(adt.made) if rules.imported else None
        adt.events += [msgspec.structs.replace(event, known=known) for event in late]
        tables.stored(found.rates, {})
        tables.stored_beds({}, {event.id: event.patient for event in late})


Fact = dict[str, object]


class Records:
    """The events of an import, with what merges and changes of beds move. `tables`: as they are by then."""

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables = tables or Tables()
        self.all: list[Fact] = []
        self.in_force: dict[str, dict[str, Fact]] = {}

    def add(self, handled: Handled) -> None:
        """Add the records that a message gives."""
        for event in handled.events:
            self._keep(json.loads(encode(event)))
        for merge in handled.merges:
            self._move(merge)
        for patient in handled.beds:
            self._put_right(patient, handled.made)

    def in_order(self) -> list[Fact]:
        """Return the records in order of knowing, ties as they came."""
        return sorted(self.all, key=lambda record: instants.parse(str(record.get("known") or record["at"])))

    def _keep(self, record: Fact) -> None:
        self.in_force.setdefault(str(record["patient"]), {})[str(record["id"])] = record
        self.all.append(record)

    def _move(self, merge: Merge) -> None:
        """Add a prior's events under the survivor, and their withdrawals, known when it was merged."""
        for record in list(self.in_force.pop(merge.prior, {}).values()):
            for each in moved(record, merge.surviving) or ():
                self._keep({**each, "known": instants.text(merge.at)})

    def _put_right(self, patient: str, at: Instant) -> None:
        """Add what puts readings right that were given by a bed, known when that was."""
        tables = self.tables
        for whose in tables.beds.sharing(patient):
            facts = list(self.in_force.get(whose, {}).values())
            for each in list(misplaced(facts, whose, tables.beds, tables.survivor)):
                self._keep({**each, "known": instants.text(at)})


def refusals(place: str, handled: Handled) -> Iterator[str]:
    """Yield a line for each part of a message that was refused, and for a message that is not taken.

    `place`: the message, as `file: message 1`.
    """
    for part in handled.refused:
        yield f"{place}: {part.segment} {part.number}: {part.reason}: {part.message}"
    verdict = handled.verdict
    if not verdict.taken and not handled.refused:
        yield f"{place}: {verdict.code}: {verdict.text}"
