"""Decide one instant: all that its facts, commands and deadlines can have changed.

Within an instant come facts, commands, deadlines, then the decision (criteria.md section 1).
"""

from rules.chart import dirty_flags
from rules.decide.acceptances import apply_acceptances, is_accepted, opened_by_release
from rules.decide.acknowledging import acknowledge, run_out
from rules.decide.amendments import is_amended
from rules.decide.discharge import follow_stays, seal, sealing
from rules.decide.dose_audit import audit
from rules.decide.endings import end_accepted, fix_pack, start_cycle
from rules.decide.episodes import PendingAlert, Step, level_of, numbered, step_up, update_episode, words_of
from rules.decide.overlays import decide_overlays, kept_by_finding, overlay_vitals, overlays_due
from rules.decide.recommendation import rules_in_force
from rules.decide.recommendation_alerts import update_recommendation
from rules.decide.reminders import next_reminder, remind, remind_once
from rules.decide.state import Patient
from rules.decide.steps import (
    another_dose,
    by_reading,
    by_result,
    by_value,
    remember_readings,
    watches,
)
from rules.decide.stop_rules import update_rules
from rules.decide.subjects import AFTER_DISCHARGE, CRITERION, Family, Plan, Subject, plan_for
from rules.decide.what_to_do import with_measures
from rules.evaluate.regimen import resting
from rules.evaluate.result import CLEAR, INDETERMINATE, Memory, Result, remembered
from rules.guideline.steps import BY_READING
from rules.wire.alerts import RANK, Alert
from rules.wire.instants import AFTER_ALL, Instant

OPEN = frozenset(state for state, rank in RANK.items() if rank)
"""The states in which a subject has an episode."""


def decide(patient: Patient) -> list[Alert]:
    """Decide the instant at the patient's clock, and return its alerts, in order and numbered."""
    plan = plan_for(patient.guideline)
    alerts = follow_stays(patient, plan)
    if patient.chart.guideline.packs is not None:
        alerts.extend(fix_pack(patient))
        plan = plan_for(patient.guideline)
    if patient.discharged is not None:
        _decide_discharged(patient, plan, alerts)
    elif patient.chart.guideline.packs is not None and patient.chart.guideline.overlays:
        _decide_packs(patient, plan, alerts)
    else:
        _decide_stay(patient, plan, alerts)
    patient.dirty = patient.dirty_amended = patient.dirty_replaced = 0
    patient.amendments, patient.resumed, patient.acks, patient.pending = (), (), (), False
    patient.replaced = patient.alone = None
    patient.undischarged = False
    if patient.after is not None:
        patient.after.corrected = False
    patient.ended.clear()
    patient.fresh, patient.reopen, patient.watched = (), {}, watches(patient)
    _schedule(patient)
    _flag_any_vitals(patient, plan)
    return numbered(patient, with_measures(patient, alerts)) if alerts else []


def _decide_packs(patient: Patient, plan: Plan, alerts: list[PendingAlert]) -> None:
    """Decide for the deciding pack and those beside; what several of them have in common is judged once."""
    patient.chart.judged = {}
    _decide_stay(patient, plan, alerts)
    decide_overlays(patient, alerts)
    patient.chart.judged = None


def _decide_stay(patient: Patient, plan: Plan, alerts: list[PendingAlert]) -> None:
    alerts.extend(start_cycle(patient, plan))
    _flag_mode_switch(patient)
    apply_acceptances(patient, plan)
    acked = acknowledge(patient)
    answered = run_out(patient) or bool(patient.acks)
    todo, changed = _decide_subjects(patient, plan, _todo(patient, plan), plan.rows, alerts)
    _decide_steps(patient, plan, alerts)
    if (patient.dirty | patient.dirty_amended) & (dirty_flags.DOSES | dirty_flags.ENCOUNTER):
        audit(patient, plan)
    facts = patient.dirty_replaced | patient.dirty & plan.moves_rules
    moved = bool(changed or facts or answered or patient.rules_due <= patient.now)
    if moved:
        standing = rules_in_force(patient)
        update_rules(patient, plan)
        todo |= plan.rule_readers if rules_in_force(patient) != standing else 0
    _, others = _decide_subjects(patient, plan, todo, -1, alerts)
    if moved or others & plan.criteria or patient.guideline.pack is not None:
        update_recommendation(patient, alerts)
    due = next_reminder(patient)
    if alerts or answered or (due is not None and due <= patient.now):
        remind(patient, plan, alerts, acked)


