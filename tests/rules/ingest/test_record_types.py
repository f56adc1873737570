"""Each type of record's own rules (wire.md, Events)."""

import json

import pytest

from rules.ingest.decode import decode
from rules.wire import events, vocabulary
from rules.wire.instants import HOUR, MINUTE, parse

AT = parse("2026-03-02T10:00:00Z")
FRAME = ("x1", "p1", AT, AT, "final")

IO = {
    "type": "io",
    "direction": "out",
    "kind": "urine",
    "volume": 15,
    "unit": "mL",
    "start": "2026-03-02T09:00:00Z",
}
DOSE = {"type": "dose", "agent": "aldesleukin", "given": True, "amount": 600000, "unit": "[iU]/kg"}
INFUSION = {"type": "infusion", "agent": "phenylephrine", "rate": 0.7, "unit": "ug/kg/min"}
MEDICATION = {"type": "medication", "agent": "acetaminophen", "amount": 650, "unit": "mg", "route": "PO"}
FINDING = {"type": "finding", "code": "disorientation", "present": True}
BASELINE = {
    "type": "encounter",
    "event": "baseline",
    "location": "ward",
    "age": 54,
    "readings": [
        {"code": "systolic-bp", "value": 124, "unit": "mm[Hg]"},
        {"code": "creatinine", "value": 1.0, "unit": "mg/dL"},
        {"code": "weight", "value": 70, "unit": "kg"},
    ],
    "findings": {"recent-steroid": False, "stress-test-normal": True},
}
ACK = {"type": "ack", "alert": "0123456789abcdef", "by": "rn-14", "reason": "bolus running"}
SILENCE = {
    "type": "silence",
    "subject": "hypotension",
    "level": "relative",
    "until": "2026-03-02T11:00:00Z",
    "by": "rn-14",
    "reason": "bolus running",
}
ACCEPT = {
    "type": "accept",
    "criterion": "atrial-fibrillation",
    "level": "absolute",
    "until": "2026-03-09T00:00:00Z",
    "by": "dr-3",
    "reason": "chronic, rate controlled",
}
RESUME = {"type": "resume", "rule": "arrhythmia", "by": "dr-3", "reason": "single run, potassium corrected"}


def sent(record, **changes):
    whole = {"id": "x1", "patient": "p1", "at": "2026-03-02T10:00:00Z", **record, **changes}
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()


def taken(record, **changes):
    event, problems = decode(sent(record, **changes))
    assert problems == ()
    return event


def reason(record, **changes):
    event, (problem,) = decode(sent(record, **changes))
    assert event is None
    return problem.reason


def unreadable(record, **changes):
    """What is passed on of a urine collection or a rate that cannot be read, and why."""
    event, (problem,) = decode(sent(record, **changes))
    assert isinstance(event, events.Unreadable)
    assert event.reason == problem.reason
    assert problem.refuses
    return (event.type, event.code, event.line, event.value, event.unit, event.reason)


# --- io ---


def test_a_collection_runs_from_its_start_to_its_at():
    assert taken(IO) == events.IO(*FRAME, "out", "urine", 15.0, AT - HOUR)
    assert taken(IO, start=...) == taken(IO, start=None) == events.IO(*FRAME, "out", "urine", 15.0, None)


@pytest.mark.parametrize(
    ("direction", "kind"),
    [(direction, kind) for direction, kinds in vocabulary.IO_KINDS.items() for kind in kinds],
)
def test_every_kind_belongs_to_its_direction(direction, kind):
    event = taken(IO, direction=direction, kind=kind)
    assert (event.direction, event.kind) == (direction, kind)


@pytest.mark.parametrize(
    ("unit", "sent_volume", "ml"), [("L", 1.5, 1500.0), ("mL", 0, 0.0), ("ML", 60, 60.0), ("cc", 1e6, 1e6)]
)
def test_a_volume_is_in_millilitres_and_its_plausibility_is_no_matter_here(unit, sent_volume, ml):
    assert taken(IO, unit=unit, volume=sent_volume).volume == ml


