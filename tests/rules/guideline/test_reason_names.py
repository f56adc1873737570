"""Every reason of the recommendation and every blocker of a dose has a nurse's words."""

import pytest

from rules.guideline import SCHWARTZENTRUBER_2001
from rules.guideline.reason_names import reason_name

GUIDE = SCHWARTZENTRUBER_2001
TABLE = GUIDE.table4
CODES = (
    *(f"stop-rule:{rule.rule}" for rule in GUIDE.stop_rules),
    *GUIDE.row,
    *("hypotension", "blood-pressure", "urine", "phenylephrine", "dose-error"),
    *(f"recheck/{signal}" for signal in TABLE.rechecked),
    *(f"overdue/{what}" for what in TABLE.overdue),
    *(f"pre-dose/{code}" for code in TABLE.pre_dose),
    *TABLE.watches,
    *TABLE.open_advice,
    "not-understood/methylene blue",
    *(f"eligibility/{item}" for item in GUIDE.eligibility.items),
)


@pytest.mark.parametrize("code", CODES)
def test_no_code_is_shown_as_it_is(code: str) -> None:
    words = reason_name(code, GUIDE)
    assert words != code
    assert words != code.replace("-", " ")
    assert "/" not in words.replace("mcg/kg/min", "")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("overdue/vital-signs", "Vital signs not charted"),
        ("pre-dose/temperature", "Temperature not taken in the last 1:00 h"),
        ("recheck/spo2", "SpO2: repeat the reading"),
        ("not-understood/methylene blue", "methylene blue: not known to the monitor"),
        ("eligibility/ecg", "Before dose 1: ECG normal or unchanged"),
        ("something-new", "something new"),
    ],
)
def test_a_blocker_says_what_to_do_or_what_is_missing(code: str, words: str) -> None:
    assert reason_name(code, GUIDE) == words
