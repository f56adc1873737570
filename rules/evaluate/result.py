"""Define the result of an evaluator, the memory of one, and what advice may read besides the chart."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from rules.chart.chart import Chart
from rules.chart.course import FOREVER, Span
from rules.chart.facts import Fact
from rules.guideline.edition import Guideline
from rules.wire.events import Reference
from rules.wire.instants import Instant

CLEAR, RELATIVE, ABSOLUTE, INDETERMINATE = "clear", "relative", "absolute", "indeterminate"
TRIPPED = (RELATIVE, ABSOLUTE)

F = TypeVar("F", bound=Fact)


class Result(msgspec.Struct):
    """The state of one subject at one instant.

    `at`: when it became true, in ms (None: at the instant decided); `latest`: the newest fact it rests on;
    `charted`: the value in words as it was charted, where that was in another unit (`354 µmol/L`);
    `flags`: the parts it is made of, to tell which of them changed; `next`: the earliest instant at which it
    may change by time alone; `mark`: a moment (ms) that the evaluator wants back at the next decision;
    `findings`: the findings present that make the state (`ileus`, `rales=half`); `words`: what an advice
    says, or what ended; `held`: facts by id that an advice wants back, each with a moment (ms) or a part;
    `name`: of the row or the signal, where it goes by another one.

    `seen`, `seen_since`: the state as it is seen, where it is judged only before a dose, and since when it
    has not been clear (ms). `already`: a moment (ms) at which it was so by all that is known, where `at` does
    not tell since when.

    `say` and `cite`: what makes `words` and `evidence` once somebody is told (`in_full`): most decisions tell
    nobody anything.
    """

    state: str = CLEAR
    at: int | None = None
    latest: int | None = None
    value: float | str | None = None
    comparator: str | None = None
    charted: str | None = None
    unit: str | None = None
    limit: str | None = None
    stale: bool = False
    missing: tuple[str, ...] = ()
    correctable: tuple[str, ...] = ()
    evaluates_at: int | None = None
    evidence: tuple[Reference, ...] = ()
    flags: int = 0
    next: Instant | None = None
    mark: int | None = None
    findings: tuple[str, ...] = ()
    words: str | None = None
    held: tuple[tuple[str, int], ...] = ()
    name: str | None = None
    seen: str | None = None
    seen_since: int | None = None
    already: int | None = None
    say: Callable[[], str | None] | None = None
    cite: Callable[[], tuple[Reference, ...]] | None = None


def in_full(result: Result) -> Result:
    """Return a result as somebody is told it: its words and its evidence are made."""
    if result.say is not None:
        result.words, result.say = result.say(), None
    if result.cite is not None:
        result.evidence, result.cite = result.cite(), None
    return result


class Memory(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is remembered of a subject between decisions."""

    state: str = INDETERMINATE
    since: int | None = None
    stale: bool = False
    flags: int = 0
    correctable: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    next: Instant | None = None
    mark: int | None = None
    held: tuple[tuple[str, int], ...] = ()
    seen: str | None = None
    seen_since: int | None = None


def remembered(result: Result, since: int, ahead: Instant | None) -> Memory:
    """Return what is remembered of a result. `since`: ms; `ahead`: when time may change it."""
    return Memory(
        result.state,
        since,
        result.stale,
        result.flags,
        result.correctable,
        result.missing,
        ahead,
        result.mark,
        result.held,
        result.seen,
        result.seen_since,
    )


def aged(result: Result, limit: int, now: Instant, missing: tuple[str, ...]) -> Result:
    """Return the result as it is at `now`, when its data go stale after `limit` (ms).

    Past it a tripped state is kept, stale; a clear one is indeterminate (criteria.md section 2).
    """
    if now < limit:
        result.next = limit
        return result
    result.stale = result.state in TRIPPED
    if result.state == CLEAR:
        # Decided at another instant than its deadline it is something else that changed it.
        result.at = limit if now == limit else None
        result.state, result.missing = INDETERMINATE, missing
    return result


def soonest(now: Instant, *instants: Instant | None) -> Instant | None:
    """Return the earliest of the instants that still lie ahead; None when none does."""
    found: Instant | None = None
    for instant in instants:
        if instant is not None and instant > now and (found is None or instant < found):
            found = instant
    return found


def next_span_edge(spans: list[Span], now: Instant) -> Instant | None:
    """Return the next instant at which one of the spans starts or ends."""
    return soonest(now, *(edge for span in spans for edge in span if edge < FOREVER))


When = Callable[[int, int], int]
"""When what is of moment `at` is stale, judged at another moment."""


def in_time(when: When) -> Callable[[Fact], bool]:
    """Return what tells whether a fact was not stale already when it became known."""
    return lambda fact: fact.first < when(fact.at, fact.first)


def counted(facts: Sequence[F], when: When) -> list[F]:
    """Return those of the facts that count: not stale already when they became known."""
    return list(filter(in_time(when), facts))


class Case(Protocol):
    """One patient at the instant of a decision, as advice reads it."""

    @property
    def chart(self) -> Chart: ...

    @property
    def guideline(self) -> Guideline: ...

    @property
    def deciding(self) -> Guideline:
        """The guideline of the pack that decides; `guideline` is the site's, whose rows advice reads."""

    @property
    def amended(self) -> tuple[str, ...]:
        """The ids of the facts that are corrected or withdrawn at this decision."""

    @property
    def replaced(self) -> int:
        """The dirty flags of what is corrected, withdrawn or replaced at this decision."""

    @property
    def stopped(self) -> bool:
        """Whether a stop rule stands."""

    @property
    def verdicts(self) -> dict[str, str]:
        """By dose the readiness before it, of the doses that are decided for the first time."""

    def memory(self, subject: str) -> Memory:
        """Return the memory of a subject: its state at its last decision."""

    def opened(self, subject: str) -> int | None:
        """Return the opening `at` of its episode; without alerting, since when it is not clear."""

    def judge(self, subject: str, now: Instant) -> Result:
        """Decide a criterion, or `hypotension`, in full."""


ADVISORY, TECHNICAL = "advisory", "technical"


def open_(at: int | None = None, evidence: tuple[Reference, ...] = (), next: Instant | None = None) -> Result:
    """Return the result of an advice that is open."""
    return Result(ADVISORY, at=at, evidence=evidence, next=next)


def tripped(case: Case, subject: str) -> bool:
    """Return whether a subject was relative or absolute at its last decision."""
    return case.memory(subject).state in ("relative", "absolute")
