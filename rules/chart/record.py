"""Record an event: turn it into facts of the chart.

Handles identity and plausibility, and returns the dirty flags of what the event touches.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.chart import FADED_KEPT, VOLUME_INPUT, Chart, flag_of
from rules.chart.corrections import FINAL, LAST_WORD, PRELIMINARY, RANK
from rules.chart.facts import (
    Accepted,
    Baseline,
    DoseFact,
    Drug,
    Fact,
    Ghost,
    Lab,
    NotUnderstood,
    Place,
    Rate,
    Resumed,
    SetAside,
    Sign,
    TakenBack,
    Volume,
    Weight,
    drop,
    insert,
)
from rules.chart.identity import beats, digest_of, first_final, keep_digest, supersedes
from rules.chart.infusions import by_weight, key_of, line_key, per_kg
from rules.chart.merging import (
    COLUMN,
    OF_BASELINE,
    UNIT,
    WHOLE,
    Merged,
    by_code,
    moves_place,
    only,
    oxygen_beside,
    remaining,
    undo,
    versions,
    winning,
    with_oxygen,
)
from rules.chart.oxygen import UNREAD, VitalsRow
from rules.chart.weighing import Weighing, units_per_kg
from rules.guideline.agents import OTHER
from rules.wire import events, vocabulary
from rules.wire.agents import named
from rules.wire.instants import DAY
from rules.wire.refusals import ID_CONFLICT, IMPLAUSIBLE, NEEDS_WEIGHT
from rules.wire.vocabulary import WARD

Heading = tuple[int, int, int, str, int, int, int]
"""The common fields of a fact, in order."""


class Recorded(msgspec.Struct):
    """How an event was recorded.

    Dirty flags: `dirty`: by new facts; `dirty_amended`: by corrected or withdrawn ones; `dirty_replaced`: of
    what is as if it had never been recorded, a preliminary value replaced by the final one included.
    `refused`: the reason, if it was; `unknown`: infusions nobody knows; `unknown_unit`: a unit that
    the configuration does not name; `implausible`: codes not used; `changed`: whether the event was new.
    """

    dirty: int = 0
    dirty_amended: int = 0
    dirty_replaced: int = 0
    refused: str | None = None
    unknown: tuple[str, ...] = ()
    unknown_unit: str | None = None
    implausible: tuple[str, ...] = ()
    changed: bool = True


DUPLICATE = Recorded(changed=False)
CONFLICT = Recorded(refused=ID_CONFLICT, changed=False)


def record(chart: Chart, event: events.Event) -> Recorded:
    """Record an event in the chart (criteria.md sections 1 and 8). The chart passed in is updated."""
    old = chart.seen.get(event.id)
    rank = RANK[event.status]
    digest = digest_of(event) if rank == FINAL and event.id else 0
    if old is None:
        outcome, _ = _write(chart, event, event.known)
    else:
        before = first_final(chart, event.id)
        if digest and before:
            return DUPLICATE if digest == before else CONFLICT
        if rank == PRELIMINARY and (before or old.rank in (PRELIMINARY, FINAL)):
            return DUPLICATE
        outcome = _again(chart, event, old)
        digest = digest or before
    if digest:
        keep_digest(chart, event.id, digest)
    return outcome


def _again(chart: Chart, event: events.Event, old: Fact) -> Recorded:
    """Record what replaces an earlier record of its id: code by code, or as a whole."""
    if not by_code(event, old):
        return _replace(chart, event, old) if supersedes(event, old) else DUPLICATE
    if isinstance(event, events.Withdrawal):
        return _withdraw(chart, event, old)
    assert isinstance(event, Merged)
    return _merge(chart, event, old)


def _replace(chart: Chart, event: events.Event, old: Fact) -> Recorded:
    removed = chart.withdraw(old)
    outcome, written = _write(chart, event, min(old.first, event.known), removed)
    return _amended(outcome, event, removed, written)


def _withdraw(chart: Chart, event: events.Withdrawal, old: Fact) -> Recorded:
    """Take back every code of a record that no later correction names."""
    gone = {code for code, version in versions(chart, event.id).items() if beats(event, version)}
    removed = undo(chart, event.id, gone)
    if any(place.id == event.id and beats(event, (place.rank, place.tie)) for place in chart.places):
        drop(chart.places, event.id)
        removed |= dirty_flags.ENCOUNTER
    elif UNIT in gone:
        _name_unit(chart, event.id)
        removed |= dirty_flags.ENCOUNTER
    outcome, written = _write(chart, event, min(old.first, event.known), removed)
    chart.seen[event.id] = remaining(chart, event.id) or chart.seen[event.id]
    return _amended(outcome, event, removed, written)


def _merge(chart: Chart, event: Merged, old: Fact) -> Recorded:
    codes = winning(chart, event)
    moves = isinstance(event, events.Encounter) and moves_place(chart, event)
    if not codes and not moves:
        return DUPLICATE
    event = only(event, codes)
    older = oxygen_beside(chart, event) if isinstance(event, events.Vitals) else {}
    if older and isinstance(event, events.Vitals):
        event = with_oxygen(chart, event, older)
    removed = undo(chart, event.id, codes | older.keys())
    if moves and isinstance(event, events.Encounter):
        removed |= dirty_flags.ENCOUNTER if drop(chart.places, event.id) else 0
    del chart.seen[event.id]
    outcome, written = _write(chart, event, min(old.first, event.known), removed)
    row = chart.seen.get(event.id)
    if older and isinstance(row, VitalsRow):
        row.older = tuple((code, *version) for code, version in older.items())
    chart.seen[event.id] = remaining(chart, event.id) or chart.seen[event.id]
    return _amended(outcome, event, removed, written)


def _amended(outcome: Recorded, event: events.Event, removed: int, written: int) -> Recorded:
    """Return the outcome of a record that replaces what was charted: what is removed is not new.

    A `final` that only replaces its `preliminary` amends nothing.
    """
    if RANK[event.status] != LAST_WORD:
        return replace(outcome, dirty_replaced=outcome.dirty if removed else 0)
    if not removed:
        return outcome
    fresh = written & ~removed
    amended = outcome.dirty & ~fresh
    return replace(outcome, dirty=fresh, dirty_amended=amended, dirty_replaced=amended)


def _write(chart: Chart, event: events.Event, first: int, before: int = 0) -> tuple[Recorded, int]:
    """Write an event, and return how, and the dirty flags of what it wrote itself.

    `before`: the dirty flags of what was removed for it.
    """
    chart.n += 1
    outcome = Recorded()
    heading = (event.at, event.known, chart.n, event.id, first, RANK[event.status], event.offset)
    write = WRITERS.get(type(event))
    dirty = written = write(chart, event, heading, outcome) if write is not None else 0
    if event.id and event.id not in chart.seen:
        chart.seen[event.id] = chart.ghosts[event.id] = Ghost(*heading)
        chart.packed = None
    if (dirty | before) & ~dirty_flags.VITALS:
        chart.packed = None
        dirty = chart.refresh(dirty | before)
        _count_doubted(chart, event, outcome)
    outcome.dirty = dirty | before
    return outcome, written


def _count_doubted(chart: Chart, event: events.Event, outcome: Recorded) -> None:
    """Count a weight that is too far from the one before it; the next reading may still confirm it."""
    charted = (
        chart.raw_weights
        and isinstance(event, events.Vitals)
        and any(weight.id == event.id for weight in chart.raw_weights)
    )
    if charted and all(weight.id != event.id for weight in chart.weights):
        outcome.implausible = (*outcome.implausible, "weight")


def plausible(chart: Chart, code: str, value: float, outcome: Recorded) -> bool:
    """Return whether a value may be used; if not, count it (criteria.md section 8)."""
    if chart.guideline.usable(code, value):
        return True
    outcome.implausible = (*outcome.implausible, code)
    return False


def _set_aside(chart: Chart, heading: Heading, found: Iterable[events.Unusable]) -> int:
    """Keep what could not be used of a record, and return the dirty flags of what depends on it."""
    dirty = 0
    for each in found:
        fact = SetAside(*heading, each.code, each.value, each.unit, each.reason)
        insert(chart.set_aside, fact)
        chart.seen.setdefault(fact.id, fact)
        dirty |= dirty_flags.BIT[flag_of(each.code)]
        chart.packed = None
    if len(chart.set_aside) > LONGEST_SET_ASIDE:
        forget_set_aside(chart, heading[1])
    return dirty


LONGEST_SET_ASIDE = 256
"""How many unusable readings are kept; beyond them those that nothing depends on are dropped."""


def forget_set_aside(chart: Chart, known: int) -> None:
    """Drop what was set aside of the vital signs more than a day ago; of oxygen keep the newest of a code.

    A monitor may send artefacts by the minute, for days: the state stays bounded.
    """
    newest = {fact.code: fact for fact in chart.set_aside}
    chart.set_aside[:] = [
        fact
        for i, fact in enumerate(chart.set_aside)
        if fact.code not in vocabulary.VITALS
        or fact is newest[fact.code]
        or (fact.at > known - DAY and i >= len(chart.set_aside) - LONGEST_SET_ASIDE)
    ]


def _artefact(code: str, value: float, unit: str | None) -> events.Unusable:
    return events.Unusable(code, value, unit, IMPLAUSIBLE)


def _vitals(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    row = VitalsRow(*heading)
    dirty = 0
    unusable = event.unusable
    usable = chart.guideline.usable
    empty = True
    for code, value in event.readings:
        if code != "o2-device" and not usable(code, value):
            outcome.implausible = (*outcome.implausible, code)
            unusable = (*unusable, _artefact(code, value, vocabulary.VITALS[code]))
        elif code in COLUMN:
            setattr(row, COLUMN[code], value)
            empty = False
        elif code == "weight":
            weight = Weight(*heading, value)
            insert(chart.raw_weights, weight)
            chart.seen[event.id] = weight
            dirty = dirty_flags.WEIGHT
    for each in unusable:
        row.unread |= UNREAD.get(each.code, 0)
    if not empty or row.unread:
        chart.seen[event.id] = row
        dirty |= chart.tail.add(row)
    if unusable or event.withdrawn:
        dirty |= _set_aside(chart, heading, unusable) | _taken_back(chart, heading, event.withdrawn)
    if chart.tail.pruned:
        _drop_pruned(chart)
    return dirty


def _taken_back(chart: Chart, heading: Heading, codes: Iterable[str]) -> int:
    """Keep that a code was taken back, or the whole record: what is charted of it earlier does not count."""
    for code in codes:
        fact = TakenBack(*heading, code)
        insert(chart.taken_back, fact)
        chart.seen.setdefault(fact.id, fact)
        chart.packed = None
    return 0


def _withdrawal(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    return _taken_back(chart, heading, (WHOLE,))


def _drop_pruned(chart: Chart) -> None:
    kept = {row.id: row for row in chart.tail.rows}
    weighed = {weight.id: weight for weight in chart.raw_weights}
    for row in chart.tail.pruned:
        other = kept.get(row.id) or weighed.get(row.id)
        digest = row.digest or chart.digests.pop(row.id, 0)
        if other is None:
            ghost = Ghost(row.at, row.tie, row.n, row.id, row.first, row.rank, row.offset, digest)
            chart.seen[row.id] = chart.faded[row.id] = ghost
        else:
            chart.seen[row.id] = other
            keep_digest(chart, row.id, digest)
    chart.tail.pruned.clear()
    chart.packed_faded = None
    while len(chart.faded) > FADED_KEPT:
        oldest = next(iter(chart.faded))
        del chart.faded[oldest], chart.seen[oldest]


def _labs(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    unusable = list(event.unusable)
    dirty = 0
    for code, value, low, high, unit, comparator in event.readings:
        if not plausible(chart, code, value, outcome):
            unusable.append(_artefact(code, value, unit))
        else:
            lab = Lab(*heading, value, low, high, unit, comparator)
            insert(chart.labs.setdefault(code, []), lab)
            chart.seen[event.id] = lab
            dirty |= dirty_flags.BIT[code]
    return dirty | _set_aside(chart, heading, unusable) | _taken_back(chart, heading, event.withdrawn)


def _volume(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    if not plausible(chart, event.kind, event.volume, outcome):
        return _set_aside(chart, heading, [_artefact(event.kind, event.volume, "mL")])
    if event.kind not in chart.volumes or (event.direction == "in") != (event.kind in INTAKE):
        return 0
    volume = Volume(*heading, event.volume, event.start, event.count)
    insert(chart.volumes[event.kind], volume)
    chart.seen[event.id] = volume
    return dirty_flags.BIT[VOLUME_INPUT[event.kind]]


INTAKE = ("iv-bolus", "blood-product", "iv-maintenance", "irrigation")


def _dose(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    if not event.given:
        return 0
    if event.amount <= 0:
        # A cancelled or reversed administration is charted as a dose of nothing.
        outcome.implausible = (*outcome.implausible, "dose")
        return _set_aside(chart, heading, [_artefact("dose", event.amount, event.unit)])
    kg = Weighing(chart.weights, chart.baselines).kg(event.at)
    if units_per_kg(event.amount, event.unit, kg) is None:
        # Refused, but it was given: the amount is unknown, the dose counts.
        outcome.refused = NEEDS_WEIGHT
    dose = DoseFact(*heading, event.amount, event.unit)
    insert(chart.doses, dose)
    chart.seen[event.id] = dose
    return dirty_flags.DOSES


def _infusion(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    rate = Rate(*heading, event.rate, event.per_kg)
    weighed = by_weight(rate, event.agent, chart.guideline.pressors)
    value = per_kg(rate, Weighing(chart.weights, chart.baselines)) if weighed else event.rate
    insert(chart.lines.setdefault(line_key(event), []), rate)
    chart.seen[event.id] = rate
    if value is None:
        outcome.refused = NEEDS_WEIGHT
        insert(chart.set_aside, SetAside(*heading, event.agent, event.rate, _unit(event), NEEDS_WEIGHT))
    elif event.rate < 0 or not plausible(chart, event.agent, value, outcome):
        outcome.implausible = outcome.implausible or (event.agent,)
        # One that needs a weight is read, and told implausible, by the weights as they are known later.
        rate.unread = not weighed
        insert(chart.set_aside, SetAside(*heading, event.agent, event.rate, _unit(event), "implausible"))
    return dirty_flags.INFUSIONS


def _unit(event: events.Infusion) -> str:
    if event.agent == "vasopressin":
        return "U/min"
    return "ug/kg/min" if event.per_kg else "ug/min"


def _runs_unread(chart: Chart, event: events.Unreadable, heading: Heading) -> None:
    """Record that an infusion runs in its line, nobody knows how fast."""
    rate = Rate(*heading, 0.0, True, True)
    insert(chart.lines.setdefault(key_of(event.code, event.line), []), rate)


def _finding(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    if event.code not in dirty_flags.BIT:
        unknown = NotUnderstood(*heading, event.code, None)
        insert(chart.not_understood.setdefault(event.code, []), unknown)
        chart.seen[event.id] = unknown
        return dirty_flags.NOT_UNDERSTOOD
    value = event.value if event.value is not None else "absent" if event.present is False else "present"
    sign = Sign(*heading, value)
    insert(chart.findings.setdefault(event.code, []), sign)
    chart.seen[event.id] = sign
    return dirty_flags.BIT[event.code]


def _medication(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Record a medicine by its classes; one of no class still says that medicines are charted here."""
    for drug in _drugs(chart, event.agent, heading) or [Drug(*heading, OTHER, "")]:
        insert(chart.drugs, drug)
        chart.seen[event.id] = drug
    return dirty_flags.MEDICATION


