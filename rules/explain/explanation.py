"""Define an explanation, and write its numbers, spans, limits and headline in words.

Moments and durations in ms; sentences are complete.
"""

import re

import msgspec

from rules.decide.alert_texts import THAN, limit_words
from rules.decide.state import Patient
from rules.evaluate.result import Result
from rules.guideline.declarations import COMPARE, Limit
from rules.wire.instants import HOUR, MINUTE, SECOND, text
from rules.wire.written import UNITS, written

Value = float | str | None


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """A fact and the part it had in a decision.

    `known`: only when it differs from `at`; `at` None: nothing but the id is kept.
    """

    id: str
    part: str
    at: int | None = None
    known: int | None = None
    value: Value = None
    unit: str | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """The rule in words: both bands, its window, and how long its data count.

    `source` and `section`: where the paper and criteria.md say so.
    """

    words: str
    source: str
    section: str
    relative: str | None = None
    absolute: str | None = None
    window: str | None = None
    stale: str | None = None


class Window(msgspec.Struct, frozen=True):
    """The span of time that a decision covers."""

    start: int
    end: int
    words: str


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """When an input was last seen, and when it is due, overdue (Table 1 items) and stale.

    `interval`: how often it is to be observed in the mode in force.
    """

    mode: str
    intensive_since: int | None = None
    interval: int | None = None
    seen: int | None = None
    due: int | None = None
    overdue_at: int | None = None
    stale_at: int | None = None


class Answer(msgspec.Struct, kw_only=True):
    """What the explanation of one kind of subject adds to its result."""

    rule: Rule
    facts: list[Cited] = []
    window: Window | None = None
    look: Look
    why: list[str] = []
    clears: list[str] = []


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why one subject of one patient has its state at moment `at`."""

    patient: str
    subject: str
    kind: str
    at: int
    headline: str
    state: str
    since: int | None
    value: Value
    unit: str | None
    limit: str | None
    stale: bool
    evaluates_at: int | None
    missing: tuple[str, ...]
    correctable: tuple[str, ...]
    rule: Rule
    facts: tuple[Cited, ...]
    window: Window | None
    look: Look
    why: tuple[str, ...]
    clears: tuple[str, ...]
    measures: tuple[dict[str, str], ...]
    guideline: dict[str, str]


NOT_THAN = {"<": "at or above", "<=": "above", ">=": "below", ">": "at or below"}
HUGE = 1e9
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def number(value: float) -> str:
    """Write a number with at most 4 decimals, no trailing zeros: `600000`, `2.96`."""
    rounded = round(value, 4) + 0.0
    return f"{rounded:g}" if abs(rounded) >= HUGE else f"{rounded:.4f}".rstrip("0").rstrip(".")


def amount(value: Value, unit: str | None = None, *limits: float) -> str:
    """Write a measured value with its unit as clinicians do; `limits`: which it is not rounded onto."""
    if value is None:
        return "not charted"
    return value if isinstance(value, str) else written(round(value, 4) + 0.0, unit, *limits)


def exact(limit: float, unit: str | None = None) -> str:
    """Write a limit with its unit, all its digits."""
    return f"{number(limit)} {UNITS.get(unit, unit) if unit else ''}".strip()


def span(ms: int) -> str:
    """Write a duration (ms): `2 h`, `1 h 20 min`, `45 s`."""
    hours, rest = divmod(abs(ms), HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds = rest / SECOND
    parts = [
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes else "",
        f"{seconds:g} s" if seconds else "",
    ]
    return " ".join(part for part in parts if part) or "0 min"


def ages(ward: int, intensive: int) -> str:
    """Write a duration that depends on the mode."""
    return (
        span(ward) if ward == intensive else f"{span(ward)} on the ward, {span(intensive)} in intensive care"
    )


def when(ms: int | None) -> str:
    """Write a moment (ms); None is `never`."""
    return "never" if ms is None else text(ms)


def met(limit: Limit, unit: str | None = None) -> str:
    """Write the values that trip a limit: `below 10 mL/h`."""
    return f"{THAN[limit.op]} {exact(limit.value, unit)}"


def unmet(limit: Limit, unit: str | None = None) -> str:
    """Write the values that do not trip a limit: `at or above 10 mL/h`."""
    return f"{NOT_THAN[limit.op]} {exact(limit.value, unit)}"


def away(value: float, limit: Limit, level: str, unit: str | None = None) -> str:
    """Write how far a value is from a limit, on which side, and whether being exactly there counts."""
    name, gap = f"the {level} limit ({met(limit, unit)})", abs(value - limit.value)
    if round(gap, 9) == 0:
        return (
            f"{exact(value, unit)} is exactly at {name}, which "
            f"{'counts' if limit.met(value) else 'does not count'}."
        )
    side = "past" if limit.met(value) else "short of"
    return f"{amount(value, unit, limit.value)} is {amount(gap, unit, 0)} {side} {name}."


def both(value: Value, relative: Limit | None, absolute: Limit | None, unit: str | None) -> list[str]:
    """Write the distances to both bands."""
    bands = (("relative", relative), ("absolute", absolute))
    return [
        away(value, limit, level, unit)
        for level, limit in bands
        if limit is not None and isinstance(value, (int, float))
    ]


def back(
    state: str, relative: Limit | None, absolute: Limit | None, unit: str | None, what: str
) -> list[str]:
    """Write what would lower a row without hysteresis."""
    if state == "absolute" and relative is not None and absolute is not None:
        return [
            f"Relative again with {what} {unmet(absolute, unit)}.",
            f"Clear with {what} {unmet(relative, unit)}.",
        ]
    limit = relative or absolute
    if limit is None:
        return []
    return [
        f"{'Clear' if state in ('relative', 'absolute') else 'Stays clear'} with {what} {unmet(limit, unit)}."
    ]


def since(patient: Patient, name: str) -> int | None:
    """Return the `at` of the transition into the present state, ms.

    Of a tripped state it is never before cycle-start.
    """
    memory, start = patient.memory(name), patient.chart.cycle.since
    if memory.since is None:
        return None
    tripped = memory.state not in ("clear", "indeterminate")
    return max(memory.since, start) if tripped and start is not None else memory.since


def headline(name: str, result: Result, since: int | None) -> str:
    """Write a headline: `urine-hour is absolute since 2026-03-02T10:00:00Z: 8 mL/h, limit below 10 mL/h.`"""
    stale = " (stale, kept)" if result.stale else ""
    moment = f" since {when(since)}" if since is not None else ""
    limits = map(float, NUMBER.findall(result.limit or ""))
    read = f"{result.comparator or ''}{amount(result.value, result.unit, *limits)}"
    charted = f" ({result.charted} as charted)" if result.charted else ""
    value = f": {read}{charted}" if result.value is not None else ""
    limit = (
        f"{',' if value else ':'} limit {limited(result.limit, result.unit)}"
        if result.limit is not None
        else ""
    )
    return f"{name} is {result.state}{moment}{stale}{value}{limit}."


def limited(limit: str, unit: str | None) -> str:
    """Write a limit in words: `<10` -> `below 10 mL/h`; one that is not a comparison stays as it is."""
    op = next((op for op in sorted(COMPARE, key=len, reverse=True) if limit.startswith(op)), None)
    words = limit_words(limit) if op else limit
    return f"{words} {UNITS.get(unit, unit)}" if unit else words
