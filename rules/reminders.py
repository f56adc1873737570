"""Acknowledgements, and reminders of what nobody has acknowledged (criteria.md sections 7 and 9)."""

from rules.episodes import Said, Step, moment, say, words_of
from rules.evaluate.result import Result, reached
from rules.recommend import reason_evidence, recommend
from rules.standing import LAST, recommended
from rules.state import Episode, Patient
from rules.subjects import RECOMMENDATION, Plan, Subject


def acknowledge(patient: Patient, done: set[str] | None = None) -> set[str]:
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


def remind(patient: Patient, plan: Plan, said: list[Said]) -> None:
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
        done, words = Step(LAST, name, RECOMMENDATION, None, False), recommended(word)
    else:
        subject = plan.subjects[plan.index[name]]
        result = subject.judge(patient, patient.now, patient.memory(name))
        done = Step(plan.index[name], name, subject.kind, subject.system, False)
        words = words_of(patient, subject, result, episode.level)
    at = max(patient.now >> 1, episode.last)
    episode.last = at
    return say(patient, done, episode, result, "reminder", episode.level, at, words)


def remind_once(patient: Patient, done: Step, subject: Subject, result: Result, level: str, spoke: bool, said: list[Said]) -> None:
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
