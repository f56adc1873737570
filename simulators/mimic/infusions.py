"""Vasopressors: one row is one rate from `starttime` to `endtime`; a rate stops at its end unless the next begins there.

Two pumps of one agent are two lines, which add up. Lines are told apart by time, not by order: a new bag is a new order that begins as the
old one ends, and what is stored about the two at different times must not read as both running.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from simulators.mimic.fact import Fact, neat, stamp
from simulators.mimic.input_items import PRESSORS
from simulators.mimic.rows import Given
from simulators.mimic.tables import INPUTS
from simulators.mimic.tally import Tally
from simulators.mimic.times import learned

PER_MINUTE, MILLIGRAMS = "mcg/min", "mg/kg/min"
PER_KG = "ug/kg/min"


def infusions(rows: Iterable[Given], tally: Tally) -> Iterator[Fact]:
    """The rates and stops of every vasopressor, and its pushes as medications."""
    mine = sorted((row for row in rows if row.item in PRESSORS), key=attrgetter("start", "end", "item"))
    for row in mine:
        if row.rate is None:
            yield from push(row, tally)
    rated = [row for row in mine if lasts(row, tally)]
    for agent in dict.fromkeys(PRESSORS[row.item].agent for row in rated):
        for number, line in enumerate(lines([row for row in rated if PRESSORS[row.item].agent == agent]), 1):
            yield from course(agent, line, {} if number == 1 else {"line": str(number)}, tally)


def lasts(row: Given, tally: Tally) -> bool:
    """Whether a row is a rate that was in force for any time."""
    if row.rate is not None and row.end <= row.start:
        tally.drop(INPUTS.name, "no-duration")
    return row.rate is not None and row.end > row.start


def lines(rows: Iterable[Given]) -> list[list[Given]]:
    """As few lines as hold the rows without an overlap, each in order of time."""
    found: list[list[Given]] = []
    for row in rows:
        free = next((line for line in found if line[-1].end <= row.start), None)
        if free is None:
            found.append(free := [])
        free.append(row)
    return found


def course(agent: str, rows: Sequence[Given], line: dict[str, str], tally: Tally) -> Iterator[Fact]:
    """The rates of one line, and a 0 wherever it pauses."""
    for row, begins in zip(rows, [*(row.start for row in rows[1:]), None], strict=True):
        value, unit = rate(row, tally)
        fields = {"agent": agent, "rate": value, "unit": unit, **line}
        yield Fact(row.start, learned(row.start, row.stored), "infusion", stem("rate", row, row.start), fields)
        if begins != row.end:
            yield Fact(row.end, learned(row.end, row.stored), "infusion", stem("stop", row, row.end), {"agent": agent, "rate": 0, **line})


def stem(word: str, row: Given, at: int) -> str:
    return f"{word}-{row.order or row.item}-{stamp(at)}"


def rate(row: Given, tally: Tally) -> tuple[float | int, str | None]:
    """Number and unit. A rate per minute is divided by the weight that stands in its own row, the one the pump was set to.

    `mg/kg/min` beside a weight of 1 kg is ug/kg/min mislabelled, as the authors of MIMIC found (mimic-code, norepinephrine).
    """
    assert row.rate is not None
    if row.rate_unit == PER_MINUTE and row.weight:
        tally.adjust(INPUTS.name, "by-patientweight")
        return neat(row.rate / row.weight), PER_KG
    if row.rate_unit == MILLIGRAMS and row.weight == 1:
        tally.adjust(INPUTS.name, "milligrams-are-micrograms")
        return neat(row.rate), PER_KG
    return neat(row.rate), row.rate_unit


def push(row: Given, tally: Tally) -> Iterator[Fact]:
    """An amount without a rate is no infusion."""
    if not row.amount:
        tally.drop(INPUTS.name, "no-rate-or-amount")
        return
    tally.adjust(INPUTS.name, "pushes")
    fields: dict[str, Any] = {"agent": PRESSORS[row.item].agent, "amount": neat(row.amount), "unit": row.amount_unit, "route": "IV"}
    yield Fact(row.start, learned(row.start, row.stored), "medication", stem("push", row, row.start), fields)
