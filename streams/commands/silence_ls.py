"""`il2watch silence ls`: the silences that stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.commands import options
from streams.commands.connecting import broker_of, connection
from streams.commands.saying import now

if TYPE_CHECKING:
    from streams.pager.lookup import Standing

SAYS = "Lists the silences that stand now, those that end first in front, with who asked and why."
EXAMPLE = "  il2watch silence ls -o text\n  il2watch silence ls -o json | jq -r .id"
HEAD = ("id", "patient", "subject", "up to", "until", "by", "reason")


def parser() -> options.Parser:
    command = options.parser("silence ls", SAYS, EXAMPLE)
    options.output(command)
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Prints a table (text) or one silence a line (json)."""
    chosen = parser().parse_args(arguments)
    from streams.pager import lookup

    found = lookup.standing(broker_of(chosen), now())
    if options.as_text(chosen.output):
        show(found)
    else:
        from streams.show import jsonlines

        jsonlines.write(lookup.shown(one) for one in found)
    return 0


def show(found: list[Standing]) -> None:
    """For people."""
    from streams.pager.lookup import shown
    from streams.show.terminal import cell, console, table
    from streams.times import short

    screen, made = console(), table(*HEAD)
    for one in found:
        made.add_row(*map(cell, (one.id, one.patient, one.subject, one.level, short(shown(one)["until"]), one.by, one.reason)))
    screen.print(made if found else "no silence stands")