@pytest.mark.parametrize("unit", [..., None, "", "oz", "kg"])
def test_a_volume_in_another_unit_or_none_is_refused(unit):
    assert reason(IO, unit=unit, kind="stool") == "bad-unit"


@pytest.mark.parametrize(
    ("change", "value", "unit", "why"),
    [
        ({"unit": "kg"}, 15.0, "kg", "bad-unit"),
        ({"unit": ...}, 15.0, None, "bad-unit"),
        ({"unit": 5}, 15.0, "5", "bad-unit"),
        ({"volume": -1}, -1.0, "mL", "malformed"),
        ({"volume": "15"}, "15", "mL", "malformed"),
        ({"volume": ...}, None, "mL", "malformed"),
        ({"volume": None}, None, "mL", "malformed"),
        ({"volume": True}, "true", "mL", "malformed"),
        ({"volume": [15]}, "[15]", "mL", "malformed"),
        ({"volume": 1e308, "unit": "L"}, 1e308, "L", "malformed"),
        ({"start": "2026-03-02T10:00:00.001Z"}, 15.0, "mL", "malformed"),
        ({"start": "2026-03-02T10:00:00Z"}, 15.0, "mL", "malformed"),
        ({"start": "2026-03-02T11:00:00Z"}, 15.0, "mL", "malformed"),
        ({"start": "2026-03-02T09:00:00"}, 15.0, "mL", "bad-time"),
        ({"start": "soon"}, 15.0, "mL", "bad-time"),
        ({"start": 5}, 15.0, "mL", "bad-time"),
    ],
)
def test_a_urine_collection_that_cannot_be_read_is_still_a_collection(change, value, unit, why):
    """criteria.md section 2: what was said and not understood is not nothing."""
    assert unreadable(IO, **change) == ("io", "urine", "", value, unit, why)


@pytest.mark.parametrize(
    ("change", "volume", "count"),
    [
        ({"volume": ..., "count": 3}, 0.0, 3.0),
        ({"volume": None, "unit": ..., "count": 1}, 0.0, 1.0),
        ({"volume": 300, "count": 2}, 300.0, None),
        ({"volume": ..., "count": 0}, 0.0, None),
    ],
)
def test_a_stool_that_nobody_measured_is_counted(change, volume, count):
    """wire.md, io."""
    event = taken(IO, kind="stool", **change)
    assert (event.volume, event.count) == (volume, count)


@pytest.mark.parametrize(
    "change", [{}, {"count": None}, {"count": -1}, {"count": "many"}, {"count": 1, "kind": "emesis"}]
)
def test_a_volume_that_is_neither_measured_nor_counted_is_malformed(change):
    assert reason(IO, **({"kind": "stool", "volume": ...} | change)) == "malformed"


def test_irrigation_goes_in():
    assert taken(IO, direction="in", kind="irrigation").kind == "irrigation"
    assert reason(IO, direction="out", kind="irrigation") == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"direction": "sideways"},
        {"direction": ...},
        {"kind": "iv-bolus"},
        {"kind": "sweat"},
        {"kind": ...},
        {"kind": "stool", "volume": "15"},
        {"kind": "stool", "volume": True},
        {"kind": "stool", "volume": ...},
        {"kind": "stool", "volume": None},
        {"kind": "stool", "volume": -1},
        {"kind": "stool", "unit": 5},
        {"kind": "stool", "unit": "L", "volume": 1e308},
    ],
)
def test_an_io_of_the_wrong_shape_is_malformed(change):
    assert reason(IO, **change) == "malformed"


def test_a_bolus_charted_at_one_moment_has_no_start():
    assert taken(IO, direction="in", kind="iv-bolus", start="2026-03-02T10:00:00Z").start is None
    assert reason(IO, direction="in", kind="iv-bolus", start="2026-03-02T10:00:01Z") == "malformed"


# --- dose ---


def test_a_dose_given_is_in_international_units_per_kilogram():
    assert taken(DOSE) == events.Dose(*FRAME, True, 600000.0, "[iU]/kg", "aldesleukin", None)
    assert taken(DOSE, amount=0.72, unit="MIU/kg") == events.Dose(
        *FRAME, True, 720000.0, "[iU]/kg", "aldesleukin", None
    )


