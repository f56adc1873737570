"""Tell what became of a command: the pager's word, or an assessment that shows it.

A command takes effect on what is open when it is read, so that only its reader can tell (wire.md, Alert).
"""

from __future__ import annotations

from typing import NamedTuple

from rules.wire import pages
from rules.wire.assessments import Assessment
from rules.wire.commands import AcceptCriterion, Acknowledge, Command, ResumeRule, SilenceSubject
from rules.wire.instants import parse
from rules.wire.pages import PageRecord
from streams.board.patient import accepted
from streams.projections.patients import PatientProjection
from streams.times import short


class Became(NamedTuple):
    """What became of a command, in words. `well`: whether it did what was asked; None: nobody has said."""

    well: bool | None
    text: str


OF_PAGER = {
    pages.ACKNOWLEDGED: (True, "Acknowledged."),
    pages.ALREADY: (True, "It was acknowledged already; the acknowledgement is renewed."),
    pages.ACK_OVER: (False, "That alert is over: nothing is acknowledged."),
    pages.ACK_EARLY: (False, "The pager knows no such open alert: nothing is acknowledged."),
    pages.SILENCE: (True, "Silenced until {until}."),
    pages.SILENCE_CUT: (True, "Silenced until {until}: no longer is possible at this level."),
    pages.SILENCE_ENDED: (True, "The silence is over."),
}


def became(command: Command, patient: PatientProjection) -> Became | None:
    """Return what became of a command; None while its reader has not said."""
    if isinstance(command, Acknowledge | SilenceSubject):
        answer = patient.pages.answers.get(command.id)
        return None if answer is None else _of_pager(answer)
    return _of_worker(command, patient.assessment)


def _of_pager(answer: PageRecord) -> Became:
    well, words = OF_PAGER.get(answer.outcome, (False, f"The pager says: {answer.outcome}."))
    return Became(well, words.format(until=short(answer.until)))


def _of_worker(command: ResumeRule | AcceptCriterion, shown: Assessment | None) -> Became | None:
    if shown is None:
        return None
    if isinstance(command, ResumeRule):
        return Became(True, "The stop rule is lifted.") if command.rule not in shown.stop_rules else None
    found = accepted(command.criterion, shown)
    if ends(command):
        return Became(True, "The acceptance is over.") if found is None else None
    mine = found is not None and (found.level, found.by, found.reason) == (
        command.level, command.by, command.reason,
    )  # fmt: skip
    return Became(True, "Accepted as known.") if mine else None


def ends(command: AcceptCriterion) -> bool:
    """Return whether an acceptance only ends the one in force."""
    return isinstance(command.until, str) and parse(command.until) <= parse(command.at)


def unanswered(command: Command, assessed: bool) -> Became:
    """Return what is said when time is up. `assessed`: the worker has judged the patient since."""
    if isinstance(command, Acknowledge | SilenceSubject):
        return Became(None, "It is written, and no pager has said a word: is one running?")
    if not assessed:
        return Became(None, "It is written, and no worker has said a word: is one running?")
    if isinstance(command, ResumeRule):
        return Became(False, "The stop rule still stands.")
    still = (
        "The acceptance still stands." if ends(command) else "Not accepted: its level may be above by now."
    )
    return Became(False, still)
