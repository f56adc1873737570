"""Every row of the built-in maps makes what it names: none is there for nothing (docs/spec/feeds.md, The map)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from rules.ingest.decode import decode
from streams.feeds import map_files
from streams.feeds.mapping.code_map import COUNTED, CodeMap, Coding, MapRow
from streams.feeds.mapping.fhir.handling import handle
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.unit_words import accepted_by
from streams.feeds.mapping.wire_events import encode, kind_of
from tests.streams.feeds.support import NOW, rules
from tests.streams.feeds.test_fhir import observation

BUILT_IN = ("mdc", "mdil", "loinc", "rxnorm", "snomed", "words", "units")
CODES = map_files.loaded([f"builtin:{name}" for name in BUILT_IN], Path())
UNITS = (
    "/min", "mm[Hg]", "%", "Cel", "kg", "L/min", "mg/dL", "mmol/L", "10*3/uL", "U/L", "ng/mL", "g/dL", "g/L", "s", "1",
    "mL", "ng/L", "uIU/mL", "m[IU]/L", "pmol/L", "ug/dL", "10*12/L", "umol/L", "mg/L", "min", "",
)  # fmt: skip
OBSERVED = ("vitals", "labs", "io", "finding")
GIVEN = ("dose", "infusion", "medication")
ANSWERS: tuple[dict[str, Any], ...] = (
    {"valueBoolean": True},
    {"valueString": "nasal cannula"},
    {"valueString": "2"},
)


def rows(*types: str) -> list[MapRow]:
    return [row for row in CODES.rows if row.type in types]


def named(row: MapRow) -> str:
    return f"{row.system}-{row.code or row.name}"


def coded(row: MapRow) -> dict[str, str]:
    """Return how a sender codes it; beside a row that wants it, in words what it is."""
    return {
        "system": row.system,
        "code": row.code or "0",
        "display": row.name or row.our_code.replace("-", " "),
    }


def values(row: MapRow) -> list[dict[str, Any]]:
    """Return values to try, in units that the wire takes."""
    if row.unit_default == COUNTED:
        return [{"valueQuantity": {"value": 2}}]
    accepts = accepted_by(row.type, row.our_code)
    fitting = [unit for unit in (row.unit, row.unit_default, *UNITS) if unit and accepts(unit)]
    return [{"valueQuantity": {"value": 5, "code": unit}} for unit in fitting[:1]] + list(ANSWERS)


def events(resource: dict[str, Any]) -> list[Any]:
    own = msgspec.structs.replace(rules("fhir"), codes=CodeMap(CODES.rows))
    handled = handle(msgspec.json.encode(resource), own, Tables(), NOW).handled
    return [] if handled.refused else handled.events


@pytest.mark.parametrize("row", rows(*OBSERVED), ids=named)
def test_a_row_of_what_is_observed_gives_what_it_names(row: MapRow) -> None:
    found: list[Any] = []
    for value in values(row):
        found = found or events(observation(code=coded(row), **{"valueQuantity": None} | value))
    (event,) = found
    assert kind_of(event) == row.type
    assert decode(encode(event))[0] is not None
    code_of = {
        "vitals": lambda: event.readings[0].code,
        "labs": lambda: event.readings[0].code,
        "io": lambda: f"{event.direction}/{event.kind}",
        "finding": lambda: event.code if event.specimen is None else f"{event.code}:{event.specimen}",
    }
    assert row.our_code.startswith(code_of[row.type]())


def dosage(row: MapRow) -> dict[str, Any]:
    """Return an amount, or a rate, in a unit that the wire takes of this medicine."""
    accepts = accepted_by(row.type, row.our_code)
    unit = next(each for each in ("10*6.[iU]", "ug/min", "[iU]/min", "ng/kg/min", "mg") if accepts(each))
    return {"rateQuantity" if row.type == "infusion" else "dose": {"value": 5, "code": unit}}


@pytest.mark.parametrize("row", rows(*GIVEN), ids=named)
def test_a_row_of_what_is_given_gives_what_it_names(row: MapRow) -> None:
    given = {
        "resourceType": "MedicationAdministration",
        "id": "m1",
        "status": "in-progress",
        "medicationCodeableConcept": {"coding": [coded(row)]},
        "subject": {"reference": "Patient/p1"},
        "effectivePeriod": {"start": "2026-03-02T15:00:00Z"},
        "dosage": dosage(row),
    }
    (event,) = events(given)
    assert (kind_of(event), event.agent) == (row.type, row.our_code)


@pytest.mark.parametrize("row", rows("panel", "ignore"), ids=named)
def test_a_row_that_gives_nothing_is_found(row: MapRow) -> None:
    found = CODES.of(Coding(row.system, row.code or "0", row.name), row.sub_id.replace("*", "1"), row.unit)
    assert isinstance(found, MapRow)
    assert found.type == row.type


def test_every_kind_of_row_is_held_here_or_by_a_sample() -> None:
    """Rows of pumps, units and words: the goldens of 11, 94 to 97, 57, 59 and 86."""
    assert {row.type for row in CODES.rows} <= {*OBSERVED, *GIVEN, "panel", "ignore", "pump", "unit", "word"}
    for row in (row for row in rows("unit") if row.system in ("MDC", "unit")):
        assert CODES.unit(row.name or row.code) == row.our_code
    for row in rows("word"):
        assert CODES.word(row.system, row.code) == row.our_code
