"""What every record shares: JSON, key, names, times, status (wire.md, Events and What is refused; criteria.md
section 1).
"""

import json

import pytest

from rules.ingest.decode import decode
from rules.wire import events
from rules.wire.instants import MINUTE, SECOND, parse

AT = parse("2026-03-02T10:00:00Z")
DOSE = {
    "type": "dose",
    "id": "d1",
    "patient": "p1",
    "at": "2026-03-02T10:00:00Z",
    "agent": "aldesleukin",
    "given": False,
}
TICK = {"type": "tick", "patient": "*", "at": "2026-03-02T10:00:00Z"}


def sent(record, **changes):
    return json.dumps(
        {name: value for name, value in {**record, **changes}.items() if value is not ...}
    ).encode()


def refusal(data, **context):
    event, problems = decode(data, **context)
    assert event is None
    (problem,) = problems
    assert problem.refuses
    assert problem.code is None
    return problem


def test_a_record_carries_its_names_times_status_and_source_offset():
    event, problems = decode(
        sent(DOSE, known="2026-03-02T10:05:00Z", status="corrected"),
        key="p1",
        known=AT + 6 * MINUTE,
        offset=7,
    )
    assert problems == ()
    assert (event.id, event.patient, event.at, event.known, event.status, event.offset) == (
        "d1",
        "p1",
        AT,
        AT + 5 * MINUTE,
        "corrected",
        7,
    )


def test_text_is_read_as_bytes_are():
    assert decode(sent(DOSE, reason="zu früh").decode()) == decode(sent(DOSE, reason="zu früh"))


def test_without_known_the_given_time_stands_in_and_else_at():
    assert decode(sent(DOSE), known=AT + SECOND)[0].known == AT + SECOND
    assert decode(sent(DOSE))[0].known == AT
    assert decode(sent(DOSE, known=None))[0].known == AT


@pytest.mark.parametrize("status", ["final", "preliminary", "corrected"])
def test_a_record_that_stands_is_read_alike_whatever_its_status(status):
    assert isinstance(decode(sent(DOSE, status=status))[0], events.Dose)
    assert decode(sent(DOSE, status=status))[0].status == status


def test_the_status_is_final_unless_said():
    assert decode(sent(DOSE))[0].status == decode(sent(DOSE, status=None))[0].status == "final"


def test_fields_that_are_not_of_the_wire_are_let_through():
    event, problems = decode(sent(DOSE, source={"device": 4}, ward="3b"))
    assert isinstance(event, events.Dose)
    assert problems == ()


def test_the_order_of_fields_does_not_matter():
    assert decode(json.dumps(dict(reversed(DOSE.items())))) == decode(sent(DOSE))


def test_of_a_field_said_twice_the_last_counts():
    assert decode(sent(DOSE)[:-1] + b',"id":"d2"}')[0].id == "d2"
    assert isinstance(
        decode(sent(TICK)[:-1] + b',"type":"dose","id":"d1","patient":"p1","agent":"il-2","given":false}')[0],
        events.Dose,
    )


# --- malformed ---


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"vitals"',
        b"7",
        b"NaN",
        b"{",
        b"{}",
        b"{}{}",
        b"\x00\xff\xfe",
        b"\xef\xbb\xbf" + sent(DOSE),
        sent(DOSE)[:-1],
        sent(DOSE) + b"}",
        sent(DOSE).replace(b"p1", b"p\xff"),
        sent(DOSE, source="x").replace(b'"x"', b'"\xff"'),
        sent(DOSE).replace(b'"p1"', b'"\\ud800"'),
        sent(DOSE).replace(b"false", b"NaN"),
        sent(DOSE).replace(b"d1", b"d\n1"),
        sent(DOSE, source=0).replace(b": 0", b": " + b"[" * 200_000),
        sent(DOSE, source=0).replace(b": 0", b": " + b"[" * 200_000 + b"]" * 200_000),
        sent(DOSE, source=0).replace(b": 0", b': {"a":' * 50_000 + b"1" + b"}" * 50_000),
        sent(DOSE, reason="\ud800").decode().replace("\\ud800", "\ud800"),
    ],
)
def test_what_is_not_a_json_object_in_utf_8_is_malformed(data):
    assert refusal(data).reason == "malformed"


