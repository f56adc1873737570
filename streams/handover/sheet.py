"""Write one patient's sheet of a shift: its sections in order, and how bad it is."""

from __future__ import annotations

from rules.wire.alerts import RANK
from rules.wire.instants import text
from streams.handover.lines import ahead, alerts, figures
from streams.handover.model import Section, Sheet
from streams.handover.patient_shift import Case

SEVERITY = ("proceed", "cannot-tell", "not-assessed", "correct", "delay", "stop")
DISCHARGED, NOT_ASSESSED = "discharged", "not-assessed"


def sheet(case: Case) -> Sheet:
    """Return the patient's sheet, sections without a line left out."""
    known, found = case.known, case.known.assessment
    sections = (
        Section("dose", "Next dose", tuple(figures.dose_lines(case))),
        Section("open", "Open alerts", tuple(alerts.open_lines(case))),
        Section("ended", "Ended in the shift", tuple(alerts.ended_lines(case))),
        Section("figures", "The shift in figures", tuple(figures.figure_lines(case))),
        Section("labs", "Laboratory of 24 h (before)", tuple(figures.lab_lines(case))),
        Section("answers", "Who answered", tuple(alerts.answer_line(case, one) for one in known.answers)),
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
