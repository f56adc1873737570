"""Display the demo: a live table on a terminal, elsewhere the alerts as lines.

It is preceded by an introduction and followed by a summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.text import Text

from rules.wire.alerts import AlertRecord
from streams.demo.feed import FILE, WardFeed
from streams.demo.overview import DemoOverview, DemoView
from streams.demo.screen import picture
from streams.demo.ward_table import patient_table as table
from streams.display import plain
from streams.show.alerts import row
from streams.show.terminal import console
from streams.times import short, wire


def introduce(found: WardFeed, speed: float, screen: Console) -> None:
    """Print the patients, a line each, and what is to come."""
    pace = "as fast as it goes" if speed == inf else f"at {speed:g} times real time"
    opens = short(wire(found.opens))
    screen.print(
        (
            f"{len(found.stories)} made-up patients; all before {opens} is history, then {pace}. Ctrl-C "
            "stops everything."
        ),
        soft_wrap=True,
    )
    width = max(map(len, found.stories))
    for patient, says in found.stories.items():
        screen.print(Text(f"  {plain(patient):<{width}}  {plain(says)}"), soft_wrap=True)
    screen.print()


def served(places: Sequence[str], screen: Console) -> None:
    """Print what is served where, a line each."""
    for place in places:
        screen.print(Text(place), soft_wrap=True)
    screen.print()


def close(
    view: DemoView, overview: DemoOverview, first: float | None, seconds: float, screen: Console
) -> None:
    """Print the state of each patient, and the counts."""
    screen.print()
    screen.print(table(view, screen))
    found = f"{view.alerts:,} alerts ({overview.history:,} of the history)"
    screen.print(f"{clock(view)} after {seconds:.1f} s: {view.published:,} records published, {found}")
    pages = overview.pages
    screen.print(f"{pages.sent:,} pages sent, {pages.acknowledged:,} acknowledged, {len(pages.open):,} open")
    screen.print("no alert came" if first is None else f"first alert after {first:.1f} s")


def clock(view: DemoView) -> str:
    return "before the ward's opening" if view.clock is None else short(wire(view.clock))


def keep(folder: Path, view: DemoView, screen: Console) -> None:
    """Print where the files are, and what to do with them."""
    screen.print(
        Text(
            f"kept: {folder}; try: il2watch assess {folder / FILE}"
            + (f" --at {wire(view.clock)}" if view.clock else "")
        ),
        soft_wrap=True,
    )


class Show(Protocol):
    """A display; a context manager.

    `update` is given the new live alerts and the view; it returns whether an alert is displayed by then.
    """

    screen: Console

    def update(self, fresh: list[AlertRecord], view: DemoView) -> bool: ...
    def __enter__(self) -> object: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class LineDisplay:
    """A line per alert, from the opening on; nothing is redrawn, so it can go into a file or a pipe."""

    def __init__(self, screen: Console) -> None:
        self.screen = screen

    def update(self, fresh: list[AlertRecord], view: DemoView) -> bool:
        for alert in fresh:
            self.screen.print(line(alert, self.screen), soft_wrap=True)
        self.screen.file.flush()
        return bool(fresh)

    def __enter__(self) -> LineDisplay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class ScreenDisplay:
    """The whole terminal, redrawn as records arrive; its previous content is restored at the end."""

    def __init__(self, screen: Console) -> None:
        self.screen = screen
        self._live = Live(Text("il2watch demo starts"), console=screen, screen=True, auto_refresh=False)

    def update(self, fresh: list[AlertRecord], view: DemoView) -> bool:
        self._live.update(picture(view, self.screen), refresh=True)
        return bool(view.newest)

    def __enter__(self) -> ScreenDisplay:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()


def line(alert: AlertRecord, screen: Console) -> Text:
    """Return the cells of the table that `il2watch run` prints, on one line however long."""
    return Text("  ").join(Text(cell) if isinstance(cell, str) else cell for cell in row(alert, screen))


def show() -> Show:
    """Return the display that stdout supports."""
    screen = console()
    return ScreenDisplay(screen) if screen.is_terminal else LineDisplay(screen)
