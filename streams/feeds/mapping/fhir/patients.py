"""Map Patient: which patient it is, and its links, by which two become one (docs/spec/feeds.md, Patients)."""

from __future__ import annotations

from rules.wire.refusals import AMBIGUOUS, MALFORMED, UNASSOCIATED
from streams.feeds.mapping.fhir.context import Context
from streams.feeds.mapping.fhir.references import Unresolved, own_id, patient_of
from streams.feeds.mapping.fhir.resources import Link, Patient
from streams.feeds.mapping.patients import Linkage, Merge, TwoPatients, refused_merge
from streams.feeds.mapping.publishing import Part

REPLACED_BY, REPLACES = "replaced-by", "replaces"


def handle(patient: Patient, number: int, context: Context) -> None:
    """Remember which patient a Patient is, and map its links."""
    origin = context.begin(patient, patient.identifier, number)
    _remember(patient, origin.part, context)
    links = [link for link in patient.link if link.type in (REPLACED_BY, REPLACES)]
    if not links:
        context.handled.count("skipped", "no-event")
    for link in links:
        _merge(patient, link, origin.part, context)


def _remember(patient: Patient, part: Part, context: Context) -> None:
    """Remember the id of a Patient, for resources that refer to it from elsewhere."""
    if not (context.rules.patient.authorities and patient.id):
        return
    try:
        own = own_id(patient, context.rules.patient)
    except TwoPatients:
        context.refuse(part, AMBIGUOUS, "two ids of one authority")
        return
    address = context.references.address(patient.id)
    before = context.tables.linkages.get(address)
    if own is None or (before is not None and (own == before.patient or context.stamp < before.stamp)):
        return
    context.handled.linkages[address] = Linkage(own, context.stamp)
    if before is not None:
        context.handled.count("identity-changed")


def _merge(patient: Patient, link: Link, part: Part, context: Context) -> None:
    try:
        own = own_id(patient, context.rules.patient)
        other = patient_of(link.other, context.references, context.rules.patient)
    except TwoPatients:
        context.refuse(part, AMBIGUOUS, "two ids of one authority")
        return
    except Unresolved as fault:
        context.refuse(part, UNASSOCIATED, str(fault))
        return
    if own is None or other is None:
        context.refuse(
            part, UNASSOCIATED, "a link between patients that have no id of a configured authority each"
        )
        return
    prior, surviving = (own, other) if link.type == REPLACED_BY else (other, own)
    _accept(Merge(prior, context.tables.survivor(surviving), context.stamp or context.now), part, context)


def _accept(merge: Merge, part: Part, context: Context) -> None:
    tables = context.tables
    if tables.survivor(merge.prior) == merge.surviving and merge.prior != merge.surviving:
        context.handled.count("duplicate", "merge")
        return
    fault = refused_merge(tables.aliases, merge)
    if fault is not None:
        context.refuse(part, MALFORMED, fault)
        return
    context.handled.merges.append(merge)
    context.handled.count("merged")
