"""Go over lists of facts in order, and go on where they have only grown at their end.

So a rule that depends on all results of a code costs no more with the thousandth than with the first.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from rules.chart.chart import Chart
from rules.chart.facts import Fact, FactList, edits_of, place
from rules.guideline.declarations import Row

S = TypeVar("S")
Lists = tuple[Sequence[Any], ...]
Add = Callable[[S, int, Any], S]
"""Returns the state after a fact of the list with this number."""


class Folded(Generic[S]):
    """A state after the facts so far. `counts`: how many of each list; `latest`: the place of the last."""

    __slots__ = ("counts", "edits", "latest", "lists", "stamp", "state")

    def __init__(self, lists: Lists, stamp: object, state: S) -> None:
        self.lists, self.stamp, self.state = lists, stamp, state
        self.edits = [edits_of(facts) for facts in lists]
        self.counts = [0] * len(lists)
        self.latest: tuple[int, int, int] | None = None

    def goes_on(self, lists: Lists, stamp: object) -> bool:
        """Return whether these are the lists so far, with nothing but later facts."""
        same = all(one is other for one, other in zip(lists, self.lists, strict=True))
        return same and self.stamp == stamp and self.edits == [edits_of(facts) for facts in lists]

    def advance(self, add: Add[S]) -> bool:
        """Add the facts that are new; return False when one belongs before those added already."""
        new = [
            (fact, i)
            for i, facts in enumerate(self.lists)
            if len(facts) > self.counts[i]
            for fact in facts[self.counts[i] :]
        ]
        if len(self.lists) > 1:
            new.sort(key=_place)
        if not new:
            return True
        if self.latest is not None and place(new[0][0]) < self.latest:
            return False
        for fact, i in new:
            self.state = add(self.state, i, fact)
        self.counts, self.latest = [len(facts) for facts in self.lists], place(new[-1][0])
        return True


NOTHING: FactList[Any] = FactList()
"""Stands for the list of a code of which nothing was charted."""


def _place(pair: tuple[Fact, int]) -> tuple[int, int, int]:
    return place(pair[0])


def fold(chart: Chart, key: str, lists: Lists, stamp: object, start: Callable[[], S], add: Add[S]) -> S:
    """Return the state after all facts of some lists, in the order of their places.

    `key`: whose state it is; `stamp`: what else it depends on: when that changes, it begins anew. The state
    returned must not be changed.
    """
    if not any(lists):
        return start()
    kept: Folded[S] | None = chart.memo[key][2] if key in chart.memo else None
    if kept is None or not kept.goes_on(lists, stamp) or not kept.advance(add):
        kept = Folded(lists, stamp, start())
        kept.advance(add)
        if -1 not in kept.edits:
            chart.memo[key] = (None, None, kept)
    return kept.state


def key_of(row: Row, chart: Chart) -> str:
    """Return the key of a row's state: rows of guideline packs may share a code and differ in limits."""
    return row.code if chart.guideline.row.get(row.code) is row else f"{row.code} {id(row)}"
