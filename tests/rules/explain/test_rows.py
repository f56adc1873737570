"""Every row of Table 3 in words: never seen, clear with its distance, tripped (criteria.md section 3)."""

import pytest

from rules.explain import explain, lines
from rules.guideline import SCHWARTZENTRUBER_2001
from rules.guideline.declarations import FindingRow
from rules.wire.vocabulary import VALUE_FINDINGS
from tests.rules.explain.courses import (
    ADMITTED,
    dose,
    explained,
    finding,
    lab,
    rate,
    record,
    settled,
    vitals,
    volume,
)

GUIDELINE = SCHWARTZENTRUBER_2001
FINDINGS = [row for row in GUIDELINE.rows if isinstance(row, FindingRow)]

NEVER_SEEN = {
    "sinus-tachycardia": ("is indeterminate", "Missing: heart-rate: never charted.", "Chart heart-rate"),
    "cardiac-enzymes": (
        "is clear",
        "ck-mb, troponin-t, troponin-i: never measured.",
        "measured on suspicion only",
    ),
    "diarrhea": (
        "is clear",
        "none charted is 0",
        "0 mL is 1000 mL short of the shift limit (at or above 1000 mL).",
    ),
    "bilirubin": ("is indeterminate", "Missing: bilirubin: never charted.", "Too old: 36 h old"),
    "phenylephrine-maximum": (
        "is clear",
        "none charted means none is running",
        "0 mcg/kg/min is 1 mcg/kg/min short of the relative limit",
    ),
    "phenylephrine-minimum": ("is clear", "Nothing to judge before the first dose of a cycle."),
    "platelets": (
        "is indeterminate",
        "Missing: platelets: never charted.",
        "36 h on the ward, 18 h in intensive care old",
    ),
    "weight-gain": (
        "is indeterminate",
        "Missing: weight: never charted.",
        "e2 at 2026-03-01T23:00:00Z: 70 kg, the baseline weight",
        "80.5 kg",
    ),
    "mental-status": ("is indeterminate", "Missing: mental-status: never charted.", "older than 16 h"),
    "oxygen-requirement": (
        "is indeterminate",
        "Missing: spo2: never charted.",
        "no oxygen charted means room air",
    ),
    "urine-shift": (
        "is indeterminate",
        "Missing: urine: never charted.",
        "Collections cover 0 min of the 8 h",
        "7 h more are needed",
    ),
    "urine-hour": ("is indeterminate", "Missing: urine: never charted.", "covers at least 1 h"),
    "creatinine": (
        "is indeterminate",
        "Missing: creatinine: never charted.",
        "which is not the same as normal",
    ),
} | {row.code: ("is clear", "charted by exception, no record means absent") for row in FINDINGS}

