"""What the demo says before and after: who is in the ward, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from pathlib import Path

from rich.console import Console
from rich.text import Text

from streams.demo.beds import ward as table
from streams.demo.seen import Seen
from streams.demo.view import View
from streams.demo.ward import FILE, Ward
from streams.show.plain import plain
from streams.times import short, wire


def introduce(found: Ward, speed: float, screen: Console) -> None:
    """The patients, a line each, and what is to come."""
    pace = "as fast as it goes" if speed == inf else f"at {speed:g} times real time"
    opens = short(wire(found.opens))
    screen.print(f"{len(found.stories)} made-up patients; all before {opens} is history, then {pace}. Ctrl-C stops everything.", soft_wrap=True)
    width = max(map(len, found.stories))
    for patient, says in found.stories.items():
        screen.print(Text(f"  {plain(patient):<{width}}  {plain(says)}"), soft_wrap=True)
    screen.print()


def served(places: Sequence[str], screen: Console) -> None:
    """What is served where, a line each."""
    for place in places:
        screen.print(Text(place), soft_wrap=True)
    screen.print()


def close(view: View, seen: Seen, first: float | None, seconds: float, screen: Console) -> None:
    """Where each patient stands, and the counts."""
    screen.print()
    screen.print(table(view, screen))
    told = f"{view.alerts:,} alerts ({seen.history:,} of the history)"
    screen.print(f"{clock(view)} after {seconds:.1f} s: {view.published:,} records published, {told}")
    screen.print(f"{seen.pages.sent:,} pages sent, {seen.pages.heard:,} acknowledged, {len(seen.pages.open):,} open")
    screen.print("no alert came" if first is None else f"first alert after {first:.1f} s")


def clock(view: View) -> str:
    return "before the ward's opening" if view.clock is None else short(wire(view.clock))


def keep(folder: Path, view: View, screen: Console) -> None:
    """Where things are, and what to do with them."""
    screen.print(Text(f"kept: {folder}; try: il2watch assess {folder / FILE}" + (f" --at {wire(view.clock)}" if view.clock else "")), soft_wrap=True)
