"""Assess a patient: everything the guideline says of one patient now (wire.md, Assessment)."""

from collections.abc import Iterator

from rules.advice.correctives import corrective
from rules.advice.fluid_balance import above_maintenance, total
from rules.decide.alert_texts import advised
from rules.decide.assessed_facts import accepted_items, ignored_items, pressors, time
from rules.decide.dose_clock import dose_clock
from rules.decide.recommendation import Recommendation, recommend
from rules.decide.state import Patient
from rules.decide.subjects import HYPOTENSION, MONITORING, AdviceCase, Subject, plan_for
from rules.evaluate.eligibility import eligibility
from rules.evaluate.monitoring import is_overdue, looked
from rules.evaluate.pressure import hypotension, phase
from rules.evaluate.result import INDETERMINATE, TRIPPED, Result
from rules.guideline.declarations import AnyRow
from rules.guideline.observation_schedule import Observation
from rules.wire import instants
from rules.wire.assessments import (
    AdviceItem,
    Assessment,
    BloodPressure,
    CriterionRow,
    DoseDue,
    EligibilityItem,
    Fluids,
    MonitoringItem,
)


def assess(patient: Patient) -> Assessment:
    """Return the assessment at the patient's clock, which must be settled (`engine.settle`)."""
    recommendation = recommend(patient)
    return Assessment(
        patient=patient.id,
        at=instants.text(patient.now),
        guideline=patient.guideline.reference,
        mode="ward" if patient.chart.mode.since(patient.now) is None else "intensive",
        recommendation=recommendation.word,
        reasons=recommendation.reasons,
        relative=recommendation.count.relative_groups,
        absolute=recommendation.count.absolute_groups,
        criteria=tuple(criterion(row, patient) for row in patient.guideline.rows),
        blood_pressure=_pressure(patient),
        pressors=pressors(patient),
        dose=_dose(patient, recommendation),
        fluids=_fluids(patient),
        monitoring=_monitoring(patient),
        advice=tuple(_advice(patient)),
        eligibility=tuple(
            EligibilityItem(item=item, state=state) for item, state in eligibility(patient.chart)
        ),
        accepted=tuple(accepted_items(patient)),
        ignored=tuple(ignored_items(patient)),
    )


def judged(patient: Patient, subject: str) -> Result:
    """Decide a subject in full at the patient's clock, and return its result."""
    found = plan_for(patient.guideline).find(subject)
    assert found is not None, subject
    return found.judge(patient, patient.now, patient.memory(subject))


def since(patient: Patient, subject: str) -> str | None:
    """Return the `at` of the transition into the present state; of a tripped one never before cycle-start."""
    memory, start = patient.memory(subject), patient.chart.cycle.since
    if memory.since is None:
        return None
    tripped = memory.state not in ("clear", "indeterminate")
    return time(max(memory.since, start) if tripped and start is not None else memory.since)


def criterion(row: AnyRow, patient: Patient) -> CriterionRow:
    """Return the row of the assessment for one criterion."""
    result = judged(patient, row.code)
    return CriterionRow(
        code=row.code,
        system=row.system,
        group=row.group,
        state=result.state,
        since=since(patient, row.code),
        value=result.value,
        unit=result.unit or row.unit,
        limit=result.limit,
        stale=result.stale,
        missing=result.missing,
        correctable=result.correctable,
        evaluates_at=time(result.evaluates_at),
        evidence=tuple(id for id, _ in result.evidence),
    )


def _pressure(patient: Patient) -> BloodPressure:
    result = hypotension(patient.chart, patient.now, patient.memory(HYPOTENSION))
    last = patient.chart.tail.now.sbp.last
    return BloodPressure(
        target=patient.chart.tail.setting.target,
        assumed="systolic-bp" not in patient.chart.baseline_readings,
        latest=None if last is None else last.charted,
        code=None if last is None else "systolic-bp" if last.mean is None else "mean-bp",
        state=result.state,
        stale=result.stale,
        phase=phase(patient.chart, patient.now),
    )


def _dose(patient: Patient, recommendation: Recommendation) -> DoseDue:
    clock = dose_clock(patient, recommendation)
    return DoseDue(
        last=time(clock.last),
        number=clock.number,
        due=time(clock.due),
        delayed_h=clock.delayed,
        readiness=clock.readiness,
        blockers=clock.blockers,
    )


def _fluids(patient: Patient) -> Fluids:
    advice = patient.guideline.advises["fluid-limit"]
    assert advice.second_volume is not None
    volumes = above_maintenance(patient.chart, patient.now, advice.within)
    return Fluids(above_maintenance_24h_ml=total(volumes), limit_ml=advice.second_volume)


def _monitoring(patient: Patient) -> tuple[MonitoringItem, ...]:
    """Return the items of Table 1 from cycle-start on, then what else of this kind is open."""
    start = patient.chart.cycle.start
    if start is None or patient.now < start:
        return tuple(_open_items(patient))
    listed = (_item(patient, observation) for observation in patient.guideline.observations)
    return (*listed, *_open_items(patient))


def _open_items(patient: Patient) -> Iterator[MonitoringItem]:
    for subject in _asked_for(patient):
        what = subject.name.removeprefix("monitoring/")
        if what in patient.guideline.observes:
            continue
        memory = patient.memories.get(subject.name)
        if memory is None or memory.state in ("clear", INDETERMINATE):
            continue
        last = subject.judge(patient, patient.now, memory).latest
        yield MonitoringItem(what=what, last=time(last), due=None, overdue=True)


def _asked_for(patient: Patient) -> Iterator[Subject]:
    """Yield the subjects of monitoring, those that the patient's own facts name in their place."""
    plan = plan_for(patient.guideline)
    for i, subject in enumerate(plan.subjects):
        if i in plan.families:
            yield from plan.families[i].subjects(patient)
        elif subject.kind == MONITORING:
            yield subject


def _item(patient: Patient, observation: Observation) -> MonitoringItem:
    found = looked(patient.chart, observation, patient.now)
    return MonitoringItem(
        what=observation.what,
        last=time(found.last),
        due=time(found.due),
        overdue=is_overdue(found, patient.now),
    )


def _advice(patient: Patient) -> Iterator[AdviceItem]:
    """Yield open advice in the guideline's order; one `corrective` for each tripped criterion."""
    decided = plan_for(patient.guideline).index
    for advice in patient.guideline.advice:
        if advice.code in decided:
            yield from _open(patient, advice.code)
        elif advice.code == "corrective":
            yield from (
                _corrective(patient, row)
                for row in patient.guideline.rows
                if patient.memory(row.code).state in TRIPPED and row.code not in patient.accepted
            )


def _open(patient: Patient, code: str) -> Iterator[AdviceItem]:
    advice, result = patient.guideline.advises[code], judged(patient, code)
    if result.state != "clear":
        yield AdviceItem(
            code=code,
            subject=None,
            since=since(patient, code),
            text=advised(advice, result),
            source=advice.source,
        )


def _corrective(patient: Patient, row: AnyRow) -> AdviceItem:
    found = corrective(AdviceCase(patient), row.code, patient.now)
    return AdviceItem(
        code="corrective",
        subject=row.code,
        since=since(patient, row.code),
        text=found.words,
        source=found.source,
    )
