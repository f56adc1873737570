"""What an alert says of a value and its limit."""

import pytest

from rules.decide.alert_texts import limit_words, meets
from rules.decide.engine import assessments
from tests.rules.courses import Course, alerts, folded
from tests.rules.wired import wire


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        (90.0, "<=90", True),
        (90.1, "<=90", False),
        (10.0, "<10", False),
        (9.9, "<10", True),
        (1.5, ">=1.5", True),
        (7.0, ">7", False),
    ],
)
def test_a_value_meets_the_limit_as_it_is_printed(value: float, limit: str, expected: bool) -> None:
    assert meets(value, limit) is expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("<10", "below 10"),
        ("<=20", "at or below 20"),
        (">=3", "at or above 3"),
        (">7", "above 7"),
        ("±10", "±10"),
    ],
)
def test_a_limit_in_words(limit: str, expected: str) -> None:
    assert limit_words(limit) == expected


def test_a_latched_state_says_that_the_value_has_not_recovered_yet() -> None:
    """criteria.md section 5: hypotension clears only after a run above target + 5."""
    course = Course().start().vitals("08:00", sbp=75).vitals("08:03", sbp=93).tick("09:00")
    texts = [alert["message"] for alert in alerts(course) if alert["subject"] == "hypotension"]
    assert texts[0] == "Systolic pressure 75 mmHg, at or below 80"
    assert texts[-1].startswith("Systolic pressure 93 mmHg, was at or below 80, not yet recovered")


def test_the_recommendation_names_its_reasons_as_a_nurse_would() -> None:
    """criteria.md section 10."""
    course = Course().start().finding("infection", "08:00").vitals("08:00", sbp=75)
    texts = [a["message"] for a in alerts(course) if a["subject"] == "recommendation"]
    assert texts == [
        "Recommendation to stop: stop rule infection; Infection, suspected or documented; Hypotension"
    ]


def messages(course: Course, subject: str, until: str | None = None) -> list[str]:
    return [alert["message"] for alert in alerts(course, until) if alert["subject"] == subject]


def advised(course: Course, code: str) -> str:
    """Return what the assessment advises at the end of the course."""
    [one] = [advice for advice in wire(assessments(folded(course))[0])["advice"] if advice["code"] == code]
    return str(one["text"])


def begun() -> Course:
    return Course().start()


ENZYMES = begun().labs("08:00", ck_mb={"value": 12, "high": 5}, troponin_t={"value": 0.09, "high": 0.01})
WITHDRAWN = begun().labs("08:00", id="x", creatinine=3.2).withdraw("x", "09:00")
GONE = begun().finding("frank-blood", "08:00").encounter("discharge", "09:00")
IN_MOLES = begun().labs("08:00", creatinine={"value": 354, "unit": "umol/L"})
MESSAGES = {
    "a result as it was charted too": (
        IN_MOLES,
        "creatinine",
        0,
        "Creatinine 4 mg/dL (354 µmol/L as charted), at or above 3",
    ),
    "which enzyme": (
        ENZYMES,
        "cardiac-enzymes",
        0,
        "Troponin T above its limit, and CK-MB 12 ng/mL, above 5",
    ),
    "a finding without its code": (
        begun().finding("rales", "08:00", "half"),
        "rales",
        0,
        "Moist rales 1/2 up the chest: present",
    ),
    "which finding is a reason": (
        begun().finding("frank-blood", "08:00"),
        "recommendation",
        0,
        "Recommendation to delay: Frank blood in sputum, emesis or stool",
    ),
    "what is to be corrected is no praise": (
        begun().labs("08:00", creatinine=2.6),
        "recommendation",
        0,
        "Recommendation to correct first: Creatinine",
    ),
    "what is withdrawn": (WITHDRAWN, "creatinine", -1, "Creatinine: cannot be told, missing creatinine"),
    "what ended with a discharge": (
        GONE,
        "bleeding",
        -1,
        "Frank blood in sputum, emesis or stool: closed, discharged",
    ),
    "an item of Table 1 too": (
        begun().encounter("discharge", "09:00"),
        "monitoring/vital-signs",
        -1,
        "Vital signs not charted: closed, discharged",
    ),
    "a result without its limit by its name": (
        begun().labs("08:00", troponin_i={"value": 0.09}),
        "monitoring/reference-limit",
        0,
        "A result came without its upper limit: troponin I",
    ),
    "the end of a cycle with its day": (
        begun().dose("08:00").tick("36:00"),
        "cycle-ends-soon",
        0,
        "The next dose has been due since Monday 16:00: the cycle ends Tuesday 16:00; decide on the dose now",
    ),
    "a dose with its unit": (
        begun().dose("08:00").dose("16:00", amount=670_000),
        "dose-changed",
        0,
        "The latest dose is 11.7 % above the cycle's first (670,000 IU/kg, first 600,000): doses are given or "
        "held, not adjusted: check it with the pharmacy",
    ),
    "the two hours of mental status": (
        begun().mental("08:00", "changed").tick("11:00"),
        "mental-status-watch",
        -1,
        "Mental status changed: its 2 h are over",
    ),
    "a dose in error that nobody corrected": (
        begun().dose("08:00").dose("12:00").tick("40:00"),
        "dose-error",
        -1,
        "Dose in error: 24:00 h have passed, look whether it was corrected",
    ),
    "fluid that has left its day, and lingers": (
        begun().bolus("06:00", 600).bolus("08:00", 900).tick("31:00"),
        "fluid-limit",
        None,
        "900 mL above maintenance in 24 h, and at or above 1500 mL less than 4:00 h ago: restrict fluid, the limit "
        "is 1-1.5 L",
    ),
    "which pressor runs": (
        begun().vitals("08:00", sbp=75).bolus("08:10", 1000).phenylephrine("08:20", 0.2),
        "add-pressor",
        -1,
        "A pressor runs: phenylephrine",
    ),
}


