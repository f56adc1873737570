"""Define a clinician's commands (ack, silence, resume, accept) as sent in `il2.commands`, and their bounds.

The engine decodes them as events (`rules.ingest`). Source: wire.md, Events; criteria.md section 9.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from rules.wire.instants import HOUR

LONGEST = {"absolute": HOUR}
LONGEST_OTHER = 12 * HOUR


class _Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """The fields of every command, in the order they are written.

    `at`: RFC 3339; `by` and `reason`: who asks, and why.
    """

    id: str
    patient: str
    at: str
    by: str
    reason: str


class Acknowledge(_Command, tag="ack", frozen=True, kw_only=True):
    """An acknowledgement: someone has seen an alert.

    `actionable`: whether it called for anything to be done; UNSET when they do not say.
    """

    alert: str
    actionable: bool | UnsetType = UNSET


class SilenceSubject(_Command, tag="silence", frozen=True, kw_only=True):
    """A silence: no pages of a subject up to a level, until an instant (RFC 3339).

    `status`: `corrected` ends one early.
    """

    subject: str
    level: str
    until: str
    status: str | UnsetType = UNSET


class ResumeRule(_Command, tag="resume", frozen=True, kw_only=True):
    """A resume: a clinician lifts a stop rule."""

    rule: str


class AcceptCriterion(_Command, tag="accept", frozen=True, kw_only=True):
    """An acceptance: a clinician accepts a known abnormality of a criterion, up to a level.

    `until`: RFC 3339; UNSET: to the end of the cycle.
    """

    criterion: str
    level: str
    until: str | UnsetType = UNSET


Command = Acknowledge | SilenceSubject | ResumeRule | AcceptCriterion


class _Actionable(msgspec.Struct):
    actionable: bool | None = None


_encoder = msgspec.json.Encoder()
_actionables = msgspec.json.Decoder(_Actionable)


def encode(command: Command) -> bytes:
    """Return the value of the command's Kafka record."""
    return _encoder.encode(command)


def actionable(value: bytes) -> bool | None:
    """Return whether an acknowledgement calls its alert actionable; None when it does not say.

    It is the one field that the engine's events do not carry: it decides nothing.
    """
    try:
        return _actionables.decode(value).actionable
    except ValueError:
        return None


def kind(command: Command) -> str:
    """Return the `type` a command is sent with."""
    return str(command.__struct_config__.tag)


def longest(level: str) -> int:
    """Return how long a level may be silenced at most, ms."""
    return LONGEST.get(level, LONGEST_OTHER)


def bounded(level: str, known: int, until: int) -> int:
    """Return the end of a requested silence, ms.

    It is not beyond what its level allows, counted from when the silence was known: by the pager's clock.
    """
    return min(until, known + longest(level))
