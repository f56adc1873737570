"""List where a chart keeps its facts: what is stored, what is copied, and what tells a stay's from another's.

A new kind of fact is one line here. Vital signs are kept apart, record by record (`rules.chart.vitals.Tail`).
"""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from itertools import chain

from rules.chart import dirty_flags
from rules.chart.chart import EDITED, Chart, rebuilt
from rules.chart.corrected_codes import moments_of, precedence
from rules.chart.encoded_vitals import Signals
from rules.chart.facts import (
    Accepted,
    DoseFact,
    Drug,
    Fact,
    FactList,
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
    insert,
    listed,
    of_record,
)
from rules.chart.seen import Seen
from rules.chart.vitals import Tail

NAMED: dict[str, type[Fact]] = {
    "labs": Lab,
    "volumes": Volume,
    "lines": Rate,
    "findings": Sign,
    "not_understood": NotUnderstood,
}
"""Attributes of a chart that hold lists of facts by name, with the kind of fact."""

PLAIN: dict[str, type[Fact]] = {
    "taken_back": TakenBack,
    "set_aside": SetAside,
    "doses": DoseFact,
    "places": Place,
    "drugs": Drug,
    "resumes": Resumed,
    "raw_weights": Weight,
    "accepts": Accepted,
}
"""Attributes of a chart that hold one list of facts each, with the kind of fact."""

BY_CODE = frozenset({"set_aside", "taken_back"})
"""Lists of single readings: a record is replaced in them code by code."""

COMMANDS = ("resumes", "accepts")
"""Answers to what their author saw: they belong to the stay in which they were given, whatever their `at`."""


def every_list(chart: Chart) -> Iterator[FactList[Fact]]:
    """Yield every list of facts of a chart but the vital signs and the baselines.

    What was set aside comes first: of a record of which a part was used, the used part stands for its id.
    """
    for name in PLAIN:
        yield getattr(chart, name)
    for name in NAMED:
        yield from getattr(chart, name).values()


def ids(chart: Chart) -> list[str]:
    """Return the ids of the facts in a fixed order, each once; those of vital signs and ghosts left out."""
    return list(dict.fromkeys(fact.id for facts in every_list(chart) for fact in facts))


def has_fact(chart: Chart, id: str) -> bool:
    """Return whether any of those lists has a fact of an id."""
    moments = moments_of(chart, id)
    return any(True for facts in every_list(chart) for _ in of_record(facts, id, moments))


def index(chart: Chart) -> None:
    """Derive the fact in force for each id, the one `record` would have left there, and what has moved."""
    seen: dict[str, Fact] = {**chart.ghosts, **chart.faded}
    for fact in chain(chain.from_iterable(every_list(chart)), chart.tail.rows):
        other = seen.get(fact.id)
        if other is None or isinstance(other, Ghost) or precedence(fact) >= precedence(other):
            seen[fact.id] = fact
    chart.seen = Seen(seen, chart.tail.recall, chart.tail.unpack, chart.faded)
    chart.moved = moved(chart)


def moved(chart: Chart) -> dict[str, tuple[int, ...]]:
    """Return each `at` of the facts of an id of which one has another `at` than the one in force."""
    found: dict[str, tuple[int, ...]] = {}
    lists: Iterator[Sequence[Fact]] = chain(every_list(chart), (chart.tail.rows, chart.baselines))
    for facts in lists:
        for fact in facts:
            one = chart.seen.get(fact.id)
            ats = found.get(fact.id, () if one is None else (one.at,))
            if fact.at not in ats:
                found[fact.id] = (*ats, fact.at)
    return found


def part(chart: Chart, begin: int, present: Tail | None = None) -> Chart:
    """Return a chart with the facts of another from moment `begin` on, as if there were no earlier ones.

    `present`: the vital signs of the stay that began then, as they are followed without those before it.
    """
    out = Chart(chart.guideline)
    out.n = chart.n
    for name in NAMED:
        lists = getattr(chart, name)
        setattr(out, name, {key: _from(facts, begin) for key, facts in lists.items()})
    for name in PLAIN:
        when = _known if name in COMMANDS else _at
        setattr(out, name, _from(getattr(chart, name), begin, when))
    out.baselines = FactList(fact for fact in chart.baselines if fact.at >= begin)
    out.ghosts = {id: fact for id, fact in chart.ghosts.items() if fact.at >= begin}
    out.faded.update((id, fact) for id, fact in chart.faded.items() if fact.at >= begin)
    _restart(out.tail, chart.tail, begin, present)
    rebuilt(out)
    index(out)
    out.digests = {id: digest for id, digest in chart.digests.items() if id in out.seen}
    return out


