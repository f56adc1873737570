"""Tell that charting goes on after a discharge: somebody may be watched by nobody (criteria.md section 1)."""

from collections.abc import Iterator

from rules.chart.chart import Chart
from rules.chart.facts import Fact
from rules.decide.state import AfterDischarge, Patient
from rules.evaluate.result import TECHNICAL, Memory, Result
from rules.wire import events, vocabulary
from rules.wire.instants import Instant

SET_ASIDE = {*vocabulary.VITALS, "urine", "dose"}
"""What cannot be used and still says that somebody charts; a rate is among the lines."""


def charting_goes_on(patient: Patient, now: Instant, before: Memory) -> Result:
    """Return whether facts come that lie after the discharge: once per discharge, for some hours.

    An admit says that the patient is back. What comes after the beginning of another stay is of that stay.
    """
    after, stay = patient.after, patient.stay
    if after is None or after.first is None or stay.admitted:
        return Result()
    if stay.begin is not None and after.first > stay.begin:
        return Result()
    end = after.first + patient.guideline.choices.charting_goes_on
    if now >= end or (after.given and before.state != TECHNICAL):
        return Result(at=end if now >= end else None)
    return Result(TECHNICAL, next=end, evidence=after.evidence)


def left(patient: Patient, closed: int, chart: Chart) -> AfterDischarge:
    """Return what was charted after a discharge that becomes known now, what shares its instant left out."""
    return _counted(patient, AfterDischarge(closed, patient.now), chart)


def _counted(patient: Patient, after: AfterDischarge, chart: Chart) -> AfterDischarge:
    for fact in _telling(chart):
        if fact.first != after.known:
            _count(patient, after, fact.at, fact)
    return after


def charted(patient: Patient, event: events.Event) -> bool:
    """Count an event that lies after the discharge; return whether it is the first such, or was."""
    was_first = _recounted(patient, event)
    after = patient.after
    if after is None or not _tells(event) or event.known <= after.known:
        return was_first
    return _count(patient, after, event.at, event) or was_first


def _recounted(patient: Patient, event: events.Event) -> bool:
    """Count anew if an event replaces or withdraws the first; return whether it does."""
    after = patient.after
    if after is None or patient.whole is None or all(id != event.id for id, _ in after.evidence):
        return False
    patient.after = _counted(patient, AfterDischarge(after.closed, after.known), patient.whole)
    return True


def _count(patient: Patient, after: AfterDischarge, at: int, record: Fact | events.Event) -> bool:
    soon = at - after.closed <= patient.guideline.choices.ahead
    if soon or (after.first is not None and at >= after.first):
        return False
    after.first, after.evidence = at, ((record.id, record.offset),)
    return True


def _tells(event: events.Event) -> bool:
    """Return whether an event is a vital sign, urine, a rate or a dose given, one that cannot be used too."""
    if isinstance(event, events.Vitals):
        return bool(event.readings or event.unusable)
    if isinstance(event, events.IO):
        return event.kind == "urine"
    if isinstance(event, events.Dose):
        return event.given
    return isinstance(event, events.Infusion | events.OtherInfusion | events.Unreadable)


def _telling(chart: Chart) -> Iterator[Fact]:
    yield from chart.tail.rows
    yield from chart.raw_weights
    yield from chart.volumes["urine"]
    yield from chart.doses
    for rates in chart.lines.values():
        yield from rates
    yield from (fact for fact in chart.set_aside if fact.code in SET_ASIDE)
    for unknown in chart.not_understood.values():
        yield from (fact for fact in unknown if fact.rate is not None)
