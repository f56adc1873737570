"""A result that cannot be used leaves no older one standing as the newest (criteria.md 2, feeds.md, Values)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.chart.unreadable import newest_is_unreadable
from rules.decide.engine import fold
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.ingest.decode import decode
from rules.wire.events import Event
from streams.feeds.mapping.handled import Handled
from streams.feeds.mapping.tables import Tables
from streams.feeds.mapping.wire_events import WireEvent, encode
from tests.streams.feeds.support import given, lines
from tests.streams.feeds.test_fhir import sent

HEAD = "MSH|^~\\&|LAB|HOSP|||20260302120000-0500||ORU^R01^ORU_R01|M1|P|2.5.1|||AL|NE\rPID|1||P1^^^HOSP^MR\r"
OBR = "OBR|1||F1^LAB|PANEL|||20260302100000"
AT, MADE, DAY_BEFORE = "2026-03-02T15:00:00Z", "2026-03-02T17:00:00Z", "2026-03-02T04:59:00Z"
CREATININE, WEIGHT, URINE = "2160-0^Creatinine^LN", "29463-7^Weight^LN", "9187-6^Urine output^LN"
HEART_RATE, FLOW, DEVICE = "8867-4^Heart rate^LN", "3151-8^Oxygen flow^LN", "tt-0005-11^O2^WelchAllyn"


def obx(code: str, value: str, unit: str = "mg/dL", status: str = "F", at: str = "", more: str = "") -> str:
    return f"OBX|1|NM|{code}||{value}|{unit}|||||{status}|||{at}{more}\r"


def message(*segments: str, obr: str = OBR) -> bytes:
    return f"{HEAD}{obr}\r{''.join(segments)}".encode()


def setting(code: str, value: str, unit: str) -> str:
    return obx(code, value, unit, more="|||MSET")


def monitor(code: str, value: str, unit: str, device: str) -> str:
    return obx(code, value, unit, more=f"||||{device}")


KILOGRAMS = "vitals P1 2026-03-02T15:00:00Z weight=70, 79 (ambiguous) kg"
CASES: dict[str, tuple[bytes, str, list[str]]] = {
    "two values of one order": (
        message(obx(CREATININE, "1.1"), obx(CREATININE, "2.6")),
        f"labs P1 {AT} creatinine=1.1, 2.6 (ambiguous) mg/dL", ["ambiguous"] * 2,
    ),
    "X beside a value": (
        message(obx(CREATININE, "2.6", status="X")),
        f"labs P1 {AT} creatinine=2.6 (unsupported) mg/dL", ["unsupported"],
    ),
    "no status": (
        message(obx(CREATININE, "2.6", status="")),
        f"labs P1 {AT} creatinine=2.6 (unsupported) mg/dL", ["unsupported"],
    ),
    "below, and no status: a comparator would be read": (
        message(obx(CREATININE, "<2.6", status="")),
        f"labs P1 {AT} creatinine=<2.6 (unsupported) mg/dL", ["unsupported"],
    ),
    "a number too large for any": (
        message(obx(CREATININE, "9" * 400)), f"labs P1 {AT} creatinine=inf mg/dL", ["malformed"],
    ),
    "the day of its message": (
        message(obx(CREATININE, "2.6", at="20260302")),
        f"labs P1 {MADE} creatinine=2.6 (bad-time) mg/dL", ["bad-time"],
    ),
    "the day before": (
        message(obx(CREATININE, "2.6", at="20260301")),
        f"labs P1 {DAY_BEFORE} creatinine=2.6 (bad-time) mg/dL", ["bad-time"],
    ),
    "no time at all": (
        message(obx(CREATININE, "2.6"), obr="OBR|1||F1^LAB|PANEL"),
        f"labs P1 {MADE} creatinine=2.6 (bad-time) mg/dL", ["bad-time"],
    ),
    "no time that exists": (
        message(obx(CREATININE, "2.6", at="20260302250000")),
        f"labs P1 {MADE} creatinine=2.6 (bad-time) mg/dL", ["bad-time"],
    ),
    "withdrawn, without a time": (
        message(obx(CREATININE, "2.6", status="W"), obr="OBR|1||F1^LAB|PANEL"),
        f"labs P1 {MADE} entered-in-error", ["bad-time"],
    ),
    "two scales": (
        message(monitor(WEIGHT, "70", "kg", "A"), monitor(WEIGHT, "79", "kg", "B")), KILOGRAMS, ["ambiguous"] * 2,
    ),
    "a device that no list knows": (
        message(obx(DEVICE, "helmet", "")), f"vitals P1 {AT} o2-device=helmet (unmapped)", ["unmapped"],
    ),
    "urine that is no number": (
        message(obx(URINE, "approx 200", "mL")), f"io P1 {AT} out/urine=approx 200 mL", ["not-a-number"],
    ),
    "two volumes of urine": (
        message(obx(URINE, "20", "mL"), obx(URINE, "200", "mL")),
        f"io P1 {AT} out/urine=20, 200 (ambiguous) mL", ["ambiguous"] * 2,
    ),
    "a flow that was set": (message(setting(FLOW, "4", "L/min")), "", ["unsupported"]),
    "a pulse, which goes stale": (message(obx(HEART_RATE, "90", "/min", "")), "", ["unsupported"]),
    "a pulse without a time": (message(obx(HEART_RATE, "90", "/min", at="20260302")), "", ["bad-time"]),
}  # fmt: skip
FEEDS = {"a device that no list knows": "ward"}


def event_of(name: str) -> WireEvent | None:
    found = given(CASES[name][0], FEEDS.get(name, "strict")).handled.events
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_used_is_refused_and_its_event_sent_as_text(name: str) -> None:
    data, event, reasons = CASES[name]
    handled = given(data, FEEDS.get(name, "strict")).handled
    assert [" ".join(each.split()) for each in lines(handled)] == ([event] if event else [])
    assert [part.reason for part in handled.refused] == reasons


@pytest.mark.parametrize("name", [name for name, (_, event, _) in CASES.items() if "=" in event])
def test_the_engine_cannot_read_it_either(name: str) -> None:
    event = event_of(name)
    assert event is not None
    decoded, problems = decode(encode(event))
    assert decoded is not None
    assert [problem.refuses for problem in problems] == [True]


def unreadable(handled: list[Handled], patient: str, code: str) -> bool:
    """Return whether the engine takes a code's newest result for one that nobody can read."""
    events: list[Event] = []
    for each in (event for one in handled for event in one.events):
        event, _ = decode(encode(each), known=1_772_500_000_000 + len(events))
        assert event is not None
        events.append(event)
    outcome = fold(events, SCHWARTZENTRUBER_2001, None, True)
    assert outcome.refused == []
    return newest_is_unreadable(outcome.patients[patient].chart, code)


