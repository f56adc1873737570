"""Map MedicationAdministration: doses given or held, infusions from start to end, other drugs.

Source: docs/spec/feeds.md, Values, Identity; R4, MedicationAdministration. Orders never make an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from rules.ingest import units
from rules.wire import instants
from rules.wire.agents import is_il2, vasopressor
from rules.wire.instants import BadTime, Instant
from rules.wire.refusals import BAD_UNIT, CODE_DISAGREES, UNASSOCIATED, UNMAPPED, UNSUPPORTED
from rules.wire.vocabulary import IL2
from streams.feeds.mapping.code_map import IGNORE, Coding, Disagrees, MapRow
from streams.feeds.mapping.corrections import CORRECTED, FINAL
from streams.feeds.mapping.fhir.context import Context, Origin, codings, unit_texts, words
from streams.feeds.mapping.fhir.observations import FIRST_VERSIONS
from streams.feeds.mapping.fhir.references import Unresolved
from streams.feeds.mapping.fhir.resources import (
    Concept,
    Ingredient,
    Medication,
    MedicationAdministration,
    Quantity,
)
from streams.feeds.mapping.identity import event_id
from streams.feeds.mapping.publishing import Part, Unusable
from streams.feeds.mapping.times import resolve_fhir
from streams.feeds.mapping.unit_words import accepted_by, spelled
from streams.feeds.mapping.vetting import vetted
from streams.feeds.mapping.wire_events import SentDose, SentInfusion, SentMedication, WireEvent

GIVEN = ("in-progress", "completed", "stopped", "on-hold")
ENDED = ("completed", "stopped")
NOT_DONE, IN_ERROR = "not-done", "entered-in-error"
MEDICINES = ("medication", "infusion", "dose")
_LONGEST = 128


class Agent(NamedTuple):
    """What was given: the wire's type and name, and the ingredient it was found by (None: the whole)."""

    type: str
    name: str
    code: str
    ingredient: Ingredient | None = None


def handle(given: MedicationAdministration, number: int, context: Context) -> None:
    """Map an administration."""
    origin = context.begin(given, given.identifier, number)
    if not context.choose_patient(given.subject, origin.part):
        return
    status = given.status.strip()
    if context.is_older(origin):
        context.handled.count("superseded", "MedicationAdministration")
    elif status == IN_ERROR:
        context.withdraw(origin, context.sent_before(origin))
    elif status not in (*GIVEN, NOT_DONE):
        context.refuse(origin.part, UNSUPPORTED, f"status {status or 'empty'}: not said whether it was given")
    else:
        _publish(given, status, origin, context)


def _publish(given: MedicationAdministration, status: str, origin: Origin, context: Context) -> None:
    """Publish what a version says, and withdraw what it no longer says."""
    part, events = origin.part, list[WireEvent]()
    try:
        agent = agent_of(given, context)
        if agent is not None:
            part = part._replace(code=agent.code)
            events = list(_events(given, status, agent, origin, context))
    except Unusable as fault:
        context.refuse(part, fault.reason, str(fault))
    except BadTime as fault:
        context.refuse_time(part, fault)
    sent = {event.id for event in events if _sent(event, part, origin, context)}
    context.withdraw(origin, context.sent_before(origin).keys() - sent)


def _sent(event: WireEvent, part: Part, origin: Origin, context: Context) -> bool:
    """Publish an event; of a vasopressor by volume too, that the engine knows that it runs."""
    checked = vetted(event)
    runs = (
        isinstance(event, SentInfusion) and checked.problem is not None and checked.problem.reason == BAD_UNIT
    )
    if not runs:
        return context.publish(event, part, origin.order)
    context.refuse(part, BAD_UNIT, "a vasopressor by volume: the bag is unknown")
    context.send(event, checked.digest, origin.order)
    return True


def _events(
    given: MedicationAdministration, status: str, agent: Agent, origin: Origin, context: Context
) -> Iterator[WireEvent]:
    if agent.type == "dose":
        yield _dose(given, status, agent, origin, context)
    elif status == NOT_DONE:
        context.handled.count("skipped", "not-given")
    elif _has_rate(given) and (agent.type == "infusion" or vasopressor(agent.name)):
        yield from _infusion(given, status, agent, origin, context)
    else:
        yield _medication(given, agent, origin, context)


