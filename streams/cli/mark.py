"""Run `il2watch mark`: say whether a page was of use (wire.md, `il2.pages`)."""

from __future__ import annotations

from rules.wire.vocabulary import VERDICTS
from streams.cli import options
from streams.cli.options import broker_of, connection, now
from streams.service.exit_codes import DONE

DESCRIPTION = """\
Marks an alert's page as useful, useless or late: one that was sent, or that a pager in shadow would
have sent. A mark is an opinion for the alarm review: it is no fact, moves no clock and acknowledges
nothing. Who marks an alert again changes their mark. ID is what a page or the board shows.

Exit: 0 marked, 2 no such alert, 3 the broker does not answer."""
EXAMPLE = """\
  il2watch mark 3f1b0c9de2a47586 useful --by rn-14
  il2watch mark 3f1b0c9de2a47586 late --by dr-3 --patient p1"""


def parser() -> options.Parser:
    command = options.parser("mark", DESCRIPTION, EXAMPLE)
    command.add_argument("alert", metavar="ID", help="the alert's id")
    command.add_argument("verdict", choices=VERDICTS, help="useful, useless, or late")
    command.add_argument("--by", metavar="WHO", required=True, help="who marks it")
    command.add_argument("--patient", metavar="P", help="whose alert it is; default: looked up in the topics")
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Send the mark, for the patient named or looked up by the alert's id. Raises UsageError."""
    chosen = parser().parse_args(arguments)
    from streams.cli import lookup
    from streams.kafka import commands
    from streams.service.event_file import warn

    broker = broker_of(chosen)
    patient = chosen.patient or lookup.patient_of(broker, chosen.alert)
    about = commands.PagedAlert(patient, chosen.alert)
    record = commands.marked(about, chosen.by, chosen.verdict, now())
    commands.publish(broker, record, "the mark")
    warn(f"il2watch: {chosen.alert} is marked {chosen.verdict} by {chosen.by}")
    return DONE
