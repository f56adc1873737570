"""Define the records of `il2.pages`: every attempt to send, and every decision not to, with its reason.

Source: wire.md, Topics.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from rules.wire.instants import text
from rules.wire.vocabulary import Verdict

# Outcomes of a decision.
ENQUEUED, REPLACED, MASKED = "owed", "replaced", "masked"
EXPIRED, ESCALATED, CLOSED = "expired", "escalated", "closed"
SILENCED, FLOODED, DIGESTED = "silenced", "flood", "digest"
OFF_HOURS, UNROUTED, ALREADY = "off-hours", "unrouted", "acknowledged-already"
CARRIED = "carried"
ACKNOWLEDGED, ACK_EARLY, ACK_OVER, ACK_WITHDRAWN, ACK_EXPIRED = (
    "acknowledged", "ack-waits", "ack-of-nothing-open", "ack-withdrawn", "ack-expired",
)  # fmt: skip
SILENCE, SILENCE_CUT = "silence", "silence-cut"
SILENCE_ENDED, SILENCE_LIFTED = "silence-ended", "silence-lifted"
FORGOTTEN = "forgotten"
FLOOD_BEGAN, FLOOD_ENDED = "flood-began", "flood-ended"
# Shadow mode: what a pager in shadow would have sent; how a pager runs; what is open when shadow ends.
WOULD_HAVE_PAGED, MODE, STANDS_OPEN = "would-have-paged", "mode", "stands-open"
SHADOW_BEGAN = "shadow-began"
# What a clinician thinks of a page, sent or not: a record of its own, no fact, and no clock goes by it.
MARK = "mark"
# Outcomes of an attempt to send.
ACCEPTED, RETRY, REFUSED = "accepted", "retry", "refused"


def unit_of(units: Iterable[tuple[str, str]], patient: str, otherwise: str | None = None) -> str | None:
    """Return the unit a patient is on: of the first pattern that matches the id; else `otherwise`."""
    return next((unit for pattern, unit in units if fnmatchcase(patient, pattern)), otherwise)


class Audit(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """An audit record as it is written.

    `when`: ms. `number`: of the pending message, within the patient; `alert`: the episode's id; `command`:
    the id of the command that it answers.
    """

    when: int
    outcome: str
    patient: str
    alert: str | None = None
    key: str | None = None
    number: int | None = None
    action: str | None = None
    channel: str | None = None
    route: str | None = None
    step: int | None = None
    level: str | None = None
    kind: str | None = None
    subject: str | None = None
    unit: str | None = None
    seq: int | None = None
    at: str | None = None
    decided: str | None = None
    by: str | None = None
    reason: str | None = None
    command: str | None = None
    until: int | None = None
    cause: str | None = None
    waited_ms: int | None = None
    actionable: bool | None = None
    attempt: int | None = None
    latency_ms: int | None = None
    status: int | None = None
    reference: str | None = None
    message: str | None = None
    mark: Verdict | None = None


class PageRecord(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """An audit record as it is read: the fields that are shown or counted. Times as on the wire (RFC 3339).

    Unknown fields are ignored.
    """

    when: str
    outcome: str
    patient: str
    alert: str | None = None
    key: str | None = None
    action: str | None = None
    channel: str | None = None
    level: str | None = None
    subject: str | None = None
    decided: str | None = None
    by: str | None = None
    reason: str | None = None
    command: str | None = None
    until: str | None = None
    message: str | None = None
    unit: str | None = None
    mark: Verdict | None = None


_decoder = msgspec.json.Decoder(PageRecord)


def encode(audit: Audit) -> bytes:
    """Return the value of the record: instants as on the wire, and no empty field."""
    found = msgspec.to_builtins(audit)
    for name in ("when", "until"):
        if name in found:
            found[name] = text(found[name])
    return msgspec.json.encode(found)


def decode(value: bytes | None) -> PageRecord | None:
    """Decode the value of a record; return None when it is not one."""
    try:
        return _decoder.decode(value or b"")
    except ValueError:
        return None
