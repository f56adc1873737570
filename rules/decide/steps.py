"""Measure whether an acknowledged episode has become worse by a step: then it is told again.

Each measure of a subject is held against its own worst up to the acknowledgement. Only what became known
after it can be a step (criteria.md section 9).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from rules.chart.chart import Chart
from rules.chart.facts import Lab
from rules.chart.oxygen import VitalsRow
from rules.chart.readings import History, Reading
from rules.decide.state import Episode, Patient
from rules.decide.subjects import DOSE_ERROR
from rules.evaluate.result import TRIPPED, Result
from rules.evaluate.rows.baseline_gain import gains_since
from rules.evaluate.rows.lab import counted_since
from rules.guideline.declarations import BaselineGainRow, LabRow
from rules.guideline.steps import BY_READING, BY_RESULT, BY_VALUE, Measure
from rules.wire.events import Reference
from rules.wire.instants import BEFORE_ALL, HOUR, Instant

ABOVE, BELOW = (">", ">="), ("<", "<=")
"""The comparators by which a result bounds what is worse, where more is worse and where less is."""


class Found(NamedTuple):
    """A value that was read: when, what it counts as, when it became known, and where."""

    at: int
    value: float
    first: Instant
    reference: Reference


class Worse(NamedTuple):
    """A step: the worst before it, if it is one of a value, and the result that says what is worse."""

    before: float | UnsetType
    result: Result


def bars_of(patient: Patient, name: str, episode: Episode, known: Instant) -> dict[str, float]:
    """Return the worst of each measure over what was known at an instant."""
    bars = dict(episode.worst)
    for measure in BY_READING.get(name, ()):
        for found in _held(patient.chart, measure, episode):
            if found.first <= known:
                bars[measure.name] = measure.worse(found.value, bars.get(measure.name, found.value))
    return bars


def by_result(patient: Patient, name: str, result: Result) -> Worse | None:
    """Return the first result that is a step, by all results as they are corrected.

    There are few in an episode, and it is asked only where one of them may be new.
    """
    measure, episode = BY_RESULT.get(name), patient.episodes.get(name)
    if measure is None or episode is None or episode.acked_at is None or result.state not in TRIPPED:
        return None
    results = _results(patient, name, measure, episode.start)
    before = [one.value for one in results if one.first <= episode.acked_at]
    if not before:
        return None
    worst = reduce(measure.worse, before)
    for one in results:
        if one.first > episode.acked_at and measure.reached(one.value, worst, patient.guideline.choices):
            return Worse(worst, _of_result(result, one))
    return None


def _results(patient: Patient, name: str, measure: Measure, since: int) -> list[Lab]:
    """Return the results that a row is judged by; with a comparator, those that bound the worse."""
    row, chart = patient.guideline.row[name], patient.chart
    found: Iterator[Lab] = iter(())
    if isinstance(row, LabRow):
        found = counted_since(row, chart, since)
    elif isinstance(row, BaselineGainRow):
        found = gains_since(row, chart, since)
    bounds = ABOVE if measure.sign > 0 else BELOW
    return [one for one in found if one.comparator is None or one.comparator in bounds]


def _of_result(result: Result, one: Lab) -> Result:
    return msgspec.structs.replace(
        result,
        value=one.value,
        comparator=one.comparator,
        charted=one.charted,
        at=one.at,
        latest=one.at,
        evidence=(one.reference,),
    )


def by_value(patient: Patient, name: str, result: Result, amended: bool) -> Worse | None:
    """Follow a row that is measured by its value, and return the step, if it is one.

    `amended`: a fact behind it was corrected: what it was before counts no more.
    """
    measure, episode = BY_VALUE.get(name), patient.episodes.get(name)
    if measure is None or episode is None or result.state not in TRIPPED:
        return None
    if not isinstance(result.value, float | int):
        return None
    value, acked_at = float(result.value), episode.acked_at
    later = acked_at is not None and _known_after(patient.chart, result, acked_at)
    if amended and not later and not _unseen(patient, episode):
        episode.worst, episode.bars = {}, {measure.name: value}
    episode.worst[measure.name] = measure.worse(value, episode.worst.get(measure.name, value))
    if acked_at is None:
        return None
    worst = episode.bars.get(measure.name)
    if not later:
        episode.bars[measure.name] = value if worst is None else measure.worse(value, worst)
        return None
    if worst is None or not measure.reached(value, worst, patient.guideline.choices):
        return None
    return Worse(worst, msgspec.structs.replace(result, at=_moment(patient.chart, result)))


def _unseen(patient: Patient, episode: Episode) -> bool:
    """Return whether all that is corrected at this decision was not yet known at the acknowledgement."""
    seen, acked_at = patient.chart.seen, episode.acked_at
    if acked_at is None or not patient.amendments:
        return False
    return all(id in seen and seen[id].first > acked_at for id in patient.amendments)


def _moment(chart: Chart, result: Result) -> int | None:
    """Return the `at` of the newest fact behind a value; None: it changed by time alone."""
    if result.latest is not None:
        return result.latest
    facts = [chart.seen[id].at for id, _ in result.evidence if id in chart.seen]
    return max(facts, default=result.at)


def another_dose(patient: Patient, name: str, result: Result) -> Worse | None:
    """Return a step of an acknowledged dose in error: another dose is found in error at this decision."""
    episode = patient.episodes.get(name)
    if name != DOSE_ERROR or episode is None or episode.acked is None:
        return None
    new = [patient.chart.seen[id] for id, since in result.held if since == patient.now]
    if not new or not isinstance(result.value, float):
        return None
    evidence = tuple(dose.reference for dose in new)
    alerted = msgspec.structs.replace(result, at=new[0].at, evidence=evidence)
    return Worse(UNSET, alerted)


def _known_after(chart: Chart, result: Result, instant: Instant) -> bool:
    seen = chart.seen
    return any(seen[id].first > instant for id, _ in result.evidence if id in seen)


def watches(patient: Patient) -> bool:
    """Return whether every vitals record must be decided: it may be a step of an acknowledged episode."""
    episodes = patient.episodes
    for name in BY_READING:  # noqa: SIM110 - asked at every decision
        if name in episodes and episodes[name].acked is not None:
            return True
    return False


def remember_readings(patient: Patient, amended: bool) -> None:
    """Keep the worst of the readings before they leave the chart: once an hour, for every open episode.

    `amended`: a vitals record was corrected: only what is still kept counts.
    """
    for name in [name for name in BY_READING if name in patient.episodes]:
        episode = patient.episodes[name]
        if not (amended or patient.now - episode.remembered >= HOUR):
            continue
        episode.worst = {} if amended else episode.worst
        if amended and episode.acked_at is not None:
            episode.bars = bars_of(patient, name, episode, episode.acked_at)
        episode.worst = bars_of(patient, name, episode, patient.now)
        episode.remembered = patient.now


def by_reading(patient: Patient, name: str, amended: bool) -> Worse | None:
    """Return the first step among the readings of this instant; after a correction, of all that are kept."""
    episode, chart = patient.episodes[name], patient.chart
    if episode.acked_at is None:
        return None
    for measure in BY_READING[name]:
        worst = episode.bars.get(measure.name)
        if worst is None:
            continue
        for found in _held(chart, measure, episode) if amended else _fresh(patient, measure, episode):
            later = found.first > episode.acked_at
            if later and measure.reached(found.value, worst, patient.guideline.choices):
                return Worse(worst, _result(measure, found))
    return None


def _result(measure: Measure, found: Found) -> Result:
    return Result(
        value=found.value,
        unit=measure.unit,
        name=measure.name,
        at=found.at,
        latest=found.at,
        evidence=(found.reference,),
    )


def _held(chart: Chart, measure: Measure, episode: Episode) -> Iterator[Found]:
    """Yield what was read since the reading that opened the episode and the run that did.

    Of oxygen also what was in force then.
    """
    if measure.signal:
        history = _history(chart, measure, BEFORE_ALL)
        first = bisect_left(history, episode.start, key=_at)
        yield from (_confirmed(history, i, measure) for i in range(first, len(history)))
        return
    rows = chart.tail.rows
    first = bisect_left(rows, episode.start, key=_at)
    before = next((row for row in reversed(rows[:first]) if getattr(row, measure.column) is not None), None)
    yield from _charted([*([] if before is None else [before]), *rows[first:]], measure)


def _fresh(patient: Patient, measure: Measure, episode: Episode) -> Iterator[Found]:
    """Yield what was read at this instant, and the reading that follows each: its neighbour is new."""
    for at in sorted({max(at, episode.start) for at in patient.fresh}):
        if not measure.signal:
            yield from _charted(patient.chart.tail.rows_at(at), measure)
            continue
        history = _history(patient.chart, measure, at)
        last = min(bisect_right(history, at, key=_at) + 1, len(history))
        for i in range(bisect_left(history, at, key=_at), last):
            yield _confirmed(history, i, measure)


def _history(chart: Chart, measure: Measure, since: int) -> list[Reading]:
    """Return the readings of a signal from a moment on, and the one before them.

    Means that stand in for a systolic pressure have no measure.
    """
    history: History = getattr(chart.tail.readings, measure.signal)
    measured = measure.signal != "sbp"
    start = history.index(since)
    while start > 0:
        start -= 1
        if measured or history[start].mean is None:
            break
    return [one for one in history[start:] if measured or one.mean is None]


def _confirmed(history: list[Reading], i: int, measure: Measure) -> Found:
    """Return a reading by its confirmed value.

    That is its own, or the better of it and the one before it where another lies close before it.
    """
    reading = history[i]
    value = reading.value
    if reading.close and i and measure.worse(value, history[i - 1].value) == value:
        value = history[i - 1].value
    return Found(reading.at, value, reading.first, reading.reference)


def _charted(rows: Iterable[VitalsRow], measure: Measure) -> Iterator[Found]:
    for row in rows:
        value = getattr(row, measure.column)
        if value is not None:
            yield Found(row.at, value, row.first, row.reference)


def _at(fact: VitalsRow | Reading) -> int:
    return fact.at
