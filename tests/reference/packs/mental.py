"""Mental status as packs read it: what is implied to be `changed`, and what holds a dose by the label."""

from __future__ import annotations

from ..clock import HOUR
from ..facts import Fact
from ..findings import bad
from ..knowledge import Knowledge
from ..row import ABSOLUTE, CLEAR, Row, unknown
from ..windows import STALE_MENTAL, counted, stale
from . import holds

STATUS = "mental-status"
IMPLIED = ("coma", "toxic-psychosis")
REVERSAL = 2 * HOUR
OTHERS = ("agitation", "disorientation", "hallucination", "cognition-failed")


def statuses(k: Knowledge, implied: tuple[str, ...], holds_on: bool = False) -> list[Fact]:
    """Records of mental status, and those of what implies that it is changed: their denial says nothing.

    What implies it is charted by exception and belongs to its cycle; a row that holds keeps it over a start.
    """
    reset = None if holds_on else k.reset
    inferred = [
        f for f in holds.records(k, implied) if f.event["present"] and (reset is None or f.at >= reset)
    ]
    return counted(k, sorted([*k.findings(STATUS), *inferred], key=lambda f: f.rank), STALE_MENTAL)


def ill(fact: Fact) -> bool:
    """Whether a record says that mental status is changed, or implies it."""
    return fact.event["code"] != STATUS or bad(fact)


def changed(k: Knowledge, at: int) -> Row:
    """Absolute once changed for 2 h without a break (criteria.md 3.5), disorientation being a change."""
    charted = statuses(k, (*IMPLIED, "disorientation"))
    if not charted:
        return unknown(STATUS)
    old = stale(k, charted[-1].at, STALE_MENTAL, at)
    first = None
    for fact in charted:
        first = (fact.at if first is None else first) if ill(fact) else None
    if first is not None and at >= first + REVERSAL:
        return Row(ABSOLUTE, stale=old)
    if old:
        return unknown(STATUS)
    return Row(CLEAR, evaluates_at=None if first is None else first + REVERSAL)


def label(k: Knowledge, at: int) -> Row:
    """Changed at once, or agitated, disoriented, hallucinating, or failing the test; until normal is charted
    and what was there denied.
    """
    charted = statuses(k, IMPLIED, holds_on=True)
    latest: dict[str, Fact] = {}
    steps: list[holds.Step] = []
    there: set[str] = set()
    for fact in sorted([*charted, *holds.records(k, OTHERS)], key=lambda f: f.rank):
        code = fact.event["code"] if fact.event["code"] in OTHERS else STATUS
        latest[code] = fact
        there |= {code} if ill(fact) and (code == STATUS or bad(fact)) else set()
        trips = [f.at for c, f in latest.items() if (ill(f) if c == STATUS else bad(f))]
        normal = latest.get(STATUS)
        resumes = min([latest[c].at for c in there | {STATUS}]) if normal and not ill(normal) else None
        steps.append(holds.Step(fact.at, max(trips, default=None), resumes))
        if holds.fold(steps).since is None:
            there = set()
    held = holds.fold(steps)
    old = not charted or stale(k, charted[-1].at, STALE_MENTAL, at)
    if held.since is not None:
        return Row(ABSOLUTE, stale=bool(charted) and old, at=held.since)
    return unknown(STATUS) if old else Row(CLEAR)
