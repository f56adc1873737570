"""Define what becomes of one message: events, what was refused of it and why, and the verdict to answer.

Handlers of HL7 v2 and FHIR return it; the services publish its events, rows and letter, and answer only once
the broker has acknowledged them all. Source: docs/spec/feeds.md.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import msgspec

from rules.wire.refusals import problem
from streams.feeds.mapping.beds import Whereabouts
from streams.feeds.mapping.corrections import OrderRow
from streams.feeds.mapping.patients import Linkage, Merge
from streams.feeds.mapping.wire_events import WireEvent

STORED = 0
MISSING_SEGMENT = 100
MISSING_FIELD = 101
WRONG_TYPE = 200
WRONG_EVENT = 201
WRONG_PROCESSING_ID = 202
WRONG_VERSION = 203
NOT_STORED = 207
"""Codes of HL7's table 0357; a FHIR service answers with the status that means the same."""


class Verdict(NamedTuple):
    """The answer a message earns once all it gave is stored: `code` of table 0357; 0: taken.

    `text`: a line without patient data; `field`: what is wrong, as segment and field (`MSH-9`).
    """

    code: int = STORED
    text: str = ""
    field: str = ""

    @property
    def taken(self) -> bool:
        """Whether the sender need not send it again."""
        return self.code == STORED


TAKEN = Verdict()


class RefusedPart(NamedTuple):
    """A part of a message that is not used: its segment or resource, its place among those, and why.

    `number`: its place; `code`: what it was coded with (`MDC 150022`); `message`: a line for people.
    """

    segment: str
    number: int
    reason: str
    code: str
    message: str


Tally = Counter[tuple[str, str]]
"""(what, label) -> how often: `("unmapped", "LN 2075-0")`, `("skipped", "no-value")`."""


class Handled(msgspec.Struct):
    """What one message gave. `rows` and `rates`: what to remember, `before`: the rows as they were.

    `merges`: patients that became one; `linkages`: which patient a FHIR Patient is, by its address; `beds`:
    the rows of patients who changed theirs; `by_bed`: whom each event was given to by its bed; `made`: when
    the message was, ms.

    `unmapped` codes are counted; they are among `refused` only if the feed keeps them.
    """

    events: list[WireEvent] = []
    refused: list[RefusedPart] = []
    tally: Tally = msgspec.field(default_factory=Counter)
    rows: dict[str, OrderRow] = {}
    before: dict[str, OrderRow | None] = {}
    rates: dict[tuple[str, str], tuple[float | str, str, int]] = {}
    merges: list[Merge] = []
    linkages: dict[str, Linkage] = {}
    beds: dict[str, Whereabouts] = {}
    by_bed: dict[str, str] = {}
    made: int = 0
    verdict: Verdict = TAKEN

    def count(self, what: str, label: str = "") -> None:
        """Count something of no further effect."""
        self.tally[what, label] += 1

    def refuse(self, segment: str, number: int, reason: str, code: str, message: str) -> None:
        """Refuse a part; what a sender wrote comes into the message bounded and printable."""
        clean = problem(reason, message, code)
        self.refused.append(RefusedPart(segment, number, reason, clean.code or "", clean.message))
        self.tally["refused", reason] += 1
