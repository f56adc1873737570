"""Decide one instant: all that its facts, deadlines and acknowledgements can have changed.

Reminders included (criteria.md sections 7 and 9).
"""

from rules.advice.next_steps import SECOND_VOLUME
from rules.chart import dirty_flags
from rules.decide.acceptances import apply_acceptances, is_accepted, opened_by_release
from rules.decide.episodes import (
    Change,
    PendingAlert,
    Step,
    end_accepted,
    end_episodes,
    level_of,
    moment,
    numbered,
    pending_alert,
    start_cycle,
    update_episode,
    words_of,
)
from rules.decide.recommendation import reason_evidence, recommend, rules_in_force
from rules.decide.state import Episode, Patient
from rules.decide.stop_rules import recommendation_words, update_recommendation, update_rules
from rules.decide.subjects import ADVICE, LAST, RECOMMENDATION, Plan, Subject, plan_for
from rules.decide.what_to_do import with_measures
from rules.evaluate.result import INDETERMINATE, Memory, Result
from rules.wire.alerts import Alert
from rules.wire.instants import AFTER_ALL, Instant


def acknowledge(patient: Patient, done: set[str] | None = None) -> set[str]:
    """Apply the acknowledgements of this instant, and return the ids of the episodes acknowledged.

    It is called twice: for episodes already open first; then for those that open now, with those `done`
    skipped.
    """
    by_id = {episode.id: episode for episode in patient.episodes.values()}
    applied = set()
    for alert, command in patient.acks:
        episode = by_id.get(alert)
        if episode is not None and (done is None or alert not in done):
            episode.acked = command
        if episode is not None:
            applied.add(alert)
    return applied


def remind(patient: Patient, plan: Plan, alerts: list[PendingAlert]) -> None:
    """Add the reminders of absolute episodes that nobody has acknowledged.

    An episode that has an alert at this instant gets none.
    """
    now = patient.now
    for name, episode in patient.episodes.items():
        if episode.remind is None or episode.remind > now:
            continue
        alerted = any(one.alert.subject == name for one in alerts)
        if not alerted and episode.acked is None:
            alerts.append(_reminder(patient, plan, name, episode))
        episode.remind += patient.guideline.choices.reminder_every


def _reminder(patient: Patient, plan: Plan, name: str, episode: Episode) -> PendingAlert:
    if name == RECOMMENDATION:
        recommendation = recommend(patient)
        result = Result(
            recommendation.word, value=recommendation.word, evidence=reason_evidence(patient, recommendation)
        )
        step, words = Step(LAST, name, RECOMMENDATION, None, False), recommendation_words(recommendation)
    else:
        subject = plan.subjects[plan.index[name]]
        result = subject.judge(patient, patient.now, patient.memory(name))
        step = Step(plan.index[name], name, subject.kind, subject.system, False)
        words = words_of(patient, subject, result, episode.level)
    at = max(patient.now, episode.last)
    episode.last = at
    return pending_alert(patient, step, episode, result, Change("reminder", episode.level, at), words)


def remind_once(
    patient: Patient,
    step: Step,
    subject: Subject,
    result: Result,
    level: str,
    alerted: bool,
    alerts: list[PendingAlert],
) -> None:
    """Add one reminder when an advice's second volume is reached, unless it opened at or above it."""
    episode = patient.episodes.get(step.name)
    advice = patient.guideline.advises[step.name]
    reached = result.flags & SECOND_VOLUME and advice.second_volume is not None
    if episode is None or not reached or level == "relative":
        return
    if not episode.alerted and not alerted:
        at = moment(patient, result.at, episode)
        words = words_of(patient, subject, result, level)
        alerts.append(pending_alert(patient, step, episode, result, Change("reminder", level, at), words))
        episode.last = at
    episode.alerted = True


def decide(patient: Patient) -> list[Alert]:
    """Decide the instant at the patient's clock, and return its alerts, in order and numbered."""
    plan = plan_for(patient.guideline)
    if patient.discharged is not None:
        return []
    if _discharge(patient) is not None:
        return numbered(patient, end_episodes(patient, plan, "discharged", _discharge(patient)))
    alerts = start_cycle(patient, plan)
    _flag_mode_switch(patient)
    apply_acceptances(patient, plan)
    acked = acknowledge(patient)
    todo, changed = _decide_subjects(patient, plan, _todo(patient, plan), plan.rows, alerts)
    moved = bool(
        changed
        or patient.dirty_replaced
        or patient.dirty & plan.moves_rules
        or patient.acks
        or patient.rules_due <= patient.now
    )
    if moved:
        standing = rules_in_force(patient)
        update_rules(patient, plan)
        todo |= plan.rule_readers if rules_in_force(patient) != standing else 0
    _, watches = _decide_subjects(patient, plan, todo, -1, alerts)
    if moved or watches & plan.criteria:
        update_recommendation(patient, alerts)
    acknowledge(patient, acked)
    remind(patient, plan, alerts)
    patient.dirty = patient.dirty_amended = patient.dirty_replaced = 0
    patient.amendments, patient.resumed, patient.acks, patient.pending = (), (), (), False
    _schedule(patient)
    _flag_any_vitals(patient)
    return numbered(patient, with_measures(patient, alerts)) if alerts else []


def _deadline_passed(patient: Patient) -> bool:
    return patient.due is not None and patient.due <= patient.now