@pytest.mark.parametrize("field", ["type", "id", "patient", "at"])
def test_a_record_lacking_a_common_field_is_malformed(field):
    assert refusal(sent(DOSE, **{field: ...})).reason == "malformed"
    assert refusal(sent(DOSE, **{field: None})).reason == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"type": "dosage"},
        {"type": ["dose"]},
        {"type": "Dose"},
        {"id": ""},
        {"id": 5},
        {"id": "x" * 129},
        {"id": "d\n1"},
        {"id": "d\u00851"},
        {"patient": ""},
        {"patient": 12},
        {"patient": "x" * 129},
        {"patient": "p\u0000"},
        {"patient": "p\u007f"},
        {"patient": "*"},
        {"status": "draft"},
        {"status": 1},
    ],
)
def test_a_common_field_of_the_wrong_shape_is_malformed(change):
    assert refusal(sent(DOSE, **change)).reason == "malformed"


@pytest.mark.parametrize("name", ["p", "x" * 128, "Zoë 李", "a\u00a0b", "'; drop table", "/"])
def test_any_printable_name_of_1_to_128_characters_is_a_patient(name):
    event, _ = decode(sent(DOSE, patient=name, id=name), key=name)
    assert (event.patient, event.id) == (name, name)


@pytest.mark.parametrize("name", [" p1", "p1 ", "\tp1\n", "\u00a0p1\u2003"])
def test_a_patient_s_id_is_trimmed_of_white_space(name):
    """wire.md, What is refused."""
    assert decode(sent(DOSE, patient=name), key="p1") == decode(sent(DOSE))
    assert refusal(sent(DOSE, patient=" "), key=" ").reason == "malformed"


@pytest.mark.parametrize(
    "letter",
    ["\u200b", "\u200d", "\u00ad", "\ufeff", "\u202e", "\u2060", "\u3164", "\ufe0f", "\u2028", "\u0007"],
)
def test_a_patient_s_id_with_an_invisible_character_is_malformed(letter):
    """wire.md, What is refused: two patients would look alike."""
    assert refusal(sent(DOSE, patient=f"p{letter}1")).reason == "malformed"


@pytest.mark.parametrize(
    ("sent_as", "means"), [("amended", "corrected"), ("appended", "corrected"), ("registered", "preliminary")]
)
def test_a_status_may_be_in_fhir_s_words(sent_as, means):
    """wire.md, What is refused."""
    assert decode(sent(DOSE, status=sent_as))[0].status == means


def test_what_is_cancelled_is_withdrawn():
    assert isinstance(decode(sent(DOSE, status="cancelled"))[0], events.Withdrawal)
    bare = {"type": "labs", "id": "d1", "patient": "p1", "at": "2026-03-02T10:00:00Z", "status": "cancelled"}
    assert isinstance(decode(sent(bare))[0], events.Withdrawal)


# --- wrong-key ---


def test_a_record_under_another_key_is_refused_as_wrong_key():
    assert refusal(sent(DOSE), key="p2").reason == "wrong-key"
    assert refusal(sent(DOSE), key="").reason == "wrong-key"


def test_a_record_under_its_own_key_or_none_is_taken():
    assert decode(sent(DOSE), key="p1")[1] == decode(sent(DOSE))[1] == ()


def test_a_tick_for_every_patient_may_have_any_key_and_a_tick_for_one_may_not():
    assert isinstance(decode(sent(TICK), key="3")[0], events.Tick)
    assert refusal(sent(TICK, patient="p1"), key="3").reason == "wrong-key"


# --- bad-time ---


@pytest.mark.parametrize("field", ["at", "known"])
@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02T10:00:00",
        "10:00",
        "",
        "2026-02-30T10:00:00Z",
        1772445600000,
        1.5,
        True,
        ["2026-03-02T10:00:00Z"],
        {"é" * 30: 1},
    ],
)
def test_a_time_without_offset_or_sense_is_refused_as_bad_time(field, written):
    problem = refusal(sent(DOSE, **{field: written}))
    assert problem.reason == "bad-time"
    assert f"`{field}`" in problem.message


# --- from-the-future ---


def test_at_may_lie_15_min_ahead_of_known_and_not_a_millisecond_more():
    assert decode(sent(DOSE), known=AT - 15 * MINUTE)[1] == ()
    assert refusal(sent(DOSE), known=AT - 15 * MINUTE - 1).reason == "from-the-future"
    assert decode(sent(DOSE, known="2026-03-02T09:45:00Z"))[1] == ()
    assert refusal(sent(DOSE, known="2026-03-02T09:44:59.999Z"), known=AT).reason == "from-the-future"