def agent_of(given: MedicationAdministration, context: Context) -> Agent | None:
    """Return what was given; None: the map says to ignore it. Raises Unusable.

    The code of the whole counts first, then each ingredient; a code that the map does not know is taken by
    its name, which the engine matches by ingredient.
    """
    named = list(_named(given, context))
    for concept, ingredient in named:
        row = _row(concept, context)
        if row is not None and row.type == IGNORE:
            context.handled.count("ignored", row.code)
            return None
        if row is not None and row.type in MEDICINES:
            return Agent(row.type, row.our_code, f"{row.system} {row.code}", ingredient)
    return _by_name(named, context)


def _row(concept: Concept, context: Context) -> MapRow | None:
    coding, found = context.rules.codes.find(codings(concept))
    if isinstance(found, Disagrees):
        raise Unusable(CODE_DISAGREES, f"{coding.code} is {found.number}, and is named otherwise")
    return found


def _by_name(named: list[tuple[Concept, Ingredient | None]], context: Context) -> Agent:
    texts = [(text, ingredient) for concept, ingredient in named for text in words(concept)]
    if not texts:
        raise Unusable(UNMAPPED, "a medicine without a name, by a code that the map does not know")
    coding = next((each for concept, _ in named for each in codings(concept)), Coding("", "", texts[0][0]))
    context.handled.count(UNMAPPED, coding.named)
    known = next((pair for pair in texts if is_il2(pair[0]) or vasopressor(pair[0])), texts[0])
    kind, name = ("dose", IL2) if is_il2(known[0]) else ("medication", known[0][:_LONGEST])
    return Agent(kind, name, coding.named, known[1])


def _named(given: MedicationAdministration, context: Context) -> Iterator[tuple[Concept, Ingredient | None]]:
    """Yield how a medicine is coded: as a whole, then by ingredient. Raises Unusable."""
    if given.medication_codeable_concept is not None:
        yield given.medication_codeable_concept, None
    if given.medication_reference is None:
        return
    reference = given.medication_reference
    medicine = _medicine(given, reference.reference, context)
    if medicine is not None:
        alone = medicine.ingredient[0] if len(medicine.ingredient) == 1 else None
        yield medicine.code, alone
        for ingredient in medicine.ingredient:
            yield ingredient.item_codeable_concept, ingredient
    if reference.display:
        yield Concept(text=reference.display), None


def _medicine(given: MedicationAdministration, reference: str, context: Context) -> Medication | None:
    """Return the medicine that is meant, contained or in the bundle; None where only its name is here."""
    contained = {f"#{each.id}": each for each in given.contained}
    if reference in contained:
        return contained[reference]
    try:
        found = context.references.target(reference).resource
    except Unresolved as fault:
        raise Unusable(UNASSOCIATED, str(fault)) from None
    return found if isinstance(found, Medication) else None


def _framed(
    event: WireEvent,
    kind: str,
    at: Instant,
    origin: Origin,
    given: MedicationAdministration,
    context: Context,
) -> WireEvent:
    """Return an event with the fields that every event of an administration has."""
    version = given.meta.version_id.strip()
    return msgspec.structs.replace(
        event, id=event_id(kind, origin.named, ""), patient=context.patient, at=instants.text(at),
        known=context.known(), source=context.rules.name,
        status=CORRECTED if version.isdigit() and version not in FIRST_VERSIONS else FINAL,
    )  # fmt: skip


def _started(given: MedicationAdministration) -> Instant:
    period = given.effective_period
    text = given.effective_date_time or ("" if period is None else period.start)
    if not text:
        raise BadTime("is missing")
    return resolve_fhir(text)


def _dose(
    given: MedicationAdministration, status: str, agent: Agent, origin: Origin, context: Context
) -> WireEvent:
    made = SentDose(id="", patient="", at="", agent=agent.name, given=status != NOT_DONE)
    if status == NOT_DONE:
        reason = next((text for concept in given.status_reason for text in _reasons(concept)), "not given")
        made = msgspec.structs.replace(made, reason=reason)
    else:
        amount, unit = _amount(given.dosage.dose, agent, context)
        made = msgspec.structs.replace(made, amount=amount, unit=unit)
    return _framed(made, "dose", _started(given), origin, given, context)


def _reasons(concept: Concept) -> list[str]:
    return [text for text in (concept.text, *(each.display for each in concept.coding)) if text]


