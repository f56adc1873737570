"""Hypotension, advice, monitoring, the recommendation, stop rules and the dose in words (criteria.md sections
4 to 7).
"""

import pytest

from rules.explain import explain, lines, wire
from rules.guideline import SCHWARTZENTRUBER_2001
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

SEEN = [
    vitals("v1", 9, heart_rate=80, systolic_bp=120, spo2=98),
    volume("o1", 9, "urine", 100, 8),
    lab("l1", 9, "creatinine", 1, "mg/dL"),
    lab("l2", 9, "platelets", 200, "10*3/uL"),
    finding("f1", 9, "mental-status", "normal"),
]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (
            [],
            (
                "is indeterminate",
                "Missing: systolic-bp: never charted.",
                "The target is above 90 mmHg for a baseline of 124 mmHg.",
                "e2",
            ),
        ),
        (
            [vitals("v1", 9, systolic_bp=97)],
            ("is clear", "7 mmHg short of the relative limit (at or below 90 mmHg)", "v1"),
        ),
        (
            [vitals("v1", 9, systolic_bp=88)],
            (
                "is clear",
                "2 mmHg past the relative limit",
                "A run towards hypotension: 1 reading at or below 90 mmHg",
                "5 min are lacking",
            ),
        ),
        (
            [dose("d1", 5), vitals("v1", 9, systolic_bp=88), vitals("v2", 9.25, systolic_bp=87)],
            (
                "is relative",
                "In the dose interval it is peak, 5 h after the dose",
                "v1",
                "v2",
                "above 95 mmHg is sustained over 5 min, or above 90 mmHg over 2 h",
                "crystalloid bolus",
            ),
        ),
        (
            [vitals("v1", 9, systolic_bp=70)],
            (
                "is absolute",
                "10 mmHg past the absolute limit (at or below 80 mmHg)",
                "Relative again when above 80 mmHg is sustained over 5 min",
            ),
        ),
    ],
)
def test_hypotension_tells_target_distance_run_and_phase(events, words):
    text = explained("hypotension", 10, *events, verbose=True)
    for one in (*words, "Table 2", "criteria.md section 5"):
        assert one in text


def test_a_target_without_baseline_is_told_to_be_assumed():
    text = "\n".join(
        lines(explain(settled([ADMITTED[0], ADMITTED[2], vitals("v1", 1, systolic_bp=99)], 2), "hypotension"))
    )
    assert "above 90 mmHg: assumed, the strictest, as no baseline systolic-bp is charted." in text


