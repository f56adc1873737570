"""What advice is judged on, and how it comes out (criteria.md 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .facts import Fact
from .knowledge import Knowledge
from .row import ADVISORY, CLEAR, Row, ids


@dataclass
class Scene:
    """Knowledge and clock, the rows at it, what stands, and since when the episodes it counts from are open.

    `opened`: subject -> opening `at` of `hypotension`, `urine-hour`, `urine-shift` while tripped. `stays`:
    advice that stays open once it was. `against`, `erred`: the decision that found a dose given against
    advice, or in error.
    """

    k: Knowledge
    at: int
    rows: Mapping[str, Row]
    low: Row
    accepted: Mapping[str, Fact] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    opened: Mapping[str, int] = field(default_factory=dict)
    stays: set[str] = field(default_factory=set)
    against: Mapping[str, int] = field(default_factory=dict)
    erred: Mapping[str, int] = field(default_factory=dict)
    error_acknowledged: bool = False
    goes_on: bool = False  # charting after a discharge
    low_open: bool = False  # the episode of hypotension, which no missing pressure ends
    recommendation: str = "proceed"


@dataclass(frozen=True)
class Judged:
    """Advice open or closed: since when in truth (None: the instant decided), at which level, and the facts
    it rests on.
    """

    at: int | None = None
    evidence: tuple[str, ...] = ()
    level: str = ADVISORY
    amount: Fraction | None = None  # mL of boluses, where a reminder hangs on it

    @property
    def open(self) -> bool:
        """Whether its condition holds."""
        return self.level != CLEAR


Condition = Callable[[Scene], Judged]


def opened(
    at: int | None = None,
    facts: list[Fact] | None = None,
    level: str = ADVISORY,
    amount: Fraction | None = None,
) -> Judged:
    """Its condition holds."""
    return Judged(at, ids(facts or []), level, amount)


def closed(at: int | None = None, evidence: tuple[str, ...] = ()) -> Judged:
    """Its condition does not hold; `at` where a fact ended it, None where anything else did."""
    return Judged(at, evidence, CLEAR)