def test_a_dose_in_milligrams_is_in_international_units():
    """criteria.md 7.2: 18 million units are 1.1 mg."""
    assert taken(DOSE, amount=2.2, unit="mg") == events.Dose(
        *FRAME, True, 36_000_000.0, "[iU]", "aldesleukin", None
    )


def test_a_flat_dose_stays_flat():
    assert taken(DOSE, amount=42, unit="M[iU]") == events.Dose(
        *FRAME, True, 42000000.0, "[iU]", "aldesleukin", None
    )


@pytest.mark.parametrize(
    "agent",
    [
        "Aldesleukin",
        "Proleukin",
        "IL-2",
        "interleukin-2",
        " il-2 ",
        "aldesleukin (Proleukin) 22 MIU",
        "PROLEUKIN vial",
        "Interleukin 2",
    ],
)
def test_il_2_goes_by_several_names(agent):
    assert taken(DOSE, agent=agent).agent == "aldesleukin"


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({}, (600000.0, "[iU]/kg")),
        ({"amount": ..., "unit": ...}, (None, None)),
        ({"amount": ...}, (None, None)),
        ({"unit": ...}, (None, None)),
        ({"unit": "vial"}, (None, None)),
    ],
)
def test_a_dose_held_has_a_reason_and_needs_no_amount(change, held):
    assert taken(DOSE, given=False, reason="hypotension", **change) == events.Dose(
        *FRAME, False, *held, "aldesleukin", "hypotension"
    )


@pytest.mark.parametrize("unit", [..., None, "", "miu/kg", "[iU]/m2"])
def test_a_dose_given_in_another_unit_or_none_is_refused(unit):
    assert reason(DOSE, unit=unit) == "bad-unit"


@pytest.mark.parametrize(
    "change",
    [
        {"given": ...},
        {"given": "yes"},
        {"given": 1},
        {"amount": ...},
        {"amount": None},
        {"amount": "600000"},
        {"agent": "interferon"},
        {"agent": ...},
        {"reason": 5},
        {"unit": "MIU", "amount": 1e305},
    ],
)
def test_a_dose_of_the_wrong_shape_is_malformed(change):
    assert reason(DOSE, **change) == "malformed"


# --- infusion ---


@pytest.mark.parametrize(
    ("change", "rest"),
    [
        ({}, ("phenylephrine", "", 0.7, True)),
        ({"line": "2"}, ("phenylephrine", "2", 0.7, True)),
        ({"line": None}, ("phenylephrine", "", 0.7, True)),
        ({"agent": "Neosynephrine"}, ("phenylephrine", "", 0.7, True)),
        ({"agent": "dopamine", "rate": 0.24, "unit": "mg/kg/h"}, ("dopamine", "", 4.0, True)),
        ({"agent": "norepinephrine", "rate": 4.2, "unit": "mg/h"}, ("norepinephrine", "", 70.0, False)),
        ({"agent": "epinephrine", "rate": 5, "unit": "mcg/min"}, ("epinephrine", "", 5.0, False)),
        ({"agent": "VASOPRESSIN", "rate": 2.4, "unit": "units/hour"}, ("vasopressin", "", 0.04, True)),
        ({"rate": -1}, ("phenylephrine", "", -1.0, True)),
        ({"agent": "phenylephrine HCl"}, ("phenylephrine", "", 0.7, True)),
        ({"agent": "PHENYLephrine 40 mg/250 mL NS"}, ("phenylephrine", "", 0.7, True)),
        ({"agent": "Neo-Synephrine drip"}, ("phenylephrine", "", 0.7, True)),
        ({"agent": "Levophed (norepinephrine bitartrate)"}, ("norepinephrine", "", 0.7, True)),
        ({"agent": "noradrenaline"}, ("norepinephrine", "", 0.7, True)),
        ({"agent": "milrinone", "unit": "mL/h"}, ("milrinone", "", 0.7, True)),
        ({"agent": "Dobutamine HCl", "unit": ...}, ("dobutamine", "", 0.7, True)),
        ({"agent": "angiotensin II", "unit": "ng/kg/min"}, ("angiotensin-ii", "", 0.7, True)),
        ({"line": 2}, ("phenylephrine", "2", 0.7, True)),
    ],
)
def test_a_rate_is_in_its_agent_s_canonical_unit(change, rest):
    assert taken(INFUSION, **change) == events.Infusion(*FRAME, *rest)


