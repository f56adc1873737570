"""One row of Table 3 as decided at a clock, and the small vocabulary of levels."""

from dataclasses import dataclass
from typing import Any

CLEAR, RELATIVE, ABSOLUTE, INDETERMINATE = "clear", "relative", "absolute", "indeterminate"
TRIPPED = (RELATIVE, ABSOLUTE)


@dataclass(frozen=True)
class Row:
    """A state with what it rests on.

    `at` is the instant it became true, None where that is "the instant decided".
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
    basis: Any = None  # set where `at` counts only if this has changed since the decision before
    note: Any = None  # what the stop rules need to know beyond the state

    @property
    def tripped(self) -> bool:
        """Relative or absolute."""
        return self.state in TRIPPED


def unknown(*missing: str, **more: Any) -> Row:
    """Indeterminate, naming what is missing."""
    return Row(INDETERMINATE, missing=missing, **more)


def ids(values: Any) -> tuple[str, ...]:
    """The ids of facts or values, each once, in their order."""
    return tuple(dict.fromkeys(v.id for v in values))