def _drugs(chart: Chart, agent: str, heading: Heading) -> list[Drug]:
    kinds = chart.guideline.agents.kinds_of(agent)
    return [Drug(*heading, kind, _shown(agent, ingredient)) for kind, ingredient in kinds]


def _shown(agent: str, ingredient: str) -> str:
    """Return a medicine's name as it was charted, with the ingredient where the name is another."""
    return agent if ingredient in agent else f"{agent} ({ingredient})"


def _encounter(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    if event.location and chart.guideline.location_of(event.location) is None:
        outcome.unknown_unit = named(event.location)
    dirty = _baseline(chart, event, heading, outcome) if event.event == "baseline" else 0
    _place(chart, event, heading)
    return dirty | dirty_flags.ENCOUNTER


def _place(chart: Chart, event: events.Encounter, heading: Heading) -> None:
    """Record where the patient is; a baseline of several records says it by the one that names it last."""
    if all(place.id != event.id for place in chart.places):
        location = _location(chart, event.location)
        insert(chart.places, Place(*heading, event.event, location, event.location))
    if event.event == "baseline":
        _name_unit(chart, event.id)
    chart.seen[event.id] = next(place for place in chart.places if place.id == event.id)


def _location(chart: Chart, unit: str | None) -> str | None:
    return None if unit is None else chart.guideline.location_of(unit) or WARD


def _name_unit(chart: Chart, id: str) -> None:
    """Let a baseline's place have the unit that its records, as they are in force, name."""
    unit = next((base.unit for base in chart.baselines if base.id == id and base.unit is not None), None)
    chart.places[:] = [
        replace(place, location=_location(chart, unit), unit=unit) if place.id == id else place
        for place in chart.places
    ]


def _baseline(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    readings: dict[str, float] = {}
    unusable = list(event.unusable)
    for code, value, *_ in (*event.vitals, *event.labs):
        if code != "o2-device" and plausible(chart, code, value, outcome):
            readings[code] = value
        elif code != "o2-device":
            unusable.append(_artefact(code, value, {**vocabulary.VITALS, **vocabulary.LABS}[code]))
    _set_aside(chart, heading, [replace(each, code=f"{OF_BASELINE}{each.code}") for each in unusable])
    _taken_back(chart, heading, event.withdrawn)
    compared = {lab[0]: lab[5] for lab in event.labs if lab[5] is not None and lab[0] in readings}
    stated = (event.age, readings, dict(event.findings), event.dose_1_planned, compared, event.location)
    insert(chart.baselines, Baseline(*heading, *stated))
    return dirty_flags.BASELINE


def _resume(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    resumed = Resumed(*heading, event.rule, event.known)
    insert(chart.resumes, resumed)
    chart.seen[event.id] = resumed
    return dirty_flags.RESUME


def _accept(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    accepted = Accepted(
        *heading, event.criterion, event.level, event.until, event.by, event.reason, event.known
    )
    insert(chart.accepts, accepted)
    chart.seen[event.id] = accepted
    return dirty_flags.ACCEPT


def _unreadable(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    fact = SetAside(*heading, event.code, event.value, event.unit, event.reason)
    insert(chart.set_aside, fact)
    chart.seen[event.id] = fact
    if event.code == "urine":
        return dirty_flags.URINE
    _runs_unread(chart, event, heading)
    return dirty_flags.INFUSIONS


def _other_infusion(chart: Chart, event: Any, heading: Heading, outcome: Recorded) -> int:
    """Record an infusion that is no vasopressor: a medicine that the advice knows, or what nobody knows."""
    agents = chart.guideline.agents
    drugs = _drugs(chart, event.agent, heading) if event.rate != 0 else []
    for drug in drugs:
        insert(chart.drugs, drug)
        chart.seen[event.id] = drug
    if drugs or agents.understood(event.agent):
        return dirty_flags.MEDICATION if drugs else 0
    outcome.unknown = (event.agent,)
    fact = NotUnderstood(*heading, event.agent, event.rate)
    insert(chart.not_understood.setdefault(event.agent, []), fact)
    chart.seen[event.id] = fact
    return dirty_flags.NOT_UNDERSTOOD


Writer = Callable[[Chart, Any, Heading, Recorded], int]

WRITERS: dict[type, Writer] = {
    events.Vitals: _vitals,
    events.Labs: _labs,
    events.IO: _volume,
    events.Dose: _dose,
    events.Infusion: _infusion,
    events.Finding: _finding,
    events.Medication: _medication,
    events.Encounter: _encounter,
    events.Resume: _resume,
    events.Accept: _accept,
    events.Withdrawal: _withdrawal,
    events.Unreadable: _unreadable,
    events.OtherInfusion: _other_infusion,
}