def _amount(dose: Quantity | None, agent: Agent, context: Context) -> tuple[float | None, str | None]:
    """Return amount and unit of a dose; one in mL of the bag by the strength of the bag. Raises Unusable."""
    if dose is None or dose.value is None:
        return None, None
    accepts = accepted_by("dose", agent.name)
    unit = spelled(unit_texts(dose), context.rules.codes, context.rules.units, accepts)
    if unit is not None:
        return dose.value, unit
    strength = None if agent.ingredient is None else agent.ingredient.strength
    if strength is None or strength.numerator is None or strength.denominator is None:
        raise Unusable(BAD_UNIT, "an amount in a unit of no dose, and the strength is not said")
    unit = spelled(unit_texts(strength.numerator), context.rules.codes, context.rules.units, accepts)
    return _share(dose, strength.numerator, strength.denominator), unit


def _share(dose: Quantity, whole: Quantity, volume: Quantity) -> float:
    """Return the amount in a part of a bag. Raises Unusable for units that do not fit."""
    part, of = _millilitres(dose), _millilitres(volume)
    if part is None or not of or whole.value is None:
        raise Unusable(BAD_UNIT, "an amount and a strength whose units do not fit")
    return round(whole.value * part / of, 6)


def _millilitres(quantity: Quantity) -> float | None:
    known = (units.volume(text) for text in unit_texts(quantity))
    conversion = next((each for each in known if each is not None), None)
    if conversion is None or quantity.value is None:
        return None
    return quantity.value if conversion.scale is None else conversion.scale.convert(quantity.value)


def _has_rate(given: MedicationAdministration) -> bool:
    return given.dosage.rate_quantity is not None or given.dosage.rate_ratio is not None


def _infusion(
    given: MedicationAdministration, status: str, agent: Agent, origin: Origin, context: Context
) -> Iterator[WireEvent]:
    """Yield the rate from the start, and 0 at the end. The line is the administration's own: its end cannot
    stop the next, which may begin at the same instant.
    """
    began, ended = _started(given), _ended(given, status, context)
    rate, unit = _rate(given, agent, context)
    line = origin.named.rpartition(" ")[2][-_LONGEST:]
    moments = [("start", began, rate)] if ended != began else []
    if ended is not None:
        moments.append(("end", ended, 0.0))
    for place, at, value in moments:
        made = SentInfusion(id="", patient="", at="", agent=agent.name, rate=value, unit=unit, line=line)
        yield _framed(made, f"infusion {place}", at, origin, given, context)


def _ended(given: MedicationAdministration, status: str, context: Context) -> Instant | None:
    """Return when an infusion ended, if it did. One that ended, nobody knows when, goes on: it blocks."""
    period = given.effective_period
    if period is not None and period.end:
        return resolve_fhir(period.end)
    if status in ENDED:
        context.handled.count("end-unknown")
    return None


def _rate(given: MedicationAdministration, agent: Agent, context: Context) -> tuple[float, str]:
    """Return the rate with its unit. Raises Unusable."""
    rate, texts = _stated_rate(given)
    pressor = vasopressor(agent.name)
    if rate is None or not texts:
        raise Unusable(BAD_UNIT, "a rate without a number, or without a unit")
    if pressor is None:
        return rate, texts[0]
    unit = spelled(texts, context.rules.codes, context.rules.units, accepted_by("infusion", pressor))
    return rate, unit or texts[0]


def _stated_rate(given: MedicationAdministration) -> tuple[float | None, list[str]]:
    quantity, ratio = given.dosage.rate_quantity, given.dosage.rate_ratio
    if quantity is not None:
        return quantity.value, unit_texts(quantity)
    top, bottom = (None, None) if ratio is None else (ratio.numerator, ratio.denominator)
    if top is None or bottom is None or top.value is None or not bottom.value:
        return None, []
    texts = [f"{over}/{under}" for over, under in zip(unit_texts(top), unit_texts(bottom), strict=False)]
    return top.value / bottom.value, texts


def _medication(given: MedicationAdministration, agent: Agent, origin: Origin, context: Context) -> WireEvent:
    dose = given.dosage.dose
    unit = None if dose is None else next(iter(unit_texts(dose)), None)
    route = next(iter(_reasons(given.dosage.route)), None) or next(iter(words(given.dosage.route)), None)
    made = SentMedication(id="", patient="", at="", agent=agent.name, unit=unit, route=route)
    made = msgspec.structs.replace(made, amount=None if dose is None else dose.value)
    return _framed(made, "medication", _started(given), origin, given, context)