def _decide_discharged(patient: Patient, plan: Plan, alerts: list[PendingAlert]) -> None:
    """Decide what is left of a patient who is discharged: that charting goes on."""
    seal(patient, patient.now + 1)
    i = plan.index[AFTER_DISCHARGE]
    _decide_subject(patient, plan.subjects[i], i, patient.now, alerts)


def _deadline_passed(patient: Patient) -> bool:
    return patient.due is not None and patient.due <= patient.now


def _flag_mode_switch(patient: Patient) -> None:
    """Set the dirty flag of the mode when the mode in force differs from that of the last decision."""
    since = patient.chart.mode.since(patient.now)
    if since != patient.intensive_since:
        patient.intensive_since = since
        patient.dirty |= dirty_flags.MODE


def _todo(patient: Patient, plan: Plan) -> int:
    """Return the subjects that can have changed, as a bit set by index."""
    if not patient.memories or patient.dirty & dirty_flags.EVERYTHING == dirty_flags.EVERYTHING:
        return (1 << len(plan.subjects)) - 1
    return plan.todo(patient.dirty | patient.dirty_amended) | _due(patient, plan)


def _decide_subjects(
    patient: Patient, plan: Plan, todo: int, among: int, alerts: list[PendingAlert]
) -> tuple[int, int]:
    """Decide the subjects to do of those `among`, in order; return what is left to do, and which changed."""
    now, changed, subjects, families = patient.now, 0, plan.subjects, plan.families
    while left := todo & among:
        low = left & -left
        todo ^= low
        i = low.bit_length() - 1
        if (
            _decide_family(patient, families[i], i, now, alerts)
            if i in families
            else _decide_subject(patient, subjects[i], i, now, alerts)
        ):
            todo |= plan.readers[i]
            changed |= low
    return todo, changed


def _decide_family(
    patient: Patient, family: Family, order: int, now: Instant, alerts: list[PendingAlert]
) -> bool:
    """Decide the subjects of a family; those that are clear again are forgotten."""
    changed = False
    for subject in family.subjects(patient):
        changed = _decide_subject(patient, subject, order, now, alerts) or changed
        memory = patient.memories[subject.name]
        if memory.state == CLEAR and memory.next is None:
            del patient.memories[subject.name]
    return changed


def _due(patient: Patient, plan: Plan) -> int:
    if not _deadline_passed(patient):
        return 0
    due, now = 0, patient.now
    for name in [name for name, instant in patient.deadlines.items() if instant <= now]:
        place = plan.place(name)
        due |= 0 if place is None else 1 << place
    return due


def _decide_subject(
    patient: Patient, subject: Subject, order: int, now: Instant, alerts: list[PendingAlert]
) -> bool:
    """Decide one subject and add its transition; return whether its readers must be decided again."""
    name = subject.name
    before = patient.memories.get(name) or patient.memory(name)
    result = subject.glance(patient, now, before)
    if name in patient.accepted and is_accepted(patient, name, result.state):
        alerts.extend(end_accepted(patient, plan_for(patient.guideline), name))
        return _remember(patient, name, before, result, None)
    if patient.released:
        result = opened_by_release(patient, name, result)
    alert: Alert | None = None
    opens = (result.state in OPEN or name in patient.episodes) and not subject.silent
    if opens and (patient.alerting or subject.always):
        level, rank = level_of(result)
        if name not in patient.episodes and _held_already(subject, result, before):
            result.at = before.since
        amended = is_amended(patient, subject, result, before)
        step = Step(order, name, subject.kind, subject.system, amended)
        new_alerts = _transitions(patient, subject, step, result, level, rank)
        alerts.extend(new_alerts)
        alert = new_alerts[0].alert if new_alerts else None
    return _remember(patient, name, before, result, alert)


def _held_already(subject: Subject, result: Result, before: Memory) -> bool:
    """Return whether a row was so before anybody was alerted, as when a cycle's start is charted late."""
    return subject.kind == CRITERION and result.at is None and result.state == before.state


def _transitions(
    patient: Patient, subject: Subject, step: Step, result: Result, level: str, rank: int
) -> list[PendingAlert]:
    """Return the alerts of one subject at one decision: its transition, a step, an advice's one reminder."""
    alerts = update_episode(
        patient,
        step,
        result,
        level,
        rank,
        lambda ends: words_of(patient, subject, result, CLEAR if ends else level),
    )
    corrected = bool(subject.touches & (patient.dirty_amended | patient.dirty_replaced))
    name = subject.name
    worse = by_result(patient, name, result) or by_value(patient, name, result, corrected)
    worse = worse or another_dose(patient, name, result)
    if worse is not None and not alerts:
        episode, words = patient.episodes[subject.name], words_of(patient, subject, result, level)
        alerts.append(step_up(patient, step, episode, worse.result, words, worse.before))
    alerts.extend(remind_once(patient, step, subject, result, level, alerts))
    return alerts


