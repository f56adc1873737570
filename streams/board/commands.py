"""Turn users' actions into commands and audit records, and tell what became of them.

A command takes effect on what is open when it is read, so that only its reader can tell: the pager's word, or
an assessment that shows it (wire.md, Alert). Pure but for the ids of commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from rules.wire import pages
from rules.wire.assessments import STOP_RULE, Assessment
from rules.wire.commands import AcceptCriterion, Acknowledge, Command, ResumeRule, SilenceSubject, kind
from rules.wire.instants import MINUTE, parse
from rules.wire.pages import PageRecord
from rules.wire.topics import PAGES
from rules.wire.vocabulary import VERDICTS
from streams.board.access.users import Identity
from streams.board.patient import accepted, stops, tripped
from streams.errors import UsageError
from streams.kafka import commands
from streams.kafka.producer import OutgoingRecord
from streams.kafka.state_record import key
from streams.projections.episodes import OpenEpisode
from streams.projections.patients import PatientProjection
from streams.times import short

LONGEST = 500
REFUSED = "board-refused"
WHAT = ("ack", "silence", "resume", "accept", "expire", "end-acceptance", "mark")


class BoardCommand(NamedTuple):
    """A user's action: the command, the audit fields of what it is about, and who does it and why."""

    command: Command
    about: dict[str, str]
    who: commands.Who


class Gone(Exception):
    """The subject of the action no longer exists: it ended, or somebody else acted first."""


def board_command(
    what: str, form: Mapping[str, str], patient: PatientProjection, identity: Identity, now: int
) -> BoardCommand:
    """Return the command that a form asks for.

    Raises UsageError for what a person can mend, Gone for what is over.
    """
    who, build = named(form, identity), BUILDERS.get(what)
    if build is None:
        raise UsageError(f"{what} is none of {', '.join(WHAT)}")
    return build(form, patient, who, now)


def named(form: Mapping[str, str], identity: Identity) -> commands.Who:
    """Return who acts and why. A user who logged in cannot give another name.

    Raises UsageError when either is missing, too long or not printable.
    """
    by = identity.name or form.get("by", "").strip()
    reason = form.get("reason", "").strip()
    if not by or not reason:
        raise UsageError("Say who you are and why." if not by else "Say why.")
    if len(by) > 128 or len(reason) > LONGEST or not by.isprintable() or not reason.isprintable():
        raise UsageError(f"A name has at most 128 characters, a reason {LONGEST}, on one line.")
    return commands.Who(by, reason)


def episode(form: Mapping[str, str], patient: PatientProjection) -> OpenEpisode:
    """Return the open episode that a form names. Raises Gone."""
    found = patient.episodes.open.get(form.get("alert", ""))
    if found is None:
        raise Gone("That alert is not open any more.")
    return found


def acknowledge(
    form: Mapping[str, str], patient: PatientProjection, who: commands.Who, now: int
) -> BoardCommand:
    """Return an `ack`. Raises Gone when the level changed since the page was drawn: it has not been seen."""
    found = episode(form, patient)
    if form.get("level", found.level) != found.level:
        raise Gone(f"That alert is {found.level} by now: look again.")
    return BoardCommand(
        commands.acknowledgement(patient.name, found.id, who, now),
        {"alert": found.id, "subject": found.last.subject, "level": found.level},
        who,
    )


def silence(form: Mapping[str, str], patient: PatientProjection, who: commands.Who, now: int) -> BoardCommand:
    """Return a `silence` of an open episode's subject, at its level."""
    found = episode(form, patient)
    if not form.get("minutes", "").isdecimal():
        raise UsageError("Say for how many minutes.")
    until = now + int(form["minutes"]) * MINUTE
    command = commands.silence(patient.name, found.last.subject, found.level, until, who, now)
    return BoardCommand(
        command, {"alert": found.id, "subject": found.last.subject, "level": found.level}, who
    )


