"""Map ADT: admissions, transfers, discharges, their cancellations, and merges of patients.

Source: docs/spec/feeds.md, Patients and merges; v2 chapter 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.wire import instants
from rules.wire.instants import BadTime, Instant
from rules.wire.refusals import MALFORMED, UNASSOCIATED, UNSUPPORTED
from streams.feeds.mapping.beds import NEVER_SEEN, NOWHERE, Move
from streams.feeds.mapping.corrections import WITHDRAWN
from streams.feeds.mapping.hl7.context import Context, bed_of, entity, identifiers
from streams.feeds.mapping.hl7.splitting import Message, Segment
from streams.feeds.mapping.identity import event_id, order_digest
from streams.feeds.mapping.patients import Merge, TwoPatients, chosen, refused_merge
from streams.feeds.mapping.wire_events import SentEncounter

ADMIT, TRANSFER, DISCHARGE = "admit", "transfer", "discharge"
EVENTS = {"A01": ADMIT, "A04": ADMIT, "A02": TRANSFER, "A03": DISCHARGE}
CANCELS = {"A11": ADMIT, "A12": TRANSFER, "A13": DISCHARGE}
MERGES = ("A18", "A34", "A40")
WITHOUT_EVENT = ("A08", "A31")
TAKEN = (*EVENTS, *CANCELS, *MERGES, *WITHOUT_EVENT)


def handle(message: Message, context: Context) -> None:
    """Map an ADT message by its event, which is MSH-9's whatever EVN-1 says."""
    event = context.header.event
    if event in MERGES:
        _merge(message, context)
    elif event in WITHOUT_EVENT:
        if context.choose_patient(message.first("PID")):
            context.handled.count("skipped", "no-event")
            _update_bed(message, context)
    elif context.choose_patient(message.first("PID")):
        _move(message, EVENTS.get(event) or CANCELS[event], event in CANCELS, context)


def _move(message: Message, what: str, cancels: bool, context: Context) -> None:
    pv1 = message.first("PV1")
    segment = pv1 or message.first("PID") or message.header
    visit = entity(pv1, 19)
    order = order_digest(f"visit {visit}")
    try:
        at = _happened(message, what if not cancels else "", context)
    except BadTime as fault:
        context.refuse_segment_time(message.first("EVN") or segment, "", fault)
        return
    if cancels:
        _cancel(what, visit, order, at, segment, context)
        return
    event = SentEncounter(
        id=_id(what, visit, at), patient=context.patient, at=instants.text(at), known=context.known(),
        source=context.rules.name, event=what, location=None if what == DISCHARGE else _unit(pv1),
    )  # fmt: skip
    context.publish_segment(event, segment, f"ADT {context.header.event}", order)
    context.change_bed(event.id, Move(at, NOWHERE if what == DISCHARGE else bed_of(pv1)))


def _update_bed(message: Message, context: Context) -> None:
    """Keep the bed that a message names which is no event of the stay, where it is another than before."""
    pv1 = message.first("PV1")
    bed = bed_of(pv1)
    try:
        at = _happened(message, "", context)
    except BadTime:
        return
    row = context.tables.beds.rows.get(context.patient, NEVER_SEEN)
    if bed and row.bed(at) != bed:
        context.change_bed(event_id("bed", f"visit {entity(pv1, 19)}", instants.text(at)), Move(at, bed))


def _id(what: str, visit: str, at: Instant) -> str:
    """Return the id of an event of a stay: one admission and one discharge a visit, transfers by their time.

    Without a visit number only the time tells them apart.
    """
    by_time = instants.text(at) if what == TRANSFER or not visit else ""
    return event_id("encounter", f"visit {visit}", what, "", by_time)


def _unit(pv1: Segment | None) -> str | None:
    """Return the unit's name: PV1-3, its first component."""
    return None if pv1 is None else pv1.text(3).partition(pv1.delimiters.sub)[0].strip()[:128] or None


