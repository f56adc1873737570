"""One decision: at one instant, all that its facts and deadlines can have changed, and what is to be said of it."""

from typing import Any

from rules.alerts import Alert
from rules.chart import inputs
from rules.chart.course import began_anew
from rules.chart.mode import FOREVER
from rules.episodes import Said, Step, level_of, moment, numbered, say, tell, words_of
from rules.evaluate.result import INDETERMINATE, Memory, Result, reached
from rules.evaluate.stop import Stand, before_cycle, holding, step
from rules.guideline.table4 import StopRule
from rules.levels import RECOMMENDATION_LEVEL, RECOMMENDATIONS
from rules.recommend import Recommendation, reason_evidence, recommend
from rules.replay import would_stand
from rules.state import Episode, Patient
from rules.subjects import ADVICE, RECOMMENDATION, Plan, Subject, plan_for

MOVES_RULES = inputs.ENCOUNTER | inputs.DOSES | inputs.RESUME | inputs.SPO2
LAST = 1 << 20
"""Print order of the recommendation: after everything else."""


def decide(patient: Patient) -> list[Alert]:
    """Decides the instant at the patient's clock. Returns its alerts, in order and numbered."""
    plan = plan_for(patient.guideline)
    if patient.discharged is not None:
        return []
    if _discharge(patient) is not None:
        return numbered(patient, _end_all(patient, plan, "discharged", _discharge(patient)))
    said = _new_cycle(patient, plan)
    _switch(patient)
    acked = _acknowledge(patient)
    changed = _subjects(patient, plan, said)
    if changed & plan.criteria or patient.replaced or patient.touched & MOVES_RULES or patient.rules_due <= patient.now:
        _rules(patient, plan)
        _recommendation(patient, said)
    _acknowledge(patient, acked)
    _remind(patient, plan, said)
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
            _advice_reminder(patient, done, subject, result, level, told is not None, said)
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


def _advice_reminder(patient: Patient, done: Step, subject: Subject, result: Result, level: str, spoke: bool, said: list[Said]) -> None:
    """One reminder when an advice's second volume is reached, unless it opened at or above it."""
    episode = patient.episodes.get(done.name)
    advice = patient.guideline.advises[done.name]
    if episode is None or not result.flags or advice.second_volume is None or level == "relative":
        return
    if not episode.told and not spoke:
        at = moment(patient, result.at, episode)
        said.append(say(patient, done, episode, result, "reminder", level, at, words_of(patient, subject, result, level)))
        episode.last = at
    episode.told = True


def _rules(patient: Patient, plan: Plan) -> None:
    """Moves every stop rule on by one decision; replays its history where a correction touches what it rests on."""
    started = patient.chart.cycle.start is not None
    ahead = FOREVER
    for rule in patient.guideline.stop_rules:
        stand = patient.rules.get(rule.rule, NEVER)
        found = holding(rule, patient.chart, patient.memory, patient.now)
        if patient.replaced and patient.replaced & _behind(rule, plan):
            patient.rules[rule.rule] = would_stand(rule, patient.chart, stand, patient.now)
        elif found.elements or patient.resumed or stand is not NEVER:
            patient.rules[rule.rule] = step(stand, found, started, rule.rule in patient.resumed, patient.now >> 1)
        if found.next is not None and found.next < ahead:
            ahead = found.next
    patient.rules_due = ahead


NEVER = Stand()


def _behind(rule: StopRule, plan: Plan) -> int:
    """The bits of all that a rule rests on."""
    bits = inputs.DOSES | inputs.ENCOUNTER | inputs.RESUME | (inputs.SPO2 if rule.with_low_spo2 else 0)
    for code in rule.criteria:
        bits |= plan.subjects[plan.index[code]].touches
    return bits


def _recommendation(patient: Patient, said: list[Said]) -> None:
    """The recommendation is an episode of its own; a correction improves or resolves it, it is never amended."""
    word = recommend(patient)
    if not patient.alerting:
        patient.memory(RECOMMENDATION).state = word.word
        return
    quiet = patient.quiet and word.word == "cannot-tell"
    left = patient.quiet and not quiet
    patient.quiet = quiet
    patient.memory(RECOMMENDATION).state = word.word
    if quiet or (left and word.word == "proceed"):
        return
    rank = RECOMMENDATIONS.index(word.word)
    episode = patient.episodes.get(RECOMMENDATION)
    if (episode is None and rank == 0) or (episode is not None and episode.rank == rank):
        return
    result = Result(word.word, value=word.word, evidence=reason_evidence(patient, word))
    done = Step(LAST, RECOMMENDATION, RECOMMENDATION, None, False)
    said.extend(tell(patient, done, result, RECOMMENDATION_LEVEL[word.word], rank, lambda _: _recommended(word)))


