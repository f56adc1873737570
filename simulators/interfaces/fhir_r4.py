"""Write the records of a ward as FHIR R4: Observation, MedicationAdministration, Encounter.

A reading is a resource of its own, so that its correction is a version of it. A rate that changes ends one
administration and begins the next. A baseline, the start of a cycle, the end of therapy and a clinician's
commands have no resource. Source: docs/spec/feeds.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.interfaces.hl7_v2 import LOINC, Stays, finding_code

Fact = Mapping[str, Any]
Resource = dict[str, Any]

VITALS = {
    "heart-rate": "8867-4",
    "systolic-bp": "8480-6",
    "diastolic-bp": "8462-4",
    "mean-bp": "8478-0",
    "respiratory-rate": "9279-1",
    "temperature": "8310-5",
    "spo2": "59408-5",
    "weight": "29463-7",
    "o2-flow": "3151-8",
    "fio2": "3150-0",
}
URL = "http://loinc.org"
SIM = "urn:il2watch:sim"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
UCUM = "http://unitsofmeasure.org"


class FhirWriter:
    """Writes a ward's resources; it remembers what is open: stays, and the administration of each line."""

    def __init__(self) -> None:
        self.events = Stays()
        self.stays: dict[str, Resource] = {}
        self.running: dict[tuple[str, str, str], Resource] = {}

    def resources(self, record: Fact) -> list[Resource] | None:
        """Return the resources that a record would have come in; None: it cannot be said in any."""
        write = getattr(self, f"_{record['type']}", None)
        found: list[Resource] | None = None if write is None else write(record)
        return None if found is None else [_versioned(each, record) for each in found]

    def _vitals(self, record: Fact) -> list[Resource] | None:
        return _readings(record, VITALS)

    def _labs(self, record: Fact) -> list[Resource] | None:
        return _readings(record, LOINC)

    def _io(self, record: Fact) -> list[Resource] | None:
        code = f"{record['direction']}/{record['kind']}"
        value, unit = record.get("volume"), record.get("unit")
        if value is None:
            code, value, unit = "stool-count", record.get("count"), None
        if value is None:
            return None
        made = _observation(record, "", SIM, code)
        made["valueQuantity"] = _quantity(value, unit)
        if record.get("start"):
            del made["effectiveDateTime"]
            made["effectivePeriod"] = {"start": record["start"], "end": record["at"]}
        return [made]

    def _finding(self, record: Fact) -> list[Resource] | None:
        made = _observation(record, "", SIM, finding_code(record))
        if record.get("value") is not None:
            made["valueString"] = record["value"]
        elif record.get("present") is not None:
            made["valueBoolean"] = record["present"]
        else:
            return None
        return [made]

    def _dose(self, record: Fact) -> list[Resource]:
        code = {"coding": [{"system": RXNORM, "code": "70223", "display": "aldesleukin"}]}
        made = _administration(record, str(record["id"]), code)
        if not record["given"]:
            made["status"] = "not-done"
            made["statusReason"] = [{"text": record.get("reason") or "held"}]
        return [made]

    def _medication(self, record: Fact) -> list[Resource]:
        made = _administration(record, str(record["id"]), {"text": record["agent"]})
        made["dosage"]["route"] = {"text": record.get("route") or ""}
        return [made]

    def _infusion(self, record: Fact) -> list[Resource] | None:
        if not isinstance(record["rate"], int | float) or not record.get("unit") or record.get("status"):
            return None
        key = str(record["patient"]), str(record.get("line") or ""), str(record["agent"])
        found: list[Resource] = []
        before = self.running.pop(key, None)
        if before is not None:
            ended = {**before["effectivePeriod"], "end": record["at"]}
            found.append({**before, "status": "completed", "effectivePeriod": ended})
        if record["rate"] or before is None:
            made = _administration(record, str(record["id"]), {"text": record["agent"]})
            del made["effectiveDateTime"]
            made |= {"status": "in-progress", "effectivePeriod": {"start": record["at"]}}
            made["dosage"] = {"rateQuantity": _quantity(record["rate"], record["unit"])}
            self.running[key] = made
            found.append(made)
        return found

    def _encounter(self, record: Fact) -> list[Resource] | None:
        event, patient = str(self.events.whole(record).get("event")), str(record["patient"])
        if event not in ("admit", "transfer", "discharge"):
            return None
        stay = self.stays.get(patient) or _stay(record)
        self.stays[patient] = stay = _moved(stay, record, event)
        return [stay]


