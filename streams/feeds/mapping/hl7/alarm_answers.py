"""Map ORA^R41 (IHE PCD-05): an alarm manager says that somebody accepted an alarm: an acknowledgement.

It is tied to the alarm by OBR-3, the incident's key, as the channel sent it. Source: docs/spec/feeds.md, Out.
"""

from __future__ import annotations

from rules.wire import instants
from rules.wire.instants import BadTime
from rules.wire.refusals import UNASSOCIATED, UNSUPPORTED
from streams.feeds.mapping.hl7.context import Context
from streams.feeds.mapping.hl7.splitting import Message, Segment
from streams.feeds.mapping.identity import event_id
from streams.feeds.mapping.wire_events import SentAck

STATUS = "MDC_ATTR_ALERT_STATUS"
ACCEPTED: dict[str, bool | None] = {
    "accepted": None,
    "acceptedpositive": True,
    "acceptednotrelevant": False,
    "acceptedfalse": False,
}
"""A status that is an acknowledgement -> whether it calls the alarm actionable (None: it does not say)."""
OTHERS = (
    "received", "undeliverable", "delivered", "read", "rejected", "cancelled", "cancelledother",
    "callbackstart", "callbackend",
)  # fmt: skip
REASON = "accepted at the alarm manager"


def handle(message: Message, context: Context) -> None:
    """Publish an `ack` for an alarm that somebody accepted."""
    obr = message.first("OBR")
    if obr is None:
        context.refuse_segment(message.header, UNSUPPORTED, "", "no OBR: nothing says which alarm is meant")
        return
    status = _status(message)
    if status in OTHERS:
        context.handled.count("skipped", "alarm-status")
    elif status not in ACCEPTED:
        context.refuse_segment(obr, UNSUPPORTED, "", "a status of an alarm that is not known")
    else:
        _acknowledge(message, obr, ACCEPTED[status], context)


def _status(message: Message) -> str:
    obx = next((each for each in message.segments if each.name == "OBX" and each.text(3, 2) == STATUS), None)
    return "" if obx is None else (obx.text(5) or obx.text(5, 2)).lower()


def _acknowledge(message: Message, obr: Segment, actionable: bool | None, context: Context) -> None:
    key, person = obr.text(3), _person(message)
    incident = context.tables.incidents.get(key)
    if incident is None:
        context.refuse_segment(obr, UNASSOCIATED, "", "OBR-3 is no alarm that was sent")
        return
    if not person:
        context.refuse_segment(obr, UNSUPPORTED, "", "no PRT names who accepted the alarm")
        return
    try:
        at = instants.text(context.time(obr.text(22) or obr.text(7) or context.header.time))
    except BadTime as fault:
        context.refuse_segment_time(obr, "", fault)
        return
    event = SentAck(
        id=event_id("ack", key, person, "", at), patient=incident.patient, at=at, known=context.known(),
        source=context.rules.name, alert=incident.alert, by=person, reason=REASON, actionable=actionable,
    )  # fmt: skip
    context.publish_segment(event, obr, "")


def _person(message: Message) -> str:
    """Return who accepted: the id of PRT-5, else the name."""
    prt = message.first("PRT")
    if prt is None:
        return ""
    id, family, given, *_ = [*prt.parts(prt.first(5)), "", "", ""]
    return (id or " ".join(each for each in (given, family) if each))[:128]
