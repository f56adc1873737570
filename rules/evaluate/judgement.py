"""Judge the rows of a guideline pack: at any time or only before a dose, at the level that the pack gives.

Source: editions.md section 3, At-dosing.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from rules.chart import dirty_flags
from rules.chart.chart import Chart
from rules.evaluate.dosing import due_at
from rules.evaluate.result import ABSOLUTE, CLEAR, RELATIVE, TRIPPED, Memory, Result, soonest
from rules.guideline.packs.declarations import AT_DOSING, Pack
from rules.wire.instants import MINUTE, Instant

Evaluate = Callable[[Any, Chart, Instant, Memory], Result]

BEFORE = 30 * MINUTE
"""[choice] How long before a dose is due a relative row is judged."""


def inputs_of(pack: Pack) -> int:
    """Return the dirty flags that the judgement itself reads."""
    at_dosing = dirty_flags.DOSES | dirty_flags.ENCOUNTER | dirty_flags.BASELINE
    return at_dosing if pack.judgement == AT_DOSING else 0


def judged(evaluate: Evaluate, pack: Pack | None, code: str) -> Evaluate:
    """Return the evaluator of a row as its pack judges it."""
    if pack is None:
        return evaluate
    if pack.judgement == AT_DOSING:
        return _at_dosing(evaluate)
    found = pack.row(code)
    return _at_level(evaluate) if found is not None and found.level == RELATIVE else evaluate


def once(evaluate: Evaluate) -> Evaluate:
    """Return an evaluator that evaluates a row once an instant for all the packs that have it.

    The chart is the same for all; what a row came to is theirs too if they remember the same of it.
    """

    def shared(row: Any, chart: Chart, now: Instant, before: Memory) -> Result:
        kept = None if chart.judged is None else chart.judged.get(row.code)
        if kept is not None and kept[0] is row and kept[1] == now and _same(kept[2], before):
            found: Result = replace(kept[3])
            return found
        result = evaluate(row, chart, now, before)
        if chart.judged is not None:
            chart.judged[row.code] = (row, now, before, replace(result))
        return result

    return shared


def _same(one: Memory, other: Memory) -> bool:
    """Return whether two packs remember the same of a row, as far as an evaluator reads it."""
    return one is other or (
        one.state == other.state
        and one.flags == other.flags
        and one.mark == other.mark
        and one.held == other.held
        and one.stale == other.stale
        and one.missing == other.missing
        and one.correctable == other.correctable
    )


def _at_level(evaluate: Evaluate) -> Evaluate:
    """Return an evaluator of a row that alarms at level relative."""

    def lowered(row: Any, chart: Chart, now: Instant, before: Memory) -> Result:
        result = evaluate(row, chart, now, before)
        if result.state == ABSOLUTE:
            result.state = RELATIVE
        return result

    return lowered


def _at_dosing(evaluate: Evaluate) -> Evaluate:
    """Return an evaluator by which a relative row counts from shortly before a dose until it is given."""

    def before_a_dose(row: Any, chart: Chart, now: Instant, before: Memory) -> Result:
        same = before.seen is None or before.seen == before.state
        was = before if same else replace(before, state=before.seen)
        result = evaluate(row, chart, now, was)
        result.seen = result.state
        if result.state in TRIPPED:
            began = min(m for m in (result.at, result.already, now) if m is not None)
            result.seen_since = began if before.seen_since is None else min(began, before.seen_since)
        if result.state == RELATIVE:
            _postpone(result, chart, now)
        return result

    return before_a_dose


def _postpone(result: Result, chart: Chart, now: Instant) -> None:
    """Let a relative state be clear until it is judged, unless it has held since the last dose.

    Once therapy has ended no dose is to come: what is there is told.
    """
    due, doses, end = due_at(chart), chart.cycle_doses, chart.cycle.end
    since = now if result.seen_since is None else result.seen_since
    if due is None or (doses and since <= doses[-1].at):
        return
    judged_at = due - BEFORE if end is None else min(due - BEFORE, end)
    if now < judged_at:
        result.state, result.evaluates_at = CLEAR, judged_at
        result.next = soonest(now, result.next, Instant(judged_at))
    elif result.at is not None:
        result.at = max(result.at, judged_at)
