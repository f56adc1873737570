"""Go over lists of facts in order, and go on where they have only grown at their end.

So a rule that depends on all results of a code costs no more with the thousandth than with the first, and
after a correction no more than what has come since the corrected one.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from copy import copy
from operator import is_
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from rules.chart.chart import Chart
from rules.chart.facts import AT, Fact, FactList, edits_of, place
from rules.guideline.declarations import Row

S = TypeVar("S")
Lists = tuple[Sequence[Any], ...]
Add = Callable[[S, int, Any], S]
"""Returns the state after a fact of the list with this number."""
Cut = Callable[[S, int], S]
Place = tuple[int, int, int]


class Mark(NamedTuple, Generic[S]):
    """A state on the way: its number, how many facts of each list are in it, and the place of the last."""

    number: int
    counts: list[int]
    latest: Place
    state: S


NEVER_GONE_ON = -1
"""The edits of a list that does not count them."""
BETWEEN = 32
"""Facts from one mark to the next."""


class Folded(Generic[S]):
    """A state after the facts so far. `counts`: how many of each list; `latest`: the place of the last.

    `marks`: states on the way, the fewer the longer ago, so that after an edit no more is added again than a
    few times what lies behind it.
    """

    __slots__ = ("counts", "cut", "edits", "latest", "lists", "marks", "since", "stamp", "start", "state")

    def __init__(self, lists: Lists, stamp: object, start: Callable[[], S], cut: Cut[S] | None) -> None:
        self.lists, self.stamp, self.start, self.cut = lists, stamp, start, cut
        self.edits = [edits_of(facts) for facts in lists]
        self.marks: list[Mark[S]] = []
        self._begin()

    def _begin(self) -> None:
        self.state, self.counts, self.since = self.start(), [0] * len(self.lists), 0
        self.latest: Place | None = None
        self.marks.clear()

    def goes_on(self, lists: Lists, stamp: object) -> bool:
        """Return whether these are the lists so far, and what else the state depends on is as it was."""
        return (self.stamp is stamp or self.stamp == stamp) and all(map(is_, lists, self.lists))

    def advance(self, add: Add[S]) -> None:
        """Add the facts that are new, and once more those behind what was edited."""
        came = False
        for facts, count, edits in zip(self.lists, self.counts, self.edits, strict=True):
            if getattr(facts, "edits", NEVER_GONE_ON) != edits:
                self._go_back()
                came = True
                break
            came = came or len(facts) != count
        if not came:
            return
        new = self._new()
        if new and self.latest is not None and place(new[0][0]) < self.latest:
            self._rewind(new[0][0].at)
            new = self._new()
        for fact, i in new:
            if self.since >= BETWEEN:
                self._mark()
            self.state = add(self.state, i, fact)
            self.counts[i] += 1
            self.latest, self.since = place(fact), self.since + 1

    def _go_back(self) -> None:
        """Go back to before what was edited."""
        self._rewind(min(filter(None, map(_edited_from, self.lists, self.edits)), default=None))
        self.edits = list(map(edits_of, self.lists))

    def _new(self) -> list[tuple[Any, int]]:
        if len(self.lists) == 1:
            return [(fact, 0) for fact in self.lists[0][self.counts[0] :]]
        new = [
            (fact, i)
            for i, facts in enumerate(self.lists)
            if len(facts) > self.counts[i]
            for fact in facts[self.counts[i] :]
        ]
        if len(new) > 1:
            new.sort(key=_place)
        return new

    def _mark(self) -> None:
        """Keep the state as it is, if the last mark lies far enough back."""
        if self.cut is not None or self.latest is None:
            return
        number = self.marks[-1].number + 1 if self.marks else 1
        kept = [mark for mark in self.marks if number - mark.number < 4 * (mark.number & -mark.number)]
        self.marks = [*kept, Mark(number, list(self.counts), self.latest, _copied(self.state))]
        self.since = 0

    def _rewind(self, at: int | None) -> None:
        """Go back to a state before moment `at` (None: to the beginning)."""
        if at is not None and self.cut is not None:
            self.counts = [bisect_left(facts, at, 0, count, key=AT) for facts, count in self._known()]
            self.state = self.cut(self.state, at)
            last = [place(facts[count - 1]) for facts, count in self._known() if count]
            self.latest = max(last, default=None)
            return
        while self.marks and (at is None or self.marks[-1].latest[0] >= at):
            self.marks.pop()
        if not self.marks:
            self._begin()
            return
        _, counts, self.latest, state = self.marks[-1]
        self.counts, self.state, self.since = list(counts), _copied(state), 0

    def _known(self) -> list[tuple[Sequence[Any], int]]:
        """Return each list, with how many of its facts are known here and are still there."""
        return [(facts, min(count, len(facts))) for facts, count in zip(self.lists, self.counts, strict=True)]


def _edited_from(facts: Sequence[Fact], edits: int) -> int | None:
    return facts.edited_from(edits) if isinstance(facts, FactList) else None


def _copied(state: Any) -> Any:
    """Return a copy of a state that can change on its own: of a fact, itself, for none changes."""
    if isinstance(state, dict):
        return dict(state)
    if state.__class__ is tuple:
        return tuple(map(_copied, state))
    if isinstance(state, msgspec.Struct) and not isinstance(state, Fact):
        return copy(state)
    return state


NOTHING: FactList[Any] = FactList()
"""Stands for the list of a code of which nothing was charted."""


def _place(pair: tuple[Fact, int]) -> tuple[int, int, int]:
    return place(pair[0])


def fold(
    chart: Chart,
    key: str,
    lists: Lists,
    stamp: object,
    start: Callable[[], S],
    add: Add[S],
    cut: Cut[S] | None = None,
) -> S:
    """Return the state after all facts of some lists, in the order of their places.

    `key`: whose state it is; `stamp`: what else it depends on: when that changes, it begins anew; `cut`:
    returns the state without the facts from a moment (ms) on, for one that grows with the facts. The state
    returned must not be changed.
    """
    if not any(lists):
        return start()
    found = chart.memo.get(key)
    kept: Folded[S] | None = None if found is None else found[2]
    if kept is None or not kept.goes_on(lists, stamp):
        kept = Folded(lists, stamp, start, cut)
        if NEVER_GONE_ON not in kept.edits:
            chart.memo[key] = (None, None, kept)
    kept.start, kept.cut = start, cut
    kept.advance(add)
    return kept.state


def key_of(row: Row, chart: Chart) -> str:
    """Return the key of a row's state: rows of guideline packs may share a code and differ in limits."""
    return row.code if chart.guideline.row.get(row.code) is row else f"{row.code} {id(row)}"
