"""Find the fact in force for an id; the facts of older records are put back once one of them is looked up."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import overload

from rules.chart.encoded_vitals import Faded, Older
from rules.chart.facts import Fact, Ghost
from rules.chart.oxygen import VitalsRow

FEWEST_FADED = 16
"""Fewer ids of records that left the tail are held as they are."""


class Seen(dict[str, Fact]):
    """The fact in force for each id, less those of `older` records and of those that left the tail.

    `recall` puts the older ones back that have an id, `unpack` all of them; `absent`: an id that nothing has
    which is held encoded: one is looked up several times.
    """

    __slots__ = ("_faded", "_ghosts", "absent", "older", "packed", "recall", "unpack")

    def __init__(
        self,
        facts: Mapping[str, Fact],
        recall: Callable[[str], None],
        unpack: Callable[[], None],
        faded: dict[str, Ghost] | None = None,
    ) -> None:
        super().__init__(facts)
        self._ghosts: dict[str, Ghost] = {} if faded is None else faded
        self._faded: Faded | None = None
        self.older: Older | None = None
        self.packed = False
        self.absent: object = None
        self.recall, self.unpack = recall, unpack

    @property
    def faded(self) -> dict[str, Ghost]:
        """The ids of the last records that left the tail, the oldest first."""
        if self._faded is not None:
            self._ghosts.update((ghost.id, ghost) for ghost in self._faded.ghosts())
            for id, ghost in self._ghosts.items():
                super().setdefault(id, ghost)
            self._faded = None
            self.packed = self.older is not None
        return self._ghosts

    def pack_faded(self) -> None:
        """Hold the ids of records that left the tail encoded."""
        if len(self._ghosts) < FEWEST_FADED:
            return
        self._faded = Faded(list(self._ghosts.values()))
        self._leave_out(self._ghosts.values())
        self._ghosts = {}

    def _leave_out(self, facts: Iterable[Fact]) -> None:
        """Leave out facts, where they are in force; what is left is a new table, which is a small one."""
        for fact in facts:
            if super().get(fact.id) is fact:
                super().__delitem__(fact.id)
        left = dict(self.items())
        self.clear()
        self.update(left)
        self.packed, self.absent = True, None

    def _recall(self, id: object) -> None:
        self.absent = id
        if self._faded is not None and id in self._faded.ids:
            self.faded  # noqa: B018
        if self.older is not None and isinstance(id, str):
            self.recall(id)

    def __contains__(self, id: object) -> bool:
        if self.packed and id is not self.absent:
            self._recall(id)
        return super().__contains__(id)

    def __getitem__(self, id: str) -> Fact:
        if self.packed and id is not self.absent:
            self._recall(id)
        return super().__getitem__(id)

    @overload  # type: ignore[override]
    def get(self, id: str) -> Fact | None: ...

    @overload
    def get(self, id: str, default: Fact) -> Fact: ...

    def get(self, id: str, default: Fact | None = None) -> Fact | None:
        """Return the fact of an id."""
        if self.packed and id is not self.absent:
            self._recall(id)
        return super().get(id, default)

    def __iter__(self) -> Iterator[str]:
        self.unpack()
        self.faded  # noqa: B018
        return super().__iter__()

    def pack(self, rows: Sequence[VitalsRow], older: Older) -> None:
        """Leave out records that become older ones; an id of several records keeps the one in force."""
        self.older, self.packed, self.absent = older, True, None
        ids = {row.id for row in rows}
        if len(ids) == len(rows) and not any(id in older.ids for id in ids):
            self._leave_out(rows)

    def put_back(self, rows: Iterable[VitalsRow], older: Older | None) -> None:
        """Put older records back in their places; `older`: those that are not."""
        self.older, self.packed = older, older is not None or self._faded is not None
        for row in rows:
            here = super().get(row.id)
            if here is None or (isinstance(here, VitalsRow) and (here.n, here.at) == (row.n, row.at)):
                super().__setitem__(row.id, row)