def _flag_mode_switch(patient: Patient) -> None:
    """Set the dirty flag of the mode when the mode in force differs from that of the last decision."""
    since = patient.chart.mode.since(patient.now)
    if since != patient.intensive_since:
        patient.intensive_since = since
        patient.dirty |= dirty_flags.MODE


def _discharge(patient: Patient) -> int | None:
    if not (patient.dirty | patient.dirty_amended) & dirty_flags.ENCOUNTER:
        return None
    return next((place.at for place in patient.chart.places if place.event == "discharge"), None)


def _todo(patient: Patient, plan: Plan) -> int:
    """Return the subjects that can have changed, as a bit set by index."""
    if not patient.memories or patient.dirty & dirty_flags.EVERYTHING == dirty_flags.EVERYTHING:
        return (1 << len(plan.subjects)) - 1
    return plan.todo(patient.dirty | patient.dirty_amended) | _due(patient, plan)


def _decide_subjects(
    patient: Patient, plan: Plan, todo: int, among: int, alerts: list[PendingAlert]
) -> tuple[int, int]:
    """Decide the subjects to do of those `among`, in order; return what is left to do, and which changed."""
    now, changed = patient.now, 0
    while todo & among:
        low = todo & among & -(todo & among)
        todo ^= low
        i = low.bit_length() - 1
        if _decide_subject(patient, plan.subjects[i], i, now, alerts):
            todo |= plan.readers[i]
            changed |= low
    return todo, changed


def _due(patient: Patient, plan: Plan) -> int:
    if not _deadline_passed(patient):
        return 0
    due = 0
    for name, memory in patient.memories.items():
        if memory.next is not None and memory.next <= patient.now and name in plan.index:
            due |= 1 << plan.index[name]
    return due


def _decide_subject(
    patient: Patient, subject: Subject, order: int, now: Instant, alerts: list[PendingAlert]
) -> bool:
    """Decide one subject and add its transition; return whether its readers must be decided again."""
    before = patient.memory(subject.name)
    result = subject.judge(patient, now, before)
    level, rank = level_of(subject, result)
    alert_at: int | None = None
    if is_accepted(patient, subject.name, result.state):
        alerts.extend(end_accepted(patient, plan_for(patient.guideline), subject.name))
        return _remember(patient, subject.name, before, result, alert_at)
    result = opened_by_release(patient, subject.name, result)
    if patient.alerting and (rank or subject.name in patient.episodes):
        step = Step(order, subject.name, subject.kind, subject.system, _amended(patient, subject))
        new_alerts = update_episode(
            patient,
            step,
            result,
            level,
            rank,
            lambda ends: words_of(patient, subject, result, "clear" if ends else level),
        )
        alerts.extend(new_alerts)
        alert_at = new_alerts[0].alert.at if new_alerts else None
        if subject.kind == ADVICE:
            remind_once(patient, step, subject, result, level, alert_at is not None, alerts)
    return _remember(patient, subject.name, before, result, alert_at)


def _remember(patient: Patient, name: str, before: Memory, result: Result, alert_at: int | None) -> bool:
    changed = before.state != result.state
    since = before.since
    if changed or since is None:
        since = _since(patient, before, result) if alert_at is None else alert_at
    ahead = result.next if result.next is not None and result.next > patient.now else None
    patient.memories[name] = Memory(
        result.state,
        since,
        result.stale,
        result.flags,
        result.correctable,
        result.missing,
        ahead,
        result.mark,
        result.held,
    )
    return changed or before.stale != result.stale or before.flags != result.flags


def _since(patient: Patient, before: Memory, result: Result) -> int:
    at = result.at
    if result.state == "clear" and before.state == INDETERMINATE and result.latest is not None:
        at = result.latest
    at = patient.now if at is None else at
    return at if before.since is None else max(at, before.since)


def _amended(patient: Patient, subject: Subject) -> bool:
    """Return whether a lower level comes from a corrected or withdrawn fact rather than from a new one."""
    if not subject.touches & patient.dirty_amended:
        return False
    if not subject.touches & patient.dirty:
        return True
    episode = patient.episodes.get(subject.name)
    return episode is not None and any(id in patient.amendments for id, _ in episode.evidence)


def _schedule(patient: Patient) -> None:
    """Set the earliest deadline ahead, of any subject, rule, reminder or switch of mode."""
    due = patient.rules_due if patient.rules_due < AFTER_ALL else None
    for memory in patient.memories.values():
        if memory.next is not None and (due is None or memory.next < due):
            due = memory.next
    for episode in patient.episodes.values():
        if episode.remind is not None and (due is None or episode.remind < due):
            due = episode.remind
    switch = patient.chart.mode.next_switch(patient.now)
    if switch is not None and (due is None or switch < due):
        due = switch
    patient.due = due


def _flag_any_vitals(patient: Patient) -> None:
    """Set the dirty flags that any vitals record sets, whatever it says.

    They are those of a subject that is stale, indeterminate or overdue.
    """
    patient.dirty_on_vitals = 0
    for name, bits in ON_ANY_VITALS:
        memory = patient.memories.get(name)
        if memory is None or memory.stale or memory.state in (INDETERMINATE, "technical", "advisory"):
            patient.dirty_on_vitals |= bits


ON_ANY_VITALS = (
    ("sinus-tachycardia", dirty_flags.HEART_RATE),
    ("hypotension", dirty_flags.SYSTOLIC),
    ("oxygen-requirement", dirty_flags.SPO2),
    ("monitoring/vital-signs", dirty_flags.HEART_RATE | dirty_flags.SYSTOLIC),
)
