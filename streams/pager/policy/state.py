"""Keep a patient's paging state: what is open, who has heard of it, and what is still owed; and read the
alerts it is made of. A row of the outbox (criteria.md 9; architecture.md, decision 8).
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import msgspec

from rules.wire import alerts
from rules.wire.alerts import CLEAR, Transition, decode_transition
from rules.wire.instants import parse


class Labels(msgspec.Struct, frozen=True, array_like=True):
    """What all pages of one incident agree in."""

    level: str
    priority: str
    kind: str
    subject: str
    system: str | None


class Alert(NamedTuple):
    """A transition; `decided` and `at` in ms; `raw`: the record's bytes, as they go to the receivers."""

    said: Transition
    decided: int
    at: int
    raw: bytes

    @property
    def ends(self) -> bool:
        """Whether the episode is over."""
        return self.said.level == CLEAR

    @property
    def labels(self) -> Labels:
        """What the pages of an incident it begins will agree in."""
        said = self.said
        return Labels(said.level, said.priority, said.kind, said.subject, said.system)

    @property
    def episode(self) -> Episode:
        """The episode it opens; nobody has been told of it yet."""
        said = self.said
        return Episode(said.id, said.kind, said.subject, said.level, said.seq, self.decided)


def read(raw: bytes) -> Alert:
    """Return the alert in a record. Raises NotAnAlert."""
    said = decode_transition(raw)
    return Alert(said, parse(said.decided), parse(said.at), raw)


def as_read(made: alerts.Alert) -> Alert:
    """Return an alert that is made up here as it would be read from its topic."""
    return read(alerts.encode(made))


VERSION = 1


class UnknownBook(ValueError):
    """The bytes are not a book this version can read."""


class Incident(msgspec.Struct, frozen=True, array_like=True):
    """What receivers hold open: one a level of an episode.

    `since`: when it was first owed; `step`: the rung reached; `channels`: all who are to be told; `tried`:
    those of them an attempt was made at; `accepted`: when a receiver first took it. Times in ms. `alert`: the
    transition that is told, raw.
    """

    key: str
    labels: Labels
    route: str
    since: int
    step: int
    channels: tuple[str, ...]
    alert: bytes
    tried: tuple[str, ...] = ()
    accepted: int | None = None


class Acked(msgspec.Struct, frozen=True, array_like=True):
    """Who has seen it: the command's id, when it was known (ms), by whom and why."""

    id: str
    known: int
    by: str
    reason: str
    actionable: bool | None = None


class Held(msgspec.Struct, frozen=True, array_like=True):
    """A page that is not sent now, raw; `until` (ms) it is looked at again."""

    until: int
    why: str
    alert: bytes


class Episode(msgspec.Struct, frozen=True, array_like=True):
    """An open episode.

    `decided`: of its opening or latest worsening, ms; `incidents`: how many it had, by level.
    """

    id: str
    kind: str
    subject: str
    level: str
    seq: int
    decided: int
    worsened: bool = False
    acked: Acked | None = None
    incident: Incident | None = None
    held: Held | None = None
    incidents: dict[str, int] = {}


class Silence(msgspec.Struct, frozen=True, array_like=True):
    """No pages of a subject up to a level, until an instant (ms)."""

    id: str
    subject: str
    level: str
    until: int
    by: str
    reason: str


class Gathered(msgspec.Struct, frozen=True, array_like=True):
    """Alerts that go out together: a flood (`due` None) or a route's digest.

    `episode`: the one made up for them; `last`: that of the digest before; `lines`: the latest, newest last.
    """

    episode: str
    route: str
    count: int
    lines: tuple[str, ...]
    due: int | None = None
    last: str | None = None


class Owed(msgspec.Struct, frozen=True, array_like=True):
    """One message to one receiver.

    `lane`: whose order it keeps; `body`: the transition it tells, raw; `began`: when its incident did, ms.

    `tried`: an attempt may have been made, so nobody can tell whether the receiver has it; `parked`: refused
    for good, not again before (ms).
    """

    number: int
    channel: str
    action: str
    key: str
    lane: str
    labels: Labels
    body: bytes
    since: int
    began: int
    step: int
    tried: bool = False
    parked: int = 0


class Book(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """All of a patient.

    `positions`: by input topic, the offset from which on records are not in the book yet; `revision` grows
    with every write.

    `ended`: the last seq of episodes that are over; `early`: acknowledgements that came before their alert;
    `recent`: when the last pages were owed (ms); `next`: the number of the next message owed.
    """

    version: int = VERSION
    patient: str
    positions: tuple[int, ...] = (0, 0)
    revision: int = 0
    next: int = 1
    episodes: dict[str, Episode] = {}
    ended: dict[str, int] = {}
    silences: dict[str, Silence] = {}
    early: dict[str, Acked] = {}
    recent: tuple[int, ...] = ()
    flood: Gathered | None = None
    digests: dict[str, Gathered] = {}
    owed: tuple[Owed, ...] = ()


_encoder = msgspec.msgpack.Encoder()
_book_decoder = msgspec.msgpack.Decoder(Book)


def pack(book: Book) -> bytes:
    """Alerts are much alike: packed they stay small."""
    return zlib.compress(_encoder.encode(book), 1)


def unpack(data: bytes) -> Book:
    """The book of these bytes. Raises UnknownBook."""
    try:
        book = _book_decoder.decode(zlib.decompress(data))
    except (msgspec.DecodeError, zlib.error) as error:
        raise UnknownBook(f"not a book of the pager's outbox: {error}") from error
    if book.version != VERSION:
        raise UnknownBook(f"the outbox's book has version {book.version}, this program reads {VERSION}")
    return book