@pytest.mark.parametrize("agent", ["phenylephrine", "vasopressin"])
@pytest.mark.parametrize("unit", [..., None, "", "mL/h", "ug/kg/min", "ug/min", "furlongs"])
@pytest.mark.parametrize("rate", [0, 0.0, -0.0])
def test_a_rate_of_0_stops_the_agent_in_any_unit(agent, unit, rate):
    assert taken(INFUSION, agent=agent, rate=rate, unit=unit) == events.Infusion(*FRAME, agent, "", 0.0, True)


@pytest.mark.parametrize(
    ("agent", "unit"),
    [
        ("phenylephrine", ...),
        ("phenylephrine", None),
        ("phenylephrine", "mL/h"),
        ("dopamine", "U/min"),
        ("vasopressin", "ug/min"),
    ],
)
def test_a_rate_in_another_unit_or_none_is_refused_and_still_runs(agent, unit):
    kept = None if unit is ... else unit
    found = unreadable(INFUSION, agent=agent, unit=unit, line="2")
    assert found == ("infusion", agent, "2", 0.7, kept, "bad-unit")


@pytest.mark.parametrize(
    ("change", "value", "why"),
    [
        ({"rate": "0.7"}, "0.7", "malformed"),
        ({"rate": ...}, "", "malformed"),
        ({"rate": None}, "null", "malformed"),
        ({"rate": True}, "true", "malformed"),
        ({"unit": 5}, 0.7, "bad-unit"),
        ({"unit": "mg/min", "rate": 1e307}, 1e307, "malformed"),
        ({"agent": "dobutamine", "rate": "fast"}, "fast", "malformed"),
    ],
)
def test_a_rate_that_cannot_be_read_is_still_a_rate(change, value, why):
    """criteria.md section 2: what was said and not understood is not nothing."""
    found = unreadable(INFUSION, **change)
    assert (found[3], found[5]) == (value, why)


@pytest.mark.parametrize("change", [{"agent": ...}, {"agent": 5}, {"agent": " "}])
def test_an_infusion_of_no_agent_is_malformed(change):
    assert reason(INFUSION, **change) == "malformed"


@pytest.mark.parametrize(
    ("change", "rate"),
    [
        ({}, 0.7),
        ({"unit": "mL/h"}, 0.7),
        ({"rate": 0}, 0.0),
        ({"rate": "fast"}, None),
        ({"rate": ...}, None),
        ({"unit": 5, "line": []}, 0.7),
    ],
)
@pytest.mark.parametrize("agent", ["terlipressin", "Normal  Saline", "lidocaine 1% with epinephrine"])
def test_an_infusion_that_is_no_vasopressor_is_passed_on(agent, change, rate):
    event = taken(INFUSION, agent=agent, **change)
    assert event == events.OtherInfusion(*FRAME, " ".join(agent.split()).lower(), rate)


# --- medication ---


def test_a_medication_s_agent_is_in_lower_case_and_the_rest_as_charted():
    assert taken(MEDICATION, agent=" Acetaminophen ") == events.Medication(
        *FRAME, "acetaminophen", 650.0, "mg", "PO"
    )
    assert taken(MEDICATION, amount=..., unit=..., route=None) == events.Medication(
        *FRAME, "acetaminophen", None, None, None
    )


@pytest.mark.parametrize(
    "change", [{"agent": " "}, {"agent": ...}, {"agent": 5}, {"amount": "650"}, {"route": 1}]
)
def test_a_medication_of_the_wrong_shape_is_malformed(change):
    assert reason(MEDICATION, **change) == "malformed"


# --- finding ---


