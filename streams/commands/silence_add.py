"""`il2watch silence add`: no pages of a subject for a while (criteria.md section 9)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from streams.commands import options
from streams.commands.connecting import broker_of, connection
from streams.commands.saying import now, saying, who

if TYPE_CHECKING:
    from streams.broker.settings import Broker

SAYS = """\
Silences a patient's alerts of one subject up to a level: at most 12 h, for absolute 1 h. It never hides a higher level, a worsening passes and ends
it, and what is still open at its end is paged. Prints the silence's id."""
EXAMPLE = """\
  il2watch silence add --patient p1 --subject hypotension --level relative --for 2h --by rn-14 --reason "on phenylephrine"
  il2watch silence ls"""
LEVELS = ("absolute", "relative", "technical", "advisory")


def parser() -> options.Parser:
    command = options.parser("silence add", SAYS, EXAMPLE)
    command.add_argument("--patient", metavar="P", required=True, help="whose alerts")
    command.add_argument("--subject", metavar="S", required=True, help="of what, like hypotension or monitoring/vital-signs")
    command.add_argument("--level", choices=LEVELS, required=True, help="up to which level")
    command.add_argument("--for", dest="length", metavar="TIME", type=length, required=True, help="for how long, like 30m or 2h")
    saying(command)
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Sends the command; its id goes to stdout, what it means to stderr."""
    chosen = parser().parse_args(arguments)
    return add(chosen, broker_of(chosen))


def add(chosen: argparse.Namespace, broker: Broker) -> int:
    from rules.wire.instants import text
    from streams.load import tell
    from streams.pager import send, sending

    at = now()
    command = send.silence(chosen.patient, chosen.subject, chosen.level, at + chosen.length, who(chosen), at)
    sending.through(broker, command)
    tell(f"il2watch: {chosen.subject} up to {chosen.level} is silent until {text(at + chosen.length)}")
    print(command["id"])
    return 0


def length(text: str) -> int:
    """A duration for argparse, ms."""
    from streams.commands.demo import duration

    return round(duration(text) * 1000)
