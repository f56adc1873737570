"""Write the lines of the next dose, and of the shift in figures with its laboratory."""

from __future__ import annotations

from collections.abc import Iterator

from rules.guideline.nurse_names import blocker_name
from rules.wire.written import hours_of, written
from streams.flowsheet.shift_words import FLUIDS, FigureLine, ShiftWords
from streams.handover.model import FACT, Line, Source
from streams.handover.patient_shift import Case

LATER = "known later"
"""What marks what became known after the shift."""
READINESS = {
    "not-started": "Dose 1 not given yet",
    "finished": "No further dose in this cycle",
    "waiting": "Not due yet",
    "hold": "Hold the dose",
    "decide": "Decide on the dose",
    "unknown": "Cannot tell: chart what is missing first",
    "ready": "Nothing stands against the dose",
}


def dose_lines(case: Case) -> Iterator[Line]:
    """Yield what was given and is due, and what stands against it."""
    found = case.known.assessment
    if found is None:
        return
    dose = found.dose
    last = f", last {case.when(dose.last)}" if dose.last else ""
    due = f"; next due {case.when(dose.due)}" if dose.due and dose.readiness != "finished" else ""
    late = f", {hours_of(dose.delayed_h)} h late" if dose.delayed_h else ""
    yield Line(f"{READINESS[dose.readiness]}: {dose.number} given{last}{due}{late}", case.assessed("dose"))
    if dose.blockers and dose.readiness not in ("finished", "not-started"):
        against = "; ".join(blocker_name(one, case.guideline) for one in dose.blockers)
        yield Line(f"Against it: {against}", case.assessed("dose.blockers"))


def figure_lines(case: Case) -> Iterator[Line]:
    """Yield the lines of the shift in figures; what nobody charted is said, by what the assessment lacks."""
    lines, then = (
        ShiftWords(found, case.guideline, case.span.end).lines()
        for found in (case.known.figures, case.known.figures_then)
    )
    for line, before in zip(lines, then, strict=True):
        evidence = _evidence(line)
        beside = case.assessed(line.part) if line.part == FLUIDS or not evidence else ()
        if sources := (*evidence, *beside):
            note = _in_24_hours(case) if line.part == FLUIDS else ""
            yield Line(
                line.text, sources, note, figures=line.figures, corrected=_corrected(line.text, before.text)
            )


def _in_24_hours(case: Case) -> str:
    """Return the fluid above maintenance of 24 h beside its limit."""
    if case.known.assessment is None:
        return ""
    found = case.known.assessment.fluids
    given, limit = (written(one, "mL") for one in (found.above_maintenance_24h_ml, found.limit_ml))
    return f"24 h: {given} of {limit}"


def lab_lines(case: Case) -> Iterator[Line]:
    """Yield a line a result, by time; the one before stands in it. What became known later comes last."""
    now, then = case.known.figures, case.known.figures_then
    late = {code for code, figure in now.items() if then.get(code) != figure}
    for corrected in ("", LATER):
        found = {code: figure for code, figure in now.items() if (code in late) is bool(corrected)}
        for line in ShiftWords(found, case.guideline, case.span.end).labs():
            yield Line(line.text, _evidence(line), figures=line.figures, corrected=corrected)


def _evidence(line: FigureLine) -> tuple[Source, ...]:
    evidence = dict.fromkeys(id for one in line.figures for id in one.evidence)
    return tuple(Source(FACT, id) for id in evidence)


def _corrected(text: str, before: str) -> str:
    """Return what a line was by what was known at the shift's end; empty where it was the same."""
    if text == before:
        return ""
    return f"{LATER}; before: {before}"