ADVICE = {
    "fluid-bolus": (
        [vitals("v1", 9, systolic_bp=70)],
        ("is advisory", "hypotension is absolute", "v1", "urine-hour is indeterminate"),
    ),
    "add-pressor": (
        [vitals("v1", 5, systolic_bp=70), volume("b1", 6, "iv-bolus", 750)],
        (
            "is clear",
            "Boluses since it opened at 2026-03-02T05:00:00Z: 750 mL; 250 mL are lacking of 1000 mL.",
            "b1",
            "Fluid is neither spent nor harmful.",
            "No pressor is running",
        ),
    ),
    "add-dopamine": (
        [volume("o1", 5, "urine", 5, 4), volume("b1", 6, "iv-bolus", 1200)],
        ("is advisory", "1200 mL", "b1", "Dopamine is not running.", "dopamine 2 mcg/kg/min"),
    ),
    "titrate-pressor": (
        [rate("i1", 8, 0.3), vitals("v1", 9, systolic_bp=70)],
        ("is advisory", "Running: phenylephrine; pressor load 0.3 mcg/kg/min.", "v1"),
    ),
    "fluid-futile": (
        [rate("i1", 8, 0.6), vitals("v1", 9, systolic_bp=70)],
        ("is advisory", "Fluid is spent or harmful: pressor load 0.6 mcg/kg/min.", "v1"),
    ),
    "fluid-limit": (
        [volume("b1", 6, "iv-bolus", 1100)],
        (
            "is advisory",
            "100 mL over 1000 mL",
            "400 mL short of 1500 mL",
            "2026-03-01T10:00:00Z to 2026-03-02T10:00:00Z",
            "b1",
        ),
    ),
    "edema-caution": (
        [vitals("v1", 9, weight=78.4)],
        ("is advisory", "12 % is 2 % past the advice limit (above 10 %)", "v1", "78.4 kg"),
    ),
    "acidosis": (
        [lab("l1", 9, "bicarbonate", 19, "mmol/L")],
        ("is advisory", "1 mmol/L past", "1 mmol/L short of the second limit (below 18", "l1"),
    ),
    "hypokalemia": (
        [lab("l1", 9, "potassium", 3.9, "mmol/L")],
        ("is clear", "0.3 mmol/L short of the advice limit (at or below 3.6", "l1"),
    ),
    "hypocalcemia": (
        [lab("l1", 9, "calcium", 8, "mg/dL")],
        ("is clear", "without a reference limit it cannot open", "l1"),
    ),
    "hypomagnesemia": ([], ("is clear", "Missing: magnesium: never charted")),
    "hypophosphatemia": (
        [record("labs", "l1", 9, readings=[{"code": "phosphate", "value": 2, "unit": "mg/dL", "low": 2.5}])],
        ("is advisory", "The latest phosphate is 2 mg/dL", "its printed limit is <2.5", "l1"),
    ),
    "hypoalbuminemia": ([], ("Missing: albumin",)),
    "anemia": (
        [lab("l1", 9, "hematocrit", 28, "%")],
        ("is advisory", "exactly at the advice limit (at or below 28 %), which counts", "l1"),
    ),
    "transfuse-platelets": (
        [lab("l1", 9, "platelets", 25, "10*3/uL")],
        ("is clear", "5 ×10³/µL short of the advice limit", "l1"),
    ),
    "hypoxemia": (
        [vitals("v1", 9, spo2=93), vitals("v2", 9.25, spo2=92)],
        ("is advisory", "The latest SpO2 is 92 %", "No run towards closing", "v1", "v2"),
    ),
    "ck-elevated": ([], ("Missing: ck",)),
    "chills": ([finding("f1", 9, "chills")], ("is advisory", "Chills were last charted present", "f1")),
    "fever": (
        [vitals("v1", 9, temperature=38.4)],
        ("is advisory", "0.4 °C past", "it counts for 4 h, until 2026-03-02T13:00:00Z", "v1"),
    ),
    "septic-workup": (
        [dose("d1", 1), vitals("v1", 9, temperature=38.6), vitals("v0", 8, temperature=37.2)],
        (
            "is clear",
            "the median of 1 before it is 37.2 °C, a rise of 1.4 °C of the 1 °C that count",
            "dose 1 was 8 h before it",
        ),
    ),
    "early-fever-expected": (
        [dose("d1", 7), vitals("v1", 9, temperature=38.4)],
        (
            "is advisory",
            "The advice fever is open.",
            "Dose 1 at 2026-03-02T07:00:00Z: early until 2026-03-02T15:00:00Z.",
            "d1",
        ),
    ),
    "mental-status-watch": (
        [finding("f1", 9, "mental-status", "changed")],
        ("is advisory", "f1", "mental-status is clear"),
    ),
    "forbidden-medication": (
        [record("medication", "m1", 9, agent="dexamethasone", amount=4, unit="mg", route="IV")],
        ("is advisory", "dexamethasone (steroid) at 2026-03-02T09:00:00Z.", "m1"),
    ),
    "premedication": (
        [record("medication", "m1", 1, agent="acetaminophen", amount=650, unit="mg", route="PO")],
        ("is advisory", "Dose 1 is due at", "acetaminophen: last charted at 2026-03-02T01:00:00Z"),
    ),
    "dose-error": (
        [dose("d1", 1), dose("d2", 7)],
        ("is absolute", "Dose 2 at 2026-03-02T07:00:00Z, 600000 IU/kg: 6:00 h after the one before.", "d2"),
    ),
    "dose-against-advice": (
        [dose("d1", 1), dose("d2", 9)],
        ("is advisory", "The dose d2 at 2026-03-02T09:00:00Z: its readiness was unknown.", "d2"),
    ),
    "dose-count": ([dose("d1", 1)], ("is clear", "Doses given in this cycle: 1.")),
    "cycle-ends-soon": (
        [dose("d1", 1)],
        ("is clear", "The next dose is due at 2026-03-02T09:00:00Z; it opens at 2026-03-03T05:00:00Z"),
    ),
    "bradycardia": (
        [vitals("v1", 9, heart_rate=44), vitals("v2", 9.5, heart_rate=45)],
        ("is relative", "The latest heart rate is 45 /min", "v1", "v2"),
    ),
    "tachypnea": ([], ("is clear", "Missing: respiratory-rate")),
    "hyperkalemia": (
        [lab("l1", 9, "potassium", 5.8, "mmol/L")],
        ("is advisory", "0.2 mmol/L short of the second limit (at or above 6", "l1"),
    ),
    "eligibility": ([], ("is advisory", "ECG normal or unchanged: unknown.")),
    "dose-changed": (
        [
            dose("d1", 1),
            record("dose", "d2", 9, agent="aldesleukin", given=True, amount=300000, unit="[iU]/kg"),
        ],
        ("is advisory", "First dose 600000 IU/kg, latest 300000 IU/kg, a change of -50 %.", "d1", "d2"),
    ),
    "corrective": ([finding("f1", 9, "infection")], ("is advisory", "infection: ")),
    "peak-window": (
        [dose("d1", 5)],
        ("is advisory", "2026-03-02T09:00:00Z to 2026-03-02T11:00:00Z: the peak after the last dose", "d1"),
    ),
    "stop-maintenance": (
        [
            dose("d1", 0.5),
            record("encounter", "e9", 8, event="therapy-end"),
            volume("b1", 9, "iv-maintenance", 100),
        ],
        (
            "is advisory",
            "Therapy ended at 2026-03-02T08:00:00Z.",
            "It opens from 2026-03-02T08:30:00Z, 8 h after the last dose.",
            "b1",
        ),
    ),
    "diurese": (
        [
            record("encounter", "e9", 1, event="therapy-end"),
            vitals("v1", 9, systolic_bp=120, weight=72),
            volume("o1", 9, "urine", 50, 8),
        ],
        (
            "is advisory",
            "Systolic 120 mmHg",
            "No vasopressor ever ran.",
            "Urine is 50 mL/h; closed once it is at or above 200 mL/h.",
            "o1",
        ),
    ),
    "recovery-late": ([], ("is clear", "No therapy-end is charted")),
    "continue-premedication": (
        [record("encounter", "e9", 3, event="therapy-end")],
        (
            "is advisory",
            "acetaminophen: never charted; late from 2026-03-02T09:00:00Z.",
            "2026-03-02T03:00:00Z to 2026-03-02T19:00:00Z",
        ),
    ),
    "discharge-ready": (
        [
            record("encounter", "e9", 3, event="therapy-end"),
            vitals("v1", 9, spo2=97, weight=71, systolic_bp=110),
            rate("i1", 1, 0.3),
            rate("i2", 4, 0),
        ],
        (
            "is clear",
            "stopped at 2026-03-02T04:00:00Z, 6 h ago: not long enough (24 h).",
            "Weight 71 kg, at the baseline 70 kg.",
            "Lacking: creatinine not on its way back, or not seen twice since the last dose.",
        ),
    ),
}


