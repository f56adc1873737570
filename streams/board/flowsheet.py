"""The flowsheet: everything that the page draws of a patient over a stretch of time, as JSON has it."""

from __future__ import annotations

from typing import Any

from rules.guideline import Guideline
from rules.wire.events import Dose, Encounter
from rules.wire.instants import HOUR
from streams.board.bedside import Bedside
from streams.board.sheet import curves, volumes
from streams.board.sheet.page import Page, Span
from streams.plot.limits import peaks

UNKNOWN_H = 72.0
PANELS = (
    curves.pressure, curves.heart_rate, curves.temperature, curves.saturation, curves.oxygen, volumes.urine, volumes.shifts, curves.phenylephrine,
    volumes.fluids,
)  # fmt: skip
TURNS = frozenset({"cycle-start", "therapy-end", "transfer"})


def flowsheet(bedside: Bedside, guideline: Guideline, span: Span) -> dict[str, Any]:
    """Panels under one axis of time, with the doses and the hours after each in which the pressure is lowest."""
    page = Page(bedside, guideline, span)
    doses = [(event.at, event.given) for event in page.slow if isinstance(event, Dose)]
    turns = [event for event in page.slow if isinstance(event, Encounter) and event.event in TURNS]
    return {
        "start": span.start,
        "end": span.end,
        "since": span.since,
        "doses": [{"at": at, "given": given} for at, given in doses if span.start <= at <= span.end],
        "windows": [[start, end] for start, end in peaks(guideline, doses) if start <= span.end and end >= span.start],
        "turns": [[turn.at, turn.event] for turn in turns if span.start <= turn.at <= span.end],
        "panels": [*(draw(page) for draw in PANELS), *curves.labs(page)],
    }


def begin(bedside: Bedside, hours: float | None, end: int) -> int:
    """Where a stretch of so many hours begins; None: with the cycle, else three days back."""
    if hours is not None:
        return end - round(hours * HOUR)
    return max(bedside.facts.encounters("cycle-start"), default=end - round(UNKNOWN_H * HOUR))