CLEAR = {
    "sinus-tachycardia": (
        [
            vitals("v1", 9, heart_rate=112, spo2=97),
            vitals("v2", 9.5, heart_rate=121),
            vitals("v3", 9.75, heart_rate=122),
        ],
        (
            "122 /min",
            (
                "A run towards the relative limit: 2 readings at or above 120 /min since "
                "2026-03-02T09:30:00Z, "
                "15 min so far; 15 min are lacking"
            ),
            "122 /min is 8 /min short of the absolute limit (above 130 /min).",
            "v2 at 2026-03-02T09:30:00Z: 121 /min, in the run towards",
            "v3",
        ),
    ),
    "cardiac-enzymes": (
        [
            lab("l1", 9, "troponin-t", 0.01, "ng/mL")
            | {"readings": [{"code": "troponin-t", "value": 0.01, "unit": "ng/mL", "high": 0.04}]}
        ],
        (
            "troponin-t 0.01 ng/mL is not above its upper limit 0.04 ng/mL, 0.03 ng/mL away.",
            "l1",
            "they do not go stale",
        ),
    ),
    "diarrhea": (
        [volume("s1", 9, "stool", 400)],
        (
            "400 mL is 600 mL short of",
            "s1",
            "in the running shift",
            "2026-03-02T07:00:00Z to 2026-03-02T15:00:00Z",
        ),
    ),
    "bilirubin": (
        [lab("l1", 9, "bilirubin", 7, "mg/dL")],
        ("7 mg/dL is exactly at the relative limit (above 7 mg/dL), which does not count.", "l1"),
    ),
    "phenylephrine-maximum": (
        [dose("d1", 1), rate("i1", 2, 0.6)],
        (
            "0.6 mcg/kg/min is 0.4 mcg/kg/min short of the relative limit (at or above 1 mcg/kg/min).",
            "0.9 mcg/kg/min short of the absolute",
            "2026-03-02T02:00:00Z to 2026-03-02T10:00:00Z: the part of the dose interval that decides",
            "i1",
        ),
    ),
    "phenylephrine-minimum": (
        [dose("d1", 8), rate("i1", 9, 0.9)],
        (
            "It will be judged at 2026-03-02T16:00:00Z, in 6 h.",
            "Not judged before 8 h after the dose of 2026-03-02T08:00:00Z",
            "i1",
        ),
    ),
    "platelets": (
        [lab("l1", 9, "platelets", 60, "10*3/uL")],
        (
            "60 ×10³/µL is 10 ×10³/µL short of the relative limit (at or below 50 ×10³/µL).",
            "30 ×10³/µL short of the absolute limit",
            "l1",
        ),
    ),
    "weight-gain": (
        [vitals("v1", 9, weight=77)],
        ("10 % is 5 % short of the relative limit (above 15 %).", "v1", "77 kg", "e2", "the baseline weight"),
    ),
    "mental-status": (
        [finding("f1", 9.5, "mental-status", "changed")],
        (
            "It will be judged at 2026-03-02T11:30:00Z",
            "1 h 30 min are left of 2 h",
            "f1",
            "2026-03-02T09:30:00Z to 2026-03-02T11:30:00Z",
        ),
    ),
    "oxygen-requirement": (
        [vitals("v1", 9, o2_device="nasal-cannula", o2_flow=2, spo2=97)],
        (
            "In force: nasal-cannula, flow 2 L/min",
            "2 L/min is 1 L/min short of the relative limit",
            "2 L/min short of the absolute",
            "97 %",
            "v1",
        ),
    ),
    "urine-shift": (
        [volume("o1", 7, "urine", 200, -1)],
        (
            "200 mL is 40 mL short of the relative limit (at or below 160 mL).",
            "120 mL short of the absolute",
            "o1",
            "2026-03-01T23:00:00Z to 2026-03-02T07:00:00Z: the last completed shift",
            "Collections cover 8 h of the 8 h",
        ),
    ),
    "urine-hour": (
        [volume("o1", 9, "urine", 90, 8), volume("o2", 10, "urine", 34, 9)],
        (
            "34 mL/h is 14 mL/h short of the relative limit (at or below 20 mL/h).",
            "24 mL/h short of the absolute limit (below 10 mL/h)",
            "o2 at",
            "2026-03-02T09:00:00Z to 2026-03-02T10:00:00Z: the stretch",
            "every 4 h",
            "too old after 2026-03-02T18:00:00Z",
        ),
    ),
    "creatinine": (
        [lab("l1", 9, "creatinine", 2.2, "mg/dL", known="2026-03-02T09:40:00Z")],
        (
            "2.2 mg/dL is 0.3 mg/dL short of the relative limit (at or above 2.5 mg/dL).",
            "0.8 mg/dL short of the absolute",
            "l1 at 2026-03-02T09:00:00Z (known 2026-03-02T09:40:00Z): 2.2 mg/dL, the latest value",
            "Stays clear with a creatinine below 2.5 mg/dL.",
        ),
    ),
}

