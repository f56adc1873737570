"""Run `il2watch forget`: erase a patient from the state, the outbox and the compacted topics."""

from __future__ import annotations

from streams.cli import options
from streams.cli.options import broker_of, connection, now, who, who_options
from streams.kafka.settings import Broker
from streams.service.event_file import warn

DESCRIPTION = """\
Erases a patient: from the workers' state, the pagers' outbox and the assessments, and so from board
and census. All workers and pagers must be stopped, since they would write what they hold again. It
is audited in il2.pages, under a digest of the patient's id.

What it does not erase: events, commands, alerts, pages and dead letters stay in their topics as long
as retention keeps them, and so does what a broker has not compacted yet.

Exit: 0 erased, 1 nothing of that patient was there, 2 a service still runs, 3 no broker answers."""
EXAMPLE = "  il2watch forget p1 --by dpo-2 --reason 'request of 2026-03-02'"


def parser() -> options.Parser:
    command = options.parser("forget", DESCRIPTION, EXAMPLE)
    command.add_argument("patient", metavar="PATIENT", help="the patient's id")
    command.add_argument("--worker-id", metavar="ID", default="il2watch", help="of the workers")
    command.add_argument("--pager-id", metavar="ID", default="il2watch-pager", help="of the pagers")
    who_options(command)
    connection(command)
    return command


def main(arguments: list[str]) -> int:
    """Erase the patient, audit it, and say what was erased and what is left."""
    chosen = parser().parse_args(arguments)
    from rules.wire.topics import ASSESSMENTS
    from streams.kafka.rebuild import bury, erase
    from streams.kafka.state_record import STATE_TABLE
    from streams.kafka.topics import changelog
    from streams.pager.delivery.outbox import TABLE

    broker, author = broker_of(chosen), who(chosen)
    pager = changelog(chosen.pager_id, TABLE)
    found = {
        "state": erase(broker, chosen.worker_id, changelog(chosen.worker_id, STATE_TABLE), chosen.patient),
        "outbox": erase(broker, chosen.pager_id, pager, chosen.patient),
        "assessments": bury(broker, ASSESSMENTS, chosen.patient),
    }
    erased = [name for name, number in found.items() if number]
    audit(broker, chosen.patient, author.by, author.reason)
    warn(
        f"il2watch: erased from {', '.join(erased) or 'nothing: nothing of that patient was there'}; events, "
        "commands, alerts, pages and dead letters stay as long as their retention"
    )
    return 0 if erased else 1


def audit(broker: Broker, patient: str, by: str, reason: str) -> None:
    """Write that a patient was erased, under a digest of the id. Raises UsageError."""
    from rules.wire.alerts import hashed
    from rules.wire.pages import FORGOTTEN, Audit, encode
    from rules.wire.topics import PAGES
    from streams.kafka.clients import producer

    digest = hashed(f"forgotten|{patient}")
    sender = producer(broker, linger_ms=0)
    try:
        value = encode(Audit(when=now(), outcome=FORGOTTEN, patient=digest, by=by, reason=reason))
        sender.send(PAGES, value, key=digest.encode()).get(30)
    finally:
        sender.close()