@pytest.mark.parametrize("what", MESSAGES)
def test_a_line_alone_says_what_is_meant(what: str) -> None:
    """criteria.md section 10: what ended, which finding, a nurse's names, clinicians' units."""
    course, subject, which, expected = MESSAGES[what]
    text = advised(course, subject) if which is None else messages(course, subject)[which]
    assert text == expected


def test_a_stale_value_is_printed_with_its_age() -> None:
    """criteria.md section 10."""
    course = Course().start().vitals("08:00", sbp=75).tick("18:00")
    texts = [a["message"] for a in alerts(course) if a["subject"] == "hypotension"]
    assert texts[-1].startswith("Systolic pressure 75 mmHg (9:15 h old), at or below 80")


@pytest.mark.parametrize(
    ("location", "at", "message"),
    [
        ("ward", "11:15", "Systolic pressure 75 mmHg, at or below 80"),
        ("ward", "13:15", "Systolic pressure 75 mmHg (5:15 h old), at or below 80"),
        ("icu", "08:15", "Systolic pressure 75 mmHg, at or below 80"),
        ("icu", "09:15", "Systolic pressure 75 mmHg (1:15 h old), at or below 80"),
    ],
)
def test_a_value_older_than_its_interval_is_printed_with_its_age(
    location: str, at: str, message: str
) -> None:
    """criteria.md section 10: 4 h on the ward, 1 h in intensive care."""
    course = Course().start("06:00").encounter("transfer", "06:00", location=location).vitals("08:00", sbp=75)
    found = [a for a in alerts(course.tick("14:00")) if a["subject"] == "hypotension"]
    assert [a["message"] for a in found if a["decided"].endswith(f"T{at}:00Z")] == [message]


def test_a_volume_of_nothing_has_an_age_too() -> None:
    course = Course().start("06:00").urine("08:00", 0, start="07:00").tick("14:00")
    texts = [a["message"] for a in alerts(course) if a["subject"] == "urine-hour"]
    assert texts[0] == "Urine 0 mL/h, below 10"
    assert "(5:15 h old)" in texts[-1]


@pytest.mark.parametrize(("value", "dose"), [(19.0, "50 mEq"), (17.0, "100 mEq")])
def test_an_alert_names_the_dose_of_the_limit_that_is_met(value: float, dose: str) -> None:
    """criteria.md section 7, acidosis: 50 mEq below 20, 100 mEq below 18."""
    [dose_alert] = [
        alert
        for alert in alerts(Course().start().labs("08:00", bicarbonate=value))
        if alert["subject"] == "acidosis"
    ]
    assert dose in dose_alert["message"]
    assert dose in dose_alert["measures"][0]["text"]


@pytest.mark.parametrize(
    ("course", "subject", "measure", "source"),
    [
        (begun().tick("06:00"), "monitoring/vital-signs", "Have it done and charted: Vital signs", "Table 1"),
        (begun().tick("11:00"), "monitoring/iv-site", "Have it done and charted: IV site", "Table 1"),
        (
            begun().vitals("08:00", spo2=90).tick("08:20"),
            "recheck/spo2",
            "Repeat the SpO2 now and chart it",
            "beyond the paper",
        ),
        (
            begun().finding("vivid-dreams", "08:00").tick("24:30"),
            "finding/vivid-dreams",
            "Look again and chart it",
            "beyond the paper",
        ),
    ],
)
def test_what_to_do_cites_where_it_stands(course: Course, subject: str, measure: str, source: str) -> None:
    """criteria.md section 10 and 7.1: a citation names where the words stand."""
    [first, *_] = [alert for alert in alerts(course) if alert["subject"] == subject]
    assert first["measures"] == [{"text": measure, "source": source}]


@pytest.mark.parametrize(
    ("course", "subject"),
    [
        (begun().tick("11:00").mental("11:30", "normal"), "monitoring/mental-status"),
        (begun().labs("08:00", potassium=3.0).labs("09:00", potassium=4.0), "hypokalemia"),
        (begun().labs("08:00", creatinine=3.0).labs("09:00", creatinine=1.0), "creatinine"),
    ],
)
def test_what_has_ended_asks_for_nothing(course: Course, subject: str) -> None:
    """An order beside `Potassium 4 mmol/L` would be given."""
    ended = [alert for alert in alerts(course) if alert["subject"] == subject and alert["level"] == "clear"]
    assert [(alert["action"], alert["measures"]) for alert in ended] == [([], [])]
