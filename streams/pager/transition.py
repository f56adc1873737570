"""An alert as the pager reads it from the topic (wire.md, Alert)."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from rules.wire.alerts import CLEAR, RANK
from rules.wire.instants import BadTime, parse


class Unreadable(ValueError):
    """The bytes are no alert."""


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """What the pager decides by; everything else of an alert is only passed on."""

    id: str
    seq: int
    patient: str
    subject: str
    kind: str
    level: str
    priority: str
    transition: str
    at: str
    decided: str
    message: str
    system: str | None = None


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


_decoder = msgspec.json.Decoder(Transition)


def read(raw: bytes) -> Alert:
    """The alert in a record. Raises Unreadable."""
    try:
        said = _decoder.decode(raw)
        alert = Alert(said, parse(said.decided), parse(said.at), raw)
    except (msgspec.DecodeError, BadTime, UnicodeDecodeError) as error:
        raise Unreadable(f"not an alert: {error}") from None
    if said.level not in RANK:
        raise Unreadable(f"not an alert: level {said.level!r}")
    return alert
