"""Map Encounter: admission, transfers by its locations, discharge; a visit that is no stay gives nothing.

Source: docs/spec/feeds.md, FHIR in; R4, Encounter; v3 ActCode for its class.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.wire import instants
from rules.wire.instants import BadTime
from rules.wire.refusals import UNSUPPORTED
from streams.feeds.mapping.corrections import FINAL
from streams.feeds.mapping.fhir.context import Context, Origin, moment
from streams.feeds.mapping.fhir.resources import Encounter, Reference, Stay
from streams.feeds.mapping.identity import event_id
from streams.feeds.mapping.wire_events import SentEncounter

ADMIT, TRANSFER, DISCHARGE = "admit", "transfer", "discharge"
OPEN = ("arrived", "triaged", "in-progress", "onleave")
FINISHED = "finished"
NOT_YET = ("planned",)
NEVER = ("cancelled", "entered-in-error")
STAYS = ("", "IMP", "ACUTE", "NONAC", "OBSENC", "EMER", "SS")
"""Classes of stays. The end of another visit (`AMB`, `VR`, `HH`) during a stay would be taken for its end."""


def handle(encounter: Encounter, number: int, context: Context) -> None:
    """Map an encounter."""
    origin = context.begin(encounter, encounter.identifier, number)
    status = encounter.status.strip()
    if encounter.class_.code.strip().upper() not in STAYS:
        context.handled.count("skipped", "no-stay")
    elif not context.choose_patient(encounter.subject, origin.part):
        return
    elif context.is_older(origin):
        context.handled.count("superseded", "Encounter")
    elif status in NEVER:
        context.withdraw(origin, context.sent_before(origin))
    elif status in NOT_YET:
        context.handled.count("skipped", "no-event")
    elif status not in (*OPEN, FINISHED):
        context.refuse(origin.part, UNSUPPORTED, f"status {status or 'empty'}")
    else:
        _publish(encounter, status == FINISHED, origin, context)


def _publish(encounter: Encounter, finished: bool, origin: Origin, context: Context) -> None:
    try:
        events = list(_events(encounter, finished, origin, context))
    except BadTime as fault:
        context.refuse_time(origin.part, fault)
        return
    for event in events:
        if not _adds_nothing(encounter, event, origin, context):
            context.publish(event, origin.part, origin.order)
    context.withdraw(origin, _no_longer(encounter, finished, {event.id for event in events}, origin, context))


def _events(
    encounter: Encounter, finished: bool, origin: Origin, context: Context
) -> Iterator[SentEncounter]:
    """Yield what an encounter says happened. Raises BadTime."""
    places = [stay for stay in encounter.location if stay.status.strip() not in ("planned", "reserved")]
    first = places[0] if places else None
    began = encounter.period.start or ("" if first is None else first.period.start)
    yield _event(ADMIT, began, first, origin, context)
    for stay in places[1:]:
        yield _event(TRANSFER, stay.period.start, stay, origin, context)
    if finished:
        yield _event(DISCHARGE, encounter.period.end, None, origin, context)


def _adds_nothing(encounter: Encounter, event: SentEncounter, origin: Origin, context: Context) -> bool:
    """Return whether an admission is the one sent before, but for the place, which is left out now."""
    before = context.sent_before(origin).get(event.id)
    return event.event == ADMIT and not encounter.location and before is not None and before.at == event.at


def _event(what: str, text: str, stay: Stay | None, origin: Origin, context: Context) -> SentEncounter:
    at = instants.text(moment(text, None))
    return SentEncounter(
        id=_id(what, origin, at), patient=context.patient, at=at, known=context.known(),
        source=context.rules.name, status=FINAL, event=what,
        location=None if stay is None else _unit(stay.location),
    )  # fmt: skip


def _id(what: str, origin: Origin, at: str = "") -> str:
    return event_id("encounter", origin.named, what, "", at if what == TRANSFER else "")


def _unit(location: Reference) -> str | None:
    """Return a place's name: what it is called, else its id."""
    return (location.display.strip() or location.reference.rpartition("/")[2].strip())[:128] or None


def _no_longer(
    encounter: Encounter, finished: bool, now: set[str], origin: Origin, context: Context
) -> list[str]:
    """Return what was sent of a stay and is not so any more.

    A finished encounter that is open again takes its discharge back; places that are left out say nothing.
    """
    gone = [] if finished else [_id(DISCHARGE, origin)]
    if encounter.location:
        whole = {_id(ADMIT, origin), _id(DISCHARGE, origin)}
        gone += [id for id in context.sent_before(origin) if id not in whole]
    return [id for id in gone if id not in now]
