"""One row of Table 3 as decided at a clock, and the small vocabulary of levels."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

CLEAR, RELATIVE, ABSOLUTE, INDETERMINATE = "clear", "relative", "absolute", "indeterminate"
TECHNICAL, ADVISORY, PENDING = "technical", "advisory", "pending"
TRIPPED = (RELATIVE, ABSOLUTE)


class Named(Protocol):
    """What has an id."""

    @property
    def id(self) -> str:
        """The id of the record."""


@dataclass(frozen=True)
class Row:
    """A state with what it rests on.

    `at` is the instant it became true, None where that is "the instant decided"; `basis` is set where `at`
    counts only if this has changed since the decision before.
    """

    state: str
    value: Any = None
    unit: str | None = None
    stale: bool = False
    missing: tuple[str, ...] = ()
    correctable: tuple[str, ...] = ()
    evaluates_at: int | None = None
    evidence: tuple[str, ...] = ()
    at: int | None = None
    basis: Any = None
    note: Any = None  # what stop rules and others need to know beyond the state

    @property
    def tripped(self) -> bool:
        """Relative or absolute."""
        return self.state in TRIPPED


def unknown(*missing: str, **more: Any) -> Row:
    """Indeterminate, naming what is missing."""
    return Row(INDETERMINATE, missing=missing, **more)


def kept(row: Row, *missing: str) -> Row:
    """What the row is when its data cannot be told any more: itself, stale, if it was tripped; else
    indeterminate.
    """
    if row.tripped:
        return replace(row, stale=True, missing=missing)
    return replace(row, state=INDETERMINATE, missing=missing, at=None, stale=False)


def ids(values: Iterable[Named]) -> tuple[str, ...]:
    """The ids of facts or values, each once, in their order."""
    return tuple(dict.fromkeys(v.id for v in values))


def worse(a: str, b: str) -> str:
    """The worse of two states."""
    order = (CLEAR, INDETERMINATE, RELATIVE, ABSOLUTE)
    return a if order.index(a) >= order.index(b) else b