def test_how_far_ahead_is_allowed_is_the_caller_s_choice():
    assert decode(sent(DOSE), known=AT - MINUTE, ahead=MINUTE)[1] == ()
    assert refusal(sent(DOSE), known=AT - MINUTE - 1, ahead=MINUTE).reason == "from-the-future"


# --- ticks and withdrawals ---


def test_a_tick_needs_no_id():
    assert decode(sent(TICK))[0] == events.Tick("", "*", AT, AT, "final")
    assert decode(sent(TICK, id="t1", patient="p1"), key="p1")[0] == events.Tick("t1", "p1", AT, AT, "final")


@pytest.mark.parametrize(
    "kind",
    [
        "vitals",
        "labs",
        "io",
        "dose",
        "infusion",
        "medication",
        "finding",
        "encounter",
        "ack",
        "silence",
        "resume",
        "tick",
    ],
)
def test_a_withdrawal_needs_only_type_id_patient_and_at(kind):
    bare = {
        "type": kind,
        "id": "x1",
        "patient": "p1",
        "at": "2026-03-02T10:00:00Z",
        "status": "entered-in-error",
    }
    assert decode(sent(bare), offset=3) == (
        events.Withdrawal("x1", "p1", AT, AT, "entered-in-error", kind, offset=3),
        (),
    )


@pytest.mark.parametrize(
    "rest",
    [
        {"given": "no"},
        {"agent": 5, "given": True},
        {"start": 0, "until": "never"},
        {"readings": [{}], "reason": []},
    ],
)
def test_of_a_withdrawn_record_the_rest_is_not_looked_at(rest):
    event, problems = decode(sent(DOSE, status="entered-in-error", **rest))
    assert isinstance(event, events.Withdrawal)
    assert problems == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ...}, "malformed"),
        ({"patient": ...}, "malformed"),
        ({"at": ...}, "malformed"),
        ({"type": "dosage"}, "malformed"),
        ({"patient": "*"}, "malformed"),
        ({"patient": "p2"}, "wrong-key"),
        ({"at": "yesterday"}, "bad-time"),
        ({"at": "2026-03-02T11:00:00Z", "known": "2026-03-02T10:00:00Z"}, "from-the-future"),
    ],
)
def test_a_withdrawal_is_refused_for_the_same_reasons(change, reason):
    assert refusal(sent(DOSE, status="entered-in-error", agent=..., **change), key="p1").reason == reason


@pytest.mark.parametrize("change", [{}, {"patient": "p1"}, {"id": "t1"}])
def test_a_tick_without_id_or_for_every_patient_withdraws_nothing(change):
    assert refusal(sent(TICK, status="entered-in-error", **change)).reason == "malformed"


# --- messages ---


@pytest.mark.parametrize(
    ("data", "context", "words"),
    [
        (
            sent(DOSE),
            {"key": "other"},
            "dose d1: the record's key is not its patient; key records by patient id",
        ),
        (
            sent(DOSE, at="2026-03-02T10:00:00"),
            {},
            "dose d1: `at` '2026-03-02T10:00:00' has no offset from UTC; write it as 2026-03-02T10:00:00Z",
        ),
        (
            sent(DOSE),
            {"known": AT - 20 * MINUTE},
            "dose d1: `at` '2026-03-02T10:00:00Z' lies 20 min ahead of `known`; set the sender's clock",
        ),
        (
            sent(DOSE, given="no"),
            {},
            "dose d1: Expected `bool`, got `str` - at `$.given`; send it in the shape of wire.md",
        ),
        (
            sent(DOSE, id=...),
            {},
            "dose without id: Object missing required field `id`; send it in the shape of wire.md",
        ),
    ],
)
def test_a_message_names_the_record_the_fault_and_the_remedy(data, context, words):
    assert refusal(data, **context).message == words


@pytest.mark.parametrize(
    "change", [{"id": "d\n\x1b1"}, {"at": "\n" * 500}, {"agent": "x\u2028y" * 500}, {"type": "\r\n" * 500}]
)
def test_a_message_is_one_printable_line_of_bounded_length_whatever_was_sent(change):
    message = refusal(sent(DOSE, **change)).message
    assert message.isprintable()
    assert len(message) <= 300


@pytest.mark.parametrize("context", [{"key": "p2"}, {"known": 0}])
def test_a_message_does_not_name_the_patient(context):
    assert "smith" not in refusal(sent(DOSE, patient="smith"), **context).message
