"""Draw the demo's screen: the ward above, unacknowledged pages and the newest alerts below.

Pure: a view in, a picture out.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from rich.console import Console, Group, RenderableType
from rich.segment import Segment, Segments
from rich.text import Text

from rules.wire.alerts import AlertRecord
from streams import display
from streams.demo.overview import DemoView
from streams.demo.ward_table import hour, rows
from streams.display import LEVEL_COLOUR, plain
from streams.projections.pages import OpenPage
from streams.show.terminal import ascii_only
from streams.times import short, wire

LEVEL_WIDTH, TRANSITION_WIDTH = 12, 10


def newest(view: DemoView, screen: Console, most: int) -> list[Text]:
    """Return at most `most` lines of alerts, the newest first."""
    width = max(map(len, map(plain, view.patients)), default=0)
    return [ticker_line(alert, width, screen) for alert in view.newest[-most:][::-1]] if most > 0 else []


def ticker_line(alert: AlertRecord, width: int, screen: Console) -> Text:
    """Return an alert's line.

    `14:48Z  fibrillation  ▲ absolute    ┌ opened    Atrial fibrillation: present`.
    """
    made = Text(
        f"{hour(alert.decided)}  {plain(alert.patient):<{width}}  ", no_wrap=True, overflow="ellipsis"
    )
    level = f"{display.level(alert.level, ascii_only(screen)):<{LEVEL_WIDTH}}  "
    transition = f"{display.transition(alert.transition, ascii_only(screen)):<{TRANSITION_WIDTH}}  "
    return made.append(level + transition, style=LEVEL_COLOUR[alert.level]).append(words(alert))


def words(alert: AlertRecord) -> str:
    """Return the message; an advice is preceded by its subject, since its message is the advice itself."""
    found = plain(alert.message)
    return f"{plain(alert.subject)}: {found}" if alert.kind == "advice" else found


def lower(view: DemoView, screen: Console, most: int) -> list[Text]:
    """Return at most `most` lines: a head, pages, alerts.

    Pages take up to two thirds.
    """
    paged = pages(view, screen, (most - 1) * 2 // 3)
    return [lower_head(view), *paged, *newest(view, screen, most - 1 - len(paged))]


def lower_head(view: DemoView) -> Text:
    """Return the head: `3 pages to acknowledge, 1 acknowledged; type a number and Enter: 12_`."""
    count = len(view.pages)
    what = "it would have sent" if view.shadow else "to acknowledge"
    text = Text(
        f"{count or 'no'} page{'s' * (count != 1)} {what}",
        style="bold",
        no_wrap=True,
        overflow="ellipsis",
    )
    if view.acknowledged:
        text.append(f", {view.acknowledged} acknowledged", style="not bold")
    if view.typed is not None and (count or view.typed):
        text.append("; type a number and Enter: ", style="not bold").append(f"{view.typed}_")
    return text


def pages(view: DemoView, screen: Console, most: int) -> list[Text]:
    """Return a line per page, the most severe first, then the newest."""
    shown = view.pages[:most]
    width = max((len(plain(page.patient)) for page in shown), default=0)
    return [page_line(page, view.messages.get(page.alert, page.subject), width, screen) for page in shown]


def page_line(page: OpenPage, words: str, width: int, screen: Console) -> Text:
    """Return a page's line: ` 3  17:35Z  fibrillation  ▲ absolute    Atrial fibrillation: present`."""
    made = Text(f"{page.number:>2}", style="bold reverse", no_wrap=True, overflow="ellipsis")
    made.append(f"  {hour(page.sent)}  {plain(page.patient):<{width}}  ", style="not bold not reverse")
    made.append(
        f"{display.level(page.level, ascii_only(screen)):<{LEVEL_WIDTH}}  ",
        style=f"not bold not reverse {LEVEL_COLOUR[page.level]}",
    )
    return made.append(plain(words), style="not bold not reverse")


LEAST = 6
"""Lines of pages and alerts, with their head, that stay on a small terminal; the ward's rows give way."""


def picture(view: DemoView, screen: Console) -> RenderableType:
    """Return the screen, as much of it as the terminal has lines for."""
    foot = feet(view, screen.width)
    space = screen.height - 1 - len(foot)
    upper = rows(view, screen, space - LEAST)
    return Group(head(view), *map(line, upper), *lower(view, screen, space - len(upper)), *foot)


def line(segments: list[Segment]) -> RenderableType:
    return Segments([*segments, Segment.line()])


def head(view: DemoView) -> Text:
    """Return the first line: name, time, pace and counts.

    `il2watch demo  2026-03-04 14:05Z  120 times real time  3.1 records/s  2,103 records, 87 alerts`.
    """
    clock = "history is being published" if view.clock is None else short(wire(view.clock))
    pace = "as fast as it goes" if view.speed == inf else f"{view.speed:g} times real time"
    text = Text(f"il2watch demo  {clock}", style="bold", no_wrap=True, overflow="ellipsis")
    if not view.joined:
        text.append("  the worker is joining", style="italic")
    return text.append(
        f"  {pace}  {view.rate:,.1f} records/s  {view.published:,} records, {view.alerts:,} alerts",
        style="not bold",
    )


def feet(view: DemoView, width: int) -> list[Text]:
    """Return the last lines: what is served where, how to stop, and what this is."""
    words = "Ctrl-C stops everything. Made-up patients; it advises and never doses."
    found = [*joined(view.places, width), words]
    return [Text(one, style="dim", no_wrap=True, overflow="ellipsis") for one in found]


def joined(places: Sequence[str], width: int) -> list[str]:
    """Return the places side by side, on as few lines of `width` columns as hold them whole."""
    lines: list[str] = []
    for place in places:
        if lines and len(lines[-1]) + 2 + len(place) <= width:
            lines[-1] += f"  {place}"
        else:
            lines.append(place)
    return lines
