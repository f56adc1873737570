"""Sustained runs in words: the run that decided, the run under way towards the next change, and what it lacks."""

from rules.chart.latch import Latch
from rules.chart.series import Series
from rules.explain.amounts import span, when
from rules.explain.asked import Asked
from rules.explain.cite import cite_all
from rules.explain.explanation import Cited, Window


def under_way(series: Series, latch: Latch, goal: str, condition: str, needed: int) -> str:
    """How long the run towards `goal` (readings `condition`) has lasted and how much is lacking."""
    heard = series.heard
    if latch.run is None or heard is None:
        return f"No run towards {goal}: the latest reading that counts is not {condition}."
    lasted = heard.at - latch.run
    many = f"{len(latch.seen)} reading{'s' if len(latch.seen) > 1 else ''}"
    lacking = f"{span(needed - lasted)} are lacking of {span(needed)}"
    run = f"A run towards {goal}: {many} {condition} since {when(latch.run)}, {span(lasted)} so far"
    return f"{run}; {lacking}, the next reading by {when(series.joins_until)}."


def facts(asked: Asked, series: Series, latches: tuple[tuple[Latch, str], ...], code: str) -> list[Cited]:
    """The evidence, then the runs under way, then the latest reading; each record once."""
    told = dict.fromkeys(asked.ids, "in the run that decided" if asked.tripped else "the reading it rests on")
    for latch, goal in latches:
        for id, _ in latch.seen:
            told.setdefault(id, f"in the run towards {goal}")
    if series.heard is not None:
        told.setdefault(series.heard.id, "the latest reading that counts")
    if series.last is not None:
        told.setdefault(series.last.id, "the latest reading; it was already stale when it became known and does not count")
    return [one for id, part in told.items() for one in cite_all(asked.chart, [id], part, code)]


def window(told: list[Cited], words: str) -> Window | None:
    """From the first to the last of the readings cited."""
    moments = [one.at for one in told if one.at is not None]
    return Window(min(moments), max(moments), words) if moments else None
