"""Decide what a result is, given what was sent before under its id: new, the same again, or `corrected`.

Laboratories send F after F with another value; the worker would refuse it (`id-conflict`) and the first,
wrong value would stand. So the feed keeps of each id a digest of what it sent last, 7 days per filler order,
in the compacted topic `il2.feeds.results`. Source: docs/spec/feeds.md.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from rules.wire.instants import DAY

KEPT_MS = 7 * DAY
FINAL, PRELIMINARY = "final", "preliminary"
CORRECTED, WITHDRAWN = "corrected", "entered-in-error"
SETTLED = (CORRECTED, WITHDRAWN)
MOST_EARLIER = 8


class SentBefore(msgspec.Struct, frozen=True, array_like=True):
    """What was sent last under an id. `what`: its type, of an encounter also its event; `at`: its time.

    `stamp`: when its message was made (ms; 0: not known); `earlier`: digests of what was sent before it.
    """

    what: str
    at: str
    status: str
    digest: str
    stamp: int = 0
    earlier: tuple[str, ...] = ()


class OrderRow(msgspec.Struct, frozen=True):
    """What was sent of one filler order or visit of a patient, by event id; `touched`: when last, ms."""

    patient: str
    order: str
    touched: int
    sent: dict[str, SentBefore] = {}


class Proposed(NamedTuple):
    """What a message says of an id: `status` of the wire, `digest` of the content ("" of a withdrawal)."""

    what: str
    at: str
    status: str
    digest: str
    stamp: int


class Settled(NamedTuple):
    """What is sent: the status, or None for nothing; what to keep; what to count, or ""."""

    status: str | None
    keep: SentBefore | None
    counted: str = ""


SILENT, DUPLICATE, SUPERSEDED = "silent-correction", "duplicate", "superseded"


def settle(before: SentBefore | None, new: Proposed) -> Settled:
    """Return what is sent of a proposed record, given what was sent before under its id.

    The same content again keeps the status it was sent with, so that a retransmission changes nothing. An
    older message than the last one never replaces it: two connections may reorder them.
    """
    if before is None:
        return Settled(new.status, _kept(new, new.status, ()))
    if new.status == WITHDRAWN:
        return _withdrawn(before, new)
    if new.digest == before.digest and before.status != WITHDRAWN:
        return _again(before, new)
    if _older(new, before):
        return Settled(None, None, SUPERSEDED)
    if before.status == PRELIMINARY and new.status == FINAL:
        return Settled(FINAL, _kept(new, FINAL, _earlier(before)))
    counted = "" if new.status == CORRECTED or before.status == PRELIMINARY else SILENT
    return Settled(CORRECTED, _kept(new, CORRECTED, _earlier(before)), counted)


def _older(new: Proposed, before: SentBefore) -> bool:
    """Return whether a message was made before the last one of its id, as far as both say when."""
    if not new.stamp or not before.stamp or new.stamp > before.stamp:
        return False
    return new.stamp < before.stamp or before.status == WITHDRAWN or new.digest in before.earlier


def _withdrawn(before: SentBefore, new: Proposed) -> Settled:
    if 0 < new.stamp < before.stamp:
        return Settled(None, None, SUPERSEDED)
    kept = SentBefore(new.what, new.at, WITHDRAWN, before.digest, new.stamp, before.earlier)
    return Settled(WITHDRAWN, kept, DUPLICATE if before.status == WITHDRAWN else "")


def _again(before: SentBefore, new: Proposed) -> Settled:
    """Return the same content with the higher of both statuses: final beats preliminary, corrected both.

    An older message keeps its own, unless it would be taken for another content than the first one's.
    """
    if 0 < new.stamp < before.stamp:
        return Settled(CORRECTED if before.status == CORRECTED else new.status, None, DUPLICATE)
    status = before.status if before.status == CORRECTED or new.status == PRELIMINARY else new.status
    kept = _kept(new, status, before.earlier, max(new.stamp, before.stamp))
    return Settled(status, kept, DUPLICATE if status == before.status else "")


def _kept(new: Proposed, status: str, earlier: tuple[str, ...], stamp: int | None = None) -> SentBefore:
    return SentBefore(new.what, new.at, status, new.digest, new.stamp if stamp is None else stamp, earlier)


def _earlier(before: SentBefore) -> tuple[str, ...]:
    return (*before.earlier, before.digest)[-MOST_EARLIER:]


def expired(row: OrderRow, now: int) -> bool:
    """Return whether a row has been kept long enough."""
    return now - row.touched > KEPT_MS


_ROW = msgspec.json.Decoder(OrderRow)


def decode_row(value: bytes) -> OrderRow:
    """Return a row of the results topic. Raises msgspec.DecodeError."""
    return _ROW.decode(value)


def encode_row(row: OrderRow) -> bytes:
    """Return a row as the value of its record, whose key is `row_key`."""
    return msgspec.json.encode(row)


def row_key(patient: str, order: str) -> str:
    """Return the key of an order's row; an order's own digest, for it may be long."""
    return f"{patient}/{order}"