def until(chart: Chart, end: int, without: str) -> Chart:
    """Return a chart with the facts of another up to moment `end`, less the dose `without`.

    Where nothing is later, all but the doses is the other's own.
    """
    if not _goes_beyond(chart, end):
        return _without_dose(chart, without)
    out = Chart(chart.guideline)
    out.n = chart.n
    for name in NAMED:
        lists = getattr(chart, name)
        setattr(out, name, {key: _until(facts, end, without) for key, facts in lists.items()})
    for name in PLAIN:
        when = _known if name in COMMANDS else _at
        setattr(out, name, _until(getattr(chart, name), end, without, when))
    out.baselines = FactList(fact for fact in chart.baselines if fact.at <= end)
    rebuilt(out)
    out.tail = chart.tail.until(end, out.tail.setting, out.mode)
    return out


def _goes_beyond(chart: Chart, end: int) -> bool:
    plain = (getattr(chart, name) for name in PLAIN if name not in COMMANDS)
    named = (facts for name in NAMED for facts in getattr(chart, name).values())
    lists: Iterator[Sequence[Fact]] = chain(plain, named, (chart.tail.recent, chart.baselines))
    commands = chain.from_iterable(getattr(chart, name) for name in COMMANDS)
    return any(facts and facts[-1].at > end for facts in lists) or any(one.first > end for one in commands)


def _without_dose(chart: Chart, id: str) -> Chart:
    out = copy(chart)
    out.judged = None
    if chart.doses[-1].id == id and chart.is_another_dose(chart.doses[-1]):
        assert isinstance(chart.doses, FactList)
        out.doses, out.cycle_doses = chart.doses.before(len(chart.doses) - 1), chart.cycle_doses[:-1]
        return out
    out.doses = [dose for dose in chart.doses if dose.id != id]
    out.refresh(dirty_flags.DOSES)
    return out


def keep_record(chart: Chart, id: str, into: Chart) -> None:
    """Insert into another chart the facts that a record charted; nothing is derived from them."""
    moments = moments_of(chart, id)
    into.unsaved, into.saved = into.unsaved | EDITED, None
    for name in PLAIN:
        for fact in of_record(getattr(chart, name), id, moments):
            insert(getattr(into, name), fact)
    for name in NAMED:
        for key, facts in getattr(chart, name).items():
            for fact in of_record(facts, id, moments):
                insert(listed(getattr(into, name), key), fact)
    for baseline in of_record(chart.baselines, id, moments):
        insert(into.baselines, baseline)
    for row in chart.tail.rows_of((id,)):
        insert(into.tail.rows, row)


def _restart(tail: Tail, of: Tail, begin: int, present: Tail | None) -> None:
    """Give a tail the records of another from `begin` on.

    What the other no longer keeps record by record may be of a stay before, too: where it reaches to `begin`,
    what came before the records is what it is in the present stay's own tail.
    """
    whole = bool(of.rows) and of.rows[0].at >= begin
    if whole and of.horizon is not None and present is not None and present.rows:
        signals, readings = present.edge()
        kept_from, since = of.rows[0].at, present.rows[0].at
        rows = [row for row in present.rows if row.at < kept_from]
        tail.restore(signals.copy(), readings, rows + [row for row in of.rows if row.at >= since])
        return
    first = of.marks[0].signals.copy() if whole else Signals()
    before = [[reading for reading in history if reading.at >= begin] for history in of.before()]
    tail.restore(first, before, [row for row in of.rows if row.at >= begin])


def _at(fact: Fact) -> int:
    return fact.at


def _known(fact: Fact) -> int:
    return fact.first


def _until(facts: list[Fact], end: int, without: str, when: Callable[[Fact], int] = _at) -> list[Fact]:
    return FactList(fact for fact in facts if when(fact) <= end and fact.id != without)


def _from(facts: list[Fact], begin: int, when: Callable[[Fact], int] = _at) -> list[Fact]:
    return FactList(fact for fact in facts if when(fact) >= begin)
