"""The demo's screen, as rich draws it: the ward, a row a patient, the newest alerts below, and how it goes. Pure: a view in, a picture out."""

from __future__ import annotations

from math import inf

from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from streams.demo.bed import COLUMNS, bed, empty
from streams.demo.ticker import newest
from streams.demo.view import View
from streams.show.terminal import table
from streams.times import short, wire

LEAST = 4
"""Lines of alerts that stay on a small terminal; the ward's rows give way."""
FIXED = 3


def picture(view: View, screen: Console) -> RenderableType:
    """As much as the terminal has lines for."""
    room = screen.height - FIXED
    rows = cut(lines(ward(view, screen), screen), room - LEAST, screen)
    return Group(head(view), *map(line, rows), Text(), *newest(view, screen, room - len(rows)), foot())


def cut(rows: list[list[Segment]], most: int, screen: Console) -> list[list[Segment]]:
    """The first so many; the last of them says that there are more."""
    if len(rows) <= most:
        return rows
    return rows[: max(0, most - 1)] + lines(Text("  ... a larger window shows the others", style="dim"), screen)


def lines(drawn: RenderableType, screen: Console) -> list[list[Segment]]:
    return screen.render_lines(drawn, screen.options.update(height=None), pad=False)


def line(segments: list[Segment]) -> RenderableType:
    return Segments([*segments, Segment.line()])


def ward(view: View, screen: Console) -> Table:
    """A row a patient, in the order of the beds."""
    made = table(*COLUMNS)
    for patient in view.patients:
        found = view.assessments.get(patient)
        made.add_row(*(empty(patient) if found is None else bed(found, screen)))
    return made


def head(view: View) -> Text:
    """`il2watch demo  2026-03-04 14:05Z  120 times real time  3.1 records/s  2,103 records, 87 alerts`."""
    clock = "history is being published" if view.clock is None else short(wire(view.clock))
    pace = "as fast as it goes" if view.speed == inf else f"{view.speed:g} times real time"
    said = Text(f"il2watch demo  {clock}", style="bold", no_wrap=True, overflow="ellipsis")
    if not view.joined:
        said.append("  the worker is joining", style="italic")
    return said.append(f"  {pace}  {view.rate:,.1f} records/s  {view.published:,} records, {view.alerts:,} alerts", style="not bold")


def foot() -> Text:
    """How to stop it, and what it is."""
    return Text("Ctrl-C stops everything. Made-up patients; it advises and never doses.", style="dim", no_wrap=True, overflow="ellipsis")