def _decide_steps(patient: Patient, plan: Plan, alerts: list[PendingAlert]) -> None:
    """Tell the vital signs' acknowledged episodes whose readings are worse by a step."""
    corrected = bool((patient.dirty_amended | patient.dirty_replaced) & dirty_flags.VITALS)
    remember_readings(patient, corrected)
    if not (patient.fresh or corrected) or not watches(patient):
        return
    alerted = {one.alert.subject for one in alerts}
    for name in BY_READING:
        if name not in patient.episodes or name in alerted:
            continue
        worse = by_reading(patient, name, corrected)
        if worse is not None:
            i = plan.index[name]
            subject, episode = plan.subjects[i], patient.episodes[name]
            current, alerted_now = subject.judge(patient, patient.now, patient.memory(name)), worse.result
            alerted_now.limit = current.limit if current.unit == alerted_now.unit else None
            words = words_of(patient, subject, alerted_now, episode.level)
            step = Step(i, name, subject.kind, subject.system, False)
            alerts.append(step_up(patient, step, episode, alerted_now, words, worse.before))


def _remember(patient: Patient, name: str, before: Memory, result: Result, alert: Alert | None) -> bool:
    changed = before.state != result.state
    since = before.since
    opened = alert is not None and alert.transition == "opened" and name not in patient.reopen
    if changed or opened or since is None:
        since = _since(patient, before, result) if alert is None else alert.at
    ahead = result.next
    if ahead is not None and ahead <= patient.now:
        ahead = None
    if ahead != before.next:
        _set_deadline(patient, name, ahead)
    patient.memories[name] = remembered(result, since, ahead)
    return changed or before.stale != result.stale or before.flags != result.flags


def _set_deadline(patient: Patient, name: str, ahead: Instant | None) -> None:
    if ahead is not None:
        patient.deadlines[name] = ahead
    else:
        patient.deadlines.pop(name, None)


def _since(patient: Patient, before: Memory, result: Result) -> int:
    at = result.at
    if result.state == "clear" and before.state == INDETERMINATE and result.latest is not None:
        at = result.latest
    return patient.now if at is None else at


def _schedule(patient: Patient) -> None:
    """Set the earliest deadline ahead, of any subject, rule, acknowledgement, reminder or switch of mode."""
    now = patient.now
    due = patient.rules_due if patient.rules_due > now else AFTER_ALL
    due = min(due, min(patient.deadlines.values(), default=AFTER_ALL))
    for episode in patient.episodes.values():
        if episode.acked_until is not None and episode.acked_until < due:
            due = episode.acked_until
    for instant in (next_reminder(patient), patient.chart.mode.next_switch(now), sealing(patient)):
        if instant is not None and now < instant < due:
            due = instant
    if patient.guideline.pack is not None or patient.chart.guideline.packs is not None:
        due = min(due, _packs_due(patient))
    patient.due = due if due < AFTER_ALL else None


def _packs_due(patient: Patient) -> Instant:
    beside = overlays_due(patient) if patient.chart.guideline.overlays else None
    return min(regimen_due(patient), AFTER_ALL if beside is None else beside)


def _flag_any_vitals(patient: Patient, plan: Plan) -> None:
    """Set the dirty flags that any vitals record sets, whatever it says.

    They are those of a subject that is stale, indeterminate or overdue; and after therapy the pressure: the
    advice weighs each one against its baseline, where else only the crossing of a limit counts.
    """
    patient.dirty_on_vitals = 0 if patient.chart.cycle.end is None else dirty_flags.SYSTOLIC
    for name, bits in plan.on_any_vitals:
        memory = patient.memories.get(name)
        if memory is None or memory.stale or memory.state in (INDETERMINATE, "technical", "advisory"):
            patient.dirty_on_vitals |= bits
    if plan.until_denied:
        patient.dirty_on_vitals |= kept_by_finding(patient.memories, plan)
    if patient.chart.guideline.packs is not None and patient.chart.guideline.overlays:
        patient.dirty_on_vitals |= overlay_vitals(patient)


def regimen_due(patient: Patient) -> Instant:
    """Return when the rest of the regimen is over, while one runs."""
    pack = patient.guideline.pack
    until = None if pack is None else resting(patient.chart, pack.regimen, patient.now)
    return AFTER_ALL if until is None else until
