"""Write the events of the wire: what a feed publishes, as typed values and as JSON (wire.md, Events)."""

from __future__ import annotations

import msgspec

from rules.wire.topics import topic_of


class SentReading(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A reading or result of a set; `value` a number, or a word for `o2-device`."""

    code: str
    value: float | str | None = None
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    comparator: str | None = None


class WireEvent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="type"):
    """The fields of every event: times are RFC 3339; `known` None: the broker's time stamp is.

    What an event says may be left out where it is withdrawn, and only there.
    """

    id: str
    patient: str
    at: str
    known: str | None = None
    status: str = "final"
    source: str | None = None


class SentVitals(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="vitals"):
    """Vital signs: from a feed one reading an event, so that a correction touches one."""

    readings: tuple[SentReading, ...] = ()


class SentLabs(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="labs"):
    """Laboratory results: from a feed one result an event."""

    readings: tuple[SentReading, ...] = ()


class SentIo(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="io"):
    """A volume in or out; a text: it cannot be read."""

    direction: str = ""
    kind: str = ""
    volume: float | str | None = None
    unit: str | None = None
    start: str | None = None
    count: float | None = None


class SentDose(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="dose"):
    """A dose given, or held with its reason."""

    agent: str = ""
    given: bool | None = None
    amount: float | None = None
    unit: str | None = None
    reason: str | None = None


class SentInfusion(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="infusion"):
    """A rate in force from `at`; 0 stops it; a text: it cannot be read."""

    agent: str = ""
    rate: float | str | None = None
    unit: str | None = None
    line: str | None = None


class SentMedication(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="medication"):
    """A medication given."""

    agent: str = ""
    amount: float | None = None
    unit: str | None = None
    route: str | None = None


class SentFinding(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="finding"):
    """Something observed or done; `specimen`: what it was found in."""

    code: str = ""
    present: bool | None = None
    value: str | None = None
    specimen: str | None = None


class SentEncounter(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="encounter"):
    """An event of the stay."""

    event: str = ""
    location: str | None = None


class SentAck(WireEvent, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="ack"):
    """A clinician's acknowledgement, given at an alarm manager."""

    alert: str = ""
    by: str = ""
    reason: str = ""
    actionable: bool | None = None


_KINDS: dict[type[WireEvent], str] = {
    kind: str(kind.__struct_config__.tag) for kind in WireEvent.__subclasses__()
}
_TOPICS = {kind: topic_of(tag) for kind, tag in _KINDS.items()}


def kind_of(event: WireEvent) -> str:
    """Return an event's type on the wire."""
    return _KINDS[type(event)]


def topic(event: WireEvent) -> str:
    """Return the topic that carries an event."""
    return _TOPICS[type(event)]


_ENCODER = msgspec.json.Encoder()


def encode(event: WireEvent) -> bytes:
    """Return an event as the value of its record, whose key is the patient."""
    return _ENCODER.encode(event)