def test_every_advice_stands_in_the_table():
    assert set(ADVICE) == set(SCHWARTZENTRUBER_2001.advises)


@pytest.mark.parametrize("code", ADVICE)
def test_an_advice_tells_what_opens_it_and_on_what_it_rests(code):
    events, expected = ADVICE[code]
    text = explained(code, 10, *events)
    assert "{" not in text
    for words in (*expected, "open while: ", SCHWARTZENTRUBER_2001.advises[code].source):
        assert words in text


@pytest.mark.parametrize("code", ADVICE)
def test_an_advice_of_which_nothing_is_known_is_told_too(code):
    assert f"{code} is " in explained(code, 10)


def test_monitoring_tells_each_part_when_due_and_overdue():
    text = explained(
        "monitoring/vital-signs", 10, vitals("v1", 5, heart_rate=80), vitals("v2", 6, systolic_bp=120)
    )
    for words in (
        "v1 at 2026-03-02T05:00:00Z: 80 /min, heart-rate, last looked at",
        "v2",
        "Overdue since 2026-03-02T10:00:00Z",
        "every 4 h",
    ):
        assert words in text


def test_monitoring_outside_a_cycle_says_that_nothing_is_due():
    text = "\n".join(lines(explain(settled(ADMITTED[:2], 5), "monitoring/weight")))
    assert "monitoring begins with cycle-start, and no cycle has started" in text
    assert "Wanted each cycle; never overdue." in explained("monitoring/ecg", 5)


