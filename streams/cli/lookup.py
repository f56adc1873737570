"""Look up an alert's patient and the silences in force in the topics, so that no pager has to be running."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from rules.ingest.decode import decode
from rules.wire import pages
from rules.wire.alerts import NotAnAlert, decode_transition
from rules.wire.commands import bounded
from rules.wire.events import Silence, Withdrawal
from rules.wire.instants import AFTER_ALL, text
from rules.wire.topics import ALERTS, COMMANDS, PAGES
from streams.errors import UsageError
from streams.kafka.blocking_reader import records
from streams.kafka.commands import SilenceAnswer
from streams.kafka.settings import Broker


class SilenceInForce(NamedTuple):
    """A silence with its patient. `until`: ms, as far as its level allows."""

    id: str
    patient: str
    subject: str
    level: str
    until: int
    by: str
    reason: str


def patient_of(broker: Broker, alert: str) -> str:
    """Return the patient of an alert's id, as a page shows it.

    Raises UsageError when there is none, or when the alert is one of the machine.
    """
    for topic, decode_id in ((ALERTS, _of_alert), (PAGES, _of_page)):
        patient = _patient_in(records(broker, topic), alert, decode_id)
        if patient is not None:
            return patient
    raise UsageError(
        f"no alert {alert!r}: a page shows its id, 16 letters and digits; --patient P tells whose it is "
        "without looking"
    )


AlertAndPatient = tuple[str | None, str]
"""An alert's id, None when a page has none, and its patient."""


def _patient_in(
    candidates: Iterable[Any], alert: str, decode_id: Callable[[bytes], AlertAndPatient | None]
) -> str | None:
    wanted = alert.encode()
    for record in candidates:
        found = decode_id(record.value) if wanted in (record.value or b"") else None
        if found is not None and found[0] == alert:
            return found[1]
    return None


def _of_alert(value: bytes) -> AlertAndPatient | None:
    try:
        found = decode_transition(value)
    except NotAnAlert:
        return None
    return found.id, found.patient


def _of_page(value: bytes) -> AlertAndPatient | None:
    found = pages.decode(value)
    return None if found is None else (found.alert, found.patient)


def silences_in_force(broker: Broker, now: int) -> list[SilenceInForce]:
    """Return the silences in force at an instant (ms), those that end first in front."""
    found = latest_silences(records(broker, COMMANDS), now)
    return sorted((one for one in found if one.until > now), key=lambda one: one.until)


def latest_silences(candidates: Iterable[Any], now: int = AFTER_ALL) -> list[SilenceInForce]:
    """Return each silence as it was last requested, without those withdrawn. `now`: ms.

    One that a worsening has ended is still listed: that is in `il2.pages`.
    """
    found: dict[tuple[str, str], SilenceInForce] = {}
    for record in candidates:
        key = (record.key or b"").decode("utf-8", "replace")
        event, _ = decode(
            record.value or b"", key=key, known=record.timestamp if record.timestamp >= 0 else None
        )
        if isinstance(event, Silence):
            until = bounded(event.level, min(event.known, now), event.until - max(0, event.at - now))
            found[event.patient, event.id] = SilenceInForce(
                event.id, event.patient, event.subject, event.level, until, event.by, event.reason
            )
        elif isinstance(event, Withdrawal):
            found.pop((event.patient, event.id), None)
    return list(found.values())


def as_json(one: SilenceInForce) -> SilenceAnswer:
    """Return a silence for programs, its instants as on the wire."""
    return SilenceAnswer(
        id=one.id,
        patient=one.patient,
        subject=one.subject,
        level=one.level,
        until=text(one.until),
        by=one.by,
        reason=one.reason,
    )
