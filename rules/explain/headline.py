"""One line for 3 a.m.: subject, state, since when, value and limit."""

from rules.evaluate.result import Result
from rules.explain.amounts import amount, when
from rules.guideline.declare import COMPARE
from rules.state import Patient
from rules.words import limit_words


def since(patient: Patient, name: str) -> int | None:
    """The `at` of the transition into the present state, ms; of a tripped one never before cycle-start."""
    memory, start = patient.memory(name), patient.chart.cycle.start
    if memory.since is None:
        return None
    tripped = memory.state not in ("clear", "indeterminate")
    return max(memory.since, start) if tripped and start is not None else memory.since


def headline(name: str, result: Result, since: int | None) -> str:
    """`urine-hour is absolute since 2026-03-02T10:00:00Z: 8 mL/h, limit below 10 mL/h.`"""
    stale = " (stale, kept)" if result.stale else ""
    moment = f" since {when(since)}" if since is not None else ""
    value = f": {amount(result.value, result.unit)}" if result.value is not None else ""
    limit = f"{',' if value else ':'} limit {limited(result.limit, result.unit)}" if result.limit is not None else ""
    return f"{name} is {result.state}{moment}{stale}{value}{limit}."


def limited(limit: str, unit: str | None) -> str:
    """`<10` -> `below 10 mL/h`; a limit that is not a comparison stays as it is."""
    op = next((op for op in sorted(COMPARE, key=len, reverse=True) if limit.startswith(op)), None)
    words = limit_words(limit) if op else limit
    return f"{words} {unit}" if unit else words
