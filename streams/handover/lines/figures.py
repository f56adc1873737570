"""Write the lines of the next dose, and of the shift in figures with its laboratory."""

from __future__ import annotations

from collections.abc import Iterator

from rules.guideline.nurse_names import blocker_name
from rules.wire.written import hours_of, written
from streams.flowsheet.shift_words import FigureLine, Figures, ShiftWords
from streams.handover.model import FACT, Line, Source
from streams.handover.patient_shift import Case

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
    lines, then = (
        ShiftWords(found, case.guideline, case.span.end).lines()
        for found in (case.known.figures, case.known.figures_then)
    )
    for line, before in zip(lines, then, strict=True):
        if line.text.startswith("Fluid above") and case.known.assessment is not None:
            yield _fluids(case, line, before)
        else:
            yield _figured(line, before)


def _fluids(case: Case, line: FigureLine, before: FigureLine) -> Line:
    """Return the fluid above maintenance beside that of 24 h and its limit."""
    assert case.known.assessment is not None
    found, own = case.known.assessment.fluids, _figured(line, before)
    given, limit = (written(one, "mL") for one in (found.above_maintenance_24h_ml, found.limit_ml))
    sources = (*own.sources, *case.assessed("fluids"))
    return Line(own.text, sources, f"24 h: {given} of {limit}", "", "", own.figures, own.corrected)


def lab_lines(case: Case) -> Iterator[Line]:
    then = {one.figures[0].code: one for one in _words(case, case.known.figures_then)}
    for line in _words(case, case.known.figures):
        yield _figured(line, then.get(line.figures[0].code, FigureLine("", ())))


def _words(case: Case, found: Figures) -> list[FigureLine]:
    return ShiftWords(found, case.guideline, case.span.end).labs()


def _figured(line: FigureLine, before: FigureLine) -> Line:
    """Return a line of figures; with what it was when the shift ended, where a later fact changed it."""
    evidence = dict.fromkeys(id for one in line.figures for id in one.evidence)
    then = f"; at its end: {before.text}" if before.text else ""
    return Line(
        line.text,
        tuple(Source(FACT, id) for id in evidence),
        figures=line.figures,
        corrected=f"known after the shift{then}" if line.text != before.text else "",
    )
