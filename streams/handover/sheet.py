"""Write the sheets of a shift, the worst first: which shift, the sections in order, how bad it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.chart.volumes import last_completed, running
from rules.guideline import Guideline
from rules.guideline.local_time import day_and_time
from rules.wire.alerts import RANK
from rules.wire.instants import text
from streams.handover.lines import ahead, alerts, figures
from streams.handover.model import Handover, Section, Sheet
from streams.handover.patient_shift import Case, PatientShift, ShiftSpan

SEVERITY = ("proceed", "cannot-tell", "not-assessed", "correct", "delay", "stop")
DISCHARGED, NOT_ASSESSED = "discharged", "not-assessed"


class NoHandover(ValueError):
    """An error: there is nothing to hand over for what was asked; the text says why, and what there is."""


def span_of(guideline: Guideline, clock: int, shift: int | None) -> ShiftSpan:
    """Return the shift that `shift` lies in, else the last one that is over at `clock` (ms).

    Raises NoHandover for one that is not over.
    """
    shifts = guideline.shifts
    start, end = last_completed(clock, shifts) if shift is None else running(shift, shifts)
    if end > clock:
        raise NoHandover(
            f"the shift from {day_and_time(start, shifts)} ends {day_and_time(end, shifts)}, and nothing is "
            f"known after {day_and_time(clock, shifts)}; without --shift it is the last that is over"
        )
    return ShiftSpan(start, end, running(end, shifts)[1], end)


def there(units: Sequence[str]) -> str:
    """Return which units there are, in one clause."""
    return f"there are {', '.join(units)}" if units else "no unit has a patient in that shift"


def of_patients(
    known: Iterable[PatientShift], span: ShiftSpan, guideline: Guideline, unit: str | None
) -> Handover:
    """Return the handover of patients, the worst first; of equal ones by id."""
    sheets = [sheet(Case(one, span, guideline)) for one in known]
    sheets.sort(key=lambda one: (*(-part for part in one.rank), one.patient))
    return Handover(
        unit=unit,
        zone=guideline.shifts.timezone,
        start=text(span.start),
        end=text(span.end),
        until=text(span.until),
        at=text(span.at),
        guideline=guideline.deciding.reference,
        sheets=tuple(sheets),
    )


def sheet(case: Case) -> Sheet:
    """Return the patient's sheet, sections without a line left out."""
    known, found = case.known, case.known.assessment
    sections = (
        Section("dose", "Next dose", tuple(figures.dose_lines(case))),
        Section("open", "Open alerts", tuple(alerts.open_lines(case))),
        Section("late", "Of this shift, known only after it", tuple(alerts.late_lines(case))),
        Section("ended", "Ended in the shift", tuple(alerts.ended_lines(case))),
        Section("figures", "The shift in figures", tuple(figures.figure_lines(case))),
        Section("labs", "Laboratory of 24 h (before)", tuple(figures.lab_lines(case))),
        Section("answers", "Who answered", tuple(alerts.answer_lines(case))),
        Section("in-force", "In force", tuple(ahead.in_force_lines(case))),
        Section("attention", "Overdue, old or not understood", tuple(ahead.attention_lines(case))),
        Section("ahead", "Falls due in the next shift", tuple(ahead.ahead_lines(case))),
    )
    recommended = [one for one in known.episodes.open.values() if one.last.kind == "recommendation"]
    return Sheet(
        patient=known.patient,
        unit=known.unit,
        location=known.location,
        mode=found.mode if found else "",
        advised=_advised(case),
        since=text(recommended[0].since) if recommended else None,
        rank=_rank(case),
        sections=tuple(one for one in sections if one.lines),
        as_of="" if known.as_of is None else text(known.as_of),
    )


def _advised(case: Case) -> str:
    if case.known.discharged:
        return DISCHARGED
    return case.known.assessment.recommendation if case.known.assessment else NOT_ASSESSED


def _rank(case: Case) -> tuple[int, ...]:
    """Return the worst open level, recommendation, then how many are absolute, unanswered, relative and open.

    A stop that stands in a patient of whom nothing else is open is past: it comes behind what is going on.
    """
    found, word, episodes = case.known.assessment, _advised(case), case.known.episodes
    open_levels = [RANK[one.level] for one in episodes.open.values() if one.last.kind != "recommendation"]
    severity = -1 if word == DISCHARGED else SEVERITY.index(word)
    unseen = sum(one.level == "absolute" for one in episodes.unseen())
    counts = (found.absolute, unseen, found.relative) if found else (0, 0, 0)
    return max(open_levels, default=0), severity, *counts, len(open_levels)
