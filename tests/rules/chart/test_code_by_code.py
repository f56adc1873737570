"""A record of several readings is replaced code by code, all others as a whole (criteria.md section 1)."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from rules.decide.codec import decode, encode
from rules.guideline import SCHWARTZENTRUBER_2001
from tests.rules.courses import Course, folded, iso, ms, seen, states_at, table, transitions

GONE = {"status": "entered-in-error"}


def labs(known: str, status: str | None = None, at: str = "08:00", **values: Any) -> tuple[Any, ...]:
    return (at, known, status, values)


def drawn(*records: tuple[Any, ...]) -> Course:
    """Results of one id, `L`; a record without values is its withdrawal."""
    course = Course().start("00:00")
    for at, known, status, values in records:
        course.labs(at, "L", known=known, status=status, **values)
        if any(unread(value) for value in values.values()):
            course.unreadable()
    return course


def unread(value: Any) -> bool:
    return isinstance(value, dict) and (value.get("unit") == "furlongs" or value.get("value") == "<<")


def rows(course: Course, *codes: str) -> list[str]:
    return [seen(course, "11:00", code) for code in codes]


FINAL = labs("08:00", platelets=20, creatinine=3.5)
PRELIMINARY = labs("08:00", "preliminary", platelets=20, creatinine=3.5)
WITHDRAWN = labs("10:00", "entered-in-error")
CASES: dict[str, tuple[Any, ...]] = {
    "a code that a correction names takes its value": (
        [FINAL, labs("09:00", "corrected", platelets=40)],
        ["relative", "absolute"],
    ),
    "amended and appended are corrections": (
        [FINAL, labs("09:00", "amended", platelets=40), labs("10:00", "appended", creatinine=2.6)],
        ["relative", "relative"],
    ),
    "a final does the same to its preliminary": (
        [PRELIMINARY, labs("09:00", platelets=40)],
        ["relative", "absolute"],
    ),
    "a new code is added": (
        [labs("08:00", platelets=20), labs("09:00", "corrected", creatinine=3.5)],
        ["absolute", "absolute"],
    ),
    "a reading is withdrawn by itself": (
        [FINAL, labs("09:00", "corrected", platelets=GONE)],
        ["indeterminate missing platelets", "absolute"],
    ),
    "a final withdraws a reading of its preliminary": (
        [PRELIMINARY, labs("09:00", platelets=GONE, creatinine=2.6)],
        ["indeterminate missing platelets", "relative"],
    ),
    "a reading withdrawn is charted again by a later correction": (
        [FINAL, labs("09:00", "corrected", platelets=GONE), labs("10:00", "corrected", platelets=40)],
        ["relative", "absolute"],
    ),
    "of corrections the later known rules, code by code": (
        [
            FINAL,
            labs("10:00", "corrected", platelets=40),
            labs("09:00", "corrected", platelets=60, creatinine=1),
        ],
        ["relative", "clear"],
    ),
    "a correction that cannot be read is not nothing": (
        [FINAL, labs("09:00", "corrected", platelets={"value": 40, "unit": "furlongs"})],
        ["indeterminate missing platelets.unreadable", "absolute"],
    ),
    "nor is an implausible one": (
        [FINAL, labs("09:00", "corrected", platelets=5000)],
        ["indeterminate missing platelets.unreadable", "absolute"],
    ),
    "a correction of what could not be read mends it": (
        [labs("08:00", platelets={"value": "<<", "unit": "K/uL"}), labs("09:00", "corrected", platelets=40)],
        ["relative", "indeterminate missing creatinine"],
    ),
    "a withdrawal takes back all codes": (
        [FINAL, labs("09:00", "corrected", platelets=40), WITHDRAWN],
        ["indeterminate missing platelets", "indeterminate missing creatinine"],
    ),
    "a later correction of one withdrawn counts alone": (
        [FINAL, WITHDRAWN, labs("11:00", "corrected", platelets=40)],
        ["relative", "indeterminate missing creatinine"],
    ),
    "a withdrawal of one that came later takes back the rest": (
        [FINAL, labs("10:30", "corrected", platelets=40), WITHDRAWN],
        ["relative", "indeterminate missing creatinine"],
    ),
}


@table(CASES, "records expected")
def test_a_set_of_results_is_replaced_code_by_code(records: list[Any], expected: list[str]) -> None:
    """criteria.md section 1."""
    assert rows(drawn(*records), "platelets", "creatinine") == expected


LAYERS = [
    labs("08:00", platelets=20, creatinine=3.5, bilirubin=8),
    labs("08:10", "corrected", platelets=40),
    labs("08:20", "corrected", creatinine=2.6, platelets=60),
    labs("08:30", "corrected", bilirubin=GONE),
]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_the_order_of_arrival_does_not_matter(order: tuple[int, ...]) -> None:
    """criteria.md section 1: a correction or withdrawal outranks a `final` in whatever order they arrive."""
    clock = ["08:40", "08:50", "09:00", "09:10"]
    late = drawn(*LAYERS)
    patient = folded(late).patients["p1"]
    log = folded_in(late, order)
    assert states(log) == states(patient)
    assert clock


def folded_in(course: Course, order: tuple[int, ...]) -> Any:
    """The patient after the records of `L` came in another order than they were known in."""
    from rules.decide.engine import advance, settle
    from tests.rules.courses import decoded

    log = decoded([course])
    first, rest = log[:-4], log[-4:]
    patient = None
    for event in (*first, *(rest[i] for i in order)):
        patient, _, _ = advance(patient, event, SCHWARTZENTRUBER_2001)
    assert patient is not None
    settle(patient, ms("11:00"))
    return patient


def states(patient: Any) -> dict[str, Any]:
    from rules.decide.engine import settle

    settle(patient, ms("11:00"))
    return {
        code: [(lab.at, lab.value, lab.rank, lab.tie) for lab in patient.chart.labs.get(code, [])]
        for code in ("platelets", "creatinine", "bilirubin")
    }


def test_each_code_has_its_own_at() -> None:
    """criteria.md section 1: a code that it names takes the correction's value and `at`."""
    moved = drawn(FINAL, labs("12:00", "corrected", at="10:00", platelets=40))
    (one,) = folded(moved).patients["p1"].chart.labs["platelets"]
    (other,) = folded(moved).patients["p1"].chart.labs["creatinine"]
    assert (one.at, one.tie, one.first) == (ms("10:00"), ms("12:00"), ms("08:00"))
    assert (other.at, other.tie, other.first) == (ms("08:00"), ms("08:00"), ms("08:00"))


