"""Define the fields of FHIR R4 resources that are used; all others are skipped (R4, JSON alone)."""

from __future__ import annotations

from typing import Any

import msgspec


class Element(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A FHIR element; fields that are not named here are skipped."""


class CodingElement(Element, frozen=True):
    """A coding: `display` is for people."""

    system: str = ""
    code: str = ""
    display: str = ""


class Concept(Element, frozen=True):
    """A CodeableConcept."""

    coding: tuple[CodingElement, ...] = ()
    text: str = ""


class Quantity(Element, frozen=True):
    """A number with its unit: `unit` for people, `code` of `system`."""

    value: float | None = None
    comparator: str = ""
    unit: str = ""
    system: str = ""
    code: str = ""


class IdentifierElement(Element, frozen=True):
    """A business identifier."""

    system: str = ""
    value: str = ""
    type: Concept = Concept()


class Reference(Element, frozen=True):
    """A reference: literal, or by an identifier."""

    reference: str = ""
    identifier: IdentifierElement | None = None
    display: str = ""


class Period(Element, frozen=True):
    """A time span; either end may be open."""

    start: str = ""
    end: str = ""


class ReferenceRange(Element, frozen=True):
    """Limits printed with a result."""

    low: Quantity | None = None
    high: Quantity | None = None
    type: Concept | None = None
    applies_to: tuple[Concept, ...] = ()
    age: Any = None
    text: str = ""

    @property
    def is_specific(self) -> bool:
        """Whether it holds for some patients alone."""
        return bool(self.applies_to) or self.age is not None


class Meta(Element, frozen=True):
    """A resource's version."""

    version_id: str = ""
    last_updated: str = ""


class Resource(Element, frozen=True):
    """What every resource has."""

    resource_type: str = ""
    id: str = ""
    meta: Meta = Meta()


class Valued(Resource, frozen=True):
    """What an observation and a component of it both have; a component has no version of its own."""

    code: Concept = Concept()
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    data_absent_reason: Concept | None = None
    reference_range: tuple[ReferenceRange, ...] = ()

    @property
    def has_value(self) -> bool:
        """Whether it says anything."""
        quantity = self.value_quantity
        others = (self.value_codeable_concept, self.value_string, self.value_boolean, self.value_integer)
        measured = quantity is not None and quantity.value is not None
        return self.data_absent_reason is None and (measured or any(each is not None for each in others))


class Component(Valued, frozen=True):
    """A part of an observation with a code of its own."""


class Observation(Valued, frozen=True):
    """A reading, a result, a volume or a finding."""

    identifier: tuple[IdentifierElement, ...] = ()
    status: str = ""
    subject: Reference = Reference()
    effective_date_time: str = ""
    effective_instant: str = ""
    effective_period: Period | None = None
    issued: str = ""
    component: tuple[Component, ...] = ()


class Strength(Element, frozen=True):
    """An amount of a substance in an amount of the medicine."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Ingredient(Element, frozen=True):
    """A part of a medicine."""

    item_codeable_concept: Concept = Concept()
    strength: Strength | None = None


class Medication(Resource, frozen=True):
    """A medicine: its code, or its ingredients."""

    code: Concept = Concept()
    ingredient: tuple[Ingredient, ...] = ()


class Dosage(Element, frozen=True):
    """What was given, by which route, how fast."""

    route: Concept = Concept()
    dose: Quantity | None = None
    rate_quantity: Quantity | None = None
    rate_ratio: Strength | None = None


class MedicationAdministration(Resource, frozen=True):
    """A medicine given, or not."""

    identifier: tuple[IdentifierElement, ...] = ()
    contained: tuple[Medication, ...] = ()
    status: str = ""
    status_reason: tuple[Concept, ...] = ()
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    subject: Reference = Reference()
    effective_date_time: str = ""
    effective_period: Period | None = None
    dosage: Dosage = Dosage()


class Stay(Element, frozen=True):
    """A place of an encounter and when."""

    location: Reference = Reference()
    status: str = ""
    period: Period = Period()


class Encounter(Resource, frozen=True):
    """A stay, or a visit."""

    identifier: tuple[IdentifierElement, ...] = ()
    status: str = ""
    class_: CodingElement = msgspec.field(name="class", default=CodingElement())
    subject: Reference = Reference()
    period: Period = Period()
    location: tuple[Stay, ...] = ()


class Link(Element, frozen=True):
    """Another record of the same patient."""

    other: Reference = Reference()
    type: str = ""


class Patient(Resource, frozen=True):
    """A patient: identifiers and links alone."""

    identifier: tuple[IdentifierElement, ...] = ()
    link: tuple[Link, ...] = ()


class Parameter(Element, frozen=True):
    """A parameter of the status of a subscription."""

    name: str = ""
    value_string: str = ""
    value_reference: Reference | None = None
    part: tuple[Parameter, ...] = ()


class Parameters(Resource, frozen=True):
    """The status of a subscription, as the R4 backport sends it."""

    parameter: tuple[Parameter, ...] = ()


class NotificationEvent(Element, frozen=True):
    """One event of a notification."""

    event_number: str | int = ""


class SubscriptionStatus(Resource, frozen=True):
    """The status of a subscription, as R5 names it."""

    subscription: Reference = Reference()
    notification_event: tuple[NotificationEvent, ...] = ()


class Request(Element, frozen=True):
    """What an entry asks for."""

    method: str = ""
    url: str = ""


class Entry(Element, frozen=True):
    """An entry of a bundle; its resource is decoded when its type is known."""

    full_url: str = ""
    resource: msgspec.Raw = msgspec.Raw(b"")
    request: Request | None = None


class Bundle(Resource, frozen=True):
    """A bundle. `timestamp`: when it was made."""

    type: str = ""
    timestamp: str = ""
    entry: tuple[Entry, ...] = ()