@pytest.mark.parametrize("code", vocabulary.PRESENT_FINDINGS)
def test_a_finding_says_if_it_is_present(code):
    assert taken(FINDING, code=code) == events.Finding(*FRAME, code, True, None)
    assert taken(FINDING, code=code, present=False).present is False
    assert (
        reason(FINDING, code=code, present=...)
        == reason(FINDING, code=code, present=None)
        == reason(FINDING, code=code, present="yes")
        == "malformed"
    )


@pytest.mark.parametrize(
    ("code", "value"),
    [(code, value) for code, values in vocabulary.VALUE_FINDINGS.items() for value in values],
)
def test_a_finding_with_words_says_one_of_them(code, value):
    assert taken(FINDING, code=code, present=..., value=value) == events.Finding(*FRAME, code, None, value)


@pytest.mark.parametrize("code", vocabulary.VALUE_FINDINGS)
@pytest.mark.parametrize("value", [..., None, "", "Changed", "quarter", 5, True])
def test_a_finding_with_words_that_says_another_is_malformed(code, value):
    assert reason(FINDING, code=code, value=value) == "malformed"


@pytest.mark.parametrize("code", vocabulary.DONE_FINDINGS)
def test_what_was_done_need_not_be_present(code):
    assert taken(FINDING, code=code, present=...) == events.Finding(*FRAME, code, None, None)


@pytest.mark.parametrize(
    ("change", "rest"),
    [
        ({}, (True, None)),
        ({"present": ...}, (None, None)),
        ({"present": "maybe"}, (None, None)),
        ({"present": False, "value": ["x"]}, (None, None)),
    ],
)
def test_an_unknown_finding_of_whatever_shape_is_passed_on_and_counted(change, rest):
    event, (problem,) = decode(sent(FINDING, code="hiccups", **change))
    assert event == events.Finding(*FRAME, "hiccups", *rest)
    assert (problem.reason, problem.code, problem.refuses) == ("unknown-code", "hiccups", False)


@pytest.mark.parametrize("code", [..., None, 5, []])
def test_a_finding_without_code_is_malformed(code):
    assert reason(FINDING, code=code) == "malformed"


# --- encounter ---


def test_a_baseline_carries_age_readings_and_history():
    labs = (("creatinine", 1.0, None, None, "mg/dL", None),)
    history = {"recent-steroid": False, "stress-test-normal": True}
    assert taken(BASELINE) == events.Encounter(
        *FRAME, "baseline", "ward", 54.0, (("systolic-bp", 124.0), ("weight", 70.0)), labs, history
    )


@pytest.mark.parametrize(
    "event", ["admit", "baseline", "cycle-start", "transfer", "therapy-end", "discharge"]
)
@pytest.mark.parametrize("location", ["ward", "icu", "4 West", None, ...])
def test_a_turn_in_the_stay_needs_only_its_name(event, location):
    bare = {"type": "encounter", "event": event, "location": location}
    assert taken(bare) == events.Encounter(
        *FRAME, event, None if location is ... else location, None, (), (), {}
    )


@pytest.mark.parametrize(
    "change",
    [
        {"event": "admission"},
        {"event": ...},
        {"location": 3},
        {"age": "54"},
        {"age": True},
        {"findings": []},
        {"readings": {}},
    ],
)
def test_an_encounter_of_the_wrong_shape_is_malformed(change):
    assert reason(BASELINE, **change) == "malformed"


def test_a_baseline_may_say_when_dose_1_is_planned():
    assert taken(BASELINE, **{"dose-1-planned": "2026-03-02T14:00:00Z"}).dose_1_planned == AT + 4 * HOUR
    assert taken(BASELINE).dose_1_planned is None
    assert reason(BASELINE, **{"dose-1-planned": "soon"}) == "bad-time"


def test_a_baseline_whose_every_reading_is_refused_still_says_where_the_patient_is():
    event, problems = decode(
        sent(
            BASELINE,
            readings=[
                {"code": "weight", "value": "70"},
                {"code": "systolic-bp", "value": 124},
                {"code": "creatinine", "value": 1, "unit": "g"},
            ],
        )
    )
    assert (event.location, event.age, event.vitals, event.labs) == ("ward", 54.0, (), ())
    assert [(problem.reason, problem.code) for problem in problems] == [
        ("malformed", "weight"),
        ("bad-unit", "systolic-bp"),
        ("bad-unit", "creatinine"),
    ]