TRIPPED = {
    "sinus-tachycardia": (
        [
            dose("d1", 6),
            vitals("v1", 9, heart_rate=133, systolic_bp=120, temperature=38.5),
            vitals("v2", 9.5, heart_rate=135, systolic_bp=118),
        ],
        (
            "is relative",
            "135 /min",
            "limit above 130 /min",
            "Correctable: fever (38.5 °C",
            "Not a cause: hypotension (pressure 118 mmHg",
            "v1",
            "v2",
            "when below 125 /min is sustained for 30 min, or at or below 130 /min for 2 h",
            "first correct what is known to be there: fever",
        ),
    ),
    "cardiac-enzymes": (
        [
            lab("l1", 9, "troponin-t", 0.09, "ng/mL")
            | {"readings": [{"code": "troponin-t", "value": 0.09, "unit": "ng/mL", "high": 0.01}]}
        ],
        (
            "is absolute",
            "0.09 ng/mL is above its upper limit 0.01 ng/mL, 0.08 ng/mL away",
            "l1",
            "must stop IL-2",
        ),
    ),
    "diarrhea": (
        [volume("s1", 5, "stool", 1100), volume("s2", 9, "stool", 1000)],
        (
            "is absolute",
            "1000 mL is exactly at the shift limit (at or above 1000 mL), which counts.",
            "s1",
            "in the last completed shift",
            "s2",
            "loperamide",
        ),
    ),
    "bilirubin": (
        [lab("l1", 9, "bilirubin", 8, "mg/dL")],
        ("is relative", "8 mg/dL is 1 mg/dL past", "l1", "at or below 7 mg/dL"),
    ),
    "phenylephrine-maximum": (
        [dose("d1", 1), rate("i1", 2, 1.6), rate("i2", 3, 0.2)],
        (
            "is absolute",
            "0.1 mcg/kg/min past the absolute limit (at or above 1.5",
            "i1",
            "decides",
            "i2",
            "In force now: 0.2 mcg/kg/min",
        ),
    ),
    "phenylephrine-minimum": (
        [dose("d1", 1), rate("i1", 2, 0.7)],
        (
            "is relative",
            "0.2 mcg/kg/min past the relative limit (above 0.5",
            "2026-03-02T09:30:00Z to 2026-03-02T10:00:00Z: the 30 min up to now",
            "i1",
        ),
    ),
    "platelets": (
        [lab("l1", 9, "platelets", 29, "10*3/uL")],
        ("is absolute", "1 ×10³/µL past the absolute limit (below 30", "l1", "Relative again"),
    ),
    "weight-gain": (
        [vitals("v1", 9, weight=84)],
        ("is relative", "20 %", "5 % past the relative limit", "v1", "too old after 2026-03-03T21:00:00Z"),
    ),
    "mental-status": (
        [finding("f1", 7, "mental-status", "changed"), finding("f2", 9, "mental-status", "changed")],
        (
            "is absolute",
            "changed since 2026-03-02T07:00:00Z, 3 h by now, not reversed by 2026-03-02T09:00:00Z",
            "f1",
            "f2",
            "mental-status normal",
        ),
    ),
    "oxygen-requirement": (
        [vitals("v1", 9, o2_device="nasal-cannula", o2_flow=5, spo2=96)],
        (
            "is absolute",
            "5 L/min is 1 L/min past the absolute limit (above 4 L/min).",
            "v1",
            "nasal-cannula 5 L/min, the oxygen in force",
        ),
    ),
    "urine-shift": (
        [volume("o1", 7, "urine", 79, -1)],
        (
            "is absolute",
            "79 mL is 1 mL past the absolute limit (below 80 mL).",
            "o1",
            "79 mL of it in the shift",
            "2026-03-02T07:00:00Z",
        ),
    ),
    "urine-hour": (
        [volume("o1", 9.5, "urine", 4, 9), volume("o2", 10, "urine", 4, 9.5)],
        (
            "is absolute",
            "8 mL/h is 2 mL/h past the absolute limit (below 10 mL/h).",
            "8 mL in 1 h",
            "o1",
            "o2",
            "4 mL of it in the stretch",
            "normal saline",
        ),
    ),
    "creatinine": (
        [lab("l1", 9, "creatinine", 3, "mg/dL")],
        ("is absolute", "exactly at the absolute limit", "l1", "Clear with a creatinine below 2.5 mg/dL."),
    ),
}


