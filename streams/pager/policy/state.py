"""Hold a patient's paging state: what is open, who was notified, what is pending; and decode its alerts.

One record of the outbox (criteria.md 9; architecture.md, decision 8).
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import msgspec

from rules.wire import alerts
from rules.wire.alerts import CLEAR, Transition, decode_transition
from rules.wire.instants import parse


class Labels(msgspec.Struct, frozen=True, array_like=True):
    """The fields in which all pages of one incident agree."""

    level: str
    priority: str
    kind: str
    subject: str
    system: str | None


class ReceivedAlert(NamedTuple):
    """A transition as received.

    `decided` and `at`: ms; `raw`: the record's bytes, as receivers get them.
    """

    transition: Transition
    decided: int
    at: int
    raw: bytes

    @property
    def ends(self) -> bool:
        """Whether the episode is over."""
        return self.transition.level == CLEAR

    @property
    def labels(self) -> Labels:
        """The labels of an incident that this alert begins."""
        transition = self.transition
        return Labels(
            transition.level, transition.priority, transition.kind, transition.subject, transition.system
        )

    @property
    def episode(self) -> PagedEpisode:
        """The episode that this alert opens; nobody is notified yet."""
        transition = self.transition
        return PagedEpisode(
            transition.id, transition.kind, transition.subject, transition.level, transition.seq, self.decided
        )


def decode_alert(raw: bytes) -> ReceivedAlert:
    """Return the alert in a record. Raises NotAnAlert."""
    transition = decode_transition(raw)
    return ReceivedAlert(transition, parse(transition.decided), parse(transition.at), raw)


def as_received(made: alerts.Alert) -> ReceivedAlert:
    """Return an alert made here as it would be received from its topic."""
    return decode_alert(alerts.encode(made))


VERSION = 2


class UnknownPagingState(ValueError):
    """The bytes are not a paging state this version can read."""


Identity = dict[str, str]
"""What identifies an incident at a receiver: unit, address, labels, routing key (streams.channels.page)."""


class Incident(msgspec.Struct, frozen=True, array_like=True):
    """What receivers hold open: one per level of an episode.

    `since`: when its first notification became pending; `step`: the escalation step reached; `channels`: all
    that are to be notified; `tried`: those of them with an attempt made; `accepted`: when a receiver first
    accepted it. Times in ms. `alert`: the transition that is notified, raw. `identities`: by channel, what
    identifies the incident there, kept to its end whatever the configuration says meanwhile. `shadow`: it was
    begun in shadow, so that no receiver has it.
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
    identities: dict[str, Identity] = {}
    shadow: bool = False


class Acknowledgement(msgspec.Struct, frozen=True, array_like=True):
    """An acknowledgement: the command's id, when it was known (ms), by whom and why."""

    id: str
    known: int
    by: str
    reason: str
    actionable: bool | None = None


class Held(msgspec.Struct, frozen=True, array_like=True):
    """A page that is not sent now, raw; it is decided again at `until` (ms)."""

    until: int
    why: str
    alert: bytes


class PagedEpisode(msgspec.Struct, frozen=True, array_like=True):
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
    acked: Acknowledgement | None = None
    incident: Incident | None = None
    held: Held | None = None
    incidents: dict[str, int] = {}


class ActiveSilence(msgspec.Struct, frozen=True, array_like=True):
    """A silence in force: no pages of a subject up to a level, until an instant (ms)."""

    id: str
    subject: str
    level: str
    until: int
    by: str
    reason: str


class Gathered(msgspec.Struct, frozen=True, array_like=True):
    """Alerts that go out together: a flood (`due` None) or a route's digest.

    `episode`: the one made for them; `last`: that of the digest before; `lines`: the latest, newest last.
    """

    episode: str
    route: str
    count: int
    lines: tuple[str, ...]
    due: int | None = None
    last: str | None = None


class Notification(msgspec.Struct, frozen=True, array_like=True):
    """One pending message to one channel.

    `ordering_key`: messages with the same one are sent in order; `body`: the transition it is about, raw;
    `began`: when its incident did, ms.

    `tried`: an attempt may have been made, so nobody can tell whether the receiver has it; `parked`:
    permanently refused, not tried again before (ms).
    """

    number: int
    channel: str
    action: str
    key: str
    ordering_key: str
    labels: Labels
    body: bytes
    since: int
    began: int
    step: int
    identity: Identity
    tried: bool = False
    parked: int = 0


class PagingState(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The paging state of one patient.

    `positions`: by input topic, the first offset whose record is not in the state yet; `revision` grows with
    every write.

    `ended`: the last seq of episodes that are over; `early`: acknowledgements that came before their alert;
    `recent`: when the last pages were added (ms); `next`: the number of the next notification; `shadow`: the
    patient was in shadow when it was written.
    """

    version: int = VERSION
    patient: str
    positions: tuple[int, ...] = (0, 0)
    revision: int = 0
    next: int = 1
    episodes: dict[str, PagedEpisode] = {}
    ended: dict[str, int] = {}
    silences: dict[str, ActiveSilence] = {}
    early: dict[str, Acknowledgement] = {}
    recent: tuple[int, ...] = ()
    flood: Gathered | None = None
    digests: dict[str, Gathered] = {}
    pending: tuple[Notification, ...] = ()
    shadow: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PagingState)


def pack(state: PagingState) -> bytes:
    """Encode a paging state, compressed: its alerts are similar, so it stays small."""
    return zlib.compress(_encoder.encode(state), 1)


def unpack(data: bytes) -> PagingState:
    """Decode a paging state. Raises UnknownPagingState."""
    try:
        state = _decoder.decode(zlib.decompress(data))
    except (msgspec.DecodeError, zlib.error) as error:
        raise UnknownPagingState(f"not a book of the pager's outbox: {error}") from error
    if state.version != VERSION:
        raise UnknownPagingState(
            f"the outbox's book has version {state.version}, this program reads {VERSION}"
        )
    return state