def resume(form: Mapping[str, str], patient: PatientProjection, who: commands.Who, now: int) -> BoardCommand:
    """Return a `resume` of a stop rule that is in force."""
    rule = form.get("rule", "")
    if rule not in stops(patient.assessment):
        raise Gone("That stop rule does not stand any more.")
    return BoardCommand(commands.resume(patient.name, rule, who, now), {"subject": STOP_RULE + rule}, who)


def accept(form: Mapping[str, str], patient: PatientProjection, who: commands.Who, now: int) -> BoardCommand:
    """Return an `accept` of a criterion at the level it has, for some minutes or to the end of the cycle.

    Raises Gone when the level changed since the page was drawn: it has not been seen.
    """
    code, state = form.get("criterion", ""), tripped(form.get("criterion", ""), patient.assessment)
    if state is None:
        raise Gone("That criterion is not tripped any more.")
    if form.get("level", state) != state:
        raise Gone(f"That criterion is {state} by now: look again.")
    lasts = form.get("lasts", "")
    if lasts and not lasts.isdecimal():
        raise UsageError("Say for how long.")
    until = now + int(lasts) * MINUTE if lasts else None
    command = commands.accept(patient.name, code, state, until, who, now)
    return BoardCommand(command, {"subject": code, "level": state}, who)


def end_acceptance(
    form: Mapping[str, str], patient: PatientProjection, who: commands.Who, now: int
) -> BoardCommand:
    """Return a command that ends an acceptance now."""
    found = accepted(form.get("criterion", ""), patient.assessment)
    if found is None:
        raise Gone("That acceptance is over.")
    command = commands.acceptance_end(patient.name, found.criterion, found.level, who, now)
    return BoardCommand(command, {"subject": found.criterion, "level": found.level}, who)


def expire(form: Mapping[str, str], patient: PatientProjection, who: commands.Who, now: int) -> BoardCommand:
    """Return a command that ends a silence now."""
    found = patient.commands.silences.get(form.get("silence", ""))
    if found is None or found.until <= now:
        raise Gone("That silence is over.")
    command = commands.expiry(patient.name, found.id, found.subject, found.level, who, now)
    return BoardCommand(command, {"subject": found.subject, "level": found.level}, who)


BUILDERS = {
    "ack": acknowledge,
    "silence": silence,
    "resume": resume,
    "accept": accept,
    "expire": expire,
    "end-acceptance": end_acceptance,
}


def mark(
    form: Mapping[str, str], patient: PatientProjection, identity: Identity, unit: str | None, now: int
) -> OutgoingRecord:
    """Return the record of a mark on an alert that was paged, or would have been, open or over.

    Raises UsageError for what is no mark, Gone for an alert that no page here was of.
    """
    who = named(form, identity)
    found = next((one for one in VERDICTS if one == who.reason.lower()), None)
    if found is None:
        raise UsageError(f"Say {', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}.")
    alert = form.get("alert", "")
    page = next((one for one in patient.pages.entries if one.alert == alert), None)
    if page is None:
        raise Gone("No page of that alert is known here.")
    about = commands.PagedAlert(patient.name, alert, page.level, page.subject, unit)
    return commands.marked(about, who.by, found, now)


def records(done: BoardCommand, unit: str | None, now: int) -> list[OutgoingRecord]:
    """Return the audit record, then the command."""
    patient = done.command.patient
    fields = {**done.about, "by": done.who.by, "reason": done.who.reason}
    return [
        audited(f"board-{kind(done.command)}", patient, now, unit, fields),
        commands.as_record(done.command),
    ]


def refusal(
    what: str, patient: str, by: str | None, cause: str, unit: str | None, now: int
) -> OutgoingRecord:
    """Return the audit record of an action that the user was not permitted."""
    return audited(REFUSED, patient, now, unit, {"action": what, "by": by or "unknown", "cause": cause})


def audited(
    outcome: str, patient: str, now: int, unit: str | None, fields: Mapping[str, str]
) -> OutgoingRecord:
    """Return an audit record."""
    line = msgspec.convert(
        {"when": now, "outcome": outcome, "patient": patient, "unit": unit, "channel": "board", **fields},
        pages.Audit,
    )
    return OutgoingRecord(PAGES, key(patient), pages.encode(line))


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