def signs(*records: tuple[str, str, str | None, dict[str, Any]]) -> Course:
    course = Course().start("00:00").vitals("07:55", hr=90, sbp=118, spo2=98, temp=37.0)
    for at, known, status, values in records:
        course.vitals(at, "V", known=known, status=status, **values)
    return course


ALL = ("08:00", "08:00", None, {"hr": 100, "sbp": 70, "spo2": 97, "temp": 39.0})


def test_a_corrected_temperature_leaves_the_pressure() -> None:
    """criteria.md section 1: seen in the field: a correction took a systolic pressure of 70 with it."""
    course = signs(ALL, ("08:00", "08:30", "corrected", {"temp": 37.0}))
    assert states_at(course, "08:30")["blood_pressure"]["latest"] == 70
    assert transitions(course, "hypotension") == ["opened absolute"]
    assert transitions(course, "fever") == ["opened advisory", "amended clear"]


def test_a_pressure_added_by_a_correction_is_seen_though_it_asks_for_nothing() -> None:
    """criteria.md sections 1 and 4: the stale pressure before it is no blocker any more."""
    course = signs(("16:00", "16:00", None, {"hr": 100}))
    assert "blood-pressure" in states_at(course, "16:00")["dose"]["blockers"]
    course.vitals("16:00", "V", known="16:30", status="corrected", hr=100, sbp=118)
    assert "blood-pressure" not in states_at(course, "16:30")["dose"]["blockers"]


def test_a_vital_sign_moved_in_time_leaves_the_others_where_they_were() -> None:
    """criteria.md section 1: each with its own `at`."""
    course = signs(ALL, ("08:10", "08:30", "corrected", {"hr": 120}))
    charted = folded(course).patients["p1"].chart.tail.rows
    mine = [(row.at, row.hr, row.sbp, row.tie, row.rank) for row in charted if row.id == "V"]
    assert mine == [(ms("08:00"), None, 70, ms("08:00"), 1), (ms("08:10"), 120, None, ms("08:30"), 2)]


OXYGEN = {"device": "nasal-cannula", "flow": 2, "spo2": 97}


@pytest.mark.parametrize(
    ("corrected", "expected"),
    [
        ({"flow": 5}, "absolute"),
        ({"flow": 3}, "relative"),
        ({"device": "mask"}, "absolute"),
        ({"device": "room-air", "flow": GONE}, "clear"),
        ({"flow": GONE}, "indeterminate missing o2-flow"),
        ({"spo2": 96}, "clear"),
    ],
)
def test_flow_stays_with_the_device_that_was_charted_with_it(
    corrected: dict[str, Any], expected: str
) -> None:
    """criteria.md section 3.1: they belong to the device in force when they were charted."""
    course = signs(("08:00", "08:00", None, OXYGEN), ("08:00", "08:05", "corrected", corrected))
    assert seen(course, "08:10", "oxygen-requirement") == expected