def test_every_row_stands_in_each_table():
    codes = {row.code for row in GUIDELINE.rows}
    measured = codes - {row.code for row in FINDINGS}
    assert len(codes) == 33
    assert set(NEVER_SEEN) == codes
    assert set(CLEAR) == set(TRIPPED) == measured


@pytest.mark.parametrize("row", GUIDELINE.rows, ids=lambda row: row.code)
def test_a_row_never_seen_says_what_is_missing_and_where_the_rule_stands(row):
    text = explained(row.code, 10, verbose=True)
    for words in (*NEVER_SEEN[row.code], row.source, "criteria.md section 3", "mode ward"):
        assert words in text


@pytest.mark.parametrize("code", CLEAR)
def test_a_clear_row_says_how_far_off_it_is_and_by_which_facts(code):
    events, expected = CLEAR[code]
    text = explained(code, 10, *events)
    assert text.startswith(f"{code} is clear since 2026-03-0")
    for words in expected:
        assert words in text


@pytest.mark.parametrize("code", TRIPPED)
def test_a_tripped_row_names_value_limit_window_facts_and_what_to_do(code):
    events, expected = TRIPPED[code]
    text = explained(code, 10, *events)
    for words in (*expected, "What clears it:", "What to do:", GUIDELINE.corrects(code).text):
        assert words in text


@pytest.mark.parametrize(
    ("row", "name"), [(row, name) for row in FINDINGS for name in (*row.relative, *row.absolute)], ids=str
)
def test_a_finding_names_the_record_that_decides_and_what_ends_it(row, name):
    code, _, value = name.partition("=")
    text = explained(row.code, 10, finding("f1", 9, code, value or True))
    state = "absolute" if name in row.absolute else "relative"
    for words in (
        f"{row.code} is {state} since 2026-03-02T09:00:00Z",
        f"f1 at 2026-03-02T09:00:00Z: {value or 'present'}, {code}, decides",
    ):
        assert words in text
    assert GUIDELINE.corrects(row.code).text in text
    assert "Clear once" in text


@pytest.mark.parametrize("row", FINDINGS, ids=lambda row: row.code)
def test_a_finding_that_was_denied_names_the_record_that_denies_it(row):
    code = (*row.relative, *row.absolute)[0].partition("=")[0]
    none = VALUE_FINDINGS[code][0] if code in VALUE_FINDINGS else False
    present = VALUE_FINDINGS[code][1] if code in VALUE_FINDINGS else True
    text = explained(row.code, 10, finding("f1", 8, code, present), finding("f2", 9, code, none))
    assert f"{row.code} is clear" in text
    assert f"The latest record, {code} of 2026-03-02T09:00:00Z, says {none or 'absent'}" in text
    assert "f1 at" in text
    assert "f2 at" in text


STALE = {
    "urine-hour": (
        [volume("o1", 1, "urine", 5, 0)],
        10,
        "last seen at 2026-03-02T01:00:00Z, stale since 2026-03-02T09:00:00Z",
    ),
    "creatinine": (
        [lab("l1", 1, "creatinine", 3.5, "mg/dL")],
        40,
        "last seen at 2026-03-02T01:00:00Z, stale since 2026-03-03T13:00:00Z",
    ),
    "sinus-tachycardia": (
        [vitals("v1", 1, heart_rate=135), vitals("v2", 2, heart_rate=135)],
        12,
        "last seen at 2026-03-02T02:00:00Z",
    ),
    "mental-status": ([finding("f1", 1, "mental-status", "changed")], 20, "stale since 2026-03-02T17:00:00Z"),
    "urine-shift": ([volume("o1", 7, "urine", 50, -1)], 20, "an earlier shift, whose state stands"),
    "weight-gain": ([vitals("v1", 1, weight=84)], 40, "stale since 2026-03-03T13:00:00Z"),
}


