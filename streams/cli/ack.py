"""Run `il2watch ack`: acknowledge an alert (wire.md, Events)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from streams.cli import options
from streams.cli.options import broker_of, connection, now, who, who_options

if TYPE_CHECKING:
    from rules.wire.pages import PageRecord

DESCRIPTION = """\
Acknowledges an alert: its pages escalate no further, and nobody is reminded, until it gets worse or
the acknowledgement runs out. Waits for the pager's word, and says what became of it. ID is what a
page shows. Alarms of the machine itself are acknowledged where they were paged.

Exit: 0 acknowledged, 1 there was nothing to acknowledge, 3 no pager answered."""
EXAMPLE = """\
  il2watch ack 3f1b0c9de2a47586 --by rn-14 --reason "bolus running"
  il2watch ack 3f1b0c9de2a47586 --by rn-14 --reason "artefact" --actionable no"""
OPINION = {"yes": True, "no": False, None: None}


def parser() -> options.Parser:
    command = options.parser("ack", DESCRIPTION, EXAMPLE)
    command.add_argument("alert", metavar="ID", help="the alert's id")
    who_options(command)
    command.add_argument(
        "--actionable",
        choices=("yes", "no"),
        help="whether the alert called for anything to be done; counted as alarm burden",
    )
    command.add_argument("--patient", metavar="P", help="whose alert it is; default: looked up in the topics")
    command.add_argument(
        "--at",
        metavar="TIME",
        type=options.moment,
        help="when it was seen, like 2026-03-02T10:00:00Z; default: now",
    )
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Send the acknowledgement and report on stderr what became of it."""
    chosen = parser().parse_args(arguments)
    return acknowledge(chosen)


def acknowledge(chosen: argparse.Namespace) -> int:
    """Send the acknowledgement, for the patient named or looked up by the alert's id. Raises UsageError."""
    from streams.cli import answers, lookup
    from streams.kafka import commands

    broker, author = broker_of(chosen), who(chosen)
    patient = chosen.patient or lookup.patient_of(broker, chosen.alert)
    at = now() if chosen.at is None else chosen.at
    command = commands.acknowledgement(patient, chosen.alert, author, at, OPINION[chosen.actionable])
    answer = answers.of_pager(broker, command)
    if answer is None:
        return answers.unheard("pager", "acknowledgement")
    return reported(answer, chosen, patient)


def reported(answer: PageRecord, chosen: argparse.Namespace, patient: str) -> int:
    """Report what became of the acknowledgement, and return the exit code."""
    from rules.wire import pages
    from streams.service.event_file import warn

    done, words = {
        pages.ACKNOWLEDGED: (True, f"is acknowledged by {chosen.by}"),
        pages.ALREADY: (True, f"was acknowledged already; renewed by {chosen.by}"),
        pages.ACK_OVER: (False, "is over: nothing is acknowledged"),
        pages.ACK_EARLY: (False, f"is no open alert of patient {patient}: nothing is acknowledged"),
    }.get(answer.outcome, (False, f"is not acknowledged: {answer.outcome}"))
    warn(f"il2watch: {chosen.alert} {words}")
    return 0 if done else 1
