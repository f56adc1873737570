"""Cite collections of urine, each with its share of a window."""

from rules.chart.volumes import Collection
from rules.explain.citations import cite
from rules.explain.explanation import (
    Cited,
    number,
    when,
)
from rules.explain.question import Asked


def shares(asked: Asked, inside: list[Collection], start: int, end: int, what: str) -> list[Cited]:
    """Cite collections, each with the part of it that lies in (start, end]."""
    return [cite(asked.chart, one.reference[0], _share(one, start, end, what)) for one in inside]


def _share(one: Collection, start: int, end: int, what: str) -> str:
    share = number(one.share(start, end))
    if one.start == one.end:
        return f"collection of unknown start, {share} mL counted whole in {what}"
    return f"collection {when(one.start)} to {when(one.end)}, {share} mL of it in {what}"
