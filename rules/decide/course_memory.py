"""Remember of earlier stays what outlives them: permanent rows, and the doses of the course (editions.md 3).

It is worked out from the facts of those stays as long as they are kept, and kept by itself after that.
"""

from collections.abc import Sequence

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.course import cycle_of, doses_of
from rules.chart.earlier import Earlier, Standing, joined, kept_id, lasting, without
from rules.chart.facts import F, FactList
from rules.decide.state import Patient
from rules.evaluate.accepted_criteria import OfPack
from rules.evaluate.regimen import cycles_of
from rules.evaluate.result import ABSOLUTE, INDETERMINATE, Memory
from rules.evaluate.rows.permanent_finding import permanent_finding
from rules.guideline.declarations import PermanentFindingRow
from rules.wire.instants import Instant


def remember(patient: Patient) -> None:
    """Let the chart of the present stay know what the stays before it left."""
    patient.chart.earlier = _before(patient)


def _before(patient: Patient) -> Earlier:
    kept = lasting(patient.course, patient.now)
    if patient.whole is None or patient.stay.closed is None:
        return kept
    return joined(kept, left_by(patient.whole, patient.stay.closed, kept, patient.pack))


def sealed(patient: Patient, end: Instant) -> None:
    """Keep what the facts up to a discharge left that can no longer be taken back: they are dropped now."""
    if patient.whole is not None:
        kept = lasting(patient.course, patient.now)
        patient.course = joined(kept, left_by(patient.whole, end, kept, patient.pack))


def withdrawn(patient: Patient, id: str) -> bool:
    """Forget what a record made stand that is corrected or withdrawn; return whether it did."""
    found = without(patient.course, id)
    if found == patient.course:
        return False
    patient.course = found
    remember(patient)
    patient.dirty |= dirty_flags.EVERYTHING
    patient.dirty_amended |= dirty_flags.EVERYTHING
    patient.pending = True
    return True


def charted_late(patient: Patient) -> None:
    """Take into the memory what became known of an earlier stay while the present one runs."""
    before = patient.chart.earlier
    remember(patient)
    if patient.chart.earlier != before:
        patient.dirty |= dirty_flags.EVERYTHING
        patient.pending = True


def left_by(every: Chart, end: Instant, kept: Earlier, decides: str) -> Earlier:
    """Return what the facts up to a moment leave: the permanent rows that stand, and the cycles.

    `decides`: the key of the pack that does.
    """
    chart = _up_to(every, end)
    chart.earlier = kept
    cycles = tuple(one for one in cycles_of(chart) if one.number)
    discharged = max((one.at for one in chart.places if one.event == "discharge"), default=None)
    return Earlier(tuple(_standing(chart, end, decides)), cycles, discharged)


def _standing(chart: Chart, end: Instant, decides: str) -> list[Standing]:
    rows = {
        row.code: (row, OfPack(pack, named=pack.key != decides))
        for pack in chart.guideline.beside
        for row in pack.rows
        if isinstance(row, PermanentFindingRow)
    }
    found = []
    for row, of in rows.values():
        result = permanent_finding(row, chart, end, Memory(INDETERMINATE), of)
        if result.state == ABSOLUTE and result.at is not None and result.evidence:
            id, offset = result.evidence[0]
            found.append(Standing(row.code, result.at, kept_id(id), offset))
    return found


def _up_to(every: Chart, end: Instant) -> Chart:
    """Return a chart with the facts that a course is remembered by, up to a moment."""
    chart = Chart(every.guideline)
    chart.findings = {code: _until(signs, end) for code, signs in every.findings.items()}
    chart.doses, chart.places = _until(every.doses, end), _until(every.places, end)
    chart.resumes, chart.baselines = _until(every.resumes, end), _until(every.baselines, end)
    chart.cycle = cycle_of(chart.places, chart.doses, every.guideline.choices.cycle_taken_over)
    chart.cycle_doses = doses_of(chart.doses, chart.cycle)
    return chart


def _until(facts: Sequence[F], end: Instant) -> FactList[F]:
    return FactList(fact for fact in facts if fact.at <= end)