def test_monitoring_goes_on_after_therapy_and_some_of_it_ends():
    """criteria.md section 6: it said that nothing was due while vital signs were overdue and paged."""
    ended = record("encounter", "e9", 6, event="therapy-end")
    text = explained("monitoring/vital-signs", 12, ended)
    assert "Overdue since 2026-03-02T05:00:00Z" in text
    assert "Ends once it was charted in time for twice its interval, 4 h at least, or at discharge." in text
    assert "It ended with therapy at 2026-03-02T06:00:00Z" in explained("monitoring/iv-site", 20, ended)


ACCEPTED = record(
    "accept",
    "x1",
    9.6,
    criterion="atrial-fibrillation",
    level="absolute",
    by="dr-3",
    reason="chronic, rate controlled",
)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (
            [],
            (
                "is cannot-tell",
                "Blind: urine-hour is indeterminate",
                "Missing: creatinine: never charted.",
                "Blind: hypotension",
            ),
        ),
        (SEEN, ("is proceed", "Counted: 0 absolute, 0 relative")),
        (
            [*SEEN, lab("l9", 9.5, "creatinine", 2.6, "mg/dL")],
            ("is correct", "1 to 2 relative", "l9", "To be corrected: creatinine."),
        ),
        (
            [*SEEN, volume("o9", 10, "urine", 5, 9), volume("o8", 7, "urine", 60, -1)],
            (
                "is delay",
                "Counted: 1 absolute, 0 relative",
                "Group urine counts once for urine-shift and urine-hour.",
                "o9",
            ),
        ),
        (
            [*SEEN, vitals("v9", 9.5, systolic_bp=70)],
            ("is delay", "Counted: 0 absolute, 0 relative", "hypotension is absolute", "v9"),
        ),
        (
            [*SEEN, finding("f9", 9.5, "atrial-fibrillation"), ACCEPTED],
            (
                "is proceed",
                "atrial-fibrillation is accepted at level absolute by dr-3: chronic, rate controlled.",
            ),
        ),
        (
            [
                *SEEN,
                vitals("v8", 9.1, heart_rate=125),
                vitals("v9", 9.7, heart_rate=126),
                finding("f9", 9.8, "atrial-fibrillation"),
            ],
            ("is stop", "sinus-tachycardia does not count beside an arrhythmia: the rhythm is not sinus."),
        ),
        (
            [*SEEN, finding("f9", 9.5, "infection")],
            (
                "is stop",
                "stop-rule:infection stands, by infection at 2026-03-02T09:30:00Z.",
                "A resume, by name and with a reason",
                "f9",
            ),
        ),
    ],
)
def test_the_recommendation_tells_its_line_its_criteria_and_its_stop_rules(events, words):
    text = explained("recommendation", 10, *events)
    for one in (*words, "Table 4"):
        assert one in text


def test_a_stop_rule_that_no_longer_holds_still_stands_and_says_so():
    text = explained(
        "stop-rule:infection", 10, finding("f1", 8, "infection"), finding("f2", 9, "infection", False)
    )
    assert "stop-rule:infection is standing since 2026-03-02T08:00:00Z: infection." in text
    assert "It does not hold now, but stands: getting better does not lift it." in text


