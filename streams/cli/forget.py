"""Run `il2watch forget`: erase a patient from the state, the outbox and every compacted topic."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from streams.cli import options
from streams.cli.options import broker_of, connection, now, who, who_options
from streams.kafka.settings import Broker
from streams.service.event_file import warn

DESCRIPTION = """\
Erases a patient: from the workers' state, the pagers' outbox, the assessments (and so from board and
census), and from what the hospital feeds remember: results sent, merges, FHIR addresses, beds. All
workers and pagers must be stopped, since they would write what they hold again; feeds may run. It
is audited in il2.pages, under a digest of the patient's id. Ids that were merged with this one are
named: each is erased by a command of its own.

What it does not erase: events, commands, alerts, pages and dead letters stay in their topics as long
as retention keeps them, and so does what a broker has not compacted yet. A feed that still receives
messages of the patient writes them, and remembers them, anew.

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
    from rules.wire.topics import ASSESSMENTS, FEEDS
    from streams.kafka.rebuild import bury, erase
    from streams.kafka.state_record import STATE_TABLE
    from streams.kafka.topics import changelog
    from streams.pager.delivery.outbox import TABLE

    broker, author, patient = broker_of(chosen), who(chosen), chosen.patient
    pager = changelog(chosen.pager_id, TABLE)
    found = {
        "state": erase(broker, chosen.worker_id, changelog(chosen.worker_id, STATE_TABLE), patient),
        "outbox": erase(broker, chosen.pager_id, pager, patient),
        "assessments": bury(broker, ASSESSMENTS, lambda record: names(record, patient)),
    }
    merged = merged_with(broker, patient)
    found |= {topic: bury(broker, topic, lambda record: names(record, patient)) for topic in FEEDS}
    erased = [name for name, number in found.items() if number]
    audit(broker, patient, author.by, author.reason)
    warn(
        f"il2watch: erased from {', '.join(erased) or 'nothing: nothing of that patient was there'}; events, "
        "commands, alerts, pages and dead letters stay as long as their retention"
    )
    if merged:
        warn(f"il2watch: merged with {', '.join(sorted(merged))}: forget each of these ids too")
    return 0 if erased else 1


def names(record: Any, patient: str) -> bool:
    """Return whether a record of a compacted topic names a patient: by its key or in its row."""
    key, row = record.key.decode("utf-8", "replace"), _row(record.value)
    if patient in (key, row.get("patient"), row.get("surviving")):
        return True
    return not row and key.startswith(f"{patient}/")


def _row(value: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(value)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def merged_with(broker: Broker, patient: str) -> set[str]:
    """Return the ids that ADT merged into a patient or a patient into: erased, nothing would tell them."""
    from rules.wire.topics import FEED_ALIASES
    from streams.kafka.rebuild import last_records

    aliases = last_records(broker, FEED_ALIASES, lambda record: names(record, patient))
    ids = {key.decode("utf-8", "replace") for key in aliases}
    return (ids | {str(_row(value).get("surviving")) for value in aliases.values()}) - {patient}


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
