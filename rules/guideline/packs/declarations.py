"""Declare what a guideline pack is written in: rows with their origin and status, rules, regimen.

Source: editions.md sections 1 and 2.
"""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

import msgspec

from rules.guideline.declarations import AnyRow, Limit
from rules.guideline.observation_schedule import Observation

VERIFIED, DRAFT = "verified", "draft"
COUNT, HOLD, CYCLE, PERMANENT = "count", "hold", "cycle", "permanent"
ANY_TIME, AT_DOSING = "any-time", "at-dosing"
ROWS_DECIDE = "rows-decide"
ABSOLUTE, RELATIVE = "absolute", "relative"


class Source(msgspec.Struct, frozen=True):
    """Where something is said: document, table or section, row."""

    document: Annotated[str, msgspec.Meta(description="the document")]
    table: Annotated[str, msgspec.Meta(description="its table or section")]
    row: Annotated[str, msgspec.Meta(description="the row of that")]

    @property
    def text(self) -> str:
        """The place in one line."""
        return f"{self.document}, {self.table}, {self.row}"


class PackRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a pack: how it is evaluated, what it does to a dose, where it is from.

    `effect`: `count`, `hold`, `cycle` or `permanent`; `level`: of its alert; `settles`: how what the source
    leaves open was settled; `inherited_from`: the pack whose row stands in where the source is not seen to
    speak.
    """

    row: AnyRow
    concept: str
    effect: str = COUNT
    level: str = ABSOLUTE
    source: Source
    status: str = VERIFIED
    settles: str = ""
    inherited_from: str | None = None

    @property
    def code(self) -> str:
        """The public code of the row."""
        return self.row.code


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of a pack beside its rows, such as `judgement` or `regimen.interval`, with origin and status."""

    value: str
    source: Source
    status: str = VERIFIED
    inherited_from: str | None = None


class NotOpen(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the source has, or must be expected to have, and that nobody here has read: no number."""

    row: str
    words: str


class Regimen(msgspec.Struct, frozen=True, kw_only=True):
    """How IL-2 is given: durations in ms, days counted from the course's dose 1 (day 1).

    `min_interval`, `max_interval`: between doses; `cycle_days`: first and last day of each cycle;
    `rest_days`: full days after the last dose's day before the next cycle; `course_gap`: from discharge to
    a next course.
    """

    dose: float | None = None
    min_interval: int
    max_interval: int | None = None
    doses_per_cycle: int | None = None
    doses_per_course: int | None = None
    cycle_days: tuple[tuple[int, int], ...] = ()
    rest_days: int | None = None
    course_gap: int | None = None


class Advised(msgspec.Struct, frozen=True, kw_only=True):
    """Advice of a pack: what it says, what its end says, and while which condition it is open.

    `of`: while this row of the pack holds; `labs`: by the latest value; `rate`: of the urine (mL/kg/h) over
    the latest stretch that covers `covers` (ms). Without these it is of the regimen.
    """

    code: str
    text: str
    ended: str
    source: Source
    of: str | None = None
    labs: dict[str, Limit] = {}
    rate: Limit | None = None
    covers: int = 0


class PreDose(msgspec.Struct, frozen=True, kw_only=True):
    """What must have been seen before a dose. `within`: how long before it is due (ms).

    `asked`: how long before it is asked for (ms).
    """

    seen: tuple[str, ...]
    within: int
    asked: int


class Pack(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A guideline pack. `name`: as a person reads it; `items`: its rules beside the rows, by name.

    `pressor_centre`: rows that stand in place of those of their code where pressors are given; `warning`:
    what its page says first of all.
    """

    id: str
    version: str
    name: str
    judgement: str = ANY_TIME
    combination: str = COUNT
    regimen: Regimen
    items: dict[str, Item] = {}
    dosing_minimum: tuple[str, ...]
    eligibility: tuple[str, ...] = ()
    rows: tuple[PackRow, ...]
    pressor_centre: tuple[PackRow, ...] = ()
    not_open: tuple[NotOpen, ...] = ()
    not_encoded: tuple[str, ...] = ()
    advice: tuple[Advised, ...] = ()
    monitoring: tuple[Observation, ...] = ()
    pre_dose: PreDose | None = None
    signed: tuple[str, ...] = ()
    warning: str = ""

    @property
    def key(self) -> str:
        """The id with its version: `dutcher-2014/1`."""
        return f"{self.id}/{self.version}"

    @cached_property
    def advised(self) -> dict[str, Advised]:
        """The advice by code."""
        return {one.code: one for one in self.advice}

    @property
    def sha256(self) -> str:
        """The hash of the pack's canonical JSON, in hex; who signed it is no part of it."""
        return hash_of(msgspec.structs.replace(self, signed=()))

    def row(self, code: str) -> PackRow | None:
        """Return the row of this code; None: the pack has none."""
        return next((row for row in self.rows if row.code == code), None)

    def parts(self) -> Iterator[tuple[str, str, str]]:
        """Yield what is signed: name (`bicarbonate`, `regimen.interval`, `not_open.renal`), status, hash."""
        for row in self.rows:
            yield row.code, self._status(row.code, row.status), hash_of(row)
        for name, item in self.items.items():
            yield name, self._status(name, item.status), hash_of((item, self._evaluated(name)))
        for one in self.not_open:
            name = f"not_open.{one.row}"
            yield name, self._status(name, DRAFT), hash_of(one)

    def _evaluated(self, name: str) -> object:
        """Return what is evaluated under the name of an item: its words are signed together with it."""
        group, _, item = name.partition(".")
        if group == "regimen":
            fields = ("min_interval", "max_interval") if item == "interval" else (item, f"{item}_days")
            return [getattr(self.regimen, field, None) for field in fields]
        if group == "monitoring":
            return [*(one for one in self.monitoring if one.what == item), self.pre_dose]
        return getattr(self, name, None)

    def _status(self, name: str, status: str) -> str:
        return VERIFIED if name in self.signed else status

    @cached_property
    def unverified(self) -> tuple[str, ...]:
        """The names of the rows and items that keep the pack a draft."""
        return tuple(name for name, status, _ in self.parts() if status != VERIFIED)

    @cached_property
    def status(self) -> str:
        """`verified`, or `draft` while a row or an item was not read in the source."""
        return DRAFT if self.unverified else VERIFIED

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """The rows that are not open and that nobody signed."""
        return tuple(one.row for one in self.not_open if f"not_open.{one.row}" not in self.signed)

    @cached_property
    def draft_rows(self) -> frozenset[str]:
        """The codes of the rows that are a draft."""
        return frozenset(row.code for row in self.rows if self._status(row.code, row.status) != VERIFIED)


def hash_of(part: object) -> str:
    """Return the SHA-256 of a part's canonical JSON, in hex."""
    return hashlib.sha256(msgspec.json.encode(part, order="sorted")).hexdigest()