def test_a_baseline_reading_of_the_wrong_shape_leaves_its_neighbours():
    event, (problem,) = decode(
        sent(BASELINE, readings=[{"code": "weight", "value": []}, *BASELINE["readings"][:2], 5][:3])
    )
    assert (event.vitals, event.labs) == (
        (("systolic-bp", 124.0),),
        (("creatinine", 1.0, None, None, "mg/dL", None),),
    )
    assert (problem.reason, problem.code) == ("malformed", "weight")


def test_an_unknown_code_among_baseline_readings_is_counted_once():
    event, (problem,) = decode(sent(BASELINE, readings=[{"code": "mood", "value": []}]))
    assert (event.vitals, event.labs, problem.reason, problem.code) == ((), (), "unknown-code", "mood")


@pytest.mark.parametrize("value", [True, 5, "x", None])
def test_an_unknown_item_of_the_history_is_counted_and_not_used(value):
    event, (problem,) = decode(sent(BASELINE, findings={"recent-steroid": True, "allergy": value}))
    assert event.findings == {"recent-steroid": True}
    assert (problem.reason, problem.code) == ("unknown-code", "allergy")


@pytest.mark.parametrize("value", ["no", 0, []])
def test_an_item_of_the_history_that_is_not_true_or_false_leaves_its_neighbours(value):
    event, (problem,) = decode(sent(BASELINE, findings={"recent-steroid": value, "heavy-smoker": True}))
    assert event.findings == {"heavy-smoker": True}
    assert (problem.reason, problem.code) == ("malformed", "recent-steroid")


def test_an_item_of_the_history_that_is_null_is_unrecorded():
    assert taken(BASELINE, findings={"recent-steroid": None, "heavy-smoker": True}).findings == {
        "heavy-smoker": True
    }


# --- commands ---


def test_commands_are_read_as_they_were_given():
    assert taken(ACK) == events.Ack(*FRAME, "0123456789abcdef", "rn-14", "bolus running")
    assert taken(SILENCE) == events.Silence(
        *FRAME, "hypotension", "relative", AT + 60 * MINUTE, "rn-14", "bolus running"
    )
    assert taken(RESUME) == events.Resume(*FRAME, "arrhythmia", "dr-3", "single run, potassium corrected")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        *[(command, field) for command in (ACK, SILENCE, RESUME, ACCEPT) for field in ("by", "reason")],
        (ACK, "alert"),
        (SILENCE, "subject"),
        (SILENCE, "level"),
        (RESUME, "rule"),
        (ACCEPT, "criterion"),
        (ACCEPT, "level"),
    ],
)
@pytest.mark.parametrize("value", [..., None, "", " \t", 5])
def test_a_command_that_does_not_say_what_who_and_why_is_malformed(command, field, value):
    assert reason(command, **{field: value}) == "malformed"


@pytest.mark.parametrize("level", ["absolute", "relative", "technical", "advisory"])
def test_a_silence_has_a_level(level):
    assert taken(SILENCE, level=level).level == level
    assert reason(SILENCE, level="clear") == "malformed"


def test_an_acceptance_lasts_until_a_time_or_to_the_end_of_the_cycle():
    until = parse("2026-03-09T00:00:00Z")
    rest = ("dr-3", "chronic, rate controlled")
    assert taken(ACCEPT) == events.Accept(*FRAME, "atrial-fibrillation", "absolute", until, *rest)
    assert taken(ACCEPT, until=...).until is taken(ACCEPT, until=None).until is None
    assert taken(ACCEPT, level="relative").level == "relative"
    assert reason(ACCEPT, level="advisory") == "malformed"
    assert reason(ACCEPT, until="later") == "bad-time"


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (..., "malformed"),
        (None, "malformed"),
        ("2026-03-02T11:00:00", "bad-time"),
        ("later", "bad-time"),
        (60, "bad-time"),
    ],
)
def test_a_silence_has_an_end(until, why):
    assert reason(SILENCE, until=until) == why
