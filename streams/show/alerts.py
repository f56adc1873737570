"""Show alert transitions to people: as a table, as single lines, as the difference of two configurations.

Source: wire.md, Alert.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from rules.wire.alerts import AlertRecord
from streams import display
from streams.display import LEVEL_COLOUR, plain
from streams.show.terminal import ascii_only, cell, level, table
from streams.times import UTC, ZONE, instant, short, zone_name

PUBLISHED: Mapping[str, str] = {}
PAGED = ("absolute", "relative", "technical")
HEAD = ("decided", "patient", "level", "transition", "subject", "message")


def show(alerts: Iterable[AlertRecord], screen: Console, guideline: Mapping[str, str] = PUBLISHED) -> None:
    """Print the transitions, or that there are none. `guideline`: by which they were decided."""
    rows = list(alerts)
    for banner in display.draft_banner(guideline):
        screen.print(Text(banner, style="bold"))
    if not rows:
        screen.print("no alerts")
        return
    made = table(*HEAD)
    for alert in rows:
        made.add_row(*row(alert, screen))
    screen.print(made)
    if ZONE.get() != UTC:
        screen.print(f"times: {zone_name(instant(rows[-1].decided))}")


def row(alert: AlertRecord, screen: Console) -> list[Text | str]:
    """Return one transition's cells: instant, patient, level, transition, subject, message with actions."""
    return [
        short(alert.decided),
        cell(alert.patient),
        level(alert.level, screen),
        Text(display.transition(alert.transition, ascii_only(screen)), style=LEVEL_COLOUR[alert.level]),
        cell(alert.subject),
        message(alert) + actions(alert),
    ]


def message(alert: AlertRecord) -> str:
    """Return the alert's message, with the instant it became true when that is not when it was decided."""
    late = "" if alert.at == alert.decided else f" (true at {short(alert.at)})"
    return plain(alert.message) + late


def actions(alert: AlertRecord) -> str:
    """Return the actions other than the subject itself; nothing for a level that is not paged."""
    named = [action for action in alert.action if action != alert.subject]
    return f" -> {plain(', '.join(named))}" if named and alert.level in PAGED else ""


SIDES = ("now", "against")


def show_difference(
    differences: list[tuple[str, AlertRecord]],
    references: tuple[dict[str, str], dict[str, str]],
    screen: Console,
) -> None:
    """Print both editions and the transitions only one of them gives, or that nothing differs."""
    for side, reference in zip(SIDES, references, strict=True):
        screen.print(
            f"{side:<8} {reference['id']} version {reference['version']}, {reference['sha256'][:12]}"
        )
    if not differences:
        screen.print("no difference")
        return
    screen.print(counts(differences))
    listing = table("only", *HEAD)
    for only, alert in differences:
        listing.add_row(only, *row(alert, screen))
    screen.print(listing)


def counts(differences: list[tuple[str, AlertRecord]]) -> Any:
    """Return how many transitions of each subject only one side gives."""
    tally = Counter((alert.subject, only) for only, alert in differences)
    made = table("subject", *(f"only {side}" for side in SIDES))
    for subject in sorted({subject for subject, _ in tally}):
        made.add_row(subject, *(str(tally[subject, side]) for side in SIDES))
    return made


def show_lines(alerts: Iterable[AlertRecord], screen: Console) -> None:
    """Print each alert on a line of its own, folded at the terminal's width."""
    for alert in alerts:
        screen.print(
            Text("  ").join(Text(cell) if isinstance(cell, str) else cell for cell in row(alert, screen))
        )
