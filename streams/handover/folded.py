"""Make the handover of a shift from events: what was known when it ended, and what came later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rules.chart.in_force import charted
from rules.decide.assessment import assess
from rules.decide.engine import Outcome, advance, fold, settle
from rules.evaluate.shift_figures import shift_figures
from rules.guideline import Guideline
from rules.guideline.local_time import day_and_time
from rules.wire.alerts import Alert, AlertRecord, record
from rules.wire.assessments import Assessment
from rules.wire.did_you_mean import did_you_mean
from rules.wire.events import Accept, Ack, Event, Resume, Silence, Tick, Withdrawal
from rules.wire.instants import parse, text
from rules.wire.pages import PageRecord
from rules.wire.vocabulary import EVERY_PATIENT, WARD, is_made_up
from streams.handover.model import Handover
from streams.handover.patient_shift import PatientShift, ShiftSpan
from streams.handover.sheet import NoHandover, of_patients, span_of, there
from streams.projections.episodes import CommandsInForce, Episodes

UnitOf = Callable[[str, str], str]
"""Returns the unit of a patient id whose location is so."""
ANSWERS = (Ack, Silence, Resume, Accept)
COMMANDS = (*ANSWERS, Tick)


class Wanted(NamedTuple):
    """What is asked for: a unit (None: every one), and a shift by an instant in it (None: the last one)."""

    unit: str | None = None
    shift: int | None = None


Pager = Mapping[str, PageRecord]
"""What the pager said of each command, by the command's id."""


def handover(
    events: Sequence[Event],
    guideline: Guideline,
    wanted: Wanted,
    unit_of: UnitOf,
    pager: Pager | None = None,
) -> Handover:
    """Return the handover of a shift, from events in order of `known`; `pager`: None: not read.

    Raises NoHandover.
    """
    facts = [event for event in events if not isinstance(event, COMMANDS)]
    if not facts:
        raise NoHandover("there is no fact of any patient")
    span = span_of(guideline, max(event.known for event in events), wanted.shift)
    known = [one._replace(pager=pager) for one in patient_shifts(events, guideline, span, unit_of)]
    if not known:
        raise NoHandover(empty(facts, span, guideline))
    units = sorted({one.unit for one in known})
    if wanted.unit is not None and wanted.unit not in units:
        raise NoHandover(f"no patient in {wanted.unit!r}; " + did_you_mean(wanted.unit, units, there(units)))
    chosen = [one for one in known if wanted.unit in (None, one.unit)]
    return of_patients(chosen, span, guideline, wanted.unit)


def empty(facts: Sequence[Event], span: ShiftSpan, guideline: Guideline) -> str:
    """Return that nobody was in care in a shift, and from when to when there are facts.

    Patients in care of whom nothing was charted are handed over: that is what the next shift must know.
    """
    shifts = guideline.shifts
    first, last = min(one.at for one in facts), max(one.at for one in facts)
    return (
        f"no patient was in care from {text(span.start)} to {text(span.end)}: the facts are from "
        f"{text(first)} ({day_and_time(first, shifts)}) to {text(last)}"
    )


def patient_shifts(
    events: Sequence[Event], guideline: Guideline, span: ShiftSpan, unit_of: UnitOf
) -> list[PatientShift]:
    """Return what is known of each patient who was in care during a shift."""
    outcome = fold(events, guideline, span.end, gaps=True)
    by_patient: dict[str, list[Event]] = {}
    for event in events:
        by_patient.setdefault(event.patient, []).append(event)
    folded = _Folded(outcome, guideline, span, unit_of)
    in_care = [
        name
        for name, one in sorted(outcome.patients.items())
        if (one.discharged is None or one.discharged > span.start) and not is_made_up(name)
    ]
    judged = {name: folded.assessment(name) for name in in_care}
    alerts: dict[str, list[AlertRecord]] = {}
    for alert in (*outcome.alerts, *alerts_since(events, outcome, guideline, span.end)):
        alerts.setdefault(alert.patient, []).append(record(alert))
    return [folded.patient(name, by_patient[name], alerts.get(name, []), judged[name]) for name in in_care]


def alerts_since(
    events: Sequence[Event], outcome: Outcome, guideline: Guideline, end: int
) -> Iterator[Alert]:
    """Yield what is decided after `end`, of the patients of whom a fact came late: the fold goes on."""
    late = {event.patient for event in events if event.known > end >= event.at} - {EVERY_PATIENT}
    for event in events if late else ():
        if event.known > end:
            for name in late if event.patient == EVERY_PATIENT else late & {event.patient}:
                patient, alerts, _ = advance(outcome.patients.get(name), event, guideline)
                yield from alerts
                if patient is not None:
                    outcome.patients[name] = patient
    last = events[-1].known
    for name in late & outcome.patients.keys():
        yield from settle(outcome.patients[name], last)


class _Folded(NamedTuple):
    """A fold up to a shift's end."""

    outcome: Outcome
    guideline: Guideline
    span: ShiftSpan
    unit_of: UnitOf

    def assessment(self, name: str) -> Assessment | None:
        """Return the assessment at the shift's end; None for the discharged."""
        patient = self.outcome.patients[name]
        return assess(patient) if patient.discharged is None else None

    def patient(
        self, name: str, events: list[Event], alerts: list[AlertRecord], assessment: Assessment | None
    ) -> PatientShift:
        """Return what is known of a patient; `alerts`: all of theirs, in order of decision."""
        start, end, *_ = self.span
        then = [event for event in events if event.known <= end]
        episodes, commands = in_force(then, [one for one in alerts if parse(one.decided) <= end])
        before = charted(then, self.guideline)
        now = (
            before
            if len(then) == len(events)
            else charted((event for event in events if event.known <= end or event.at <= end), self.guideline)
        )
        places = [one.unit or one.location for one in before.chart.places if one.unit or one.location]
        location = places[-1] if places else None
        return PatientShift(
            patient=name,
            unit=self.unit_of(name, location or WARD),
            location=location or WARD,
            assessment=assessment,
            episodes=episodes,
            alerts=alerts,
            commands=commands,
            answers=[one for one in then if isinstance(one, ANSWERS) and one.known > start],
            figures=shift_figures(now, (start, end)),
            figures_then=shift_figures(before, (start, end)),
            discharged=assessment is None,
        )


def in_force(events: Iterable[Event], alerts: Iterable[AlertRecord]) -> tuple[Episodes, CommandsInForce]:
    """Return the episodes and the commands of a patient as events and alerts leave them."""
    episodes, commands = Episodes(), CommandsInForce()
    for alert in alerts:
        episodes.apply(alert)
    for event in events:
        if isinstance(event, (*ANSWERS, Withdrawal)):
            commands.apply(event, episodes)
    return episodes, commands
