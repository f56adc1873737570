"""Find the fact in force for an id; the facts of older records are put back once one of them is looked up."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import overload

from rules.chart.encoded_vitals import Faded, Older
from rules.chart.facts import Fact, Ghost
from rules.chart.oxygen import VitalsRow

FEWEST_FADED = 16
"""Fewer ids of records that left the tail are held as they are."""


class Seen(dict[str, Fact]):
    """The fact in force for each id: looked up several times a record, so as in any table while all are here.

    `older`: the records that are held encoded, if some are: then it is a `PartlySeen`. `recall` puts those
    back that have an id, `unpack` all of them; `absent`: an id that nothing has which is held encoded.
    """

    __slots__ = ("_faded", "_ghosts", "absent", "older", "recall", "unpack")

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
            self._set_class()
        return self._ghosts

    def _set_class(self) -> None:
        """Look up as any table does, or as one that holds some facts encoded, by what is held."""
        some = self.older is not None or self._faded is not None
        self.__class__ = PartlySeen if some else Seen

    def pack_faded(self) -> None:
        """Hold the ids of records that left the tail encoded."""
        if len(self._ghosts) < FEWEST_FADED:
            return
        self._faded = Faded(list(self._ghosts.values()))
        self._leave_out(self._ghosts.values())
        self._ghosts, self.absent = {}, None
        self._set_class()

    def _leave_out(self, facts: Iterable[Fact]) -> None:
        """Leave out facts, where they are in force; what is left is a new table, which is a small one."""
        for fact in facts:
            if super().get(fact.id) is fact:
                super().__delitem__(fact.id)
        left = dict(self.items())
        self.clear()
        self.update(left)

    def pack(self, rows: Sequence[VitalsRow], older: Older) -> None:
        """Leave out records that become older ones; an id of several records keeps the one in force."""
        self.older, self.absent = older, None
        ids = {row.id for row in rows}
        if len(ids) == len(rows) and not any(id in older.ids for id in ids):
            self._leave_out(rows)
        self._set_class()

    def put_back(self, rows: Iterable[VitalsRow], older: Older | None) -> None:
        """Put older records back in their places; `older`: those that are not."""
        self.older = older
        self._set_class()
        for row in rows:
            here = super().get(row.id)
            if here is None or (isinstance(here, VitalsRow) and (here.n, here.at) == (row.n, row.at)):
                super().__setitem__(row.id, row)


class PartlySeen(Seen):
    """The same where some facts are held encoded: those of an id are put back before it is looked up.

    A class of its own, and not a question in each lookup: a fold of a log, offline, holds none.
    """

    __slots__ = ()

    def _recall(self, id: object) -> None:
        self.absent = id
        if self._faded is not None and id in self._faded.ids:
            self.faded  # noqa: B018
        if self.older is not None and isinstance(id, str):
            self.recall(id)

    def __contains__(self, id: object) -> bool:
        if id is not self.absent:
            self._recall(id)
        return dict.__contains__(self, id)

    def __getitem__(self, id: str) -> Fact:
        if id is not self.absent:
            self._recall(id)
        return dict.__getitem__(self, id)

    @overload  # type: ignore[override]
    def get(self, id: str) -> Fact | None: ...

    @overload
    def get(self, id: str, default: Fact) -> Fact: ...

    def get(self, id: str, default: Fact | None = None) -> Fact | None:
        """Return the fact of an id."""
        if id is not self.absent:
            self._recall(id)
        return dict.get(self, id, default)

    def __iter__(self) -> Iterator[str]:
        self.unpack()
        self.faded  # noqa: B018
        return dict.__iter__(self)
