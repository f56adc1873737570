"""Write to the chart where the patient is and the baseline; volumes, findings, and a clinician's commands."""

from typing import Any

from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.chart import EDITED, VOLUME_INPUT, Chart
from rules.chart.corrected_codes import OF_BASELINE, moments_of
from rules.chart.facts import (
    Accepted,
    Baseline,
    NotUnderstood,
    Place,
    Resumed,
    Sign,
    Volume,
    change,
    insert,
    listed,
    of_record,
)
from rules.chart.record_outcome import Heading, Recorded, artefact, plausible, set_aside, withdraw_codes
from rules.wire import events, vocabulary
from rules.wire.agents import named
from rules.wire.vocabulary import VALUE_FINDINGS, WARD

INTAKE = ("iv-bolus", "blood-product", "iv-maintenance", "irrigation")


def volume(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write a volume in or out. Return the dirty flags."""
    if not plausible(chart, event.kind, event.volume, outcome):
        return set_aside(chart, heading, [artefact(event.kind, event.volume, "mL")])
    if event.kind not in chart.volumes or (event.direction == "in") != (event.kind in INTAKE):
        return 0
    volume = Volume(*heading, event.volume, event.start, event.count)
    insert(chart.volumes[event.kind], volume)
    chart.seen[event.id] = volume
    return dirty_flags.BIT[VOLUME_INPUT[event.kind]]


def finding(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write a finding, or one that nobody knows. Return the dirty flags."""
    if event.code not in dirty_flags.BIT:
        unknown = NotUnderstood(*heading, event.code, None)
        insert(listed(chart.not_understood, event.code), unknown)
        chart.seen[event.id] = unknown
        return dirty_flags.NOT_UNDERSTOOD
    sign = Sign(*heading, _word(event), event.specimen)
    insert(listed(chart.findings, event.code), sign)
    chart.seen[event.id] = sign
    return dirty_flags.BIT[event.code]


def _word(event: Any) -> str:
    """Return the finding's value: a stray `value` beside `present` says nothing."""
    if event.code in VALUE_FINDINGS:
        return str(event.value)
    return "present" if event.present else "absent"


def resume(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write a resume. Return the dirty flags."""
    resumed = Resumed(*heading, event.rule, event.known, event.pack)
    insert(chart.resumes, resumed)
    chart.seen[event.id] = resumed
    return dirty_flags.RESUME


def accept(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write an acceptance. Return the dirty flags."""
    accepted = Accepted(
        *heading, event.criterion, event.level, event.until, event.by, event.reason, event.known, event.pack
    )
    insert(chart.accepts, accepted)
    chart.seen[event.id] = accepted
    return dirty_flags.ACCEPT


def encounter(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Write an event of the stay. Return the dirty flags."""
    if event.location and chart.guideline.location_of(event.location) is None:
        outcome.unknown_unit = named(event.location)
    dirty = _baseline(chart, event, heading, outcome) if event.event == "baseline" else 0
    _place(chart, event, heading)
    return dirty | dirty_flags.ENCOUNTER


def _place(chart: Chart, event: events.Encounter, heading: Heading) -> None:
    """Record where the patient is; a baseline of several records says it by the one that names it last."""
    moments = tuple(dict.fromkeys((*moments_of(chart, event.id), event.at)))
    if next(of_record(chart.places, event.id, moments), None) is None:
        location = _location(chart, event.location)
        insert(chart.places, Place(*heading, event.event, location, event.location, event.pack))
    if event.event == "baseline":
        name_unit(chart, event.id, moments)
    chart.seen[event.id] = next(of_record(chart.places, event.id, moments))


def _location(chart: Chart, unit: str | None) -> str | None:
    return None if unit is None else chart.guideline.location_of(unit) or WARD


def name_unit(chart: Chart, id: str, moments: tuple[int, ...]) -> None:
    """Let a baseline's place have the unit that its records, as they are in force, name."""
    units = (base.unit for base in chart.baselines if base.id == id)
    unit = next((one for one in units if one is not None), None)
    location = _location(chart, unit)
    for place in [
        one for one in of_record(chart.places, id, moments) if (one.unit, one.location) != (unit, location)
    ]:
        change(chart.places, place, replace(place, location=location, unit=unit))
        chart.unsaved |= EDITED


def _baseline(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    readings: dict[str, float] = {}
    unusable = list(event.unusable)
    for code, value, *_ in (*event.vitals, *event.labs):
        if code != "o2-device" and plausible(chart, code, value, outcome):
            readings[code] = value
        elif code != "o2-device":
            unusable.append(artefact(code, value, {**vocabulary.VITALS, **vocabulary.LABS}[code]))
    set_aside(chart, heading, [replace(each, code=f"{OF_BASELINE}{each.code}") for each in unusable])
    withdraw_codes(chart, heading, event.withdrawn)
    compared = {lab[0]: lab[5] for lab in event.labs if lab[5] is not None and lab[0] in readings}
    stated = (event.age, readings, dict(event.findings), event.dose_1_planned, compared, event.location)
    insert(chart.baselines, Baseline(*heading, *stated, dict(event.targets)))
    return dirty_flags.BASELINE