@pytest.mark.parametrize("code", STALE)
def test_a_kept_state_says_that_data_loss_never_clears(code):
    events, hours, words = STALE[code]
    text = explained(code, hours, *events)
    assert "(stale, kept)" in text.splitlines()[0]
    assert "data loss never clears" in text
    assert words in text


def test_a_value_already_stale_when_known_is_named_as_not_counting():
    text = explained("creatinine", 72, lab("l1", 1, "creatinine", 3.5, "mg/dL", known="2026-03-04T00:00:00Z"))
    assert (
        "l1 at 2026-03-02T01:00:00Z (known 2026-03-04T00:00:00Z): 3.5 mg/dL, already stale when it became "
        "known: does not count"
    ) in text
    assert "Missing: creatinine: last charted at 2026-03-02T01:00:00Z, too old to count." in text


def test_a_cause_that_cannot_be_seen_does_not_excuse_and_is_named():
    text = explained(
        "sinus-tachycardia",
        10,
        vitals("v1", 9, heart_rate=135),
        vitals("v2", 9.5, heart_rate=135),
        rate("i1", 9, 2, agent="norepinephrine"),
    )
    assert "sinus-tachycardia is absolute" in text
    assert "Not seen: hypotension (systolic-bp never charted): what cannot be seen does not excuse." in text
    assert "Not seen: fever (temperature never charted)" in text
    assert "Not a cause: dopamine (not running)." in text
    assert "mode intensive since 2026-03-02T09:00:00Z, every 1 h" in text


def test_dopamine_is_named_with_its_rate():
    text = explained(
        "sinus-tachycardia",
        10,
        vitals("v1", 9, heart_rate=135),
        vitals("v2", 9.5, heart_rate=135),
        rate("i1", 9, 2, agent="dopamine"),
    )
    assert "Correctable: dopamine (running at 2 mcg/kg/min)." in text
    assert "i1 at 2026-03-02T09:00:00Z: 2 mcg/kg/min, correctable cause: dopamine" in text


@pytest.mark.parametrize(
    ("readings", "words"),
    [
        ({"o2_device": "mask"}, "No FiO2 is charted: 40 % or more is assumed."),
        ({"o2_device": "mask", "fio2": 35}, "35 % is 5 % short of the absolute limit (at or above 40 %)."),
        ({"o2_device": "nasal-cannula"}, "Missing: o2-flow: a device is charted without its flow"),
        (
            {"o2_flow": 4, "spo2": 93},
            "A run towards a low saturation: 1 reading below 95 % since 2026-03-02T09:30:00Z",
        ),
    ],
)
def test_oxygen_says_what_its_device_lacks(readings, words):
    assert words in explained("oxygen-requirement", 10, vitals("v1", 9.5, **readings))


def test_a_troponin_without_upper_limit_is_missing_it_by_its_wire_code():
    text = explained("cardiac-enzymes", 10, lab("l1", 9, "troponin-t", 0.09, "ng/mL"))
    assert "cardiac-enzymes is indeterminate" in text
    assert "Missing: troponin-t.high: the reading carries no upper reference limit" in text


def test_a_saturation_run_names_its_readings_and_how_it_is_left():
    events = [vitals("v1", 9, o2_flow=4, spo2=93), vitals("v2", 9.25, spo2=92), vitals("v3", 9.5, spo2=96)]
    text = explained("oxygen-requirement", 10, *events)
    assert "SpO2 was sustained below 95 % with high oxygen in force." in text
    assert (
        "A run towards recovering: 1 reading at or above 95 % since 2026-03-02T09:30:00Z, 0 min so far; 5 "
        "min are lacking of 5 min"
    ) in text
    assert "v1 at 2026-03-02T09:00:00Z: 93 %, SpO2 in the run that decided" in text


