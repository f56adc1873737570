"""Make the handover of a shift from the board's projections: states are as of its end, and the worker's."""

from __future__ import annotations

from collections.abc import Iterator

from rules.chart.in_force import Charted, Reading, chart_of
from rules.evaluate.shift_figures import Figure, shift_figures
from rules.guideline import Guideline
from rules.wire.events import Accept, Ack, Event, Labs, Resume, Silence, Vitals
from rules.wire.instants import text
from rules.wire.vocabulary import WARD
from streams.handover.patient_shift import Answer, PatientShift, ShiftSpan
from streams.projections.charted import ChartedFacts
from streams.projections.patients import PatientProjection

WEIGHT = "weight"


def patient_shift(
    patient: PatientProjection, guideline: Guideline, unit: str, span: ShiftSpan, now: int
) -> PatientShift:
    """Return what the board knows of a patient of that unit in a shift, as of the shift's end.

    `now`: ms; up to then it is known what was charted late.
    """
    found = patient.assessment_at(span.at)
    return PatientShift(
        patient=patient.name,
        unit=unit,
        location=patient.facts.location or WARD,
        assessment=found or patient.assessment,
        episodes=patient.episodes.as_of(span.at),
        alerts=tuple(patient.episodes.timeline),
        commands=patient.commands.as_of(span.at),
        answers=sorted(answers(patient, span), key=lambda one: one.known),
        figures=figures(patient, guideline, span, now),
        figures_then=figures(patient, guideline, span, span.end),
        pager=patient.pages.answers,
        as_of=now if found is None and patient.assessment is not None else None,
    )


def answers(patient: PatientProjection, span: ShiftSpan) -> Iterator[Answer]:
    """Yield the commands that became known in the shift."""
    found: list[Silence | Resume | Accept] = [
        *patient.commands.silences.values(),
        *patient.commands.overrides,
    ]
    yield from (one for one in found if span.start < one.known <= span.at)
    for alert, acks in patient.episodes.acks.items():
        for ack in acks.values():
            if span.start < ack.known <= span.at:
                yield Ack(ack.id, patient.name, ack.known, ack.known, "final", alert, ack.by, ack.reason)


def figures(
    patient: PatientProjection, guideline: Guideline, span: ShiftSpan, known: int
) -> dict[str, Figure]:
    """Return the figures of the shift, of the volumes, rates and encounters known by then (ms).

    Of signs and results the board keeps no `known`: those it has count.
    """
    facts, shift = patient.facts, (span.start, span.end)
    events = [event for event in facts.settled() if event.known <= known]
    chart = chart_of((*events, *results(patient.name, facts, span)), guideline)
    return shift_figures(Charted(chart, dict(readings(facts, span))), shift)


def results(name: str, facts: ChartedFacts, span: ShiftSpan) -> Iterator[Event]:
    """Yield an event for each result and weight up to the shift's end, named by its code and instant."""
    for code, series in facts.signals.items():
        if code == WEIGHT or code in facts.limits:
            for at, value in series.between(0, span.end):
                yield _event(name, code, at, value, facts.units.get(code, "kg"))


def _event(name: str, code: str, at: int, value: float, unit: str) -> Event:
    id = reading_id(code, at)
    if code == WEIGHT:
        return Vitals(id, name, at, at, "final", ((code, value),))
    return Labs(id, name, at, at, "final", ((code, value, None, None, unit, None),))


def readings(facts: ChartedFacts, span: ShiftSpan) -> Iterator[tuple[str, list[Reading]]]:
    """Yield the readings of each vital sign in the shift, and the devices up to its end."""
    for code, series in facts.signals.items():
        if code not in facts.limits and code != WEIGHT:
            points = series.between(span.start + 1, span.end)
            yield code, [Reading(at, value, reading_id(code, at)) for at, value in points]
    yield "o2-device", [Reading(at, name, reading_id("o2-device", at)) for at, name, _ in facts.devices]


def reading_id(code: str, at: int) -> str:
    """Return what names a reading here: the board keeps no ids of readings."""
    return f"{code}@{text(at)}"
