"""FHIR R4 in: statuses, versions, units, references, bundles (docs/spec/feeds.md, FHIR in)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.ingest.decode import decode
from rules.wire.events import Vitals
from streams.feeds.mapping.fhir.handling import Answered, handle
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.wire_events import encode
from tests.streams.feeds.support import NOW, line, rules

AT, LATER = "2026-03-02T15:00:00Z", "2026-03-02T16:00:00Z"
HEART_RATE = {"system": "http://loinc.org", "code": "8867-4"}
SPO2 = {"system": "http://loinc.org", "code": "59408-5"}
SYSTOLIC = {"system": "http://loinc.org", "code": "8480-6"}
PLATELETS = {"system": "http://loinc.org", "code": "777-3"}
PHENYLEPHRINE = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "8163"}
PER_MINUTE = {"system": "http://unitsofmeasure.org", "code": "/min"}


def observation(code: dict[str, str] = HEART_RATE, value: Any = 60, **fields: Any) -> dict[str, Any]:
    """An Observation of a heart rate, but for what is said otherwise; `None` leaves a field out."""
    whole = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [code]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": AT,
        "valueQuantity": {"value": value, **PER_MINUTE},
    } | fields
    return {key: each for key, each in whole.items() if each is not None}


def version(number: int, **fields: Any) -> dict[str, Any]:
    return {"meta": {"versionId": str(number), "lastUpdated": f"2026-03-02T15:{number:02}:00Z"}, **fields}


def sent(resource: Any, tables: Tables | None = None, feed: str = "fhir") -> Answered:
    return handle(json.dumps(resource).encode(), rules(feed), tables or Tables(), NOW)


def lines(*resources: Any, tables: Tables | None = None) -> list[str]:
    """What each resource gives in turn, an event a line, and each reason for which a part is refused."""
    tables = tables or Tables()
    found = [sent(each, tables).handled for each in resources]
    return [
        text
        for handled in found
        for text in (
            *(" ".join(line(event).split()) for event in handled.events),
            *(f"refused {part.reason}" for part in handled.refused),
        )
    ]


def vital(code: str, text: str, status: str = "") -> str:
    return f"vitals p1 {AT} {code}={text}" + (f" {status}" if status else "")


GONE = f"vitals p1 {AT} entered-in-error"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("final", [vital("heart-rate", "60 /min")]),
        ("preliminary", [vital("heart-rate", "60 /min", "preliminary")]),
        ("corrected", [vital("heart-rate", "60 /min", "corrected")]),
        ("amended", [vital("heart-rate", "60 /min", "corrected")]),
        ("appended", [vital("heart-rate", "60 /min", "corrected")]),
        ("final  ", [vital("heart-rate", "60 /min")]),
        ("entered-in-error", [GONE]),
        ("cancelled", [GONE]),
        ("registered", []),
        ("unknown", ["refused unsupported"]),
        ("", ["refused unsupported"]),
        ("FINAL", ["refused unsupported"]),
    ],
)
def test_a_status_means_what_the_contract_says(status: str, expected: list[str]) -> None:
    assert lines(observation(status=status)) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (observation(value=61, **version(2)), [vital("heart-rate", "61 /min", "corrected")]),
        (observation(value=61), [vital("heart-rate", "61 /min", "corrected")]),
        (observation(value=60, **version(1)), [vital("heart-rate", "60 /min")]),
        (observation(value=59, **version(0)), []),
        (observation(status="entered-in-error", **version(2)), [GONE]),
        (observation(valueQuantity=None, dataAbsentReason={"text": "masked"}, **version(2)), [GONE]),
        (
            observation(valueQuantity={"value": 61, "code": "km"}, **version(2)),
            [vital("heart-rate", "61 km", "corrected"), "refused bad-unit"],
        ),
        (
            observation(code=SPO2, value=90, **version(2)),
            [vital("spo2", "90 /min", "corrected"), GONE, "refused bad-unit"],
        ),
        (observation(effectiveDateTime="2026-03-02", **version(2)), [GONE, "refused bad-time"]),
    ],
    ids=[
        "another value",
        "another value without a version",
        "the same again",
        "an older version",
        "in error",
        "masked",
        "a unit that does not convert",
        "another code, not understood",
        "a day alone",
    ],
)
def test_a_later_version_says_all_that_a_resource_says(second: Any, expected: list[str]) -> None:
    assert lines(observation(**version(1)), second)[1:] == expected


@pytest.mark.parametrize(
    "value", [{"value": 61, "code": "km"}, {"value": 60}, {"value": 60, "comparator": "<", **PER_MINUTE}]
)
def test_the_engine_knows_that_a_value_came_that_nobody_can_read(value: dict[str, Any]) -> None:
    (event,) = sent(observation(valueQuantity=value)).handled.events
    decoded, _ = decode(encode(event))
    assert isinstance(decoded, Vitals)
    assert decoded.readings == ()
    assert [each.code for each in decoded.unusable] == ["heart-rate"]


def test_a_component_that_a_later_version_leaves_out_is_withdrawn() -> None:
    flow = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "3151-8"}]},
        "valueQuantity": {"value": 3, "code": "L/min"},
    }
    percent = {"value": 93, "code": "%"}
    whole = observation(code=SPO2, valueQuantity=percent, component=[flow], **version(1))
    without = observation(code=SPO2, valueQuantity=percent, **version(2))
    assert lines(whole, without) == [
        vital("spo2", "93 %"),
        vital("o2-flow", "3 L/min"),
        vital("spo2", "93 %", "corrected"),
        GONE,
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"valueQuantity": {"value": 60}}, [vital("heart-rate", "60"), "refused bad-unit"]),
        ({"valueQuantity": {"value": 60, "unit": "bpm", "code": "/min"}}, [vital("heart-rate", "60 /min")]),
        (
            {"valueQuantity": {"value": 60, "comparator": "<", **PER_MINUTE}},
            [vital("heart-rate", "<60 /min"), "refused not-a-number"],
        ),
        (
            {"valueQuantity": {"value": 60, "comparator": "ad", **PER_MINUTE}},
            [vital("heart-rate", "ad60 /min"), "refused not-a-number"],
        ),
        ({"valueQuantity": PER_MINUTE}, []),
        ({"valueQuantity": None}, []),
        (
            {"valueQuantity": None, "valueString": "see note"},
            [vital("heart-rate", "see note"), "refused not-a-number"],
        ),
        ({"effectiveDateTime": None}, ["refused bad-time"]),
        ({"effectiveDateTime": "2026-03-02T15:00:00"}, ["refused bad-time"]),
        ({"effectiveDateTime": "2026-03-02T15:00:60Z"}, ["refused bad-time"]),
        ({"effectiveDateTime": None, "issued": AT}, ["refused bad-time"]),
        ({"effectiveDateTime": None, "effectiveInstant": AT}, [vital("heart-rate", "60 /min")]),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-03-02T14:00:00Z", "end": AT}},
            [vital("heart-rate", "60 /min")],
        ),
        ({"effectiveDateTime": None, "effectivePeriod": {"start": AT}}, ["refused bad-time"]),
        ({"subject": None}, ["refused unassociated"]),
        ({"subject": {"display": "Jane"}}, ["refused unassociated"]),
        ({"subject": {"reference": "Group/g1"}}, ["refused unassociated"]),
        ({"subject": {"reference": "#p1"}}, ["refused unassociated"]),
        ({"subject": {"reference": "https://other.example/r4/Patient/p1"}}, [vital("heart-rate", "60 /min")]),
    ],
)
def test_what_is_missing_or_not_understood_is_refused(fields: dict[str, Any], expected: list[str]) -> None:
    assert lines(observation(**fields)) == expected


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([SPO2, {"system": "http://loinc.org", "code": "2708-6"}], [vital("spo2", "93 %")]),
        ([{"system": "http://site.example", "code": "7"}, SPO2], [vital("spo2", "93 %")]),
        ([SPO2, HEART_RATE], ["refused code-disagrees"]),
        (
            [{"system": "urn:iso:std:iso:11073:10101", "code": "150456", "display": "MDC_ECG_HEART_RATE"}],
            ["refused code-disagrees"],
        ),
        ([{"system": "http://site.example", "code": "7"}], []),
        ([], []),
    ],
)
def test_codings_of_one_thing_must_mean_the_same(codes: list[Any], expected: list[str]) -> None:
    found = observation(code={"coding": codes}, valueQuantity={"value": 93, "code": "%"})
    assert lines(found | {"code": {"coding": codes}}) == expected


def test_two_values_of_one_thing_in_an_observation_are_none() -> None:
    parts = [
        {"code": {"coding": [SYSTOLIC]}, "valueQuantity": {"value": each, "code": "mm[Hg]"}}
        for each in (120, 80)
    ]
    panel = observation(code={"system": "http://loinc.org", "code": "85354-9"}, valueQuantity=None)
    assert lines(panel | {"component": parts}) == ["refused ambiguous", "refused ambiguous"]
    assert lines(panel | {"component": parts[:1] * 2}) == [vital("systolic-bp", "120 mm[Hg]")]


COUNT = {"value": 90, "code": "10*3/uL"}


def limits(low: float, high: float, unit: str = "10*3/uL", **fields: Any) -> dict[str, Any]:
    return {"low": {"value": low, "code": unit}, "high": {"value": high, "code": unit}, **fields}


FEMALE = {"appliesTo": [{"text": "female"}]}
CRITICAL = {"type": {"coding": [{"code": "critical"}]}}


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([limits(150, 450)], "150..450"),
        ([limits(150, 450), limits(20, 1000, **CRITICAL)], "150..450"),
        ([limits(150, 450), limits(140, 440, **FEMALE)], "150..450"),
        ([limits(140, 440, **FEMALE)], "140..440"),
        ([limits(140, 440, **FEMALE), limits(150, 450, **FEMALE)], None),
        ([limits(150, 450), limits(160, 460)], None),
        ([limits(150_000, 450_000, "/uL")], None),
        ([limits(450, 150)], None),
        ([{"text": "150 - 450"}], "150..450"),
        ([{"text": "see report"}], None),
        ([], None),
    ],
)
def test_a_reference_range_counts_if_one_remains_in_the_values_unit(
    ranges: Any, expected: str | None
) -> None:
    (found,) = lines(observation(code=PLATELETS, valueQuantity=COUNT, referenceRange=ranges))
    assert found == f"labs p1 {AT} platelets=90 10*3/uL" + ("" if expected is None else f" {expected}")


def test_a_result_below_what_is_measured_keeps_its_comparator() -> None:
    value = {"value": 10, "comparator": "<", "code": "10*3/uL"}
    assert lines(observation(code=PLATELETS, valueQuantity=value)) == [f"labs p1 {AT} platelets=<10 10*3/uL"]


def medication(status: str = "completed", code: dict[str, str] = PHENYLEPHRINE, **fields: Any) -> Any:
    return {
        "resourceType": "MedicationAdministration",
        "id": "m1",
        "status": status,
        "medicationCodeableConcept": {"coding": [code]},
        "subject": {"reference": "Patient/p1"},
        "effectivePeriod": {"start": AT, "end": LATER},
        "dosage": {"rateQuantity": {"value": 50, "code": "ug/min"}},
    } | fields


LINE = "line=MedicationAdministration/m1"
RUNS = f"infusion p1 {AT} phenylephrine=50 ug/min {LINE}"
ENDS = f"infusion p1 {LATER} phenylephrine=0 ug/min {LINE}"
DOSE = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "70223"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (medication(), [RUNS, ENDS]),
        (medication("in-progress", effectivePeriod={"start": AT}), [RUNS]),
        (medication("completed", effectivePeriod={"start": AT}), [RUNS]),
        (medication("stopped", effectivePeriod={"end": LATER}), ["refused bad-time"]),
        (medication("not-done"), []),
        (medication("unknown"), ["refused unsupported"]),
        (
            medication(dosage={"rateQuantity": {"value": 30, "code": "mL/h"}}),
            [
                f"infusion p1 {AT} phenylephrine=30 mL/h {LINE}",
                f"infusion p1 {LATER} phenylephrine=0 mL/h {LINE}",
                "refused bad-unit",
            ],
        ),
        (medication(dosage={"rateQuantity": {"value": 30}}), ["refused bad-unit"]),
        (
            medication(
                dosage={
                    "rateRatio": {
                        "numerator": {"value": 100, "code": "ug"},
                        "denominator": {"value": 2, "code": "min"},
                    }
                }
            ),
            [RUNS, ENDS],
        ),
        (
            medication(code=DOSE, dosage={"dose": {"value": 42, "code": "10*6.[iU]"}}),
            [f"dose p1 {AT} aldesleukin=42 10*6.[iU] given"],
        ),
        (medication(code=DOSE, dosage={"dose": {"value": 50, "code": "mL"}}), ["refused bad-unit"]),
        (medication("not-done", code=DOSE), [f"dose p1 {AT} aldesleukin= held: not given"]),
        (
            medication(
                medicationCodeableConcept={"text": "Furosemide 20 mg"},
                dosage={"dose": {"value": 20, "code": "mg"}, "route": {"text": "IV"}},
            ),
            [f"medication p1 {AT} Furosemide 20 mg=20 mg IV"],
        ),
        (medication(medicationCodeableConcept={}), ["refused unmapped"]),
    ],
)
def test_an_administration_says_what_was_given(given: Any, expected: list[str]) -> None:
    assert lines(given) == expected


def test_an_administration_that_ends_later_adds_its_end_and_one_in_error_takes_both_back() -> None:
    tables = Tables()
    begun = medication("in-progress", effectivePeriod={"start": AT}, **version(1))
    assert lines(begun, tables=tables) == [RUNS]
    assert lines(medication(**version(2)), tables=tables) == [f"{RUNS} corrected", f"{ENDS} corrected"]
    found = sent(medication("entered-in-error", **version(3)), tables).handled.events
    assert sorted((event.at, event.status) for event in found) == [
        (AT, "entered-in-error"),
        (LATER, "entered-in-error"),
    ]


def test_a_dose_that_was_given_after_all_not_is_one_event_corrected() -> None:
    given = medication(code=DOSE, dosage={"dose": {"value": 42, "code": "10*6.[iU]"}}, **version(1))
    held = medication("not-done", code=DOSE, statusReason=[{"text": "mistake"}], **version(2))
    tables = Tables()
    (first,), (second,) = (sent(each, tables).handled.events for each in (given, held))
    assert first.id == second.id
    assert second.status == "corrected"


def encounter(status: str = "in-progress", **fields: Any) -> Any:
    return {
        "resourceType": "Encounter",
        "id": "e1",
        "status": status,
        "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": AT},
    } | fields


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (encounter(), [f"encounter p1 {AT} admit"]),
        (encounter("planned"), []),
        (encounter("finished"), ["refused bad-time"]),
        (encounter("discontinued"), ["refused unsupported"]),
        (encounter("finished", **{"class": {"code": "AMB"}}), []),
        (encounter(period={}), ["refused bad-time"]),
        (
            encounter(location=[{"location": {"reference": "Location/9", "display": "Ward 4"}}]),
            [f"encounter p1 {AT} admit Ward 4"],
        ),
    ],
)
def test_an_encounter_says_where_the_patient_is(given: Any, expected: list[str]) -> None:
    assert lines(given) == expected


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_a_stay_that_never_was_is_taken_back_whole(status: str) -> None:
    tables = Tables()
    lines(encounter("finished", period={"start": AT, "end": LATER}, **version(1)), tables=tables)
    found = sent(encounter(status, **version(2)), tables).handled.events
    assert sorted((event.at, event.status) for event in found) == [
        (AT, "entered-in-error"),
        (LATER, "entered-in-error"),
    ]


def test_a_discharge_is_taken_back_when_the_stay_goes_on() -> None:
    tables = Tables()
    lines(encounter("finished", period={"start": AT, "end": LATER}, **version(1)), tables=tables)
    found = sent(encounter(**version(2)), tables).handled.events
    assert (LATER, "entered-in-error") in {(event.at, event.status) for event in found}


def bundle(type: str, *resources: Any, **fields: Any) -> Any:
    entries = [{"fullUrl": f"urn:uuid:{number}", "resource": each} for number, each in enumerate(resources)]
    return {"resourceType": "Bundle", "type": type, "entry": entries} | fields


HELD = {"resourceType": "Patient", "id": "p1"}
TO_HELD = {"reference": "urn:uuid:0"}
NOWHERE = {"reference": "urn:uuid:9"}


@pytest.mark.parametrize("type", ["batch", "collection", "searchset", "history", "message"])
def test_what_is_understood_of_a_bundle_is_taken(type: str) -> None:
    found = bundle(type, HELD, observation(subject=NOWHERE), observation(subject=TO_HELD))
    assert lines(found) == [vital("heart-rate", "60 /min"), "refused unassociated"]


def test_a_transaction_with_a_reference_that_leads_nowhere_is_refused_whole() -> None:
    tables = Tables()
    found = sent(
        bundle("transaction", HELD, observation(subject=TO_HELD), observation(subject=NOWHERE)), tables
    )
    assert found.handled.events == []
    assert not found.handled.verdict.taken
    assert tables.orders == {}
    whole = sent(bundle("transaction", HELD, observation(subject=TO_HELD)), tables)
    assert [line(event) for event in whole.handled.events] == [vital("heart-rate", "60 /min")]
    assert whole.handled.verdict.taken


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 100),
        (b"{", 100),
        (b"[]", 100),
        (b"\xff\xfe", 100),
        (b"{}", 101),
        (b'{"resourceType":"MedicationRequest"}', 200),
        (b'{"resourceType":"Bundle","type":"document"}', 200),
        (b'{"resourceType":"Bundle","entry":5}', 100),
        (b'{"resourceType":"Observation","status":5}', 100),
    ],
)
def test_what_is_no_resource_that_is_taken_is_said_so(data: bytes, code: int) -> None:
    assert handle(data, rules("fhir"), Tables(), NOW).handled.verdict.code == code


def test_an_order_in_a_bundle_makes_no_event() -> None:
    assert lines(bundle("batch", {"resourceType": "MedicationRequest", "id": "r1"})) == []


def test_a_deletion_is_refused_for_nobody_knows_whose_it_was() -> None:
    entry = {"request": {"method": "DELETE", "url": "Observation/o1"}}
    assert lines({"resourceType": "Bundle", "type": "history", "entry": [entry]}) == ["refused malformed"]


MRN = {"system": "urn:oid:1.2.3", "value": "4711", "type": {"coding": [{"code": "MR"}]}}


@pytest.mark.parametrize(
    ("subject", "patient"),
    [
        ({"reference": "urn:uuid:0"}, "4711"),
        ({"reference": "Patient/p1"}, "4711"),
        ({"reference": "https://ehr.example/r4/Patient/p1"}, "4711"),
        ({"identifier": MRN}, "4711"),
        ({"reference": "https://other.example/r4/Patient/p1"}, None),
        ({"reference": "Patient/p2"}, None),
        ({"identifier": MRN | {"system": "urn:oid:9"}}, None),
    ],
)
def test_with_authorities_the_patient_is_an_identifier_of_theirs(subject: Any, patient: str | None) -> None:
    held = HELD | {"identifier": [MRN]}
    found = sent(bundle("collection", held, observation(subject=subject)), feed="fhir-mrn").handled
    assert [event.patient for event in found.events] == ([] if patient is None else [patient])
    assert [part.reason for part in found.refused] == ([] if patient else ["unassociated"])


def identified(value: str = "4711", id: str = "p1", **fields: Any) -> Any:
    return {"resourceType": "Patient", "id": id, "identifier": [MRN | {"value": value}]} | fields


def remembering(*resources: Any) -> Tables:
    """The tables of a feed with authorities that stored what these gave."""
    tables = Tables()
    for each in resources:
        handled = sent(each, tables, "fhir-mrn").handled
        tables.stored({}, {}, handled.linkages)
    return tables


@pytest.mark.parametrize(
    ("before", "subject", "expected"),
    [
        ([identified()], "Patient/p1", "4711"),
        ([identified()], "Patient/p1/_history/7", "4711"),
        ([identified()], "https://ehr.example/r4/Patient/p1", "4711"),
        ([bundle("collection", identified())], "Patient/p1", "4711"),
        ([identified(), identified("4712", **version(2))], "Patient/p1", "4712"),
        ([identified(**version(2)), identified("4712", **version(1))], "Patient/p1", "4711"),
        ([identified(), HELD], "Patient/p1", "4711"),
        ([identified()], "Patient/p2", None),
        ([identified()], "https://other.example/r4/Patient/p1", None),
        ([identified()], "Group/p1", None),
        ([HELD], "Patient/p1", None),
        ([], "Patient/p1", None),
    ],
)
def test_with_authorities_the_patient_may_have_come_before(
    before: list[Any], subject: str, expected: str | None
) -> None:
    found = sent(observation(subject={"reference": subject}), remembering(*before), "fhir-mrn").handled
    assert [event.patient for event in found.events] == ([expected] if expected else [])
    assert [part.reason for part in found.refused] == ([] if expected else ["unassociated"])


def test_a_patient_held_in_the_bundle_is_believed_before_what_is_remembered() -> None:
    held = bundle("collection", identified("4712"), observation())
    (event,) = sent(held, remembering(identified()), "fhir-mrn").handled.events
    assert event.patient == "4712"


def test_a_patient_that_changes_its_identifier_is_counted_and_the_same_again_writes_nothing() -> None:
    tables = remembering(identified())
    assert sent(identified(), tables, "fhir-mrn").handled.linkages == {}
    changed = sent(identified("4712"), tables, "fhir-mrn").handled
    assert [linkage.patient for linkage in changed.linkages.values()] == ["4712"]
    assert changed.tally["identity-changed", ""] == 1


def test_two_ids_of_one_authority_are_no_patient() -> None:
    two = identified() | {"identifier": [MRN, MRN | {"value": "4712"}]}
    found = sent(two, feed="fhir-mrn").handled
    assert [part.reason for part in found.refused] == ["ambiguous"]
    assert found.linkages == {}


def test_a_transaction_about_a_patient_who_never_came_is_refused_whole_and_a_batch_in_part() -> None:
    entries = (observation(id="o2", subject={"identifier": MRN}), observation())
    whole = sent(bundle("transaction", *entries), feed="fhir-mrn").handled
    assert (whole.verdict.taken, whole.events) == (False, [])
    message = "entry 2: a Patient that has not come: send it before, or in the same bundle"
    assert [(part.reason, part.message) for part in whole.refused] == [("unassociated", message)]
    part = sent(bundle("batch", *entries), feed="fhir-mrn").handled
    assert [event.patient for event in part.events] == ["4711"]
    known = remembering(identified())
    assert len(sent(bundle("transaction", *entries), known, "fhir-mrn").handled.events) == 2


def test_patients_that_came_before_become_one_by_a_link() -> None:
    tables = remembering(identified(), identified("4712", "p2"))
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}]
    found = sent(identified(link=link), tables, "fhir-mrn").handled
    assert [(merge.prior, merge.surviving) for merge in found.merges] == [("4711", "4712")]


@pytest.mark.parametrize(
    ("resource", "skew"),
    [
        (bundle("batch", timestamp="2026-03-02T16:10:00Z"), 600),
        (bundle("batch", timestamp="2026-03-02T15:50:00Z"), -600),
        (bundle("batch", observation(meta={"lastUpdated": "2026-03-02T16:05:00Z"})), 300),
        (observation(meta={"lastUpdated": "2026-03-02T16:05:00Z"}), 300),
        (observation(meta={"lastUpdated": "2026-03-02T15:05:00Z"}), 0),
        (observation(), None),
        (bundle("batch", observation(), timestamp="yesterday"), None),
    ],
)
def test_a_senders_clock_is_compared_as_far_as_its_times_say(resource: Any, skew: int | None) -> None:
    assert sent(resource).skew == (None if skew is None else skew * 1000)


def test_a_gap_in_the_numbers_of_notifications_is_counted() -> None:
    def notified(number: int) -> Any:
        status = {
            "resourceType": "SubscriptionStatus",
            "subscription": {"reference": "Subscription/s1"},
            "notificationEvent": [{"eventNumber": str(number)}],
        }
        return bundle("history", status)

    tables = Tables()
    lost = [sent(notified(number), tables).handled.tally for number in (3, 4, 4, 7, 5, 8)]
    assert [tally["lost-notifications", "subscription"] for tally in lost] == [0, 0, 0, 2, 0, 0]


@pytest.mark.parametrize(
    ("type", "expected"), [("replaced-by", ("p1", "p2")), ("replaces", ("p2", "p1")), ("seealso", None)]
)
def test_a_link_makes_two_patients_one(type: str, expected: tuple[str, str] | None) -> None:
    found = sent(HELD | {"link": [{"type": type, "other": {"reference": "Patient/p2"}}]}).handled
    assert [(merge.prior, merge.surviving) for merge in found.merges] == ([expected] if expected else [])


def test_a_patient_is_not_merged_into_itself() -> None:
    itself = HELD | {"link": [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]}
    assert lines(itself) == ["refused malformed"]
