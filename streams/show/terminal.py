"""Provide the console on stdout: no markup from data, NO_COLOR respected, no failure on a narrow encoding."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from rich.console import Console
from rich.table import Table
from rich.text import Text

from streams import display
from streams.display import LEVEL_COLOUR, plain

FILE_WIDTH = 120


def console() -> Console:
    """Return a console on stdout: the terminal's width, or 120 columns into a file unless COLUMNS is set."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else FILE_WIDTH
    return Console(file=sys.stdout, width=width, markup=False, emoji=False, highlight=False)


def ascii_only(screen: Console) -> bool:
    """Return whether shapes must be ASCII on this console."""
    return screen.options.ascii_only


def level(name: str, screen: Console) -> Text:
    """Return a level as shape, word and colour."""
    return Text(display.level(name, ascii_only(screen)), style=LEVEL_COLOUR[name])


def cell(value: object) -> str:
    """Return a value for a table: a dash for none, numbers without needless digits, text made safe."""
    if value is None or value == "":
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else plain(value)


def table(*columns: str) -> Table:
    """Return an open table: a line under the head and nothing else."""
    from rich import box

    made = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        header_style="bold",
        padding=(0, 2, 0, 0),
        collapse_padding=True,
    )
    for name in columns:
        made.add_column(name, overflow="fold", no_wrap=name in NARROW)
    return made


NARROW = {"state", "level", "transition", "since", "decided", "at", "subject", "criterion"}
