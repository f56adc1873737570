"""Evaluate findings charted by exception (criteria.md section 3.5)."""

from functools import lru_cache
from typing import NamedTuple

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.facts import Sign, place
from rules.chart.folded import NOTHING, fold, key_of
from rules.chart.stated import flags_of
from rules.evaluate.result import (
    ABSOLUTE,
    CLEAR,
    RELATIVE,
    Memory,
    Result,
)
from rules.evaluate.row_type import RowType
from rules.guideline.declarations import FindingRow
from rules.guideline.implied import IMPLIED_BY
from rules.wire.instants import Instant

Wanted = tuple[str, str]


@lru_cache(maxsize=256)
def wanted(name: str) -> Wanted:
    """Return code and value of a finding: `rales=half` -> (rales, half); `ileus` -> (ileus, present)."""
    code, _, value = name.partition("=")
    return code, value or "present"


def charted(chart: Chart, codes: set[str]) -> list[tuple[str, Sign]]:
    """Return the cycle's findings of these codes, and of those that imply them, in order of `at`."""
    found = [
        (code, sign)
        for code in codes.union(*(IMPLIED_BY.get(code, ()) for code in codes))
        for sign in chart.findings.get(code, ())
        if chart.cycle.holds(sign.at)
    ]
    return sorted(found, key=lambda pair: place(pair[1]))


def finding(row: FindingRow, chart: Chart, now: Instant, before: Memory) -> Result:
    """Return the result for findings charted by exception: no record means absent.

    All findings but mental status are charted so, and they alone.
    """
    absolute, relative, codes = names = _names(row.absolute, row.relative)
    if chart.findings.keys().isdisjoint(codes):
        return Result(CLEAR)
    latest, state, at, last = _course(key_of(row, chart), chart, names)
    result = Result(state, at=at, latest=last)
    if not latest:
        return result
    decisive = _present(latest, absolute) or _present(latest, relative)
    result.findings = tuple(name_of(code, sign) for code, sign in decisive)
    deciding = [sign for _, sign in decisive] or list(latest.values())
    result.evidence = tuple(sign.reference for sign in deciding)
    result.value = next((sign.value for sign in deciding if sign.value not in ("present", "absent")), None)
    return result


Latest = dict[tuple[str, str | None], Sign]
"""The latest record of each finding, in each specimen."""


Course = tuple[Latest, str, int | None, int | None]
"""The latest record of each finding, the state they make and since when, and the `at` of the last one."""


class Names(NamedTuple):
    """The findings that make a row absolute and relative, and the codes of the records that say so."""

    absolute: list[Wanted]
    relative: list[Wanted]
    codes: list[str]


@lru_cache(maxsize=256)
def _names(absolute: tuple[str, ...], relative: tuple[str, ...]) -> Names:
    named = {code for code, _ in map(wanted, (*absolute, *relative))}
    codes = named.union(*(IMPLIED_BY.get(code, ()) for code in named))
    return Names([wanted(name) for name in absolute], [wanted(name) for name in relative], sorted(codes))


def _course(key: str, chart: Chart, names: Names) -> Course:
    """Return what the cycle's records of a row's findings lead to, in order of `at`."""
    absolute, relative, codes = names

    def add(before: Course, i: int, sign: Sign) -> Course:
        latest, state, at, _ = before
        if not chart.cycle.holds(sign.at):
            return before
        latest[codes[i], sign.specimen] = sign
        now = ABSOLUTE if _present(latest, absolute) else RELATIVE if _present(latest, relative) else CLEAR
        return latest, now, sign.at if now != state or at is None else at, sign.at

    signs = tuple(chart.findings.get(one, NOTHING) for one in codes)
    return fold(chart, key, signs, chart.cycle, lambda: ({}, CLEAR, None, None), add)


def _present(latest: Latest, names: list[Wanted]) -> list[tuple[str, Sign]]:
    return [
        (code, sign)
        for code, value in names
        for (found, _), sign in latest.items()
        if sign.value == value and (found == code or found in IMPLIED_BY.get(code, ()))
    ]


def name_of(code: str, sign: Sign) -> str:
    """Return the name of a finding as the guideline writes it: the code, or `code=value`."""
    return code if sign.value == "present" else f"{code}={sign.value}"


def _inputs(row: FindingRow) -> int:
    codes = (code for code, _ in map(wanted, (*row.relative, *row.absolute)))
    return flags_of(codes) | dirty_flags.ENCOUNTER


ROW_TYPE = RowType(evaluate=finding, inputs=_inputs)
