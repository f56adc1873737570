"""Find what is wrong in a map: check digits, a name of two numbers, units that do not convert, targets.

Source: docs/spec/feeds.md, The map.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, get_args

from rules.ingest import units
from rules.wire import vocabulary
from rules.wire.durations import duration
from streams.feeds.mapping import charted_words, check_digits
from streams.feeds.mapping.code_map import (
    IGNORE,
    PANEL,
    PUMP,
    PUMP_PARTS,
    REPETITIONS,
    TYPES,
    UNIT,
    WORD,
    MapRow,
)
from streams.feeds.mapping.unit_words import accepted_by

NO_COUNTS = {
    "2019-8": "is pCO2, no CO2 content",
    "1921-6": "is atrial natriuretic factor, not AST",
    "3091-6": "is whole urea; the wire's mg/dL is urea nitrogen",
    "59260-0": "is hemoglobin in moles",
    "1994-3": "is ionized calcium",
    "11125-2": "names platelet morphology, no count",
    "11156-7": "names leukocyte morphology, no count",
    "8709-8": "is 'physical findings', no intake or output",
    **dict.fromkeys(("9188-4", "9192-6", "9102-5", "9108-2"), "is a total: state its `period`"),
}
"""LOINC codes that are easily taken for another, and what they are (docs/spec/feeds.md, The map)."""


class Finding(NamedTuple):
    """A fault of a row. `fatal`: the row cannot be used as it is; else it is only worth a look."""

    origin: str
    line: int
    text: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.origin}: line {self.line}: {'' if self.fatal else 'warning: '}{self.text}"


def lint(rows: Iterable[MapRow]) -> list[Finding]:
    """Return every fault of the rows, in their order."""
    known = list(rows)
    found = [Finding(row.origin, row.line, text, fatal) for row in known for text, fatal in _faults(row)]
    return found + list(_two_meanings(known))


def _faults(row: MapRow) -> Iterator[tuple[str, bool]]:
    if not row.system or not (row.code or row.name):
        yield "a row needs a system, and a code or a name", True
    yield from ((text, True) for text in (*_digits(row), *_target(row), *_units(row), *_options(row)))
    if row.code in NO_COUNTS and row.system == "LN" and row.type != IGNORE and not row.period:
        yield f"LN {row.code} {NO_COUNTS[row.code]}", False


def _digits(row: MapRow) -> Iterator[str]:
    if row.system == "LN" and not check_digits.loinc(row.code):
        yield f"LN {row.code}: its check digit is wrong: no such LOINC code"
    if row.system == "SCT" and not check_digits.snomed(row.code):
        yield f"SCT {row.code}: its check digit is wrong: no such SNOMED CT code"
    if row.system in ("MDC", "RXNORM") and row.code and not row.code.isdigit():
        yield f"{row.system} {row.code}: a code is a number there"
    if row.system == "MDC" and row.code and not row.name:
        yield f"MDC {row.code}: name its ref-id too: a slip in either is seen by the other"


def _target(row: MapRow) -> Iterator[str]:
    if row.type not in TYPES:
        yield f"type {row.type!r} is not one of {', '.join(TYPES)}"
    elif row.type in (IGNORE, PANEL):
        if row.our_code:
            yield f"{row.type} takes no our_code"
    elif not _known(row):
        yield f"our_code {row.our_code!r} is not known for type {row.type}"


def _known(row: MapRow) -> bool:
    code = row.our_code
    direction, _, kind = code.partition("/")
    known = {
        "vitals": code in vocabulary.VITALS,
        "labs": code in vocabulary.LABS,
        "io": kind in vocabulary.IO_KINDS.get(direction, ()),
        "dose": code == vocabulary.IL2,
        "finding": _is_finding(code),
        PUMP: code in PUMP_PARTS,
        WORD: row.system != "o2-device" or code in vocabulary.O2_DEVICES,
    }
    return known.get(row.type, bool(code))


def _is_finding(our_code: str) -> bool:
    code, specimen = charted_words.finding_code(our_code), charted_words.specimen(our_code)
    of_it = code == vocabulary.WITH_SPECIMEN and specimen in get_args(vocabulary.Specimen)
    return code in vocabulary.FINDINGS and (specimen is None or of_it)


def _units(row: MapRow) -> Iterator[str]:
    if row.type == UNIT and not _converts_somewhere(row.our_code):
        yield f"unit {row.our_code!r} is no unit of UCUM"
    if row.unit_default and not accepted_by(row.type, row.our_code)(row.unit_default):
        yield f"unit_default {row.unit_default!r} does not convert for {row.our_code}"


def _converts_somewhere(unit: str) -> bool:
    from rules.ingest.ucum import NotUcum, parse

    try:
        parse(unit)
    except NotUcum:
        return units.vital("temperature", unit) is not None
    return True


def _options(row: MapRow) -> Iterator[str]:
    if row.repetition and row.repetition not in REPETITIONS:
        yield f"repetition {row.repetition!r} is not one of {', '.join(REPETITIONS)}"
    if row.period:
        try:
            duration(row.period)
        except ValueError as fault:
            yield f"period: {fault}"
        if row.type != "io":
            yield "period belongs to io alone"


def _two_meanings(rows: list[MapRow]) -> Iterator[Finding]:
    """Yield names that stand for two numbers: one of the rows is a slip."""
    numbers: dict[tuple[str, str], str] = {}
    for row in rows:
        if not row.name or not row.code or row.system != "MDC":
            continue
        before = numbers.setdefault((row.system, row.name), row.code)
        if before != row.code:
            text = f"{row.name} is {before} in another row and {row.code} here"
            yield Finding(row.origin, row.line, text, fatal=row.type == UNIT)
