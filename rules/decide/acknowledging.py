"""Apply acknowledgements to episodes, and let them run out (criteria.md section 9).

A command works on what the decisions before its instant left open.
"""

from rules.decide.recommendation import recommend
from rules.decide.state import Episode, Patient
from rules.decide.steps import bars_of
from rules.decide.subjects import RECOMMENDATION
from rules.evaluate.result import ABSOLUTE

AS_LONG_AS_THE_EPISODE = ("dose-error",)


def acknowledge(patient: Patient) -> set[str]:
    """Apply the acknowledgements of this instant, and return the ids of the episodes acknowledged."""
    if not patient.acks:
        return set()
    by_id = {episode.id: name for name, episode in patient.episodes.items()}
    done: set[str] = set()
    for alert, command in patient.acks:
        for name in _meant(patient, by_id.get(alert)):
            episode = patient.episodes[name]
            _apply(patient, name, episode, command)
            done.add(episode.id)
    return done


def _meant(patient: Patient, name: str | None) -> tuple[str, ...]:
    """Return the subjects that an acknowledgement of one means: of the recommendation, its reasons too."""
    if name is None:
        return ()
    return (name, *_open_reasons(patient)) if name == RECOMMENDATION else (name,)


def _open_reasons(patient: Patient) -> list[str]:
    return [reason for reason in recommend(patient).reasons if reason in patient.episodes]


def _apply(patient: Patient, name: str, episode: Episode, command: str) -> None:
    episode.acked, episode.acked_at = command, patient.now
    absolute = episode.level == ABSOLUTE and name not in AS_LONG_AS_THE_EPISODE
    episode.acked_until = patient.now + _lasts(patient, name, episode.ran_out) if absolute else None
    episode.bars = bars_of(patient, name, episode, patient.now)


def _lasts(patient: Patient, name: str, ran_out: int) -> int:
    """Return how long (ms) an acknowledgement of an absolute episode lasts, after so many have run out."""
    choices = patient.guideline.choices
    if name in choices.acknowledged_long or ran_out > 1:
        return choices.acknowledged_later
    return choices.acknowledged_second if ran_out else choices.acknowledged_first


def run_out(patient: Patient) -> bool:
    """End the acknowledgements whose time is over, and return whether there were any.

    An episode that is no longer absolute stays acknowledged.
    """
    over = False
    for episode in patient.episodes.values():
        if episode.acked_until is None or episode.acked_until > patient.now:
            continue
        episode.acked_until = None
        if episode.level == ABSOLUTE:
            episode.acked, episode.acked_at, episode.bars = None, None, {}
            episode.ran_out += 1
            over = True
    return over


def undo(patient: Patient, command: str) -> bool:
    """Undo an acknowledgement that was entered in error; return whether it was in force.

    It was never given: the count of the reminders goes on.
    """
    meant = [episode for episode in patient.episodes.values() if episode.acked == command]
    for episode in meant:
        episode.acked = episode.acked_at = episode.acked_until = None
        episode.bars = {}
    own = patient.episodes.get(RECOMMENDATION)
    again = meant if own is None or not meant else [*meant, own]
    patient.reminders.of = (*patient.reminders.of, *(episode.id for episode in again))
    return bool(meant)


def acknowledged(patient: Patient, name: str) -> bool:
    """Return whether the open episode of a subject counts as acknowledged.

    The recommendation's does exactly while every open absolute episode among its reasons does; if none is
    absolute, every open one; if none is open, by its own acknowledgement.
    """
    episode = patient.episodes[name]
    if name != RECOMMENDATION:
        return episode.acked is not None
    reasons = [patient.episodes[reason] for reason in _open_reasons(patient)]
    deciding = [reason for reason in reasons if reason.level == ABSOLUTE] or reasons or [episode]
    return all(reason.acked is not None for reason in deciding)
