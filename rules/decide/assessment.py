"""Assess a patient: everything the guideline says of one patient now (wire.md, Assessment)."""

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from rules.advice.correctives import corrective
from rules.advice.fluid_balance import above_maintenance, total
from rules.decide.alert_texts import advised
from rules.decide.assessed_facts import accepted_items, ignored_items, pressors, time
from rules.decide.dose_clock import dose_clock, verdict
from rules.decide.overlays import beside, overlay_verdict
from rules.decide.recommendation import UNREAD, Recommendation, recommend
from rules.decide.state import Patient
from rules.decide.subjects import (
    HYPOTENSION,
    MONITORING,
    AdviceCase,
    Subject,
    observed_name,
    overlay_plan_for,
    plan_for,
)
from rules.evaluate.eligibility import eligibility
from rules.evaluate.monitoring import is_overdue, looked
from rules.evaluate.regimen import dosing
from rules.evaluate.result import CLEAR, INDETERMINATE, TRIPPED, Result
from rules.evaluate.vital_signs import hypotension, phase
from rules.guideline.declarations import AnyRow
from rules.guideline.observation_schedule import Observation
from rules.guideline.packs.declarations import DRAFT, VERIFIED
from rules.wire import instants
from rules.wire.alerts import MOST_EVIDENCE
from rules.wire.assessments import (
    AdviceItem,
    Assessment,
    BloodPressure,
    CriterionRow,
    DoseDue,
    EligibilityItem,
    Fluids,
    MonitoringItem,
    OverlayItem,
    RegimenDoses,
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
        criteria=(*(criterion(row, patient) for row in patient.guideline.rows), *_not_open(patient)),
        blood_pressure=_pressure(patient),
        pressors=pressors(patient),
        dose=_dose(patient, recommendation),
        fluids=_fluids(patient),
        monitoring=_monitoring(patient),
        advice=tuple(_advice(patient)),
        eligibility=_eligibility(patient),
        accepted=tuple(accepted_items(patient)),
        ignored=tuple(ignored_items(patient)),
        verdict=UNSET if patient.chart.guideline.packs is None else verdict(patient).word,
        overlays=tuple(overlay_items(patient)) if patient.chart.guideline.overlays else UNSET,
    )


def _eligibility(patient: Patient) -> tuple[EligibilityItem, ...]:
    found = eligibility(patient.chart, patient.guideline.eligibility)
    return tuple(EligibilityItem(item=item, state=state) for item, state in found)


def _not_open(patient: Patient) -> Iterator[CriterionRow]:
    """Yield the rows of the pack that nobody has read: they cannot be told."""
    pack = patient.guideline.pack
    for name in () if pack is None else pack.unread:
        yield CriterionRow(
            code=name,
            system=name,
            group=None,
            state=INDETERMINATE,
            since=None,
            value=None,
            unit=None,
            limit=None,
            stale=False,
            missing=(name + UNREAD,),
            correctable=(),
            evaluates_at=None,
            evidence=(),
            status=DRAFT,
        )


def overlay_items(patient: Patient) -> Iterator[OverlayItem]:
    """Yield what the packs say that stand beside."""
    for guideline in patient.chart.guideline.overlays:
        shadow = beside(patient, guideline)
        found = overlay_verdict(patient, shadow)
        rows = (criterion(row, shadow) for row in guideline.rows)
        yield OverlayItem(
            guideline=guideline.reference,
            verdict=found.word,
            recommendation=found.recommendation,
            reasons=found.reasons,
            criteria=tuple(row for row in rows if row.state != CLEAR),
            not_open=() if guideline.pack is None else guideline.pack.unread,
        )


def judged(patient: Patient, subject: str) -> Result:
    """Decide a subject in full at the patient's clock, and return its result."""
    plan = overlay_plan_for(patient.guideline) if patient.beside else plan_for(patient.guideline)
    found = plan.find(subject) or plan.find(observed_name(subject, patient.guideline))
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
        evidence=tuple(id for id, _ in result.evidence[-MOST_EVIDENCE:]),
        comparator=result.comparator,
        now=result.seen,
        effect=None if patient.chart.guideline.packs is None else patient.guideline.effect(row.code),
        status=_status(row, patient),
    )


def _status(row: AnyRow, patient: Patient) -> str | None:
    """Return whether a row was read in its source; None without packs."""
    if patient.chart.guideline.packs is None:
        return None
    pack = patient.guideline.pack
    return DRAFT if pack is not None and row.code in pack.draft_rows else VERIFIED


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
        regimen=_regimen(patient),
    )


def _regimen(patient: Patient) -> RegimenDoses | UnsetType:
    """Return the doses against the maxima of the pack's regimen; UNSET without packs."""
    pack = patient.guideline.pack
    if pack is None:
        return UNSET
    found = dosing(patient.chart, pack.regimen, patient.now)
    return RegimenDoses(
        in_cycle=found.in_cycle,
        max_cycle=pack.regimen.doses_per_cycle,
        in_course=found.in_course,
        max_course=pack.regimen.doses_per_course,
        not_before=time(found.not_before),
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
    found = corrective(AdviceCase.of(patient), row.code, patient.now)
    return AdviceItem(
        code="corrective",
        subject=row.code,
        since=since(patient, row.code),
        text=found.words,
        source=found.source,
    )
