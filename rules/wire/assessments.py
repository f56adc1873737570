"""Define the assessment: everything the guideline says of one patient at one instant.

Encodes and decodes it as published in `il2.assessments` (wire.md, Assessment).
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

Number = int | float
"""A number is decoded as it was written: `8` and `8.0` stay apart."""
STOP_RULE = "stop-rule:"
"""What a reason begins with that is a stop rule; its name follows."""
TRIPPED = ("relative", "absolute")
"""The states of a criterion that count."""


class CriterionRow(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A row of Table 3. `since`, `evaluates_at`: RFC 3339; `evidence`: ids of facts.

    `comparator`: of the value, where the result came with one; left out elsewhere, as are, without packs,
    `now` (the state as it is seen, where it is judged before a dose), `effect` and `status`.
    """

    code: str
    system: str
    group: str | None
    state: str
    since: str | None
    value: Number | str | None
    unit: str | None
    limit: str | None
    stale: bool
    missing: tuple[str, ...]
    correctable: tuple[str, ...]
    evaluates_at: str | None
    evidence: tuple[str, ...]
    comparator: str | None = None
    now: str | None = None
    effect: str | None = None
    status: str | None = None


class BloodPressure(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Systolic pressure against its target (Table 2), mm[Hg]. `assumed`: there is no baseline.

    `code`: of the latest one; `mean-bp` where a mean pressure stands in.
    """

    target: Number
    assumed: bool
    latest: Number | None
    code: str | None
    state: str
    stale: bool
    phase: str | None


class RegimenDoses(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The doses of a regimen and its maxima (None: it has none). `not_before`: RFC 3339."""

    in_cycle: int
    max_cycle: int | None
    in_course: int
    max_course: int | None
    not_before: str | None


class DoseDue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The doses of the cycle and the next one. `last`, `due`: RFC 3339; `number`: how many were given."""

    last: str | None
    number: int
    due: str | None
    delayed_h: Number
    readiness: str
    blockers: tuple[str, ...]
    regimen: RegimenDoses | UnsetType = UNSET


class PressorRate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The rate of a running pressor over its lines; None: it has no number that can be used."""

    agent: str
    rate: Number | None
    unit: str


class Pressors(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The pressor load, ug/kg/min of phenylephrine, of what can be read; and the pressors that run."""

    load: Number
    unit: str
    agents: tuple[PressorRate, ...]


class AcceptedItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An acceptance in force. `until`: RFC 3339; None: the end of the cycle."""

    criterion: str
    level: str
    until: str | None
    by: str
    reason: str


class IgnoredItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something charted in the last 24 h that was set aside: value and unit as sent, why. `at`: RFC 3339."""

    code: str
    value: Number | str | None
    unit: str | None
    at: str
    reason: str


class Fluids(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fluid given above maintenance in 24 h, and its limit, mL."""

    above_maintenance_24h_ml: Number
    limit_ml: Number


class MonitoringItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A row of Table 1. `last`, `due`: RFC 3339."""

    what: str
    last: str | None
    due: str | None
    overdue: bool


class AdviceItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Open advice. `subject`: the criterion that a `corrective` is for; `source`: the table that says so."""

    code: str
    subject: str | None
    since: str | None
    text: str
    source: str


class EligibilityItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A condition of therapy: `met`, `not-met` or `unknown`."""

    item: str
    state: str


STRICT = {"withhold": 1, "stop": 2}
"""How strict a verdict is; what lets a dose go, or cannot tell, is 0."""


class OverlayItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a pack says that stands beside the deciding one: its verdict on the next dose, and why.

    `criteria`: its rows that are not clear; `not_open`: rows that nobody has read.
    """

    guideline: dict[str, str]
    verdict: str
    recommendation: str
    reasons: tuple[str, ...]
    criteria: tuple[CriterionRow, ...]
    not_open: tuple[str, ...]


class Assessment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An assessment, its fields in the order they are written. `at`: RFC 3339, the clock it was made at.

    `relative`, `absolute`: groups of criteria that count (Table 4). Unknown fields are ignored, in the nested
    structs too: an older reader accepts what a newer worker writes.
    """

    patient: str
    at: str
    guideline: dict[str, str]
    mode: str
    recommendation: str
    reasons: tuple[str, ...]
    relative: int
    absolute: int
    criteria: tuple[CriterionRow, ...]
    blood_pressure: BloodPressure
    pressors: Pressors
    dose: DoseDue
    fluids: Fluids
    monitoring: tuple[MonitoringItem, ...]
    advice: tuple[AdviceItem, ...]
    eligibility: tuple[EligibilityItem, ...]
    accepted: tuple[AcceptedItem, ...]
    ignored: tuple[IgnoredItem, ...]
    verdict: str | UnsetType = UNSET
    overlays: tuple[OverlayItem, ...] | UnsetType = UNSET

    @property
    def stop_rules(self) -> tuple[str, ...]:
        """The names of the stop rules in force, in the order of the reasons."""
        return tuple(
            reason.removeprefix(STOP_RULE) for reason in self.reasons if reason.startswith(STOP_RULE)
        )


class NotAnAssessment(ValueError):
    """An error: the bytes are not an assessment."""


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Assessment] = msgspec.json.Decoder(Assessment)


def encode(assessment: Assessment) -> bytes:
    """Return the value of the assessment's Kafka record."""
    return _encoder.encode(assessment)


def decode(value: bytes) -> Assessment:
    """Decode the value of an assessment's Kafka record. Raises NotAnAssessment."""
    try:
        found = _decoder.decode(value)
    except ValueError as error:  # of msgspec and of UTF-8
        raise NotAnAssessment(f"not an assessment: {error}") from None
    if "sha256" not in found.guideline:
        raise NotAnAssessment("not an assessment: its guideline has no sha256")
    return found