def _recommended(word: Recommendation) -> dict[str, Any]:
    texts = {
        "proceed": "Proceed when the dose is due",
        "cannot-tell": "Cannot tell: chart what is missing before dosing",
        "correct": "Correct the criteria named; delay if need be",
        "delay": "Correct and delay the dose; stop IL-2 if not easily reversible",
        "stop": "Stop IL-2",
    }
    because = f": {', '.join(word.reasons)}" if word.reasons else ""
    return {
        "message": f"Recommendation {word.word}{because}",
        "action": (word.word,),
        "measures": ({"text": texts[word.word], "source": "Table 4"},),
    }


def _new_cycle(patient: Patient, plan: Plan) -> list[Said]:
    """A second or later cycle-start: open episodes resolve, stop rules start afresh, everything is decided anew."""
    cycle = patient.chart.cycle
    began = cycle.start is not None and patient.cycle_start is None
    again = began_anew(patient.cycles, patient.cycle_start, cycle)
    said = _end_all(patient, plan, "new-cycle", cycle.start) if again else []
    if again:
        patient.rules = {}
    if began:
        patient.rules = {rule: before_cycle(stand) for rule, stand in patient.rules.items()}
    if began or again:
        patient.touched |= inputs.EVERYTHING
        patient.quiet = True
    if cycle.start is None and patient.cycle_start is not None:
        said = _end_all(patient, plan, None, None)
        patient.quiet = False
    patient.cycles, patient.cycle_start = cycle.number, cycle.start
    return said


def _end_all(patient: Patient, plan: Plan, reason: str | None, at: int | None) -> list[Said]:
    """Resolves every open episode; without a reason the ground for alerting was withdrawn, which is an amendment."""
    said = [_ended(patient, plan, name, reason, at) for name in list(patient.episodes)]
    patient.episodes.clear()
    if reason == "discharged":
        patient.discharged = patient.now
    return said


def _ended(patient: Patient, plan: Plan, name: str, reason: str | None, at: int | None) -> Said:
    order, episode = plan.index.get(name, LAST), patient.episodes[name]
    if order == LAST:
        kind, system, result = RECOMMENDATION, None, Result()
    else:
        subject = plan.subjects[order]
        kind, system, result = subject.kind, subject.system, subject.judge(patient, patient.now, patient.memory(name))
    words = {"message": f"Closed: {(reason or 'cycle-start withdrawn').replace('-', ' ')}", "action": (), "measures": ()}
    transition = "amended" if reason is None and kind != RECOMMENDATION else "resolved"
    ended = max(episode.last, patient.now >> 1 if at is None else at)
    return say(patient, Step(order, name, kind, system, reason is None), episode, result, transition, "clear", ended, words, reason)


def _acknowledge(patient: Patient, done: set[str] | None = None) -> set[str]:
    """Acknowledgements of this instant: those of open episodes come first; those of episodes that open now, after."""
    by_id = {episode.id: episode for episode in patient.episodes.values()}
    taken = set()
    for alert, command in patient.acks:
        episode = by_id.get(alert)
        if episode is not None and (done is None or alert not in done):
            episode.acked = command
        if episode is not None:
            taken.add(alert)
    return taken


def _remind(patient: Patient, plan: Plan, said: list[Said]) -> None:
    """Reminders of absolute episodes nobody has acknowledged; none where the episode has just spoken."""
    now = patient.now
    for name, episode in patient.episodes.items():
        if episode.remind is None or reached(episode.remind) > now:
            continue
        spoken = any(one.alert["subject"] == name for one in said)
        if not spoken and episode.acked is None:
            said.append(_reminder(patient, plan, name, episode))
        episode.remind += patient.guideline.choices.reminder_every


def _reminder(patient: Patient, plan: Plan, name: str, episode: Episode) -> Said:
    if name == RECOMMENDATION:
        word = recommend(patient)
        result = Result(word.word, value=word.word, evidence=reason_evidence(patient, word))
        done, words = Step(LAST, name, RECOMMENDATION, None, False), _recommended(word)
    else:
        subject = plan.subjects[plan.index[name]]
        result = subject.judge(patient, patient.now, patient.memory(name))
        done = Step(plan.index[name], name, subject.kind, subject.system, False)
        words = words_of(patient, subject, result, episode.level)
    at = max(patient.now >> 1, episode.last)
    episode.last = at
    return say(patient, done, episode, result, "reminder", episode.level, at, words)


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
