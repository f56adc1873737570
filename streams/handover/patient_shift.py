"""Hold what is known of a patient in a shift, and write times, subjects and sources of its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rules.guideline import Guideline
from rules.guideline.nurse_names import subject_name
from rules.wire.alerts import AlertRecord
from rules.wire.assessments import Assessment
from rules.wire.events import Accept, Ack, Resume, Silence
from rules.wire.instants import text
from rules.wire.pages import PageRecord
from streams.flowsheet.shift_words import Figures, moment
from streams.handover.model import ALERT, ASSESSMENT, Source
from streams.projections.episodes import CommandsInForce, Episodes

Answer = Ack | Silence | Resume | Accept


class ShiftSpan(NamedTuple):
    """A shift (start, end], the end of the next one, and as of when states are, ms."""

    start: int
    end: int
    until: int
    at: int


class PatientShift(NamedTuple):
    """What is known of a patient in a shift.

    `assessment`, `episodes`, `commands`: as of `ShiftSpan.at`; `alerts`: all transitions, in order of
    decision; `answers`: the commands that became known in the shift; `figures_then`: by what was known at the
    shift's end. `pager`: what the pager said of each command, by its id; None: its records were not read.
    `as_of`: as of when the assessment is, where that is not `ShiftSpan.at`, ms.
    """

    patient: str
    unit: str
    location: str
    assessment: Assessment | None
    episodes: Episodes
    alerts: Sequence[AlertRecord]
    commands: CommandsInForce
    answers: Sequence[Answer]
    figures: Figures
    figures_then: Figures
    discharged: bool = False
    pager: Mapping[str, PageRecord] | None = None
    as_of: int | None = None


class Case(NamedTuple):
    """One patient in a shift, and the guideline that judged."""

    known: PatientShift
    span: ShiftSpan
    guideline: Guideline

    def when(self, at: str | int) -> str:
        """Write an instant, RFC 3339 or ms, as it is read near the shift's end."""
        return moment(at if isinstance(at, str) else text(at), self.span.end, self.guideline.shifts)

    def assessed(self, part: str) -> tuple[Source, ...]:
        """Return the source of what a part of the assessment says; none where there is none."""
        found = self.known.assessment
        return (Source(ASSESSMENT, found.at, part=part),) if found else ()

    def subject(self, code: str) -> str:
        """Return the name of a subject, as a nurse says it."""
        return subject_name(code, self.guideline)

    def end(self, until: int | str | None) -> str:
        """Return until when something lasts; None: to the end of the cycle."""
        return "to the end of the cycle" if until is None else f"until {self.when(until)}"

    def stop_rule(self, rule: str) -> str:
        """Return a stop rule in words."""
        return next((one.words for one in self.guideline.stop_rules if one.rule == rule), rule)


def of_alert(alert: AlertRecord) -> Source:
    """Return the source of a transition."""
    return Source(ALERT, alert.id, seq=alert.seq)
