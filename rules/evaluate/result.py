"""Define what an evaluator answers, the instants it is asked for, and what advice may look at beside the
chart.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from rules.chart.chart import Chart
from rules.chart.course import FOREVER, Mode, Span
from rules.chart.facts import Fact
from rules.guideline.edition import Guideline
from rules.wire.events import Reference
from rules.wire.instants import Instant, beyond, reached

# What an evaluator answers, and the instants it is asked for.
#
# An instant is twice a moment in ms, plus one for "right after it": what changes by getting older than a
# limit is decided
# right after that limit, never at it (criteria.md section 1).


CLEAR, RELATIVE, ABSOLUTE, INDETERMINATE = "clear", "relative", "absolute", "indeterminate"
TRIPPED = (RELATIVE, ABSOLUTE)


class Result(msgspec.Struct):
    """State of one subject at one instant. `at`: when it became true, in ms (None: at the instant decided);
    `latest`: the newest fact it rests on; `flags`: the parts it is made of, to tell which of them changed;
    `next`: the earliest instant at which it may change by time alone.
    """

    state: str = CLEAR
    at: int | None = None
    latest: int | None = None
    value: float | str | None = None
    unit: str | None = None
    limit: str | None = None
    stale: bool = False
    missing: tuple[str, ...] = ()
    correctable: tuple[str, ...] = ()
    evaluates_at: int | None = None
    evidence: tuple[Reference, ...] = ()
    flags: int = 0
    next: Instant | None = None


class Memory(msgspec.Struct, array_like=True):
    """What is remembered of a subject between decisions."""

    state: str = INDETERMINATE
    since: int | None = None
    stale: bool = False
    flags: int = 0
    correctable: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    next: Instant | None = None


def aged(result: Result, limit: int, now: Instant, missing: tuple[str, ...]) -> Result:
    """Past `limit` (ms) a tripped state is kept, stale; a clear one can no longer be told (criteria.md
    section 2).
    """
    if now < beyond(limit):
        result.next = beyond(limit)
        return result
    result.stale = result.state in TRIPPED
    if result.state == CLEAR:
        result.state, result.at, result.missing = INDETERMINATE, limit, missing
    return result


def soonest(now: Instant, *instants: Instant | None) -> Instant | None:
    """The earliest of the instants that still lie ahead."""
    ahead = [instant for instant in instants if instant is not None and instant > now]
    return min(ahead) if ahead else None


def span_turn(spans: list[Span], now: Instant) -> Instant | None:
    """Return the next instant at which one of the spans starts or ends."""
    return soonest(now, *(reached(edge) for span in spans for edge in span if edge < FOREVER))


def counting(facts: Sequence[Fact], mode: Mode, ward: int, intensive: int) -> int:
    """How many of the facts (in order of `at`) count: not the last ones that were stale already when they
    became known.
    """
    count = len(facts)
    while count and facts[count - 1].first > mode.limit(
        facts[count - 1].at, facts[count - 1].first, ward, intensive
    ):
        count -= 1
    return count


class Case(Protocol):
    """One patient at the instant of a decision."""

    @property
    def chart(self) -> Chart: ...

    @property
    def guideline(self) -> Guideline: ...

    def memory(self, subject: str) -> Memory:
        """How a subject stood at its last decision."""

    def opened(self, subject: str) -> int | None:
        """The opening `at` of its episode; without alerting, since when it is not clear."""

    def judge(self, subject: str, now: Instant) -> Result:
        """Decides a criterion, or `hypotension`, in full."""


ADVISORY = "advisory"


def open_(at: int | None = None, evidence: tuple[Reference, ...] = (), next: Instant | None = None) -> Result:
    return Result(ADVISORY, at=at, evidence=evidence, next=next)


def tripped(case: Case, subject: str) -> bool:
    return case.memory(subject).state in ("relative", "absolute")
