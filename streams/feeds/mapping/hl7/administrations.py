"""Map RAS^O17: what was given, with RXA-20 saying whether it was, and RXA-21 whether that is corrected.

Source: docs/spec/feeds.md, Identity; v2 chapter 4 (4A from 2.6 on), tables 0322 and 0323.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from rules.wire import instants
from rules.wire.agents import is_il2, vasopressor
from rules.wire.instants import BadTime
from rules.wire.refusals import CODE_DISAGREES, NOT_A_NUMBER, UNMAPPED, UNSUPPORTED
from rules.wire.vocabulary import IL2
from streams.feeds.mapping import values
from streams.feeds.mapping.code_map import IGNORE, Coding, Disagrees, MapRow
from streams.feeds.mapping.corrections import CORRECTED, FINAL, WITHDRAWN
from streams.feeds.mapping.hl7.context import Context, entity
from streams.feeds.mapping.hl7.observation import codings, unit_texts
from streams.feeds.mapping.hl7.splitting import Message, Segment
from streams.feeds.mapping.identity import event_id, order_digest
from streams.feeds.mapping.publishing import Unusable
from streams.feeds.mapping.unit_words import accepted_by, spelled
from streams.feeds.mapping.values import NotANumber
from streams.feeds.mapping.wire_events import SentDose, SentMedication, WireEvent

GIVEN, PARTLY, NOT_GIVEN = ("CP", "PA"), "PA", ("RE", "NA")
_ACTIONS = {"": FINAL, "A": FINAL, "U": CORRECTED, "D": WITHDRAWN}
MEDICINES = ("medication", "infusion", "dose")


class Given(NamedTuple):
    """An RXA with its order and route."""

    orc: Segment | None
    rxa: Segment
    rxr: Segment | None


def handle(message: Message, context: Context) -> None:
    """Map every RXA of a RAS."""
    if not context.choose_patient(message.first("PID")):
        return
    for given in administrations(message):
        coding = next(iter(codings(given.rxa, 5)), Coding("", ""))
        try:
            _handle(given, coding, context)
        except Unusable as fault:
            context.refuse_segment(given.rxa, fault.reason, coding.named, str(fault))
        except BadTime as fault:
            context.refuse_segment_time(given.rxa, coding.named, fault)


def administrations(message: Message) -> Iterator[Given]:
    """Yield each RXA with the ORC before and the RXR after it."""
    orc: Segment | None = None
    for place, segment in enumerate(message.segments):
        if segment.name == "ORC":
            orc = segment
        elif segment.name == "RXA":
            following = message.segments[place + 1 :]
            until = next((i for i, each in enumerate(following) if each.name in ("RXA", "ORC")), None)
            yield Given(orc, segment, next((each for each in following[:until] if each.name == "RXR"), None))


def _handle(given: Given, coding: Coding, context: Context) -> None:
    rxa = given.rxa
    completion = rxa.text(20).upper() or context.rules.rxa20_missing
    if completion not in (*GIVEN, *NOT_GIVEN):
        raise Unusable(UNSUPPORTED, f"RXA-20 {completion or 'empty'}: not said whether it was given")
    status = _ACTIONS.get(rxa.text(21).upper())
    if status is None:
        raise Unusable(UNSUPPORTED, f"RXA-21 {rxa.text(21)}: not known what is done")
    agent, is_dose = _agent(rxa, coding, context)
    if agent is None:
        context.handled.count("ignored", coding.named)
        return
    order = entity(given.orc, 3) or entity(given.orc, 2)
    event = _event(given, agent, is_dose, completion, context, order)
    if completion in NOT_GIVEN and not is_dose and status == FINAL:
        context.handled.count("skipped", "not-given")
        return
    if completion in NOT_GIVEN and not is_dose:
        status = WITHDRAWN
    event = msgspec.structs.replace(event, status=status)
    context.publish_segment(
        _apart(event, order, context), rxa, coding.named, order_digest(_row_of(order, context))
    )


def _row_of(order: str, context: Context) -> str:
    return f"given {order or '^'.join(context.header.sender)}"


def _agent(rxa: Segment, coding: Coding, context: Context) -> tuple[str | None, bool]:
    """Return what was given, and whether it is the agent that is dosed; None: a row says to ignore it.

    A code that the map does not know is taken by its name, which the engine matches by ingredient.
    """
    found_by, found = context.rules.codes.find(codings(rxa, 5))
    if isinstance(found, Disagrees):
        raise Unusable(CODE_DISAGREES, f"{found_by.code} is {found.number}, and is named otherwise")
    if isinstance(found, MapRow) and found.type == IGNORE:
        return None, False
    if isinstance(found, MapRow) and found.type in MEDICINES:
        return found.our_code, found.type == "dose"
    names = [each.text for each in codings(rxa, 5) if each.text]
    if not names:
        raise Unusable(UNMAPPED, "a medicine without a name, by a code that the map does not know")
    context.handled.count(UNMAPPED, coding.named)
    name = next((each for each in names if is_il2(each) or vasopressor(each)), names[0])
    return (IL2, True) if is_il2(name) else (name[:128], False)


def _event(
    given: Given, agent: str, is_dose: bool, completion: str, context: Context, order: str
) -> WireEvent:
    """Return the event of an RXA, final."""
    rxa = given.rxa
    at = instants.text(context.time(rxa.text(3)))
    kind = "dose" if is_dose else "medication"
    coded = next(iter(codings(rxa, 5)), Coding("", agent))
    id = event_id(kind, order or "^".join(context.header.sender), coded.code or coded.text, rxa.text(2))
    amount, unit = _amount(rxa, context), _unit(rxa, is_dose, context)
    made: SentDose | SentMedication
    if is_dose:
        gave = completion in GIVEN
        reason = None if gave else rxa.text(18, 2) or rxa.text(18) or "not given"
        made = SentDose(
            id=id, patient=context.patient, at=at, agent=agent, given=gave, amount=amount, unit=unit,
            reason=reason,
        )  # fmt: skip
    else:
        route = None if given.rxr is None else given.rxr.text(1) or None
        made = SentMedication(
            id=id, patient=context.patient, at=at, agent=agent, amount=amount, unit=unit, route=route
        )
    source = context.rules.name + (": partly given" if completion == PARTLY else "")
    return msgspec.structs.replace(made, known=context.known(), source=source)


def _amount(rxa: Segment, context: Context) -> float | None:
    text = rxa.text(6)
    try:
        return values.number(text, context.rules.decimal_comma) if text else None
    except NotANumber as fault:
        raise Unusable(NOT_A_NUMBER, f"RXA-6: {fault}") from None


def _unit(rxa: Segment, is_dose: bool, context: Context) -> str | None:
    """Return the unit given; of a dose, one that the engine takes, if there is one among its spellings."""
    texts = unit_texts(rxa, 7, context.rules.codes)
    if not is_dose:
        return next((text for text in texts if rxa.delimiters.component not in text), None)
    own = context.rules.units
    return spelled(texts, context.rules.codes, own, accepted_by("dose", "")) or next(iter(texts), None)


def _apart(event: WireEvent, order: str, context: Context) -> WireEvent:
    """Return the event under an id of its own, if its counter was used before for another start.

    An A is another administration: taken for a correction, it would hide a dose.
    """
    if event.status != FINAL:
        return event
    before = context.tables.sent(event.patient, order_digest(_row_of(order, context)), event.id)
    if before is None or before.at == event.at:
        return event
    context.handled.count("counter-reused")
    return msgspec.structs.replace(event, id=event_id(event.id, event.at, ""))