def test_a_resume_is_cited_and_what_it_excused_is_told():
    resume = record("resume", "r1", 9, rule="infection", by="dr-3", reason="cultures negative")
    text = explained("stop-rule:infection", 10, finding("f1", 8, "infection"), resume)
    assert "stop-rule:infection does not stand." in text
    assert "The last resume excused infection, which is absolute still." in text
    assert "r1 at 2026-03-02T09:00:00Z: resume infection, lifted the rule" in text


def test_the_delay_rule_tells_when_it_will_hold():
    assert "24 h 15 min later is 2026-03-03T09:15:00Z, 23 h 15 min from now." in explained(
        "stop-rule:delay-over-24h", 10, dose("d1", 1)
    )
    assert "the delay after the dose of 2026-03-02T01:00:00Z at 2026-03-03T09:15:00Z" in explained(
        "stop-rule:delay-over-24h", 40, dose("d1", 1)
    )
    assert "it never holds before dose 1" in explained("stop-rule:delay-over-24h", 10)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (
            SEEN,
            (
                "is unknown",
                "no dose since cycle-start",
                "10 h ago",
                "Delayed by 10:00 h.",
                "Blocker: pre-dose/temperature: never charted.",
                "Blocker: pre-dose/heart-rate: last read at 2026-03-02T09:00:00Z, 1 h ago: read within 1 h before",
                "Blocker: eligibility/ecg: not recorded.",
            ),
        ),
        (
            [*SEEN, volume("o9", 10, "urine", 15, 9)],
            (
                "is hold",
                "Blocker: urine: must be established before another dose. urine-hour is relative",
            ),
        ),
        (
            [vitals("v1", 4, heart_rate=80, systolic_bp=120)],
            ("Blocker: overdue/vital-signs: last seen at 2026-03-02T04:00:00Z, overdue since",),
        ),
        (
            [*SEEN, dose("d1", 5)],
            (
                "is waiting",
                "Dose 1 was given at 2026-03-02T05:00:00Z; the next is due at 2026-03-02T13:00:00Z, in 3 h.",
                "d1",
            ),
        ),
        (
            [*SEEN, dose("d1", 1), rate("i1", 9.8, 0.9)],
            (
                "is hold",
                "Blocker: phenylephrine: pressor load 0.9 mcg/kg/min within 30 min, above 0.5 mcg/kg/min.",
            ),
        ),
        (
            [*SEEN, dose("d1", 1), vitals("v9", 9.5, systolic_bp=85)],
            ("Blocker: hypotension is clear", "Latest pressure 85 mmHg"),
        ),
        (
            [*SEEN, dose("d1", 1), finding("f9", 9.5, "mental-status", "changed")],
            ("Blocker: mental-status-watch: changed, to be judged at",),
        ),
        (
            [dose("d1", 1)],
            ("is unknown", "Blocker: hypotension is indeterminate", "Missing: systolic-bp: never charted."),
        ),
    ],
)
def test_the_dose_tells_its_clock_and_each_blocker(events, words):
    text = explained("dose", 10, *events)
    for one in words:
        assert one.lower() in text.lower()


def test_the_wire_form_carries_times_as_text_and_durations_in_hours():
    printed = wire(explain(settled([*ADMITTED, volume("o1", 10, "urine", 8, 9)], 10), "urine-hour"))
    assert printed["at"] == "2026-03-02T10:00:00Z"
    assert printed["window"]["start"] == "2026-03-02T09:00:00Z"
    assert printed["look"]["interval_h"] == 4
    assert printed["facts"][0]["id"] == "o1"
    assert printed["guideline"]["id"] == "schwartzentruber-2001"


def test_readings_that_are_no_longer_kept_are_cited_by_their_id():
    many = [vitals(f"v{i}", i / 4, heart_rate=125) for i in range(160)]
    text = explained("sinus-tachycardia", 40, *many)
    assert "v0 at 2026-03-02T00:00:00Z: in the run that decided (its readings are no longer kept)" in text
    assert "v159 at 2026-03-03T15:45:00Z: 125 /min, the latest reading that counts" in text