def patient(id: str) -> Resource:
    """Return the Patient that a ward's resources refer to: a medical record number of its own system."""
    number = {"type": {"coding": [{"code": "MR"}]}, "system": SIM, "value": id}
    return {"resourceType": "Patient", "id": id, "identifier": [number]}


def _readings(record: Fact, codes: Mapping[str, str]) -> list[Resource] | None:
    """Return an observation for each reading; None for a record with one that has no code."""
    found = []
    for reading in record["readings"]:
        code = reading["code"]
        if code not in codes and code != "o2-device":
            return None
        system, sent = (SIM, code) if code == "o2-device" else (URL, codes[code])
        made = _observation(record, code, system, sent)
        made["status"] = reading.get("status") or made["status"]
        value = reading.get("value")
        made |= {"valueString": value} if isinstance(value, str) else {"valueQuantity": _measured(reading)}
        low, high = reading.get("low"), reading.get("high")
        if low is not None or high is not None:
            ends = {"low": low, "high": high}.items()
            limits = {key: _quantity(end, reading.get("unit")) for key, end in ends if end is not None}
            made["referenceRange"] = [limits]
        found.append(made)
    return found


def _measured(reading: Fact) -> Resource:
    compared = {"comparator": reading["comparator"]} if reading.get("comparator") else {}
    return _quantity(reading.get("value"), reading.get("unit")) | compared


def _quantity(value: object, unit: object) -> Resource:
    return {"value": value} | ({"system": UCUM, "code": unit} if unit else {})


def _observation(record: Fact, part: str, system: str, code: str) -> Resource:
    return {
        "resourceType": "Observation",
        "id": f"{record['id']}{part and '-'}{part}",
        "status": record.get("status") or "final",
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": f"Patient/{record['patient']}"},
        "effectiveDateTime": record["at"],
    }


def _administration(record: Fact, id: str, code: Resource) -> Resource:
    withdrawn = record.get("status") == "entered-in-error"
    amount = record.get("amount")
    return {
        "resourceType": "MedicationAdministration",
        "id": id,
        "status": "entered-in-error" if withdrawn else "completed",
        "medicationCodeableConcept": code,
        "subject": {"reference": f"Patient/{record['patient']}"},
        "effectiveDateTime": record["at"],
        "dosage": {} if amount is None else {"dose": _quantity(amount, record.get("unit"))},
    }


def _stay(record: Fact) -> Resource:
    return {
        "resourceType": "Encounter",
        "id": f"V-{record['patient']}",
        "status": "in-progress",
        "class": {"code": "IMP"},
        "subject": {"reference": f"Patient/{record['patient']}"},
        "period": {"start": record["at"]},
        "location": [],
    }


def _moved(stay: Resource, record: Fact, event: str) -> Resource:
    """Return a stay after an event of it, or after one that was taken back."""
    taken_back = record.get("status") == "entered-in-error"
    if event == "discharge":
        period = {"start": stay["period"]["start"]} | ({} if taken_back else {"end": record["at"]})
        return {**stay, "status": "in-progress" if taken_back else "finished", "period": period}
    if taken_back:
        return {**stay, "status": "entered-in-error"}
    place = {"location": {"display": record.get("location") or ""}, "period": {"start": record["at"]}}
    return {**stay, "location": [*stay["location"], place]}


def _versioned(resource: Resource, record: Fact) -> Resource:
    return {**resource, "meta": {"lastUpdated": record.get("known") or record["at"]}}
