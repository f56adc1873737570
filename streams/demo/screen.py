"""The demo's screen, as rich draws it: the ward, a row a patient, pages and newest alerts below, and how it goes. Pure: a view in, a picture out."""

from __future__ import annotations

from math import inf

from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.text import Text

from streams.demo.beds import rows
from streams.demo.lower import lower
from streams.demo.view import View
from streams.times import short, wire

LEAST = 6
"""Lines of pages and alerts, with their head, that stay on a small terminal; the ward's rows give way."""


def picture(view: View, screen: Console) -> RenderableType:
    """As much as the terminal has lines for."""
    foot = feet(view)
    room = screen.height - 1 - len(foot)
    upper = rows(view, screen, room - LEAST)
    return Group(head(view), *map(line, upper), *lower(view, screen, room - len(upper)), *foot)


def line(segments: list[Segment]) -> RenderableType:
    return Segments([*segments, Segment.line()])


def head(view: View) -> Text:
    """`il2watch demo  2026-03-04 14:05Z  120 times real time  3.1 records/s  2,103 records, 87 alerts`."""
    clock = "history is being published" if view.clock is None else short(wire(view.clock))
    pace = "as fast as it goes" if view.speed == inf else f"{view.speed:g} times real time"
    said = Text(f"il2watch demo  {clock}", style="bold", no_wrap=True, overflow="ellipsis")
    if not view.joined:
        said.append("  the worker is joining", style="italic")
    return said.append(f"  {pace}  {view.rate:,.1f} records/s  {view.published:,} records, {view.alerts:,} alerts", style="not bold")


def feet(view: View) -> list[Text]:
    """What is served where; how to stop it, and what it is."""
    said = ["  ".join(view.places)] if view.places else []
    said.append("Ctrl-C stops everything. Made-up patients; it advises and never doses.")
    return [Text(one, style="dim", no_wrap=True, overflow="ellipsis") for one in said]
