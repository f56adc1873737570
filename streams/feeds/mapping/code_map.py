"""Look up what a code of a hospital system is on the wire: an allow-list, by exact code, never by its text.

A row: system, code, name, sub_id, unit, type, our_code, unit_default, period, priority, note. Later files
override earlier ones: a row of the same system, code, name, sub_id and unit. Source: docs/spec/feeds.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

import msgspec

from rules.wire.agents import words_of

IGNORE, UNIT, WORD, PANEL, PUMP = "ignore", "unit", "word", "panel", "pump"
READINGS = ("vitals", "labs")
TYPES = (*READINGS, "io", "dose", "infusion", "medication", "finding", UNIT, WORD, PANEL, PUMP, IGNORE)
PUMP_PARTS = ("dose-rate", "fluid-rate", "concentration", "drug-name", "status", "event")
COUNTED = "{count}"
"""The default unit of a row of stools that are counted and not measured."""
REPETITIONS = ("first", "last", "mean")
UNCONFIRMED = ("from-memory", "one-list-and-memory")
"""Rows that rest on one list or on memory count only where the message's own text names the same."""

SYSTEMS = {
    **dict.fromkeys(("LN", "LOINC", "http://loinc.org", "2.16.840.1.113883.6.1"), "LN"),
    **dict.fromkeys(("MDC", "urn:iso:std:iso:11073:10101", "2.16.840.1.113883.6.24"), "MDC"),
    **dict.fromkeys(
        ("SCT", "SNOMED-CT", "SNOMED CT", "SNM3", "http://snomed.info/sct", "2.16.840.1.113883.6.96"), "SCT"
    ),
    **dict.fromkeys(
        (
            "RXNORM",
            "RXN",
            "RxNorm",
            "http://www.nlm.nih.gov/research/umls/rxnorm",
            "2.16.840.1.113883.6.88",
        ),
        "RXNORM",
    ),
    **dict.fromkeys(("UCUM", "http://unitsofmeasure.org", "2.16.840.1.113883.6.8"), "UCUM"),
}
"""Names of code systems, in HL7's table 0396, as OID and as FHIR's URL -> the name in the map."""


def system_of(text: str) -> str:
    """Return the map's name of a code system; one that it does not know keeps its own."""
    text = text.strip().removeprefix("urn:oid:")
    return SYSTEMS.get(text) or SYSTEMS.get(text.upper()) or text


class MapRow(msgspec.Struct, frozen=True):
    """A row of the map. `origin`: the file it comes from; `line` there."""

    system: str
    code: str
    type: str
    our_code: str = ""
    name: str = ""
    sub_id: str = ""
    unit: str = ""
    unit_default: str = ""
    period: str = ""
    priority: int = 0
    repetition: str = ""
    note: str = ""
    confidence: str = ""
    origin: str = ""
    line: int = 0

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What a row of a later file overrides: the same of all five."""
        return self.system, self.code, self.name, self.sub_id, self.unit

    def confirmed_by(self, text: str) -> bool:
        """Return whether the row counts for a code with this text beside it."""
        if self.confidence not in UNCONFIRMED:
            return True
        return set(words_of(self.our_code.replace("-", " "))) <= set(words_of(text.replace("-", " ")))


class Coding(NamedTuple):
    """A code as sent: its system's name in the map, the code, the text beside it."""

    system: str
    code: str
    text: str = ""

    @property
    def named(self) -> str:
        """How a refusal or a count names it."""
        return f"{self.system} {self.text if self.code in ('', '0') else self.code}".strip()


class Disagrees(NamedTuple):
    """A code whose number and name stand for different things."""

    coding: Coding
    number: str
    name: str


Found = MapRow | Disagrees | None
NAMED = ("MDC",)
"""Systems in which the text beside a code is its name (the ref-id): both must say the same."""


class CodeMap:
    """The effective map of a feed."""

    def __init__(self, rows: Iterable[MapRow]) -> None:
        effective = {row.key: row for row in rows}
        self.rows = tuple(effective.values())
        self.by_code: dict[tuple[str, str], list[MapRow]] = {}
        self.by_name: dict[tuple[str, str], list[MapRow]] = {}
        for row in self.rows:
            if row.code:
                self.by_code.setdefault((row.system, row.code), []).append(row)
            if row.name:
                self.by_name.setdefault((row.system, row.name), []).append(row)

    def find(self, codings: Iterable[Coding], sub_id: str = "", unit: str = "") -> tuple[Coding, Found]:
        """Return the first coding that the map knows, with its row; else the first of all, and None.

        A code and a name that disagree end the search: which of them is wrong is not known.
        """
        first = Coding("", "")
        for coding in codings:
            first = first if first.code or first.text else coding
            found = self.of(coding, sub_id, unit)
            if found is not None:
                return coding, found
        return first, None

    def of(self, coding: Coding, sub_id: str = "", unit: str = "") -> Found:
        """Return the row of one coding; of several the most specific, then the later."""
        if coding.system in NAMED:
            return self._named(coding, sub_id, unit)
        rows = self.by_code.get((coding.system, coding.code), ())
        row = _best(rows, sub_id, unit)
        if row is not None and not row.confirmed_by(coding.text):
            return Disagrees(coding, row.our_code, coding.text)
        return row

    def _named(self, coding: Coding, sub_id: str, unit: str) -> Found:
        """Return the row of a code with a ref-id. 0 is no number yet: the ref-id alone counts.

        A pair that no row states is refused if either half stands for something: also an `ignore`.
        """
        numbered = self.by_code.get((coding.system, coding.code), ()) if coding.code != "0" else ()
        named = self.by_name.get((coding.system, coding.text), ())
        if not coding.text or coding.text == coding.code:
            return _best(numbered, sub_id, unit)
        if coding.code == "0" or not coding.code:
            return _best(named, sub_id, unit)
        pair = _best([row for row in numbered if row.name in ("", coding.text)], sub_id, unit)
        if pair is not None:
            return pair
        if not numbered and named and not coding.code.isdigit():
            return _best(named, sub_id, unit)
        if numbered or named:
            number, name = (_names(rows) or "nothing here" for rows in (numbered, named))
            return Disagrees(coding, number, name)
        return None

    def unit(self, text: str) -> str | None:
        """Return the wire's spelling of a unit of any system, by its name or code alone."""
        rows = self.by_name.get(("MDC", text)) or self.by_code.get(("unit", text)) or ()
        return next((row.our_code for row in rows if row.type == UNIT), None)

    def word(self, system: str, text: str) -> str | None:
        """Return what a word of a vocabulary (`o2-device`) stands for; case does not count."""
        rows = self.by_code.get((system, " ".join(text.casefold().split())), ())
        return rows[-1].our_code if rows else None


def _names(rows: Iterable[MapRow]) -> str:
    return ", ".join(dict.fromkeys(row.our_code or row.type for row in rows))


def _best(rows: Iterable[MapRow], sub_id: str, unit: str) -> MapRow | None:
    fitting = list(_fitting(rows, sub_id, unit))
    return max(fitting, key=_specific, default=None) if fitting else None


def _fitting(rows: Iterable[MapRow], sub_id: str, unit: str) -> Iterator[MapRow]:
    for row in rows:
        if row.sub_id and not fnmatchcase(sub_id, row.sub_id):
            continue
        if not row.unit or row.unit == unit:
            yield row


def _specific(row: MapRow) -> tuple[bool, bool, bool]:
    return bool(row.sub_id), bool(row.unit), bool(row.name)