def _happened(message: Message, what: str, context: Context) -> Instant:
    """Return when it happened: of a discharge PV1-45, of all EVN-6, then EVN-2. Raises BadTime."""
    pv1, evn = message.first("PV1"), message.first("EVN")
    own = {ADMIT: 44, DISCHARGE: 45}.get(what)
    stated = pv1.text(own) if pv1 is not None and own is not None else ""
    occurred, recorded = (evn.text(6), evn.text(2)) if evn is not None else ("", "")
    ordered = (stated, occurred, recorded) if what == DISCHARGE else (occurred, stated, recorded)
    return context.time(next((text for text in ordered if text), ""))


def _cancel(what: str, visit: str, order: str, at: Instant, segment: Segment, context: Context) -> None:
    """Withdraw what is cancelled: by its visit, a transfer the last one that is in force."""
    if not visit:
        context.refuse_segment(segment, UNSUPPORTED, "", "a cancellation without a visit number in PV1-19")
        return
    found = _transfer(order, visit, at, context) if what == TRANSFER else (_id(what, visit, at), "")
    if found is None:
        context.refuse_segment(segment, UNSUPPORTED, "", "the transfer that is cancelled was never seen")
        return
    id, was_at = found
    before = context.tables.sent(context.patient, order, id)
    event = SentEncounter(
        id=id, patient=context.patient, at=was_at or (before.at if before else instants.text(at)),
        known=context.known(), source=context.rules.name, event=what, status=WITHDRAWN,
    )  # fmt: skip
    context.publish_segment(event, segment, f"ADT {context.header.event}", order)
    context.change_bed(id, None)


def _transfer(order: str, visit: str, at: Instant, context: Context) -> tuple[str, str] | None:
    """Return id and time of the transfer that is cancelled: the one at `at`, else the last in force."""
    row = context.tables.orders.get(f"{context.patient}/{order}")
    sent = {} if row is None else row.sent
    exact = _id(TRANSFER, visit, at)
    if exact in sent:
        return exact, sent[exact].at
    transfers = [(each.at, id) for id, each in sent.items() if id in _transfers(sent, visit)]
    in_force = [(when, id) for when, id in transfers if sent[id].status != WITHDRAWN]
    return None if not in_force else (max(in_force)[1], max(in_force)[0])


def _transfers(sent: Mapping[str, object], visit: str) -> set[str]:
    """Return the ids of a visit that are transfers: neither its admission nor its discharge."""
    return set(sent) - {_id(what, visit, 0) for what in (ADMIT, DISCHARGE)}


def _merge(message: Message, context: Context) -> None:
    for pid, mrg in _pairs(message):
        _merge_one(pid, mrg, context)


def _pairs(message: Message) -> Iterator[tuple[Segment, Segment]]:
    """Yield each PID with the MRG that follows it."""
    pid: Segment | None = None
    for segment in message.segments:
        if segment.name == "PID":
            pid = segment
        elif segment.name == "MRG" and pid is not None:
            yield pid, segment
            pid = None


def _merge_one(pid: Segment, mrg: Segment, context: Context) -> None:
    try:
        surviving = chosen(identifiers(pid, 3), context.rules.patient)
        prior = chosen(identifiers(mrg, 1), context.rules.patient)
    except TwoPatients:
        context.refuse_segment(mrg, MALFORMED, "", "two ids of one authority")
        return
    if surviving is None or prior is None:
        context.refuse_segment(
            mrg, UNASSOCIATED, "", "PID-3 and MRG-1 have no id of one configured authority each"
        )
        return
    merge = Merge(prior.id, context.tables.survivor(surviving.id), context.stamp or context.now)
    if context.tables.survivor(prior.id) == merge.surviving and prior.id != merge.surviving:
        context.handled.count("duplicate", "merge")
        return
    fault = refused_merge(context.tables.aliases, merge)
    if fault is not None:
        context.refuse_segment(mrg, MALFORMED, "", fault)
        return
    context.handled.merges.append(merge)
    context.handled.count("merged")
