"""Return a chart as it would be had its corrections of this instant not come.

Source: criteria.md section 9, `amended`. It is made for a decision and then forgotten: what no correction
touches is the other chart's own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from itertools import chain

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.chart.corrected_codes import moments_of, precedence, undo, versions
from rules.chart.fact_lists import BY_CODE, NAMED, PLAIN, every_list, index, keep_record
from rules.chart.facts import Fact, FactList, insert, of_record
from rules.chart.seen import Seen
from rules.chart.vitals import Tail

Replaced = Mapping[str, tuple[int, ...]]
"""The records that were corrected, each with the moments (ms) of what it charts."""
DERIVED = {
    "doses": dirty_flags.DOSES,
    "places": dirty_flags.ENCOUNTER,
    "raw_weights": dirty_flags.WEIGHT,
    "baselines": dirty_flags.BASELINE,
    "lines": dirty_flags.INFUSIONS,
    "volumes": dirty_flags.URINE,
}
"""Attribute -> the dirty flag of what a chart derives from it."""
ADDED_TO = dirty_flags.WEIGHT | dirty_flags.BASELINE | dirty_flags.INFUSIONS | dirty_flags.ENCOUNTER
"""What is derived from these is changed in place: it must not be the other chart's own."""


def uncorrected(chart: Chart, ids: Collection[str], before: Chart) -> Chart:
    """Return a chart as it would be if the records `ids` still were as `before` has them.

    What they say now of something of which they said nothing then is new, and stays.
    """
    new, replaced = _new_in(chart, ids, before), {id: moments_of(chart, id) for id in ids}
    out = copy(chart)
    out.judged, out.memo = None, {}
    dirty = 0
    for name in (*PLAIN, "baselines"):
        back = (*getattr(before, name), *getattr(new, name))
        facts = _as_before(getattr(chart, name), replaced, back)
        if facts is not None:
            setattr(out, name, facts)
            dirty |= DERIVED.get(name, 0)
    for name in NAMED:
        lists = _lists_as_before(chart, name, replaced, before, new)
        if lists is not None:
            setattr(out, name, lists)
            dirty |= DERIVED.get(name, 0)
    _derive(out, dirty)
    rows = sorted((*before.tail.rows, *new.tail.rows), key=precedence)
    out.tail = chart.tail.replaced(ids, rows, out.tail.setting, out.mode)
    out.seen = _seen(chart, ids, (*every_list(before), *every_list(new), rows), out.tail)
    return out


def _as_before(facts: Sequence[Fact], replaced: Replaced, back: Sequence[Fact]) -> FactList[Fact] | None:
    """Return a list with what is to be put back in place of what some records charted; None: as it is."""
    gone = {id for id, moments in replaced.items() if any(True for _ in of_record(facts, id, moments))}
    if not gone and not back:
        return None
    out = FactList(fact for fact in facts if fact.id not in gone)
    for fact in back:
        insert(out, fact)
    return out


def _lists_as_before(
    chart: Chart, name: str, replaced: Replaced, before: Chart, new: Chart
) -> dict[str, Sequence[Fact]] | None:
    """Return the lists of an attribute, those that were corrected as they were; None: none was."""
    lists, was, added = getattr(chart, name), getattr(before, name), getattr(new, name)
    found = {
        key: _as_before(lists.get(key, ()), replaced, (*was.get(key, ()), *added.get(key, ())))
        for key in dict.fromkeys((*lists, *was, *added))
    }
    changed = {key: facts for key, facts in found.items() if facts is not None}
    return {**lists, **changed} if changed else None


def _derive(out: Chart, dirty: int) -> None:
    """Derive again what rests on the lists that were corrected, and into what is `out`'s own."""
    if not dirty:
        return
    whole = Chart(out.guideline)
    out.tail = Tail(out.tail.setting, out.mode)
    out.dosed = whole.dosed
    if dirty & ADDED_TO:
        out.weights, out.timeline, out.loads = whole.weights, whole.timeline, whole.loads
        out.urine, out.mode, out.tail = whole.urine, whole.mode, whole.tail
        dirty = dirty_flags.EVERYTHING
    out.refresh(dirty)


def _seen(chart: Chart, ids: Collection[str], lists: Iterable[Iterable[Fact]], tail: Tail) -> Seen:
    """Return the fact in force for each id; `lists`: of the facts of those that are as they were."""
    faded = dict(chart.faded)
    seen = {id: fact for id, fact in chart.seen.items() if id not in ids}
    for fact in sorted(chain.from_iterable(lists), key=precedence):
        seen[fact.id] = fact
    return Seen(seen, tail.recall, tail.unpack, faded)


def _new_in(chart: Chart, ids: Collection[str], before: Chart) -> Chart:
    """Return what the records `ids` say of something of which they said nothing before."""
    new = Chart(chart.guideline)
    index(before)
    for id in ids:
        if id in before.seen:
            keep_record(chart, id, new)
    index(new)
    for id in ids:
        undo(new, id, set(versions(before, id)))
    for name in PLAIN.keys() - BY_CODE:
        setattr(new, name, _not_in(getattr(new, name), getattr(before, name)))
    for name in NAMED:
        earlier = getattr(before, name)
        kept = {key: _not_in(facts, earlier.get(key, ())) for key, facts in getattr(new, name).items()}
        setattr(new, name, kept)
    return new


def _not_in(facts: Iterable[Fact], before: Iterable[Fact]) -> list[Fact]:
    """Return the facts of records of which there are none among those before."""
    known = {fact.id for fact in before}
    return FactList(fact for fact in facts if fact.id not in known)
