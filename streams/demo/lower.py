"""The lower part of the demo's screen: the pages that nobody has acknowledged, each with the number to type, and the newest alerts. Pure."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from streams.demo.bed import hour
from streams.demo.pages import Page
from streams.demo.ticker import LEVEL_WIDTH, newest
from streams.demo.view import View
from streams.show import glyphs
from streams.show.palette import LEVEL
from streams.show.plain import plain
from streams.show.terminal import ascii_only


def lower(view: View, screen: Console, most: int) -> list[Text]:
    """At most so many lines, a head or an empty line the first of them; pages take two thirds if there are as many."""
    paged = pages(view, screen, (most - 1) * 2 // 3)
    return [head(view), *paged, *newest(view, screen, most - 1 - len(paged))]


def head(view: View) -> Text:
    """`3 pages to acknowledge, 1 acknowledged; type a number and Enter: 12_`."""
    count = len(view.pages)
    said = Text(f"{count or 'no'} page{'s' * (count != 1)} to acknowledge", style="bold", no_wrap=True, overflow="ellipsis")
    if view.heard:
        said.append(f", {view.heard} acknowledged", style="not bold")
    if view.typed is not None and (count or view.typed):
        said.append("; type a number and Enter: ", style="not bold").append(f"{view.typed}_")
    return said


def pages(view: View, screen: Console, most: int) -> list[Text]:
    """A line a page, the gravest and newest first."""
    shown = view.pages[:most]
    width = max((len(plain(page.patient)) for page in shown), default=0)
    return [line(page, view.messages.get(page.alert, page.subject), width, screen) for page in shown]


def line(page: Page, words: str, width: int, screen: Console) -> Text:
    """` 3  17:35Z  fibrillation  ▲ absolute    Atrial fibrillation: present`."""
    made = Text(f"{page.number:>2}", style="bold reverse", no_wrap=True, overflow="ellipsis")
    made.append(f"  {hour(page.sent)}  {plain(page.patient):<{width}}  ", style="not bold not reverse")
    made.append(f"{glyphs.level(page.level, ascii_only(screen)):<{LEVEL_WIDTH}}  ", style=f"not bold not reverse {LEVEL[page.level]}")
    return made.append(plain(words), style="not bold not reverse")
