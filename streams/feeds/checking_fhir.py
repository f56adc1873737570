"""Count captured FHIR, bundles, bulk exports and notifications, in the report of `feed check`.

Source: docs/spec/feeds.md, Commands (`feed check`), FHIR in.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from rules.wire.instants import BadTime
from rules.wire.refusals import CODE_DISAGREES, UNMAPPED
from streams.feeds.checking import CheckReport, CodeReport, is_plain
from streams.feeds.mapping.code_map import IGNORE, PANEL, Coding, Disagrees, MapRow
from streams.feeds.mapping.feed_rules import FeedRules
from streams.feeds.mapping.fhir.administrations import agent_of
from streams.feeds.mapping.fhir.context import Context, codings, moment, unit_texts
from streams.feeds.mapping.fhir.handling import BUNDLE, Content, Contents, contents
from streams.feeds.mapping.fhir.observations import parts_of
from streams.feeds.mapping.fhir.references import identifier
from streams.feeds.mapping.fhir.resources import (
    Encounter,
    IdentifierElement,
    MedicationAdministration,
    Observation,
    Patient,
    Quantity,
    Reference,
    Resource,
    Valued,
)
from streams.feeds.mapping.handled import RefusedPart
from streams.feeds.mapping.publishing import Unusable
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.times import resolve_fhir
from streams.feeds.offline_fhir import Requested

AHEAD_MS = 60_000
BY_NAME = "medication by its name"
Reasons = Mapping[tuple[int, str], list[str]]
"""Why parts were refused, by the place of their resource and their code."""


class FhirChecker:
    """Counts FHIR requests in a report."""

    def __init__(self, rules: FeedRules, report: CheckReport) -> None:
        self.rules, self.report = rules, report
        self.versions: dict[tuple[str, str, str], Resource] = {}

    def add(self, found: Requested) -> None:
        """Count a request."""
        handled, held = found.answered.handled, contents(found.data)
        self.report.requests += 1
        self.report.count(found.path, f"{found.path}: resource {found.number}", handled)
        self._count_types(held)
        if not handled.verdict.taken:
            return
        reasons, context = _reasons(handled.refused), Context(self.rules, Tables(), 0, held.full_urls)
        for content in held.found:
            self._count(content, reasons, context)

    def _count_types(self, held: Contents) -> None:
        if held.bundle:
            self.report.types[f"{BUNDLE} {held.bundle[:60]}"] += 1
        for content in held.found:
            self.report.types[content.type] += 1

    def _count(self, content: Content, reasons: Reasons, context: Context) -> None:
        resource = content.resource
        if isinstance(resource, Patient):
            self._count_ids(resource.identifier)
        if not isinstance(resource, Observation | MedicationAdministration | Encounter):
            return
        self._count_version(resource, resource.identifier)
        self._count_subject(resource.subject)
        refused = {code: found for (number, code), found in reasons.items() if number == content.number}
        patient = resource.subject.reference or repr(resource.subject.identifier)
        if isinstance(resource, Observation):
            self._count_time(resource)
            for code, part in self._observed(resource):
                _add(code, patient, _unit(part.value_quantity), refused, sample(part, resource))
        if isinstance(resource, MedicationAdministration):
            code = self._given(resource, context)
            runs = code.becomes.startswith("infusion")
            amount = resource.dosage.rate_quantity if runs else resource.dosage.dose
            _add(code, patient, _unit(amount), refused, "")

    def _count_version(self, resource: Resource, identifiers: Iterable[IdentifierElement]) -> None:
        """Count what has no name, and what has another content under the same version."""
        if not resource.id:
            self.report.without_id += not any(each.value for each in identifiers)
        elif resource.meta.version_id:
            key = (resource.resource_type, resource.id, resource.meta.version_id)
            self.report.versions_reused += self.versions.setdefault(key, resource) != resource

    def _count_subject(self, subject: Reference) -> None:
        if subject.identifier is not None:
            self._count_ids([subject.identifier])
        if subject.reference and not self.rules.patient.authorities:
            self.report.authorities["logical id of the reference: used"] += 1

    def _count_ids(self, identifiers: Iterable[IdentifierElement]) -> None:
        for each in map(identifier, identifiers):
            named = each.authorities[0] if each.authorities else "(no system)"
            used = bool(self.rules.patient.authorities) and self.rules.patient.counts(each)
            counts = "used" if used else "not used"
            self.report.authorities[f"{named} type {each.type or '(none)'}: {counts}"] += 1

    def _count_time(self, observation: Observation) -> None:
        try:
            at = moment(
                observation.effective_date_time or observation.effective_instant, observation.effective_period
            )
            self.report.ahead += at > resolve_fhir(observation.meta.last_updated) + AHEAD_MS
        except BadTime:
            return

    def _observed(self, observation: Observation) -> Iterator[tuple[CodeReport, Valued]]:
        """Yield the code of each part that has a value."""
        for part in parts_of(observation):
            if part.has_value:
                coding, row = self._row(part)
                code = self.report.code(f"Observation {coding.named}", coding)
                code.becomes = _becomes(row)
                yield code, part

    def _row(self, part: Valued) -> tuple[Coding, object]:
        """Return the coding that decides and what it is: one to be ignored before all others."""
        unit, found = _unit(part.value_quantity), codings(part.code)
        rows = [(coding, self.rules.codes.of(coding, "", unit)) for coding in found]
        known = [(coding, row) for coding, row in rows if row is not None]
        for coding, row in known:
            if isinstance(row, Disagrees) or row.type in (IGNORE, PANEL):
                return coding, row
        first = found[0] if found else Coding("", "", part.code.text)
        return known[0] if known else (first, None)

    def _given(self, given: MedicationAdministration, context: Context) -> CodeReport:
        """Return the code of what was given; a code that the map does not know counts by its name."""
        try:
            named = agent_of(given, context)
        except Unusable as fault:
            code = self.report.code("MedicationAdministration (no name)", Coding("", "", "(no name)"))
            code.becomes = CODE_DISAGREES if fault.reason == CODE_DISAGREES else UNMAPPED
            return code
        sent = "(ignored)" if named is None else named.code
        code = self.report.code(f"MedicationAdministration {sent}", Coding("", sent))
        by_name = named is not None and named.type == "medication" and context.handled.tally[UNMAPPED, sent]
        code.becomes = IGNORE if named is None else BY_NAME if by_name else f"{named.type} {named.name}"
        return code


def _reasons(refused: Iterable[RefusedPart]) -> Reasons:
    found: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for part in refused:
        found[part.number, part.code].append(part.reason)
    return found


def _add(code: CodeReport, patient: str, unit: str, refused: Mapping[str, list[str]], example: str) -> None:
    """Count a value; what is refused of the whole resource is refused of each of its codes."""
    code.times += 1
    code.patients.add(patient)
    code.units[unit or "(none)"] += 1
    reasons = [*refused.get(code.code, ()), *refused.get("", ())]
    code.refused.update(reasons[:1])
    if example and not code.sample and (reasons or code.becomes == UNMAPPED):
        code.sample = example


def _becomes(row: object) -> str:
    if isinstance(row, Disagrees):
        return CODE_DISAGREES
    return f"{row.type} {row.our_code}".strip() if isinstance(row, MapRow) else UNMAPPED


def _unit(quantity: Quantity | None) -> str:
    return "" if quantity is None else next(iter(unit_texts(quantity)), "")


def sample(part: Valued, whole: Observation) -> str:
    """Return a part of an observation as JSON, of what names nobody; a text is masked, a number shown."""
    quantity, text = part.value_quantity, part.value_string
    shown = {
        "status": whole.status,
        "code": [{"system": each.system, "code": each.code} for each in part.code.coding],
        "effectiveDateTime": whole.effective_date_time,
        "valueQuantity": {} if quantity is None else _stated(quantity),
        "valueString": text if text is None or is_plain(text) else "...",
        "valueCodeableConcept": None if part.value_codeable_concept is None else "...",
    }
    return json.dumps({key: each for key, each in shown.items() if each})


def _stated(quantity: Quantity) -> dict[str, object]:
    fields = {"value": quantity.value, "unit": quantity.unit, "code": quantity.code}
    return {key: each for key, each in fields.items() if each not in (None, "")}
