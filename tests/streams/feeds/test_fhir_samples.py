"""Every FHIR sample gives what its golden says: events, refusals, merges (docs/spec/feeds.md)."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from rules.ingest.decode import decode
from rules.wire.topics import DEADLETTERS
from streams.feeds.mapping.fhir.handling import Answered, handle
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.wire_events import encode, kind_of
from tests.streams.feeds.support import NOW, SAMPLES, line, rules
from tests.streams.feeds.test_fhir_listener import Kept, asked

PATIENT = "T0000001"
SYNTHEA = "561fa387-04bc-4644-bd8f-de90d1958079"
SYNTHEA_AT = "2009-08-11T01:55:08Z"


class Golden(NamedTuple):
    """`events`: a line each; `refused`: resource, place and reason of each part; `merges`: prior, survivor."""

    events: tuple[str, ...] = ()
    refused: tuple[tuple[str, int, str], ...] = ()
    merges: tuple[tuple[str, str], ...] = ()
    unmapped: tuple[str, ...] = ()


BAD_TIME = ("Observation", 1, "bad-time")

GOLDENS = {
    "01": Golden(refused=(BAD_TIME,)),
    "02": Golden(refused=(BAD_TIME, BAD_TIME)),
    "03": Golden(
        (
            "vitals example 2014-12-05T08:30:10Z spo2=95 %",
            "vitals example 2014-12-05T08:30:10Z o2-flow=6 L/min",
        )
    ),
    "04": Golden(
        ("labs example 2005-07-05T15:29:58.597Z creatinine=1 (bad-time) mg/dL",), refused=(BAD_TIME,)
    ),
    "05": Golden(
        ("labs example 2005-07-05T15:29:58.597Z platelets=200 (bad-time) 10*3/uL",), refused=(BAD_TIME,)
    ),
    "06": Golden(
        (
            "vitals SomePatient 2021-07-09T09:30:12Z systolic-bp=120 mm[Hg]",
            "vitals SomePatient 2021-07-09T09:30:12Z diastolic-bp=80 mm[Hg]",
            "vitals SomePatient 2021-07-09T09:30:12Z mean-bp=90 mm[Hg]",
        )
    ),
    "07": Golden(("vitals SomePatient 2021-07-09T09:33:24Z heart-rate=60 /min",)),
    "08": Golden(
        (
            f"vitals {SYNTHEA} {SYNTHEA_AT} weight=77.17756976 kg",
            f"vitals {SYNTHEA} {SYNTHEA_AT} diastolic-bp=84.94310107 mmHg",
            f"vitals {SYNTHEA} {SYNTHEA_AT} systolic-bp=136.7137014 mmHg",
        ),
        unmapped=("LN 39156-5", "LN 72166-2", "LN 8302-2"),
    ),
    "10": Golden(
        (
            f"vitals {PATIENT} 2026-03-02T15:00:38Z spo2=93 %",
            f"vitals {PATIENT} 2026-03-02T15:00:38Z o2-flow=7 L/min",
            f"vitals {PATIENT} 2026-03-02T15:00:38Z fio2=21 %",
            f"vitals {PATIENT} 2026-03-02T15:00:00Z temperature=38.4 Cel",
            f"labs {PATIENT} 2026-03-02T11:00:00Z entered-in-error",
        ),
        unmapped=("https://fhir.cerner.com/00000000-0000-0000-0000-000000000000/codeSet/72 21704910",),
    ),
    "11": Golden(
        (
            f"dose {PATIENT} 2026-03-02T13:00:00Z aldesleukin=42 10*6.[iU] given",
            f"dose {PATIENT} 2026-03-02T21:00:00Z aldesleukin=  held: Not Done: systolic pressure 78",
        )
    ),
    "12": Golden(
        (
            f"vitals {PATIENT} 2026-03-02T15:00:00Z systolic-bp=92 mm[Hg]",
            f"vitals {PATIENT} 2026-03-02T15:00:00Z diastolic-bp=51 mm[Hg]",
            f"vitals {PATIENT} 2026-03-02T11:00:00Z weight=2469.2 [oz_av]",
        )
    ),
    "14": Golden(
        (
            f"encounter {PATIENT} 2026-03-01T17:00:00Z admit 4W-12-A",
            f"encounter {PATIENT} 2026-03-02T17:00:00Z transfer ICU-03",
            f"encounter {PATIENT} 2026-03-06T14:55:00Z discharge",
        ),
        merges=(("T0000077", PATIENT),),
    ),
    "15": Golden((f"vitals {PATIENT} 2026-03-02T15:00:00Z heart-rate=118 /min",)),
    "17": Golden(),
    "18": Golden(
        (
            f"finding {PATIENT} 2026-03-02T15:00:01Z guaiac-positive=yes stool",
            f"finding {PATIENT} 2026-03-02T15:00:02Z guaiac-positive=no stool",
            f"finding {PATIENT} 2026-03-02T15:00:03Z agitation=yes",
            f"finding {PATIENT} 2026-03-02T15:00:04Z anxiety=yes",
            f"finding {PATIENT} 2026-03-02T15:00:05Z sinus-rhythm=yes",
            f"finding {PATIENT} 2026-03-02T15:00:06Z angina=no",
            f"finding {PATIENT} 2026-03-02T15:00:07Z tamponade=no",
            f"finding {PATIENT} 2026-03-02T15:00:08Z coma=no",
            f"finding {PATIENT} 2026-03-02T15:00:09Z dialysis=yes",
        ),
        refused=(("Observation", 10, "code-disagrees"),),
    ),
}


def requests(number: str) -> list[bytes]:
    """Return the requests of a sample: the file, or each line of it."""
    (path,) = SAMPLES.glob(f"fhir/{number}-*")
    data = path.read_bytes()
    return [one for one in data.splitlines() if one.strip()] if path.suffix == ".ndjson" else [data]


def given(number: str, tables: Tables) -> list[Answered]:
    return [handle(data, rules("fhir"), tables, NOW) for data in requests(number)]


@pytest.mark.parametrize("number", GOLDENS)
def test_a_sample_gives_its_golden(number: str) -> None:
    golden, found = GOLDENS[number], given(number, Tables())
    handled = [each.handled for each in found]
    assert tuple(line(event) for each in handled for event in each.events) == golden.events
    refused = [(part.segment, part.number, part.reason) for each in handled for part in each.refused]
    assert tuple(refused) == golden.refused
    assert tuple((merge.prior, merge.surviving) for each in handled for merge in each.merges) == golden.merges
    assert all(each.verdict.taken for each in handled)
    unmapped = {code for each in handled for what, code in each.tally if what == "unmapped"}
    assert tuple(sorted(unmapped)) == golden.unmapped


STATUSES = {"01": [201], "02": [201], "03": [201], "04": [201], "05": [201], "06": [201], "07": [201], "11": [201] * 2,
            "14": [201] * 3}  # fmt: skip
"""What a single resource is answered; a bundle is answered 200."""


@pytest.mark.parametrize("number", GOLDENS)
def test_a_sample_is_answered_once_it_is_stored_and_its_letter_holds_what_was_sent(number: str) -> None:
    store, tables = Kept(), Tables()
    answers = []
    for data in requests(number):
        kind = json.loads(data)["resourceType"]
        path = "/" if kind == "Bundle" else f"/{kind}"
        answers.append(asked("POST", path, data, store=store, tables=tables))
    assert [each.status for each in answers] == STATUSES.get(number, [200] * len(answers))
    letters = [record.value for record in store.records if record.topic == DEADLETTERS]
    assert letters == (requests(number) if GOLDENS[number].refused else [])
    warned = any("warning" in json.dumps(each.body) for each in answers)
    assert warned == bool(GOLDENS[number].refused)


def test_every_sample_has_a_golden() -> None:
    assert {path.name.partition("-")[0] for path in SAMPLES.glob("fhir/*")} == set(GOLDENS)


@pytest.mark.parametrize("number", GOLDENS)
def test_the_worker_takes_every_event_but_what_is_set_aside(number: str) -> None:
    for each in given(number, Tables()):
        refused = []
        for event in each.handled.events:
            decoded, problems = decode(encode(event), key=event.patient)
            assert decoded is not None
            refused += [problem for problem in problems if problem.refuses]
        assert len(refused) <= len(each.handled.refused)


@pytest.mark.parametrize("number", sorted(GOLDENS.keys() - {"14"}))
def test_the_same_again_gives_nothing_else(number: str) -> None:
    tables = Tables()
    first, again = (
        [event for each in given(number, tables) for event in each.handled.events] for _ in range(2)
    )
    fresh = [event for event in again if event not in first]
    assert fresh == []


def test_a_stay_sent_again_without_a_version_ends_discharged() -> None:
    """Open after finished is a stay that goes on, where nothing says which is newer: the monitor goes on."""
    tables = Tables()
    given("14", tables)
    opened, finished, _ = (each.handled.events for each in given("14", tables))
    taken_back = [(event.at, kind_of(event)) for event in opened if event.status == "entered-in-error"]
    assert taken_back == [("2026-03-06T14:55:00Z", "encounter")]
    assert line(finished[-1]) == f"encounter {PATIENT} 2026-03-06T14:55:00Z discharge corrected"


NOT_R4 = {
    "08": "pre-R4 on purpose: `context` in Observation, categories of old",
    "10": "a status with a trailing blank, as seen",
}


@pytest.mark.parametrize("number", sorted(GOLDENS.keys() - NOT_R4))
def test_fhir_resources_finds_each_sample_well_formed(number: str) -> None:
    module = pytest.importorskip("fhir.resources.R4B")
    for data in requests(number):
        read = json.loads(data)
        module.get_fhir_model_class(read["resourceType"]).model_validate(read)