def test_a_doubted_weight_is_named_as_waiting():
    text = explained("weight-gain", 10, vitals("v1", 8, weight=72), vitals("v2", 9, weight=100))
    assert (
        "The weight 100 kg of 2026-03-02T09:00:00Z (v2) jumps too far and waits for the next one to agree."
        in text
    )


def test_a_collection_of_unknown_start_has_no_rate():
    text = explained("urine-hour", 10, volume("o1", 9, "urine", 30))
    assert (
        "No stretch of less than 24 h that ends at 2026-03-02T09:00:00Z, without a hole longer than the interval "
        "of intake-output, covers 1 h: the rate is not known." in text
    )
    assert "o1 at 2026-03-02T09:00:00Z: 30 mL, the latest collection; no rate can be told from it" in text


def test_a_collection_of_unknown_start_counts_whole_in_its_shift():
    text = explained("urine-shift", 10, volume("o1", 1, "urine", 200))
    assert (
        "o1 at 2026-03-02T01:00:00Z: 200 mL, collection of unknown start, 200 mL counted whole in the shift"
        in text
    )


def test_a_rate_that_needs_a_weight_says_so():
    events = [*ADMITTED[:1], ADMITTED[2], dose("d1", 1), rate("i1", 2, 40, "ug/min")]
    text = "\n".join(lines(explain(settled(events, 10), "phenylephrine-maximum")))
    assert "phenylephrine-maximum is indeterminate" in text
    assert "Missing: weight: never charted." in text
    assert "charted without 'per kg' and no weight was known" in text


def test_after_therapy_phenylephrine_is_clear_and_says_why():
    text = explained(
        "phenylephrine-maximum",
        10,
        dose("d1", 1),
        rate("i1", 2, 1.6),
        record("encounter", "e9", 9, event="therapy-end"),
    )
    assert "phenylephrine-maximum is clear" in text
    assert "Therapy ended at 2026-03-02T09:00:00Z: it is clear." in text


def test_who_was_discharged_is_told_as_it_stood():
    text = explained(
        "infection", 10, finding("f1", 8, "infection"), record("encounter", "e9", 9, event="discharge")
    )
    assert "Discharged at 2026-03-02T09:00:00Z: told as it stood then." in text


def test_a_result_with_a_comparator_is_explained_by_what_it_stands_for():
    event = lab("l1", 9, "platelets", "<30", "10*3/uL")
    text = explained("platelets", 10, event)
    assert "platelets is absolute since 2026-03-02T09:00:00Z: <30 ×10³/µL" in text
    assert "<30 ×10³/µL stands for every value that it allows: at the least absolute." in text


def test_a_pressor_load_is_explained_by_what_each_agent_counts():
    events = [dose("d1", 1), rate("i1", 2, 0.6), rate("i2", 3, 2.0) | {"agent": "dopamine"}]
    text = explained("phenylephrine-maximum", 10, *events)
    assert "phenylephrine 0.6 mcg/kg/min x 1; dopamine 2 mcg/kg/min for the kidneys, not counted" in text


def test_a_row_that_waits_for_two_hours_of_urine_says_so():
    text = explained("urine-hour", 10, volume("o1", 8, "urine", 15, 7), volume("o2", 9, "urine", 24, 8))
    assert "Over 2 h it was 19.5 mL/h: not yet above the limit." in text


def test_a_shift_that_waits_for_its_last_hour_says_so():
    text = explained("urine-shift", 7.5, volume("o1", 6, "urine", 100, -1))
    assert "It is decided when a collection reaches its end, or at 2026-03-02T08:00:00Z." in text
