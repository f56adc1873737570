"""One decision: at one instant, all that its facts and deadlines can have changed, and what is to be said of it."""

from rules.alerts import Alert
from rules.chart import inputs
from rules.chart.mode import FOREVER
from rules.closing import end_all, turn_cycle
from rules.episodes import Said, Step, level_of, numbered, tell, words_of
from rules.evaluate.result import INDETERMINATE, Memory, Result, reached
from rules.reminders import acknowledge, remind, remind_once
from rules.standing import move_rules, tell_recommendation
from rules.state import Patient
from rules.subjects import ADVICE, Plan, Subject, plan_for

MOVES_RULES = inputs.ENCOUNTER | inputs.DOSES | inputs.RESUME | inputs.SPO2


def decide(patient: Patient) -> list[Alert]:
    """Decides the instant at the patient's clock. Returns its alerts, in order and numbered."""
    plan = plan_for(patient.guideline)
    if patient.discharged is not None:
        return []
    if _discharge(patient) is not None:
        return numbered(patient, end_all(patient, plan, "discharged", _discharge(patient)))
    said = turn_cycle(patient, plan)
    _switch(patient)
    acked = acknowledge(patient)
    changed = _subjects(patient, plan, said)
    if changed & plan.criteria or patient.replaced or patient.touched & MOVES_RULES or patient.rules_due <= patient.now:
        move_rules(patient, plan)
        tell_recommendation(patient, said)
    acknowledge(patient, acked)
    remind(patient, plan, said)
    patient.touched = patient.amended = patient.replaced = 0
    patient.amendments, patient.resumed, patient.acks, patient.pending = (), (), (), False
    _schedule(patient)
    _listen(patient)
    return numbered(patient, said) if said else []


def _overtaken(patient: Patient) -> bool:
    return patient.due is not None and patient.due <= patient.now


def _switch(patient: Patient) -> None:
    """Whether the mode in force is another one than at the last decision."""
    since = patient.chart.mode.since(patient.now >> 1)
    if since != patient.intensive_since:
        patient.intensive_since = since
        patient.touched |= inputs.MODE


def _discharge(patient: Patient) -> int | None:
    if not (patient.touched | patient.amended) & inputs.ENCOUNTER:
        return None
    return next((place.at for place in patient.chart.places if place.event == "discharge"), None)


def _subjects(patient: Patient, plan: Plan, said: list[Said]) -> int:
    """Decides every subject that can have changed, in order. Returns which did, as a bit set by index."""
    now = patient.now
    todo = plan.todo(patient.touched | patient.amended) | _due(patient, plan)
    if not patient.memories or patient.touched & inputs.EVERYTHING == inputs.EVERYTHING:
        todo = (1 << len(plan.subjects)) - 1
    changed = 0
    while todo:
        low = todo & -todo
        todo ^= low
        i = low.bit_length() - 1
        if _subject(patient, plan.subjects[i], i, now, said):
            todo |= plan.readers[i]
            changed |= low
    return changed


def _due(patient: Patient, plan: Plan) -> int:
    if not _overtaken(patient):
        return 0
    due = 0
    for name, memory in patient.memories.items():
        if memory.next is not None and memory.next <= patient.now and name in plan.index:
            due |= 1 << plan.index[name]
    return due


def _subject(patient: Patient, subject: Subject, order: int, now: int, said: list[Said]) -> bool:
    """Decides one subject and tells its transition. Returns whether those that read it must look again."""
    before = patient.memory(subject.name)
    result = subject.judge(patient, now, before)
    level, rank = level_of(subject, result)
    told: int | None = None
    if patient.alerting and (rank or subject.name in patient.episodes):
        done = Step(order, subject.name, subject.kind, subject.system, _amended(patient, subject))
        found = tell(patient, done, result, level, rank, lambda ends: words_of(patient, subject, result, "clear" if ends else level))
        said.extend(found)
        told = found[0].alert["at"] if found else None
        if subject.kind == ADVICE:
            remind_once(patient, done, subject, result, level, told is not None, said)
    return _remember(patient, subject.name, before, result, told)


def _remember(patient: Patient, name: str, before: Memory, result: Result, told: int | None) -> bool:
    changed = before.state != result.state
    since = before.since
    if changed or since is None:
        since = _since(patient, before, result) if told is None else told
    ahead = result.next if result.next is not None and result.next > patient.now else None
    patient.memories[name] = Memory(result.state, since, result.stale, result.flags, result.correctable, result.missing, ahead)
    return changed or before.stale != result.stale or before.flags != result.flags


def _since(patient: Patient, before: Memory, result: Result) -> int:
    at = result.at
    if result.state == "clear" and before.state == INDETERMINATE and result.latest is not None:
        at = result.latest
    at = patient.now >> 1 if at is None else at
    return at if before.since is None else max(at, before.since)


def _amended(patient: Patient, subject: Subject) -> bool:
    """Whether a lower level is owed to a corrected or withdrawn fact rather than to a new one."""
    if not subject.touches & patient.amended:
        return False
    if not subject.touches & patient.touched:
        return True
    episode = patient.episodes.get(subject.name)
    return episode is not None and any(id in patient.amendments for id, _ in episode.evidence)


def _schedule(patient: Patient) -> None:
    """The earliest deadline ahead, of any subject, rule or reminder."""
    due = patient.rules_due if patient.rules_due < FOREVER else None
    for memory in patient.memories.values():
        if memory.next is not None and (due is None or memory.next < due):
            due = memory.next
    for episode in patient.episodes.values():
        if episode.remind is not None and (due is None or reached(episode.remind) < due):
            due = reached(episode.remind)
    switch = patient.chart.mode.next_switch(patient.now >> 1)
    if switch is not None and (due is None or reached(switch) < due):
        due = reached(switch)
    patient.due = due


def _listen(patient: Patient) -> None:
    """Which vitals must be looked at whatever they say: those of a subject that is stale, blind or overdue."""
    patient.wake = 0
    for name, bits in LISTENING:
        memory = patient.memories.get(name)
        if memory is None or memory.stale or memory.state in (INDETERMINATE, "technical", "advisory"):
            patient.wake |= bits


LISTENING = (
    ("sinus-tachycardia", inputs.HEART_RATE),
    ("hypotension", inputs.SYSTOLIC),
    ("oxygen-requirement", inputs.SPO2),
    ("monitoring/vital-signs", inputs.HEART_RATE | inputs.SYSTOLIC),
)
