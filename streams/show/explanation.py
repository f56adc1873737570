"""An explanation for people: the headline, why, the facts, then what was said before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from streams.show import glyphs
from streams.show.plain import plain
from streams.show.terminal import ascii_only, cell, level, table
from streams.times import short

if TYPE_CHECKING:
    from rules.explain import Explanation


def show(explanation: Explanation, said: list[dict[str, Any]], screen: Console, verbose: bool) -> None:
    """Prints the whole answer; `verbose`: with the section of the specification."""
    from rules.explain import lines

    headline, *rest = lines(explanation, verbose)
    screen.print(Text(plain(headline), style="bold"))
    for line in rest:
        indent = len(line) - len(line.lstrip())
        screen.print(Padding(Text(plain(line.strip()), style="" if indent else "bold"), (0, 0, 0, 2 * indent)))
    history(said, screen)


def history(said: list[dict[str, Any]], screen: Console) -> None:
    """Every transition so far."""
    screen.print(Text("\nWhat was said", style="bold") if said else Text("\nNo alert was given for it so far."))
    made = table("decided", "level", "transition", "message")
    for alert in said:
        what = glyphs.transition(alert["transition"], ascii_only(screen))
        made.add_row(short(alert["decided"]), level(alert["level"], screen), what, cell(alert["message"]))
    if said:
        screen.print(made)
