"""No record, however broken, makes the decoder or the fold raise, and none is lost without a reason (wire.md,
What is refused).
"""

import json
import math
import random
from copy import deepcopy

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from rules.decide.assessment import assess
from rules.decide.codec import decode as decode_state
from rules.decide.codec import encode
from rules.decide.engine import advance, settle
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.ingest.decode import decode
from rules.wire.instants import MINUTE, parse, text
from rules.wire.refusals import (
    AMBIGUOUS,
    BAD_RANGE,
    BAD_TIME,
    BAD_UNIT,
    FROM_THE_FUTURE,
    MALFORMED,
    UNKNOWN_CODE,
    WRONG_KEY,
)
from tests.campaigns import examples
from tests.rules.wired import wire

COMMON = {
    "id": "x1",
    "patient": "p1",
    "at": "2026-03-02T10:00:00.250+01:00",
    "known": "2026-03-02T10:05:00Z",
    "status": "final",
    "source": "bed 3",
}
START = parse("2026-03-02T08:00:00Z")
STATUSES = ("final", "final", "final", "preliminary", "corrected")
READING = {"code": "systolic-bp", "value": 92.5, "unit": "mm[Hg]"}
RESULT = {"code": "troponin-t", "value": 0.09, "unit": "ng/L", "low": 0, "high": 0.01}
RECORDS = [
    {
        "type": "vitals",
        "readings": [
            READING,
            {"code": "o2-device", "value": "mask"},
            {"code": "fio2", "value": 0.4, "unit": "1"},
        ],
    },
    {
        "type": "labs",
        "readings": [
            RESULT,
            {"code": "inr", "value": 1.1},
            {"code": "ck-mb", "value": 20, "unit": "U/L", "high": 25},
        ],
    },
    {
        "type": "io",
        "direction": "out",
        "kind": "urine",
        "volume": 15,
        "unit": "mL",
        "start": "2026-03-02T09:00:00Z",
    },
    {
        "type": "dose",
        "agent": "aldesleukin",
        "given": True,
        "amount": 600000,
        "unit": "[iU]/kg",
        "reason": "due",
    },
    {"type": "infusion", "agent": "phenylephrine", "rate": 0.7, "unit": "ug/kg/min", "line": "2"},
    {"type": "medication", "agent": "acetaminophen", "amount": 650, "unit": "mg", "route": "PO"},
    {"type": "finding", "code": "rales", "present": True, "value": "half"},
    {
        "type": "encounter",
        "event": "baseline",
        "location": "icu",
        "age": 54,
        "readings": [READING, RESULT],
        "findings": {"recent-steroid": False},
    },
    {"type": "ack", "alert": "a", "by": "rn", "reason": "seen"},
    {
        "type": "silence",
        "subject": "hypotension",
        "level": "relative",
        "until": "2026-03-02T11:00:00Z",
        "by": "rn",
        "reason": "seen",
    },
    {"type": "resume", "rule": "arrhythmia", "by": "dr", "reason": "seen"},
    {"type": "tick"},
]
ODD = [
    None,
    True,
    False,
    0,
    -1,
    1e308,
    -1e308,
    10**40,
    "",
    " ",
    "*",
    "\x00",
    "\ud800",
    "é",
    "x" * 300,
    "2026-03-02T10:00:00",
    "entered-in-error",
]
ODD += [[], {}, [[]], [None], {"code": "weight"}, [READING] * 3, float("nan"), float("inf")]
PLAUSIBLE = [
    "heart-rate",
    "creatinine",
    "mood",
    "mg/dL",
    "umol/L",
    "/min",
    "kPa",
    "vasopressin",
    "milrinone",
    "urine",
    "iv-bolus",
    "mental-status",
]
PLAUSIBLE += [
    "cycle-start",
    "therapy-end",
    "discharge",
    "platelets",
    "temperature",
    "spo2",
    "infection",
    "p2",
    20,
    135,
    65,
]
PLAUSIBLE += ["2026-03-02T10:20:00Z", "2026-03-02T10:20:00.001Z", "corrected", "preliminary", 0.5, 1e300]
TOKENS = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\",
    b"\\ud800",
    b"\xff",
    b"\x00",
    b"1e999",
    b"-",
    b"NaN",
    b"null",
    b"9" * 5000,
    b"[" * 3000,
    b'"code":',
]
REASONS = {MALFORMED, WRONG_KEY, BAD_UNIT, FROM_THE_FUTURE, BAD_TIME, UNKNOWN_CODE, AMBIGUOUS, BAD_RANGE}


def branches(value):
    """Every dict and list in a record, itself included."""
    yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from branches(child)


