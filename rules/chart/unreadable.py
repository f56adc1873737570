"""Tell where something was charted and could not be read.

What was said and not understood is not nothing (criteria.md section 2).
"""

from collections.abc import Callable, Sequence

from rules.chart.chart import Chart
from rules.chart.facts import Fact, charted_at, place
from rules.chart.infusions import agent_of
from rules.chart.oxygen import UNREAD
from rules.wire import vocabulary


def newest_is_unreadable(chart: Chart, code: str, counts: Callable[[Fact], bool] = lambda fact: True) -> bool:
    """Return whether the newest result by `at` of a code was set aside, and no usable newer one is known.

    `code`: of a lab, `weight`, `urine`, an infusion's agent, `o2-device`, `o2-flow` or `fio2`. `counts`: says
    of which results it is asked: what was stale when it became known says nothing.
    """
    if code in UNREAD:
        return bool(chart.tail.now.oxygen.unread & UNREAD[code])
    set_aside = (fact for fact in reversed(chart.set_aside) if fact.code == code)
    unread = next((fact for fact in set_aside if counts(fact)), None)
    if code == "weight":
        return _weight_is_unreadable(chart, unread, counts)
    return unread is not None and not _usable_since(chart, code, unread, counts)


def unreadable_between(chart: Chart, code: str, start: int, end: int) -> bool:
    """Return whether a result of a code with an `at` in (start, end] was set aside."""
    return any(fact.code == code and start < fact.at <= end for fact in chart.set_aside)


def unreadable_moments(chart: Chart, code: str) -> list[int]:
    """Return when results of a code were set aside, weights that jump among them."""
    found = [fact.at for fact in chart.set_aside if fact.code == code]
    if code == "weight":
        found += chart.weights.doubted
    return found


def _weight_is_unreadable(chart: Chart, unread: Fact | None, counts: Callable[[Fact], bool]) -> bool:
    """Return whether the newest weight was set aside, or is doubted: it jumps from the one before."""
    newest = next((weight for weight in reversed(chart.raw_weights) if counts(weight)), None)
    if newest is None or (unread is not None and place(unread) >= place(newest)):
        return unread is not None
    return all(weight is not newest for weight in charted_at(chart.weights, newest.at))


def _usable_since(chart: Chart, code: str, unread: Fact, counts: Callable[[Fact], bool]) -> bool:
    newest = (next(filter(counts, reversed(facts)), None) for facts in _of(chart, code))
    return any(fact is not None and place(fact) > place(unread) for fact in newest)


def _of(chart: Chart, code: str) -> list[Sequence[Fact]]:
    """Return the lists of facts, each in order of `at`, that hold the usable results of a code."""
    if code == "urine":
        return [chart.volumes["urine"]]
    if code in vocabulary.LABS:
        return [chart.labs.get(code, [])]
    return [
        [rate for rate in rates if not rate.unread]
        for key, rates in chart.lines.items()
        if agent_of(key) == code
    ]
