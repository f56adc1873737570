"""Hold who lay in which bed, by ADT: a reading without a patient is given to the one who lay there then.

Only where a feed says `beds = "adt"`, and only if exactly one did. Source: docs/spec/feeds.md, Patients.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise

import msgspec

from rules.wire import instants
from rules.wire.instants import DAY, Instant
from streams.feeds.mapping.corrections import CORRECTED, WITHDRAWN
from streams.feeds.mapping.patients import Raw

KEPT_MS = 7 * DAY
NOWHERE = ""
_SOURCE = re.compile(r": bed (.+)")


class Move(msgspec.Struct, frozen=True, array_like=True):
    """A patient came into a bed (`NOWHERE`: left) at an instant."""

    at: Instant
    bed: str


class Whereabouts(msgspec.Struct, frozen=True):
    """A row of `il2.feeds.beds`, whose key is the patient: its moves by the id of the event that says so.

    `since`: from when readings given by bed are to be looked at again (None: they were); `version`: counts
    its changes.
    """

    moves: dict[str, Move] = {}
    since: Instant | None = None
    version: int = 0

    def bed(self, at: Instant) -> str:
        """Return the bed at an instant."""
        before = [move for move in self.moves.values() if move.at <= at]
        return max(before, key=lambda move: move.at).bed if before else NOWHERE


NEVER_SEEN = Whereabouts()


def moved(row: Whereabouts, id: str, move: Move | None) -> Whereabouts:
    """Return a row with a move, or (None) without it; itself where that changes nothing."""
    before = row.moves.get(id)
    if before == move:
        return row
    times = [each.at for each in (before, move) if each is not None]
    if row.since is not None:
        times.append(row.since)
    moves = {key: each for key, each in row.moves.items() if key != id}
    return Whereabouts(moves if move is None else {**moves, id: move}, min(times), row.version + 1)


def seen_to(row: Whereabouts) -> Whereabouts:
    """Return a row whose readings were looked at again."""
    return Whereabouts(row.moves, None, row.version + 1)


def kept(row: Whereabouts, now: Instant) -> Whereabouts | None:
    """Return a row without moves that no reading is about any more, itself where there are none.

    None: the patient left long ago.
    """
    ordered = sorted(row.moves.items(), key=lambda pair: pair[1].at)
    if not ordered or (ordered[-1][1].bed == NOWHERE and now - ordered[-1][1].at > KEPT_MS):
        return None
    gone = {id for (id, _), (_, after) in pairwise(ordered) if now - after.at > KEPT_MS}
    left = {id: move for id, move in row.moves.items() if id not in gone}
    return Whereabouts(left, row.since, row.version + 1) if gone else row


class Beds:
    """The rows of all patients, and who was ever in each bed."""

    def __init__(self) -> None:
        self.rows: dict[str, Whereabouts] = {}
        self.guests: dict[str, set[str]] = {}

    def put(self, rows: Mapping[str, Whereabouts | None]) -> None:
        """Keep rows; None forgets a patient."""
        for patient, row in rows.items():
            for guests in self.guests.values():
                guests.discard(patient)
            self.rows.pop(patient, None)
            if row is not None:
                self.rows[patient] = row
                for move in row.moves.values():
                    self.guests.setdefault(move.bed, set()).add(patient)

    def occupant(self, bed: str, at: Instant) -> str | None:
        """Return the one patient who lay in a bed at an instant; None: nobody, or more than one."""
        found = [each for each in self.guests.get(bed, ()) if bed and self.rows[each].bed(at) == bed]
        return found[0] if len(found) == 1 else None

    def sharing(self, patient: str) -> set[str]:
        """Return who was in a bed of a patient, itself included."""
        row = self.rows.get(patient, NEVER_SEEN)
        beds = {move.bed for move in row.moves.values()} - {NOWHERE}
        return {patient}.union(*(self.guests.get(bed, ()) for bed in beds))


def source(feed: str, bed: str) -> str:
    """Return what an event says of where it comes from, if its patient was found by the bed."""
    return f"{feed}: bed {bed}"


def misplaced(
    records: Iterable[Raw], patient: str, beds: Beds, survivor: Callable[[str], str]
) -> Iterator[Raw]:
    """Yield what puts a patient's readings right that were given by bed: withdrawn, and under whom they are.

    One that was withdrawn here is given again; one that its sender withdrew says nothing more, and is not.
    `survivor`: under which id a patient is written.
    """
    for record in records:
        place = _SOURCE.search(str(record.get("source") or ""))
        if place is None or not _says_anything(record):
            continue
        found = beds.occupant(place[1], instants.parse(str(record["at"])))
        whose = None if found is None else survivor(found)
        stands = record.get("status") != WITHDRAWN
        plain = {key: value for key, value in record.items() if key != "known"}
        if stands and whose != patient:
            yield {**plain, "status": WITHDRAWN}
        if whose is not None and (whose != patient or not stands):
            yield {**plain, "patient": whose, "status": CORRECTED}


CONTENT = ("readings", "volume", "count", "rate", "present", "value")


def _says_anything(record: Raw) -> bool:
    return any(record.get(each) not in (None, []) for each in CONTENT)


_ROW = msgspec.json.Decoder(Whereabouts)


def decode_whereabouts(value: bytes) -> Whereabouts:
    """Return a row of the beds topic. Raises msgspec.DecodeError."""
    return _ROW.decode(value)


def encode_whereabouts(row: Whereabouts) -> bytes:
    """Return a row as the value of its record."""
    return msgspec.json.encode(row)
