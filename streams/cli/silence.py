"""Run `il2watch silence add|ls|expire`: no pages of a subject for a while (criteria.md section 9)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from rules.wire.vocabulary import LEVELS
from streams.cli import options
from streams.cli.options import broker_of, connection, length, now, who, who_options
from streams.errors import UsageError

if TYPE_CHECKING:
    from streams.cli.lookup import SilenceInForce
    from streams.kafka.settings import Broker


ADD_DESCRIPTION = """\
Silences a patient's alerts of one subject up to a level: at most 12 h, for absolute 1 h. It never
hides a higher level, a worsening passes and ends it, and what is still open at its end is paged.
Prints the silence's id."""
ADD_EXAMPLE = """\
  il2watch silence add --patient p1 --subject hypotension --level relative --for 2h \\
    --by rn-14 --reason "on phenylephrine"
  il2watch silence ls"""


def add_parser() -> options.Parser:
    command = options.parser("silence add", ADD_DESCRIPTION, ADD_EXAMPLE)
    command.add_argument("--patient", metavar="P", required=True, help="whose alerts")
    command.add_argument(
        "--subject", metavar="S", required=True, help="of what, like hypotension or monitoring/vital-signs"
    )
    command.add_argument("--level", choices=LEVELS, required=True, help="up to which level")
    command.add_argument(
        "--for",
        dest="length",
        metavar="TIME",
        type=length,
        required=True,
        help="for how long, like 30m or 2h",
    )
    who_options(command)
    connection(command)
    return command


def add_main(arguments: list[str]) -> int:
    """Send the silence; its id goes to stdout, what it means to stderr."""
    chosen = add_parser().parse_args(arguments)
    return add(chosen, broker_of(chosen))


def add(chosen: argparse.Namespace, broker: Broker) -> int:
    """Send the silence, from now until `--for` later."""
    from rules.wire import pages
    from streams.cli import answers
    from streams.kafka import commands
    from streams.service.event_file import warn

    at = now()
    command = commands.silence(
        chosen.patient, chosen.subject, chosen.level, at + chosen.length, who(chosen), at
    )
    answer = answers.of_pager(broker, command)
    if answer is None:
        print(command.id)
        return answers.unheard("pager", "silence")
    if answer.outcome not in (pages.SILENCE, pages.SILENCE_CUT):
        warn(f"il2watch: {chosen.subject} is not silenced: {answer.outcome}")
        return 1
    warn(f"il2watch: {chosen.subject} up to {chosen.level} is silent until {answer.until}")
    print(command.id)
    return 0


LS_DESCRIPTION = "Lists the silences in force now, those that end first in front, with who asked and why."
LS_EXAMPLE = "  il2watch silence ls -o text\n  il2watch silence ls -o json | jq -r .id"
HEAD = ("id", "patient", "subject", "up to", "until", "by", "reason")


def ls_parser() -> options.Parser:
    command = options.parser("silence ls", LS_DESCRIPTION, LS_EXAMPLE)
    options.output(command)
    connection(command)
    return command


def ls_main(arguments: list[str]) -> int:
    """Print a table (text) or one silence a line (json)."""
    chosen = ls_parser().parse_args(arguments)
    from streams.cli import lookup

    found = lookup.silences_in_force(broker_of(chosen), now())
    if options.as_text(chosen.output):
        show(found)
    else:
        from streams.service import files

        files.write(lookup.as_json(one) for one in found)
    return 0


def show(found: list[SilenceInForce]) -> None:
    """Print a table for people."""
    from streams.cli.lookup import as_json
    from streams.show.terminal import cell, console, table
    from streams.times import short

    screen, made = console(), table(*HEAD)
    for one in found:
        made.add_row(
            *map(
                cell,
                (one.id, one.patient, one.subject, one.level, short(as_json(one).until), one.by, one.reason),
            )
        )
    screen.print(made if found else "no silence stands")


EXPIRE_DESCRIPTION = (
    "Ends a silence before its time; what is open and was held back by it is paged at once. ID is what\n"
    "silence ls shows."
)
EXPIRE_EXAMPLE = '  il2watch silence expire 5f0c... --by rn-15 --reason "phenylephrine off"'


def expire_parser() -> options.Parser:
    command = options.parser("silence expire", EXPIRE_DESCRIPTION, EXPIRE_EXAMPLE)
    command.add_argument("silence", metavar="ID", help="the silence's id")
    who_options(command)
    connection(command)
    return command


def expire_main(arguments: list[str]) -> int:
    """Send the end of a silence and confirm it on stderr. Raises UsageError when it is not in force."""
    chosen = expire_parser().parse_args(arguments)
    from streams.cli import answers, lookup
    from streams.kafka import commands
    from streams.service.event_file import warn

    broker, at = broker_of(chosen), now()
    found = next((one for one in lookup.silences_in_force(broker, at) if one.id == chosen.silence), None)
    if found is None:
        raise UsageError(f"no silence {chosen.silence!r} stands; il2watch silence ls shows those that do")
    command = commands.expiry(found.patient, found.id, found.subject, found.level, who(chosen), at)
    if answers.of_pager(broker, command) is None:
        return answers.unheard("pager", "end of the silence")
    warn(f"il2watch: {found.subject} is silent no more")
    return 0
