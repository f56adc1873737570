"""Alert transitions as a table for people (wire.md, "Alert"): in order, one row each, level by shape, word and colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from streams.show import glyphs
from streams.show.palette import LEVEL
from streams.show.plain import plain
from streams.show.terminal import ascii_only, cell, level, table
from streams.times import short

Alert = dict[str, Any]
PAGED = ("absolute", "relative", "technical")
HEAD = ("decided", "patient", "level", "transition", "subject", "message")


def show(alerts: Iterable[Alert], screen: Console) -> None:
    """Prints the transitions, or says that there were none."""
    rows = list(alerts)
    if not rows:
        screen.print("no alerts")
        return
    made = table(*HEAD)
    for alert in rows:
        made.add_row(*row(alert, screen))
    screen.print(made)


def row(alert: Alert, screen: Console) -> list[Text | str]:
    """One transition: when, whose, how grave, what happened, why and what to do."""
    return [
        short(alert["decided"]),
        cell(alert["patient"]),
        level(alert["level"], screen),
        Text(glyphs.transition(alert["transition"], ascii_only(screen)), style=LEVEL[alert["level"]]),
        cell(alert["subject"]),
        message(alert) + do(alert),
    ]


def message(alert: Alert) -> str:
    """What the alert says, with the instant it became true when that is not when it was decided."""
    late = "" if alert["at"] == alert["decided"] else f" (true at {short(alert['at'])})"
    return plain(alert["message"]) + late


def do(alert: Alert) -> str:
    """What to do, unless it ended or the subject says it already."""
    named = [action for action in alert["action"] if action != alert["subject"]]
    return f" -> {plain(', '.join(named))}" if named and alert["level"] in PAGED else ""
