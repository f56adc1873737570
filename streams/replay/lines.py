"""Alerts for people as they come: a line each, with the cells of the table that `il2watch run` prints, where no table can be laid out."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from streams.show.alerts import Alert, row


def show(alerts: Iterable[Alert], screen: Console) -> None:
    """Prints each alert on a line of its own, folded where the terminal ends."""
    for alert in alerts:
        screen.print(Text("  ").join(Text(cell) if isinstance(cell, str) else cell for cell in row(alert, screen)))