def spoil_a_field(dice, record):
    branch = dice.choice([found for found in branches(record) if found])
    at = dice.choice(list(branch)) if isinstance(branch, dict) else dice.randrange(len(branch))
    what = dice.randrange(4)
    if what == 0:
        del branch[at]
    elif what == 1 and isinstance(branch, dict):
        branch[dice.choice([*branch, *COMMON, "readings", "unit"])] = branch.pop(at)
    else:
        branch[at] = deepcopy(dice.choice(ODD + PLAUSIBLE))


def spoil_a_byte(dice, data):
    at = dice.randrange(len(data) + 1)
    what = dice.randrange(4)
    if what == 0:
        return data[:at]
    if what == 1:
        return data[:at] + dice.choice(TOKENS) + data[at:]
    if what == 2:
        return data[:at] + data[at + dice.randrange(1, 9) :]
    return data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]


def placed(dice):
    """Some moment of a shift, charted up to 9 h later; few ids, so that duplicates, corrections and
    withdrawals meet.
    """
    at = START + dice.randrange(12 * 60) * MINUTE
    known = at + dice.choice((0, 0, 1, 5, 90, 540)) * MINUTE
    return {
        "id": f"x{dice.randrange(40)}",
        "at": text(at),
        "known": text(known),
        "status": dice.choice(STATUSES),
    }


def spoiled(dice):
    record = json.loads(json.dumps({**dice.choice(RECORDS), **COMMON, **placed(dice)}))
    for _ in range(dice.randrange(3)):
        spoil_a_field(dice, record)
    data = json.dumps(record, ensure_ascii=dice.random() < 0.5).encode(errors="surrogatepass")
    for _ in range(dice.choice((0, 0, 0, 1, 2))):
        data = spoil_a_byte(dice, data)
    return data


def finite(value):
    return not isinstance(value, float) or math.isfinite(value)


def check(data, **context):
    event, problems = decode(data, **context)
    assert isinstance(problems, tuple)
    assert all(
        problem.reason in REASONS and problem.message.isprintable() and len(problem.message) <= 300
        for problem in problems
    )
    if event is None:
        assert any(problem.refuses for problem in problems)
        return None
    assert 0 < len(event.patient) <= 128
    assert event.at <= event.known + 15 * 60_000
    assert all(
        finite(number)
        for name in ("readings", "vitals", "labs")
        for reading in getattr(event, name, ())
        for number in reading
    )
    assert all(finite(getattr(event, name, None)) for name in ("volume", "amount", "rate", "age"))
    return event


def follow(log):
    """Folds what was decoded, in the order of arrival; the state must survive writing, and what is said be
    sendable.
    """
    patients, raised = {}, []
    for event in log:
        patients[event.patient], alerts, _ = advance(patients.get(event.patient), event, GUIDELINE)
        raised.extend(alerts)
    for patient in filter(None, patients.values()):
        raised.extend(settle(patient, patient.now))
        if patient.discharged is None:
            assert assess(decode_state(encode(patient), GUIDELINE)) == assess(patient)
            json.dumps(wire(assess(patient)), allow_nan=False)
    assert all(json.dumps(wire(alert), allow_nan=False) for alert in raised)


def test_every_record_before_it_is_spoiled_is_taken():
    for record in RECORDS:
        event, problems = decode(json.dumps({**record, **COMMON}), key="p1")
        assert event is not None
        assert problems == ()


@seed(1)
@settings(max_examples=examples(400), deadline=None, database=None)
@given(st.integers(0, 2**32))
def test_no_spoiled_record_raises_or_is_lost_without_a_reason_and_what_is_taken_is_folded(draw):
    dice = random.Random(draw)
    begun = {
        **COMMON,
        "type": "encounter",
        "id": "begun",
        "at": text(START),
        "known": text(START),
        "event": "cycle-start",
    }
    log = [decode(json.dumps(begun))[0]]
    for _ in range(100):
        log.append(
            check(
                spoiled(dice), key=dice.choice([None, None, "p1", "p2"]), known=dice.choice([None, 0, START])
            )
        )
    follow([event for event in log if event is not None])


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["entered-in-error", "vitals", "heart-rate", "/min"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["code", "value", "unit", "low", "high"]) | st.text(), inner, max_size=5
        )
    ),
    max_leaves=12,
)
FIELDS = sorted({field for record in RECORDS for field in record} | set(COMMON))


@settings(max_examples=examples(500), deadline=None)
@given(st.sampled_from(RECORDS), st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4))
def test_no_field_of_any_content_raises_or_loses_a_record_without_a_reason(record, changes):
    check(json.dumps({**record, **COMMON, **changes}).encode())


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_or_text_raise(data):
    check(data)
