"""Define the handover of a shift: a sheet a patient, of lines that each know where they come from."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from rules.evaluate.shift_figures import Figure

ALERT, ASSESSMENT, FACT = "alert", "assessment", "fact"


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a line comes from.

    An `alert`: the episode's id, and `seq` of the transition. An `assessment`: its `at` (RFC 3339), and
    `part`, the field. A `fact`: the id of the event, a command's too.
    """

    kind: str
    id: str
    seq: int | UnsetType = UNSET
    part: str | UnsetType = UNSET


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a sheet.

    `note`: what qualifies it; `level`: of the alert it is of; `at`: when it happened or falls due, RFC 3339;
    `corrected`: what it was by what was known when the shift ended, where that is not what is known now.
    """

    text: str
    sources: tuple[Source, ...]
    note: str = ""
    level: str = ""
    at: str = ""
    figures: tuple[Figure, ...] = ()
    corrected: str = ""


class Section(msgspec.Struct, frozen=True):
    """Lines of one kind under a title; `name`: for programs."""

    name: str
    title: str
    lines: tuple[Line, ...]


class Sheet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is handed over of one patient.

    `advised`: the recommendation, or `discharged`, or `not-assessed`; `since`: RFC 3339, None: not known;
    `dose`: the dose clock in words; `rank`: the larger, the worse; `as_of`: as of when what was assessed is,
    where that is not the handover's `at`, RFC 3339.
    """

    patient: str
    unit: str
    location: str
    mode: str
    advised: str
    since: str | None
    rank: tuple[int, ...]
    sections: tuple[Section, ...]
    as_of: str = ""

    def section(self, name: str) -> tuple[Line, ...]:
        """Return the lines of a section; none where nothing is to be said."""
        return next((one.lines for one in self.sections if one.name == name), ())


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """The handover of a shift (start, end], the worst patient first.

    `start`, `end`, `until` (the end of the next shift) and `at` (as of when states are) are RFC 3339; `unit`:
    None is every unit; `guideline`: the edition it was judged by.
    """

    unit: str | None
    zone: str
    start: str
    end: str
    until: str
    at: str
    guideline: dict[str, str]
    sheets: tuple[Sheet, ...]


_encoder = msgspec.json.Encoder()


def encode(handover: Handover) -> bytes:
    """Return the handover as JSON."""
    return _encoder.encode(handover)
