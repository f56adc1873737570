"""Show alert transitions to people: as a table, as lines as they come, and as the difference of two
configurations (wire.md, Alert).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from rules.wire.alerts import AlertRecord
from streams import display
from streams.display import LEVEL_COLOUR, plain
from streams.show.terminal import ascii_only, cell, level, table
from streams.times import short

PAGED = ("absolute", "relative", "technical")
HEAD = ("decided", "patient", "level", "transition", "subject", "message")


def show(alerts: Iterable[AlertRecord], screen: Console) -> None:
    """Prints the transitions, or says that there were none."""
    rows = list(alerts)
    if not rows:
        screen.print("no alerts")
        return
    made = table(*HEAD)
    for alert in rows:
        made.add_row(*row(alert, screen))
    screen.print(made)


def row(alert: AlertRecord, screen: Console) -> list[Text | str]:
    """One transition: when, whose, how grave, what happened, why and what to do."""
    return [
        short(alert.decided),
        cell(alert.patient),
        level(alert.level, screen),
        Text(display.transition(alert.transition, ascii_only(screen)), style=LEVEL_COLOUR[alert.level]),
        cell(alert.subject),
        message(alert) + do(alert),
    ]


def message(alert: AlertRecord) -> str:
    """What the alert says, with the instant it became true when that is not when it was decided."""
    late = "" if alert.at == alert.decided else f" (true at {short(alert.at)})"
    return plain(alert.message) + late


def do(alert: AlertRecord) -> str:
    """What to do, unless it ended or the subject says it already."""
    named = [action for action in alert.action if action != alert.subject]
    return f" -> {plain(', '.join(named))}" if named and alert.level in PAGED else ""


SIDES = ("now", "against")


def show_difference(
    differences: list[tuple[str, AlertRecord]],
    references: tuple[dict[str, str], dict[str, str]],
    screen: Console,
) -> None:
    """Prints both tables, or that nothing differs."""
    for side, reference in zip(SIDES, references, strict=True):
        screen.print(
            f"{side:<8} {reference['id']} version {reference['version']}, {reference['sha256'][:12]}"
        )
    if not differences:
        screen.print("no difference")
        return
    screen.print(counts(differences))
    listed = table("only", *HEAD)
    for only, alert in differences:
        listed.add_row(only, *row(alert, screen))
    screen.print(listed)


def counts(differences: list[tuple[str, AlertRecord]]) -> Any:
    """How many transitions of each subject only one side gives."""
    tally = Counter((alert.subject, only) for only, alert in differences)
    made = table("subject", *(f"only {side}" for side in SIDES))
    for subject in sorted({subject for subject, _ in tally}):
        made.add_row(subject, *(str(tally[subject, side]) for side in SIDES))
    return made


def show_lines(alerts: Iterable[AlertRecord], screen: Console) -> None:
    """Prints each alert on a line of its own, folded where the terminal ends."""
    for alert in alerts:
        screen.print(
            Text("  ").join(Text(cell) if isinstance(cell, str) else cell for cell in row(alert, screen))
        )