EARLIER = {
    "creatinine": obx(CREATININE, "1.0", at="20260301090000"),
    "weight": obx(WEIGHT, "70", "kg", at="20260301090000"),
    "urine": obx(URINE, "200", "mL", at="20260301090000"),
}


@pytest.mark.parametrize("name", [name for name, (_, event, _) in CASES.items() if "=" in event])
def test_an_older_good_one_is_not_the_newest(name: str) -> None:
    data, event, _ = CASES[name]
    code = next((each for each in ("creatinine", "weight", "urine") if each in event), "o2-device")
    tables, feed = Tables(), FEEDS.get(name, "strict")
    earlier = message(EARLIER.get(code, obx(DEVICE, "room air", "", at="20260301090000")))
    before = given(earlier.replace(b"F1^LAB", b"F0^LAB"), feed, tables).handled
    assert (len(before.events), before.refused) == (1, [])
    assert not unreadable([before], "P1", code)
    assert unreadable([before, given(data, feed, tables).handled], "P1", code)


def test_the_good_result_under_its_number_takes_its_place() -> None:
    tables = Tables()
    doubted = given(CASES["two values of one order"][0], "strict", tables).handled
    good = message(obx(CREATININE, "2.6")).replace(b"20260302120000", b"20260302130000")
    corrected = given(good, "strict", tables).handled
    assert lines(corrected) == (f"labs P1 {AT} creatinine=2.6 mg/dL corrected",)
    assert not unreadable([doubted, corrected], "P1", "creatinine")


