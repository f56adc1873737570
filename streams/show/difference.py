"""What two configurations say differently, for people: a count by subject, then each transition that only one of them gives."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console

from streams.show.alerts import HEAD, row
from streams.show.terminal import table

SIDES = ("now", "against")


def show(differences: list[dict[str, Any]], references: tuple[dict[str, str], dict[str, str]], screen: Console) -> None:
    """Prints both tables, or that nothing differs."""
    for side, reference in zip(SIDES, references, strict=True):
        screen.print(f"{side:<8} {reference['id']} version {reference['version']}, {reference['sha256'][:12]}")
    if not differences:
        screen.print("no difference")
        return
    screen.print(counts(differences))
    listed = table("only", *HEAD)
    for alert in differences:
        listed.add_row(alert["only"], *row(alert, screen))
    screen.print(listed)


def counts(differences: list[dict[str, Any]]) -> Any:
    """How many transitions of each subject only one side gives."""
    tally = Counter((alert["subject"], alert["only"]) for alert in differences)
    made = table("subject", *(f"only {side}" for side in SIDES))
    for subject in sorted({subject for subject, _ in tally}):
        made.add_row(subject, *(str(tally[subject, side]) for side in SIDES))
    return made
