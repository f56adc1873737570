"""Sets of readings: each is taken or refused by itself (wire.md, Vitals codes, Labs codes, What is
refused).
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ingest.decode import decode
from rules.wire import events

HEART = {"code": "heart-rate", "value": 118, "unit": "/min"}
SPO2 = {"code": "spo2", "value": 97.5, "unit": "%"}
CREATININE = {"code": "creatinine", "value": 2.6, "unit": "mg/dL"}
NO_SUCH = {"code": "mood", "value": "fair"}


def of(kind, *readings, **fields):
    return json.dumps(
        {
            "type": kind,
            "id": "r1",
            "patient": "p1",
            "at": "2026-03-02T10:00:00Z",
            "readings": readings,
            **fields,
        }
    ).encode()


def reasons(problems):
    return [(problem.reason, problem.code) for problem in problems]


def test_a_set_of_vitals_is_read_in_its_order():
    device, flow = (
        {"code": "o2-device", "value": "nasal-cannula"},
        {"code": "o2-flow", "value": 3, "unit": "L/min"},
    )
    event, problems = decode(of("vitals", HEART, SPO2, device, flow))
    assert event.readings == (
        ("heart-rate", 118.0),
        ("spo2", 97.5),
        ("o2-device", "nasal-cannula"),
        ("o2-flow", 3.0),
    )
    assert problems == ()


def test_a_reading_is_converted_to_its_canonical_unit():
    assert decode(of("vitals", {"code": "temperature", "value": 101.3, "unit": "[degF]"}))[0].readings == (
        ("temperature", 38.5),
    )


@pytest.mark.parametrize("device", ["room-air", "nasal-cannula", "mask", "ventilator", "other"])
def test_an_oxygen_device_is_a_word_and_needs_no_unit(device):
    assert decode(of("vitals", {"code": "o2-device", "value": device}))[0].readings == (
        ("o2-device", device),
    )


def test_a_result_carries_its_limits_and_its_canonical_unit():
    troponin = {"code": "troponin-t", "value": 0.09, "unit": "ng/mL", "high": 0.01}
    event, problems = decode(of("labs", CREATININE, troponin))
    assert event.readings == (
        ("creatinine", 2.6, None, None, "mg/dL", None),
        ("troponin-t", 0.09, None, 0.01, "ng/mL", None),
    )
    assert problems == ()


def test_the_limits_of_a_result_are_converted_along_with_it():
    calcium = {"code": "calcium", "value": 2.0, "unit": "mmol/L", "low": 2.1, "high": None}
    assert decode(of("labs", calcium))[0].readings == (("calcium", 8.016, 8.4168, None, "mg/dL", None),)
    troponin = {"code": "troponin-i", "value": 31, "unit": "ng/L", "high": 14}
    assert decode(of("labs", troponin))[0].readings == (("troponin-i", 0.031, None, 0.014, "ng/mL", None),)


def test_ck_mb_activity_keeps_its_own_unit():
    assert decode(of("labs", {"code": "ck-mb", "value": 30, "unit": "IU/L", "high": 25}))[0].readings == (
        ("ck-mb", 30.0, None, 25.0, "U/L", None),
    )


@pytest.mark.parametrize("unit", [..., None, "1"])
def test_inr_needs_no_unit(unit):
    inr = {"code": "inr", "value": 1.3} | ({} if unit is ... else {"unit": unit})
    assert decode(of("labs", inr)) == (
        events.Labs(
            "r1", "p1", 1772445600000, 1772445600000, "final", (("inr", 1.3, None, None, "1", None),)
        ),
        (),
    )


# --- refused by itself ---

BAD_VITALS = [
    ("bad-unit", {"code": "systolic-bp", "value": 92}),
    ("bad-unit", {"code": "systolic-bp", "value": 92, "unit": None}),
    ("bad-unit", {"code": "systolic-bp", "value": 92, "unit": ""}),
    ("bad-unit", {"code": "systolic-bp", "value": 92, "unit": "cm"}),
    ("bad-unit", {"code": "fio2", "value": 0.97, "unit": "L"}),
    ("malformed", {"code": "systolic-bp", "value": "92", "unit": "mm[Hg]"}),
    ("malformed", {"code": "systolic-bp", "value": True, "unit": "mm[Hg]"}),
    ("malformed", {"code": "systolic-bp", "value": None, "unit": "mm[Hg]"}),
    ("malformed", {"code": "systolic-bp", "value": [92], "unit": "mm[Hg]"}),
    ("malformed", {"code": "systolic-bp", "value": 10**400, "unit": "mm[Hg]"}),
    ("malformed", {"code": "systolic-bp", "value": 1e308, "unit": "kPa"}),
    ("malformed", {"code": "systolic-bp", "unit": "mm[Hg]"}),
    ("malformed", {"code": "systolic-bp", "value": 92, "unit": 5}),
    ("malformed", {"code": "o2-device", "value": "tent"}),
    ("malformed", {"code": "o2-device", "value": 3}),
    ("malformed", {"code": "o2-device"}),
]
BAD_LABS = [
    ("bad-unit", {"code": "platelets", "value": 45, "unit": "mg/dL"}),
    ("bad-unit", {"code": "platelets", "value": 45}),
    ("bad-unit", {"code": "inr", "value": 1.1, "unit": "s"}),
    ("malformed", {"code": "platelets", "value": "45", "unit": "10*3/uL"}),
    ("malformed", {"code": "platelets", "value": False, "unit": "10*3/uL"}),
    ("malformed", {"code": "troponin-t", "value": 0.09, "unit": "ng/mL", "high": "0.01"}),
    ("malformed", {"code": "calcium", "value": 8.0, "unit": "mg/dL", "low": [8.5]}),
    ("malformed", {"code": "calcium", "value": 2.0, "unit": "mmol/L", "low": 1e308}),
]


@pytest.mark.parametrize(("reason", "bad"), BAD_VITALS)
def test_a_bad_vital_sign_is_refused_and_its_neighbours_are_kept(reason, bad):
    event, problems = decode(of("vitals", HEART, bad, SPO2))
    assert event.readings == (("heart-rate", 118.0), ("spo2", 97.5))
    assert reasons(problems) == [(reason, bad["code"])]


@pytest.mark.parametrize(("reason", "bad"), BAD_LABS)
def test_a_bad_result_is_refused_and_its_neighbours_are_kept(reason, bad):
    event, problems = decode(of("labs", bad, CREATININE))
    assert event.readings == (("creatinine", 2.6, None, None, "mg/dL", None),)
    assert reasons(problems) == [(reason, bad["code"])]


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"9" * 400, b"9" * 5000])
def test_a_number_beyond_a_float_is_refused_and_its_neighbours_are_kept(number):
    event, problems = decode(
        of("vitals", HEART, {"code": "spo2", "value": 0, "unit": "%"}).replace(
            b'"value": 0', b'"value": ' + number
        )
    )
    assert event.readings == (("heart-rate", 118.0),)
    assert reasons(problems) == [("malformed", "spo2")]


@pytest.mark.parametrize(
    "item",
    [None, 5, "heart-rate", [], {}, {"value": 5, "unit": "/min"}, {"code": 5, "value": 5}, {"code": None}],
)
def test_what_is_no_reading_is_refused_and_its_neighbours_are_kept(item):
    event, problems = decode(of("vitals", item, HEART))
    assert event.readings == (("heart-rate", 118.0),)
    assert reasons(problems) == [("malformed", None)]


@pytest.mark.parametrize(("reason", "bad"), BAD_VITALS)
def test_a_set_whose_every_reading_is_refused_still_says_what_was_charted(reason, bad):
    """criteria.md sections 1 and 2: it moves the clock, and it is not nothing."""
    event, problems = decode(of("vitals", bad))
    assert (event.readings, [(each.code, each.reason) for each in event.unusable]) == (
        (),
        [(bad["code"], reason)],
    )
    assert reasons(problems) == [(reason, bad["code"])]


@pytest.mark.parametrize(("reason", "bad"), BAD_LABS)
def test_a_set_whose_every_result_is_refused_still_says_what_resulted(reason, bad):
    """criteria.md sections 1 and 2."""
    event, problems = decode(of("labs", bad))
    assert (event.readings, [(each.code, each.reason) for each in event.unusable]) == (
        (),
        [(bad["code"], reason)],
    )
    assert reasons(problems) == [(reason, bad["code"])]


def test_what_could_not_be_used_is_kept_as_it_was_sent():
    (found,) = decode(of("labs", {"code": "platelets", "value": 45, "unit": "furlongs"}))[0].unusable
    assert found == events.Unusable("platelets", 45.0, "furlongs", "bad-unit")


# --- comparators ---


@pytest.mark.parametrize(
    ("sent", "comparator", "value"),
    [
        ({"value": "<10"}, "<", 10.0),
        ({"value": " <= 10 "}, "<=", 10.0),
        ({"value": ">150.5"}, ">", 150.5),
        ({"value": ">=.5"}, ">=", 0.5),
        ({"value": "\u226410"}, "<=", 10.0),
        ({"value": 10, "comparator": "<"}, "<", 10.0),
        ({"value": 10, "comparator": "\u2265"}, ">=", 10.0),
        ({"value": "<10", "comparator": "<"}, "<", 10.0),
        ({"value": 10, "comparator": None}, None, 10.0),
    ],
)
def test_a_result_may_have_a_comparator(sent, comparator, value):
    """wire.md, Labs codes."""
    event, problems = decode(of("labs", {"code": "platelets", "unit": "K/uL"} | sent))
    assert (event.readings, problems) == ((("platelets", value, None, None, "10*3/uL", comparator),), ())


def test_a_comparator_is_converted_with_its_number():
    event, _ = decode(of("labs", {"code": "platelets", "value": "<10000", "unit": "/uL"}))
    assert event.readings[0][1] == 10.0


@pytest.mark.parametrize(
    "sent",
    [
        {"value": "10"},
        {"value": "<"},
        {"value": "<ten"},
        {"value": "<<10"},
        {"value": "<-10"},
        {"value": "<10", "comparator": ">"},
        {"value": 10, "comparator": "about"},
        {"value": 10, "comparator": 5},
    ],
)
def test_what_is_no_number_and_no_comparator_is_malformed(sent):
    assert reasons(decode(of("labs", {"code": "platelets", "unit": "K/uL"} | sent))[1]) == [
        ("malformed", "platelets")
    ]


# --- limits that are none ---


@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [
        (0, 0, (None, None)),
        (None, 0, (None, None)),
        (None, -1, (None, None)),
        (5, 5, (None, None)),
        (5, 4, (None, None)),
        (0, 0.01, (0.0, 0.01)),
        (None, 0.01, (None, 0.01)),
        (5, None, (5.0, None)),
    ],
)
def test_a_high_that_is_not_above_0_or_low_is_no_limit_and_counted(low, high, kept):
    """criteria.md section 8."""
    result = {"code": "troponin-i", "value": 0.01, "unit": "ng/mL", "low": low, "high": high}
    event, problems = decode(of("labs", result))
    assert event.readings == (("troponin-i", 0.01, *kept, "ng/mL", None),)
    assert reasons(problems) == ([] if kept[1] or kept[0] else [("bad-range", "troponin-i")])
    assert not any(problem.refuses for problem in problems)


# --- two values of one code ---

LOW, HIGH = ({"code": "creatinine", "value": value, "unit": "mg/dL"} for value in (1.0, 3.6))
TAKEN_BACK = {"code": "creatinine", "status": "entered-in-error"}


@pytest.mark.parametrize("pair", [(LOW, HIGH), (HIGH, LOW), (LOW, HIGH, LOW)])
def test_of_two_different_values_neither_is_used(pair):
    """criteria.md section 1."""
    event, problems = decode(of("labs", *pair))
    assert (event.readings, [(each.code, each.reason) for each in event.unusable]) == (
        (),
        [("creatinine", "ambiguous")],
    )
    assert reasons(problems) == [("ambiguous", "creatinine")]


def test_two_values_that_are_one_after_conversion_are_one():
    twice = {"code": "creatinine", "value": 88.42, "unit": "umol/L"}
    assert decode(of("labs", LOW, twice)) == decode(of("labs", LOW))
    assert decode(of("vitals", HEART, HEART)) == decode(of("vitals", HEART))


@pytest.mark.parametrize(
    ("sent", "charted"),
    [
        ({"code": "creatinine", "value": 3.6, "unit": "mg/dL"}, ()),
        ({"code": "platelets", "value": 28, "unit": "10*9/L"}, ()),
        ({"code": "creatinine", "value": 354, "unit": "umol/L"}, (("creatinine", "354 µmol/L"),)),
        ({"code": "platelets", "value": "<10000", "unit": "/mm3"}, (("platelets", "<10000 /mm3"),)),
        ({"code": "creatinine", "value": 354, "unit": "moles"}, ()),
        ({"code": "creatinine", "unit": "umol/L", "status": "entered-in-error"}, ()),
    ],
)
def test_a_result_keeps_in_words_what_was_charted_in_another_unit(sent, charted):
    """criteria.md section 10."""
    event, _ = decode(of("labs", sent))
    assert event.charted == charted


@pytest.mark.parametrize("other", [{"value": 119}, {"value": 2, "unit": "Hz"}])
def test_two_vital_signs_of_one_code_are_ambiguous_too(other):
    event, problems = decode(of("vitals", HEART, HEART | other, SPO2))
    assert event.readings == (("spo2", 97.5),)
    assert reasons(problems) == [("ambiguous", "heart-rate")]


def test_a_value_and_a_comparator_are_two_values():
    below = {"code": "creatinine", "value": "<1", "unit": "mg/dL"}
    assert reasons(decode(of("labs", LOW, below))[1]) == [("ambiguous", "creatinine")]


def test_of_two_values_the_one_not_withdrawn_is_used():
    event, problems = decode(of("labs", HIGH | {"status": "entered-in-error"}, LOW))
    assert (event.readings, event.withdrawn, problems) == (
        (("creatinine", 1.0, None, None, "mg/dL", None),),
        (),
        (),
    )


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_reading_may_be_withdrawn_by_itself(status):
    event, problems = decode(of("labs", TAKEN_BACK | {"status": status}, status="corrected"))
    assert (event.readings, event.withdrawn, problems) == ((), ("creatinine",), ())


@pytest.mark.parametrize("kind", ["vitals", "labs"])
@pytest.mark.parametrize(
    "unknown",
    [
        {"code": "mood", "value": "fair"},
        {"code": "mood", "value": 5, "unit": "/min"},
        {"code": "mood"},
        {"code": "mood", "value": {}},
        {"code": "", "value": 1},
    ],
)
def test_an_unknown_code_of_whatever_shape_is_counted_and_not_used(kind, unknown):
    event, problems = decode(of(kind, unknown))
    assert event.readings == ()
    assert reasons(problems) == [("unknown-code", unknown["code"])]
    assert not problems[0].refuses


def test_an_unknown_code_leaves_its_neighbours():
    event, problems = decode(of("vitals", NO_SUCH, HEART))
    assert event.readings == (("heart-rate", 118.0),)
    assert reasons(problems) == [("unknown-code", "mood")]


def test_a_set_of_which_only_an_unknown_code_is_left_still_moves_the_clock():
    event, problems = decode(of("vitals", NO_SUCH, {"code": "spo2", "value": 97}))
    assert event.readings == ()
    assert sorted(reasons(problems)) == [("bad-unit", "spo2"), ("unknown-code", "mood")]


@pytest.mark.parametrize(("kind", "stranger"), [("vitals", CREATININE), ("labs", HEART)])
def test_a_code_of_the_other_kind_of_set_is_unknown(kind, stranger):
    assert reasons(decode(of(kind, stranger))[1]) == [("unknown-code", stranger["code"])]


@pytest.mark.parametrize("kind", ["vitals", "labs"])
def test_an_empty_set_is_an_event_without_readings(kind):
    event, problems = decode(of(kind))
    assert event.readings == ()
    assert problems == ()


@pytest.mark.parametrize("kind", ["vitals", "labs"])
@pytest.mark.parametrize("readings", [None, {}, "heart-rate", 5, True])
def test_readings_that_are_no_list_are_malformed(kind, readings):
    event, problems = decode(of(kind, readings=readings))
    assert event is None
    assert reasons(problems) == [("malformed", None)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": 5}, "malformed"),
        ({"patient": "p2"}, "wrong-key"),
        ({"at": 5}, "bad-time"),
        ({"known": "2026-03-02T09:00:00Z"}, "from-the-future"),
    ],
)
def test_a_record_refused_whole_gives_that_one_reason_whatever_its_readings(change, reason):
    event, problems = decode(of("vitals", HEART, {"code": "spo2", "value": "x"}, **change), key="p1")
    assert event is None
    assert reasons(problems) == [(reason, None)]


@pytest.mark.parametrize(
    ("kind", "pool"),
    [
        ("vitals", [HEART, SPO2, NO_SUCH, *(bad for _, bad in BAD_VITALS)]),
        ("labs", [CREATININE, NO_SUCH, *(bad for _, bad in BAD_LABS)]),
    ],
)
@given(data=st.data())
def test_a_reading_is_judged_among_its_neighbours_as_it_is_alone(kind, pool, data):
    readings = data.draw(st.lists(st.sampled_from(pool), max_size=6))
    event, problems = decode(of(kind, *readings))
    alone = [decode(of(kind, reading)) for reading in readings]
    assert event.readings == tuple(dict.fromkeys(kept for each, _ in alone for kept in each.readings))
    assert sorted(reasons(problems)) == sorted(reason for _, found in alone for reason in reasons(found))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"code": "spo2", "value": 97}, "vitals r1: spo2: no unit; send it in %"),
        (
            {"code": "spo2", "value": 97, "unit": "kPa"},
            "vitals r1: spo2: unit 'kPa' cannot be converted; send it in %",
        ),
        (
            {"code": "spo2", "value": "97", "unit": "%"},
            "vitals r1: spo2: value '97' is text; send a JSON number",
        ),
        (
            {"code": "mood", "value": 1},
            "vitals r1: 'mood' is not a known code here; it is counted and not used",
        ),
        (
            {"code": "o2-device", "value": "tent"},
            (
                "vitals r1: o2-device: value 'tent' is no device; send one of room-air, nasal-cannula, mask, "
                "high-flow, nippv, ventilator, other"
            ),
        ),
    ],
)
def test_a_message_names_the_reading_the_fault_and_the_remedy(bad, words):
    assert decode(of("vitals", bad))[1][0].message == words