LABS = {"system": "http://loinc.org", "code": "2160-0"}
LATER = "2026-03-02T16:30:00Z"


def result(value: Any, at: str = AT, **fields: Any) -> dict[str, Any]:
    quantity = {"value": value, "system": "http://unitsofmeasure.org", "code": "mg/dL"}
    whole = {
        "resourceType": "Observation", "id": "c1", "status": "final", "code": {"coding": [LABS]},
        "subject": {"reference": "Patient/p1"}, "effectiveDateTime": at, "valueQuantity": quantity,
    }  # fmt: skip
    return whole | fields


FHIR_CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a status that says nothing": (
        result(2.6, status="unknown"), f"labs p1 {AT} creatinine=2.6 (unsupported) mg/dL",
    ),
    "only a day, and when it was issued": (
        result(2.6, "2026-03-02", issued=LATER), f"labs p1 {LATER} creatinine=2.6 (bad-time) mg/dL",
    ),
    "two values of one code": (
        result(
            2.6, component=[{"code": {"coding": [LABS]}, "valueQuantity": result(1.1)["valueQuantity"]}]
        ),
        f"labs p1 {AT} creatinine=2.6, 1.1 (ambiguous) mg/dL",
    ),
    "no time that anything says": (result(2.6, "2026-03-02"), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", FHIR_CASES)
def test_a_resource_that_cannot_be_used_leaves_no_older_one_standing(name: str) -> None:
    resource, event = FHIR_CASES[name]
    tables = Tables()
    before = sent(result(1.0, "2026-03-01T09:00:00Z", id="c0"), tables).handled
    handled = sent(resource, tables).handled
    assert [" ".join(each.split()) for each in lines(handled)] == ([event] if event else [])
    assert handled.refused
    assert unreadable([before, handled], "p1", "creatinine") == bool(event)


PUMP = """\
OBR|1||I1^PUMP|69985^MDC_DEV_PUMP_INFUS_MDS^MDC|||20260302100000
OBX|1||70049^MDC_DEV_PUMP_INFUS_LVP_MDS^MDC|1.0.0.0|||||||X|||20260302100000||||PUMP-1
OBX|2|CWE|184519^MDC_PUMP_INFUSING_STATUS^MDC|1.1.1.1|^{status}||||||R
OBX|3|NM|157924^MDC_RATE_DOSE^MDC|1.1.2.1|{rate}|ug/kg/min^^UCUM|||||R
OBX|4|ST|184514^MDC_DRUG_NAME_LABEL^MDC|1.1.2.2|{drug}||||||R
"""


@pytest.mark.parametrize(
    ("drug", "rate", "status", "reason"),
    [
        ("phenylephrine", "0,7", "pump-status-infusing", "not-a-number"),
        ("phenylephrine", "0.7", "pump-status-thinking", "unsupported"),
        ("saline", "0,7", "pump-status-infusing", "not-a-number"),
    ],
)
def test_the_rate_of_a_vasopressor_that_cannot_be_read_is_not_its_older_one(
    drug: str, rate: str, status: str, reason: str
) -> None:
    text = PUMP.format(drug=drug, rate=rate, status=status).replace("\n", "\r")
    before = given(
        (HEAD + text.replace(rate, "0.2").replace(status, "pump-status-infusing")).encode()
    ).handled
    handled = given((HEAD + text.replace("0302100000", "0302110000")).encode()).handled
    assert [part.reason for part in handled.refused] == [reason]
    assert json.loads(encode(handled.events[0]))["rate"] == rate if drug != "saline" else handled.events == []
    assert unreadable([before, handled], "P1", drug) == (drug != "saline")
