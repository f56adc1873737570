"""How the demo is shown: a live table on a terminal, elsewhere the alerts as lines. Both say at the end how it went."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.text import Text

from streams.demo.screen import picture
from streams.demo.seen import Alert
from streams.demo.view import View
from streams.show.alerts import row
from streams.show.terminal import console


class Show(Protocol):
    """A context. `take` is given the live alerts that are new and what there is to see; whether an alert is before the reader's eyes by then."""

    screen: Console

    def take(self, fresh: list[Alert], view: View) -> bool: ...
    def __enter__(self) -> object: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class Lines:
    """A line an alert, from the opening on; nothing is redrawn, so it can go into a file or a pipe."""

    def __init__(self, screen: Console) -> None:
        self.screen = screen

    def take(self, fresh: list[Alert], view: View) -> bool:
        for alert in fresh:
            self.screen.print(line(alert, self.screen), soft_wrap=True)
        self.screen.file.flush()
        return bool(fresh)

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None


class Table:
    """The whole terminal, redrawn as things come; what stood there before comes back at the end."""

    def __init__(self, screen: Console) -> None:
        self.screen = screen
        self._live = Live(Text("il2watch demo starts"), console=screen, screen=True, auto_refresh=False)

    def take(self, fresh: list[Alert], view: View) -> bool:
        self._live.update(picture(view, self.screen), refresh=True)
        return bool(view.newest)

    def __enter__(self) -> Table:
        self._live.start(refresh=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._live.stop()


def line(alert: Alert, screen: Console) -> Text:
    """The cells of the table that `il2watch run` prints, on one line however long."""
    return Text("  ").join(Text(cell) if isinstance(cell, str) else cell for cell in row(alert, screen))


def show() -> Show:
    """As stdout can."""
    screen = console()
    return Table(screen) if screen.is_terminal else Lines(screen)