def test_a_withdrawn_record_of_vital_signs_and_weight_leaves_nothing() -> None:
    """criteria.md section 1."""
    course = signs(("08:00", "08:00", None, {"hr": 100, "weight": 71}))
    course.withdraw("V", "08:30")
    chart = folded(course).patients["p1"].chart
    assert ([row for row in chart.tail.rows if row.id == "V"], chart.raw_weights) == ([], [])


# --- baseline ---


def baseline(*corrections: dict[str, Any]) -> Course:
    course = (
        Course()
        .encounter("admit", "00:00", location="icu")
        .baseline("00:00", id="B", age=54, sbp=124, weight=70)
    )
    course.records[-1]["findings"] = {"recent-steroid": True, "ecg-normal": True}
    course.encounter("cycle-start", "00:00")
    for number, fields in enumerate(corrections):
        known = f"{number + 1:02}:00"
        course.add("encounter", "00:00", "B", known, "corrected", event="baseline", **fields)
    return course


def test_a_baseline_is_replaced_item_by_item() -> None:
    """criteria.md section 1: its readings, and its `findings` item by item."""
    course = baseline(
        {"readings": [{"code": "weight", "value": 80, "unit": "kg"}]},
        {"findings": {"recent-steroid": False}},
        {"age": 60},
    )
    chart = folded(course).patients["p1"].chart
    assert chart.baseline_readings == {"systolic-bp": 124, "weight": 80}
    assert chart.baseline_findings == {"recent-steroid": False, "ecg-normal": True}
    assert chart.age == 60
    assert [place.event for place in chart.places].count("baseline") == 1


def test_a_reading_of_a_baseline_is_withdrawn_by_itself() -> None:
    """criteria.md section 1."""
    course = baseline({"readings": [{"code": "weight"} | GONE]})
    assert folded(course).patients["p1"].chart.baseline_readings == {"systolic-bp": 124}


def test_a_baseline_withdrawn_takes_all_of_it_back() -> None:
    """criteria.md section 1."""
    chart = folded(baseline({"age": 60}).withdraw("B", "05:00")).patients["p1"].chart
    assert (chart.baseline_readings, chart.baseline_findings, chart.age) == ({}, {}, None)
    assert "baseline" not in [place.event for place in chart.places]


def test_a_discharge_corrected_to_a_transfer_is_replaced_as_a_whole() -> None:
    """criteria.md section 1: all other records are replaced whole."""
    course = Course().start("00:00").encounter("discharge", "08:00", id="D")
    course.add("encounter", "08:00", "D", "09:00", "corrected", event="transfer", location="icu")
    assert folded(course).patients["p1"].discharged is None


# --- conflicts ---

SAME = {"type": "labs", "readings": [{"code": "platelets", "value": 60, "unit": "K/uL"}]}
READ = {"code": "creatinine", "value": 1.0, "unit": "mg/dL"}
TWO = {"type": "labs", "readings": [READ, SAME["readings"][0]]}  # type: ignore[index]
CONFLICTS: dict[str, tuple[Any, ...]] = {
    "the same again": (SAME, {}, False),
    "the same known later": (SAME, {"known": iso("09:00")}, False),
    "the same from another source": (SAME, {"source": "bed 3"}, False),
    "the same in another unit": (
        SAME,
        {"readings": [{"code": "platelets", "value": 60_000, "unit": "/uL"}]},
        False,
    ),
    "the same in another order": (TWO, {"readings": TWO["readings"][::-1]}, False),  # type: ignore[index]
    "the same with what is not read": (SAME, {"ward": "3b"}, False),
    "another value": (SAME, {"readings": [{"code": "platelets", "value": 61, "unit": "K/uL"}]}, True),
    "another limit": (
        SAME,
        {"readings": [{"code": "platelets", "value": 60, "unit": "K/uL", "low": 150}]},
        True,
    ),
    "another comparator": (
        SAME,
        {"readings": [{"code": "platelets", "value": "<60", "unit": "K/uL"}]},
        True,
    ),
    "one code less": (TWO, {"readings": [READ]}, True),
    "another time": (SAME, {"at": iso("08:01")}, True),
    "another type": (SAME, {"type": "vitals", "readings": []}, True),
    "another unreadable value": (
        {"type": "labs", "readings": [{"code": "platelets", "value": 6, "unit": "furlongs"}]},
        {"readings": [{"code": "platelets", "value": 7, "unit": "furlongs"}]},
        True,
    ),
    "another rate": (
        {"type": "infusion", "agent": "phenylephrine", "rate": 1, "unit": "ug/kg/min"},
        {"rate": 1.5},
        True,
    ),
    "the same finding": ({"type": "finding", "code": "infection", "present": True}, {}, False),
    "the finding denied": (
        {"type": "finding", "code": "infection", "present": True},
        {"present": False},
        True,
    ),
    "a preliminary after a final": (SAME, {"status": "preliminary", "readings": [READ]}, False),
    "a correction after a final": (SAME, {"status": "corrected", "readings": [READ]}, False),
}


