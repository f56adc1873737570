"""Tell that charting goes on after a discharge: somebody may be watched by nobody (criteria.md section 1)."""

from collections.abc import Iterator

from rules.chart.chart import Chart
from rules.chart.facts import Fact
from rules.decide.state import AfterDischarge, Patient
from rules.evaluate.result import TECHNICAL, Memory, Result
from rules.wire import events
from rules.wire.instants import Instant


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
    after = AfterDischarge(closed, patient.now)
    for fact in _telling(chart):
        if fact.first < patient.now:
            _count(patient, after, fact.at, fact)
    return after


def charted(patient: Patient, event: events.Event) -> bool:
    """Count an event that lies after the discharge; return whether it is the first such."""
    after = patient.after
    if after is None or not _tells(event) or event.known <= after.known:
        return False
    return _count(patient, after, event.at, event)


def _count(patient: Patient, after: AfterDischarge, at: int, record: Fact | events.Event) -> bool:
    soon = at - after.closed <= patient.guideline.choices.ahead
    if soon or (after.first is not None and at >= after.first):
        return False
    after.first, after.evidence = at, ((record.id, record.offset),)
    return True


def _tells(event: events.Event) -> bool:
    """Return whether an event is a vital sign, urine, a rate or a dose given."""
    if isinstance(event, events.IO):
        return event.kind == "urine"
    if isinstance(event, events.Dose):
        return event.given
    return isinstance(event, events.Vitals | events.Infusion | events.OtherInfusion)


def _telling(chart: Chart) -> Iterator[Fact]:
    yield from chart.tail.rows
    yield from chart.raw_weights
    yield from chart.volumes["urine"]
    yield from chart.doses
    for rates in chart.lines.values():
        yield from rates
