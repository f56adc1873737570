"""Tell that charting goes on after a discharge: somebody may be watched by nobody (criteria.md section 1)."""

from collections.abc import Iterator

from rules.chart.chart import Chart
from rules.chart.facts import Fact
from rules.decide.state import AfterDischarge, Patient
from rules.evaluate.result import TECHNICAL, Memory, Result
from rules.wire import events, vocabulary
from rules.wire.instants import Instant

URINE = "urine"


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
    if now >= end:
        return Result(at=end)
    return Result(TECHNICAL, next=end, evidence=after.evidence)


def is_taken_back(patient: Patient, before: Memory) -> bool:
    """Return whether charting would go on after a discharge but for the corrections of this instant."""
    after = patient.after
    if patient.undischarged or after is None or not after.corrected:
        return patient.undischarged
    over = before.next is not None and before.next <= patient.now
    return not over and not patient.stay.admitted


def went_on(patient: Patient, after: AfterDischarge, chart: Chart) -> bool:
    """Return whether charting would go on after a discharge that is taken back or moved at this instant."""
    new = (place for place in chart.places if place.id not in patient.amendments)
    if any(place.event == "admit" and place.at > after.closed for place in new):
        return False
    end = None if after.first is None else after.first + patient.guideline.choices.charting_goes_on
    return after.corrected or (end is not None and patient.now < end)


def left(patient: Patient, closed: int, chart: Chart, known: Instant) -> AfterDischarge:
    """Return what was charted after a discharge, what became known with it left out."""
    after = AfterDischarge(closed, known)
    for fact in _telling(chart):
        if fact.first != known:
            _count(patient, after, fact.at, fact)
    return after


def charted(patient: Patient, chart: Chart, event: events.Event) -> bool:
    """Count an event that lies after the discharge; return whether another moment is the first of such."""
    after = patient.after
    if after is None:
        return False
    if any(id == event.id for id, _ in after.evidence):
        return _count_again(patient, chart, after, event)
    if not _tells(event) or event.known <= after.known:
        return False
    return _count(patient, after, event.at, event)


def _count_again(patient: Patient, chart: Chart, after: AfterDischarge, event: events.Event) -> bool:
    """Count what is charted after the discharge anew: the first of it is replaced or withdrawn."""
    patient.after = left(patient, after.closed, chart, after.known)
    moved = patient.after.first != after.first
    patient.after.corrected = after.corrected or (moved and event.status in vocabulary.CORRECTING)
    return moved


def _count(patient: Patient, after: AfterDischarge, at: int, record: Fact | events.Event) -> bool:
    soon = at - after.closed <= patient.guideline.choices.ahead
    if soon or (after.first is not None and at >= after.first):
        return False
    after.first, after.evidence = at, ((record.id, record.offset),)
    return True


def _tells(event: events.Event) -> bool:
    """Return whether an event is a vital sign, urine, a rate, in use or not, or a dose given."""
    if isinstance(event, events.IO):
        return event.kind == URINE
    if isinstance(event, events.Dose):
        return event.given
    if isinstance(event, events.Vitals):
        return bool(event.readings or event.unusable)
    return isinstance(event, events.Infusion | events.OtherInfusion | events.Unreadable)


def _telling(chart: Chart) -> Iterator[Fact]:
    yield from chart.tail.rows
    yield from chart.raw_weights
    yield from chart.volumes[URINE]
    yield from chart.doses
    for rates in chart.lines.values():
        yield from rates
    for others in chart.not_understood.values():
        yield from (other for other in others if other.rate is not None)
    yield from (fact for fact in chart.set_aside if fact.code == URINE or fact.code in vocabulary.VITALS)