@table(CONFLICTS, "first change refused")
def test_a_final_with_another_content_is_a_conflict(
    first: dict[str, Any], change: dict[str, Any], refused: bool
) -> None:
    """criteria.md section 1: all that is said and its `at`, after conversion; not `known`, `source`, `status`."""
    course = Course().start("00:00")
    common = {"id": "X", "patient": "p1", "at": iso("08:00")}
    course.records += [common | first, {"known": iso("08:30")} | common | first | change]
    course.unread |= {3, 4} if "furlongs" in str(first) else set()
    assert [reason for _, reason in folded(course).refused] == (["id-conflict"] if refused else [])


def test_a_final_after_its_correction_is_compared_with_the_first_final() -> None:
    """criteria.md section 1."""
    course = drawn(
        FINAL, labs("09:00", "corrected", platelets=40), labs("10:00", platelets=20, creatinine=3.5)
    )
    assert folded(course).refused == []
    course.labs("08:00", "L", known="10:30", platelets=40, creatinine=3.5)
    assert [reason for _, reason in folded(course).refused] == ["id-conflict"]


def test_a_conflict_is_told_after_the_state_was_written_and_read() -> None:
    """What tells a conflict is a part of the state."""
    from rules.decide.engine import advance
    from tests.rules.courses import decoded

    course = Course().start("00:00").vitals("08:00", "V", hr=90).labs("08:00", "L", platelets=60)
    kept = folded(course).patients["p1"]
    patient = decode(encode(kept), SCHWARTZENTRUBER_2001)
    again = Course().vitals("08:00", "V", hr=91).labs("08:00", "L", platelets=61)
    same = Course().vitals("08:00", "V", hr=90).labs("08:00", "L", platelets=60)
    outcomes = [advance(patient, event, SCHWARTZENTRUBER_2001)[2].refused for event in decoded([again, same])]
    assert outcomes == ["id-conflict", "id-conflict", None, None]


@pytest.mark.parametrize(("first", "then"), [("08:30", "08:00"), ("08:00", "08:30")])
def test_it_is_told_too_where_the_id_has_two_rows(first: str, then: str) -> None:
    """Which of them stands for the id, with the digest of the `final`, is the same in a state read back."""
    from rules.decide.engine import advance
    from tests.rules.courses import decoded

    course = Course().start("00:00").vitals(first, "v", status="preliminary", sbp=118)
    course.vitals(then, "v", known="09:00", hr=90)
    patient = decode(encode(folded(course).patients["p1"]), SCHWARTZENTRUBER_2001)
    again = Course().vitals(then, "v", known="10:00", device="high-flow", flow=40)
    [event] = decoded([again])
    assert advance(patient, event, SCHWARTZENTRUBER_2001)[2].refused == "id-conflict"


def test_ticks_never_conflict() -> None:
    """wire.md, Events: a tick carries no fact."""
    course = Course().start("00:00")
    course.records += [
        {"type": "tick", "id": "t", "patient": "p1", "at": iso(at)} for at in ("08:00", "09:00")
    ]
    outcome = folded(course)
    assert (outcome.refused, outcome.patients["p1"].now) == ([], ms("09:00"))


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (1.6, "met"),
        (1.61, "not-met"),
        ("<1.6", "met"),
        ("<=1.7", "unknown"),
        (">1.6", "not-met"),
        (">1", "unknown"),
    ],
)
def test_a_comparator_of_a_baseline_stands_for_every_value_it_allows(value: float | str, state: str) -> None:
    """criteria.md sections 7.4 and 8."""
    course = baseline({"readings": [{"code": "creatinine", "value": value, "unit": "mg/dL"}]})
    assert states_at(course, "02:00")["eligibility"]["creatinine"] == state


def test_it_is_one_too_after_all_rows_of_the_id_have_left_the_tail() -> None:
    """criteria.md section 1: the first `final` stands, whatever else its id has charted at another time."""
    drawn = Course().start().vitals("08:30", "v", status="preliminary", sbp=118)
    drawn.vitals("08:00", "v", known="09:00", hr=90)
    for hour in range(9, 33):
        for minute in (0, 15, 30, 45):
            drawn.vitals(f"{hour:02}:{minute:02}", spo2=98)
    drawn.vitals("08:30", "v", known="33:00", device="high-flow", flow=40)
    assert [reason for _, reason in folded(drawn).refused] == ["id-conflict"]
