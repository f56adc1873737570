"""Replace a record of several readings code by code (criteria.md section 1).

A code that a correction names takes the correction's value and `at`; one that it does not name keeps its own;
a new one is added; a reading may be taken back by itself. So with a `final` after its `preliminary`, and with
the readings and the history of a `baseline`.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.chart import EDITED, Chart, flag_of
from rules.chart.facts import (
    Baseline,
    Fact,
    Lab,
    Place,
    SetAside,
    TakenBack,
    Weight,
    change,
    drop,
    of_record,
    remove,
)
from rules.chart.identity import Version, beats
from rules.chart.oxygen import UNREAD, VitalsRow
from rules.chart.vitals import flags_of
from rules.wire import events, vocabulary

COLUMN = {
    "heart-rate": "hr",
    "systolic-bp": "sbp",
    "spo2": "spo2",
    "temperature": "temp",
    "o2-device": "device",
    "o2-flow": "flow",
    "fio2": "fio2",
    "respiratory-rate": "rr",
    "mean-bp": "mbp",
}
"""Code of a vital sign -> the field of a vitals row that holds it."""

OXYGEN = ("o2-device", "o2-flow", "fio2")
OF_BASELINE = "baseline-"
"""How the code of a reading begins that was set aside of a baseline."""
WHOLE = ""
"""The code under which a record is taken back as a whole."""
HISTORY, TARGET, AGE, PLANNED, UNIT = "finding ", "target ", "age", "dose-1-planned", "location"
"""How what a baseline says beside its readings is named here."""

Merged = events.Vitals | events.Labs | events.Encounter


def by_code(event: events.Event, old: Fact) -> bool:
    """Return whether a record is merged into what is charted under its id: they are of one kind."""
    if isinstance(old, TakenBack):
        return isinstance(event, events.Vitals | events.Labs | events.Withdrawal) or _is_baseline(event)
    if isinstance(event, events.Withdrawal):
        kinds = (VitalsRow, Weight, Lab)
        return isinstance(old, kinds) or (isinstance(old, SetAside | Place) and _is_part(old))
    if isinstance(event, events.Vitals):
        return isinstance(old, VitalsRow | Weight) or _set_aside_in(old, vocabulary.VITALS)
    if isinstance(event, events.Labs):
        return isinstance(old, Lab) or _set_aside_in(old, vocabulary.LABS)
    return _is_baseline(event) and isinstance(old, Place) and old.event == "baseline"


def _is_part(old: SetAside | Place) -> bool:
    if isinstance(old, Place):
        return old.event == "baseline"
    return old.code in vocabulary.VITALS or old.code in vocabulary.LABS


def _set_aside_in(old: Fact, codes: Iterable[str]) -> bool:
    return isinstance(old, SetAside) and old.code in codes


def _is_baseline(event: events.Event) -> bool:
    return isinstance(event, events.Encounter) and event.event == "baseline"


def charted(row: VitalsRow) -> Iterator[str]:
    """Yield the codes that a vitals row holds."""
    return (code for code, field in COLUMN.items() if getattr(row, field) is not None)


def items_of(baseline: Baseline) -> Iterator[str]:
    """Yield what a baseline says, by name."""
    yield from baseline.readings
    yield from (f"{HISTORY}{item}" for item in baseline.findings)
    yield from (f"{TARGET}{code}" for code in baseline.targets)
    if baseline.age is not None:
        yield AGE
    if baseline.dose_1_planned is not None:
        yield PLANNED
    if baseline.unit is not None:
        yield UNIT


def plain(code: str) -> str:
    """Return the code of a reading that was set aside; one of a baseline has its own name there."""
    return code.removeprefix(OF_BASELINE)


def versions(chart: Chart, id: str) -> dict[str, Version]:
    """Return which record each code of an id is from that is charted, was set aside or taken back."""
    found: dict[str, Version] = {}
    for code, fact in _facts(chart, id, moments_of(chart, id)):
        version = (fact.rank, fact.tie)
        if isinstance(fact, VitalsRow) and fact.older:
            version = next(((rank, tie) for name, rank, tie in fact.older if name == code), version)
        found[code] = max(found.get(code, version), version)
    return found


def moments_of(chart: Chart, id: str) -> tuple[int, ...]:
    """Return each `at` (ms) that what is charted under an id may have; none where nothing is known of it."""
    fact = chart.seen.get(id)
    return chart.moved.get(id, ()) if fact is None else chart.moments(fact)


def note_moment(chart: Chart, event: events.Event) -> None:
    """Note that a record charts something with another `at` than the records of its id before it."""
    before = moments_of(chart, event.id)
    if event.at not in before:
        chart.moved[event.id] = (*before, event.at)


def _facts(chart: Chart, id: str, moments: tuple[int, ...]) -> Iterator[tuple[str, Fact]]:
    for row in chart.tail.rows_of((id,)):
        yield from ((code, row) for code in charted(row))
    for code, labs in chart.labs.items():
        yield from ((code, lab) for lab in of_record(labs, id, moments))
    for baseline in of_record(chart.baselines, id, moments):
        yield from ((item, baseline) for item in items_of(baseline))
    yield from (("weight", weight) for weight in of_record(chart.raw_weights, id, moments))
    yield from ((plain(fact.code), fact) for fact in of_record(chart.set_aside, id, moments))
    yield from ((fact.code, fact) for fact in of_record(chart.taken_back, id, moments))


def named(event: Merged) -> set[str]:
    """Return the codes that a record names: with a value, unusable, or taken back."""
    codes = {each.code for each in event.unusable} | set(event.withdrawn)
    if isinstance(event, events.Encounter):
        codes |= {code for code, _ in event.vitals} | {lab[0] for lab in event.labs}
        codes |= {f"{HISTORY}{item}" for item in event.findings}
        codes |= {f"{TARGET}{code}" for code in event.targets}
        more = ((AGE, event.age), (PLANNED, event.dose_1_planned), (UNIT, event.location))
        return codes | {name for name, value in more if value is not None}
    return codes | {reading[0] for reading in event.readings}


def winning(chart: Chart, event: Merged) -> set[str]:
    """Return the codes of a record that replace what is charted under its id, or are new."""
    before = versions(chart, event.id)
    whole = before.get(WHOLE)
    if whole is not None and not beats(event, whole):
        return set()
    return {code for code in named(event) if code not in before or beats(event, before[code])}


def moves_place(chart: Chart, event: events.Encounter) -> bool:
    """Return whether a baseline says where the patient is, and since when, in place of an earlier one."""
    before = versions(chart, event.id).get(WHOLE)
    places = of_record(chart.places, event.id, moments_of(chart, event.id))
    mine = [(place.rank, place.tie) for place in places]
    return all(beats(event, version) for version in (*mine, *((before,) if before else ())))


def only(event: Merged, codes: set[str]) -> Merged:
    """Return a record with these of its codes alone."""
    unusable = tuple(each for each in event.unusable if each.code in codes)
    withdrawn = tuple(code for code in event.withdrawn if code in codes)
    if isinstance(event, events.Encounter):
        return replace(
            event,
            vitals=tuple(reading for reading in event.vitals if reading[0] in codes),
            labs=tuple(reading for reading in event.labs if reading[0] in codes),
            findings={item: stated for item, stated in event.findings.items() if f"{HISTORY}{item}" in codes},
            age=event.age if AGE in codes else None,
            dose_1_planned=event.dose_1_planned if PLANNED in codes else None,
            location=event.location if UNIT in codes else None,
            unusable=unusable,
            withdrawn=withdrawn,
            targets={code: value for code, value in event.targets.items() if f"{TARGET}{code}" in codes},
        )
    readings = tuple(reading for reading in event.readings if reading[0] in codes)
    return replace(event, readings=readings, unusable=unusable, withdrawn=withdrawn)


def oxygen_beside(chart: Chart, event: events.Vitals) -> dict[str, Version]:
    """Return what else was charted of oxygen at a record's `at` under its id, and by which record.

    Flow and FiO2 belong to the device that is charted with them: corrected one by one they stay one row.
    """
    if not any(code in OXYGEN for code, _ in event.readings):
        return {}
    sent = named(event)
    before = versions(chart, event.id)
    rows = (row for row in chart.tail.rows_of((event.id,)) if row.at == event.at)
    beside = [code for row in rows for code in charted(row) if code in OXYGEN and code not in sent]
    return {code: before[code] for code in beside}


def with_oxygen(chart: Chart, event: events.Vitals, codes: Iterable[str]) -> events.Vitals:
    """Return a record with these codes as they are charted at its `at` under its id."""
    rows = [row for row in chart.tail.rows_of((event.id,)) if row.at == event.at]
    kept = [(code, getattr(row, COLUMN[code])) for row in rows for code in charted(row) if code in codes]
    return replace(event, readings=(*event.readings, *kept))


def undo(chart: Chart, id: str, codes: set[str]) -> int:
    """Remove these codes of an id, and return the dirty flags of what was removed."""
    moments = moments_of(chart, id)
    dirty = _undo_signs(chart, id, codes)
    for code in codes & chart.labs.keys():
        dirty |= dirty_flags.BIT[code] if drop(chart.labs[code], id, moments) else 0
    if "weight" in codes and drop(chart.raw_weights, id, moments):
        dirty |= dirty_flags.WEIGHT
    dirty |= _undo_baseline(chart, id, codes)
    aside = [fact for fact in of_record(chart.set_aside, id, moments) if plain(fact.code) in codes]
    for fact in aside:
        remove(chart.set_aside, fact)
    for back in [fact for fact in of_record(chart.taken_back, id, moments) if fact.code in codes]:
        remove(chart.taken_back, back)
    chart.unsaved |= EDITED
    return dirty | dirty_flags.bits(flag_of(fact.code) for fact in aside)


def _undo_signs(chart: Chart, id: str, codes: set[str]) -> int:
    rows = chart.tail.rows_of((id,))
    gone = sum(flag for code, flag in UNREAD.items() if code in codes)
    if not any(row.unread & gone or any(code in codes for code in charted(row)) for row in rows):
        return 0
    chart.tail.remove(id)
    dirty = 0
    for row in rows:
        taken = {COLUMN[code]: None for code in charted(row) if code in codes}
        stays = {COLUMN[code]: None for code in charted(row) if code not in codes}
        dirty |= flags_of(replace(row, **stays, unread=row.unread & gone))
        rest = replace(row, **taken, unread=row.unread & ~gone)
        if rest.unread or any(charted(rest)):
            chart.tail.add(rest)
    return dirty


def _undo_baseline(chart: Chart, id: str, codes: set[str]) -> int:
    mine = list(of_record(chart.baselines, id, moments_of(chart, id)))
    if not any(item in codes for baseline in mine for item in items_of(baseline)):
        return 0
    for baseline in mine:
        change(chart.baselines, baseline, _without(baseline, codes))
    return dirty_flags.BASELINE


def _without(baseline: Baseline, codes: set[str]) -> Baseline:
    return replace(
        baseline,
        readings={code: value for code, value in baseline.readings.items() if code not in codes},
        findings={item: word for item, word in baseline.findings.items() if f"{HISTORY}{item}" not in codes},
        age=None if AGE in codes else baseline.age,
        dose_1_planned=None if PLANNED in codes else baseline.dose_1_planned,
        unit=None if UNIT in codes else baseline.unit,
        comparators={code: sign for code, sign in baseline.comparators.items() if code not in codes},
        targets={code: value for code, value in baseline.targets.items() if f"{TARGET}{code}" not in codes},
    )


def remaining(chart: Chart, id: str) -> Fact | None:
    """Return a fact that is charted under an id, the one that stands for it; None when nothing is."""
    moments = moments_of(chart, id)
    place = next(of_record(chart.places, id, moments), None)
    if place is not None:
        return place
    facts = [fact for _, fact in _facts(chart, id, moments)]
    return max(facts, key=precedence, default=None)


def precedence(fact: Fact) -> tuple[int, int, int, int]:
    """Return how well a fact stands for its record: used before unusable before taken back, vital signs
    before a weight beside them, the last word before the first. A chart read back must let the same one
    stand, which has the digest of the `final`.
    """
    if isinstance(fact, TakenBack | SetAside):
        kind = int(isinstance(fact, SetAside))
    else:
        kind = 3 if isinstance(fact, Place | VitalsRow) else 2
    return (kind, fact.rank, fact.tie, fact.n)
