"""Before therapy: who may start (criteria.md section 7)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, states_at, table, timed


def history(age: float | None = 40, **findings: bool) -> Course:
    by_code = {name.replace("_", "-"): value for name, value in findings.items()}
    return Course().encounter("baseline", "00:00", age=age, findings=by_code)


NOTHING = Course().encounter("admit", "00:00")
ITEMS: dict[str, tuple[Any, ...]] = {
    "ecg unrecorded": ("ecg", NOTHING, "unknown"),
    "ecg normal": ("ecg", history(ecg_normal=True), "met"),
    "ecg not normal": ("ecg", history(ecg_normal=False), "not-met"),
    "steroid unrecorded": ("steroid", NOTHING, "unknown"),
    "no steroid": ("steroid", history(recent_steroid=False), "met"),
    "a recent steroid": ("steroid", history(recent_steroid=True), "not-met"),
    "infection unrecorded": ("infection", NOTHING, "unknown"),
    "no infection": ("infection", history(recent_infection=False), "met"),
    "a recent infection": ("infection", history(recent_infection=True), "not-met"),
    "chest x-ray clear": ("chest-xray", history(chest_xray_clear=True), "met"),
    "chest x-ray not clear": ("chest-xray", history(chest_xray_clear=False), "not-met"),
    "chest x-ray unrecorded": ("chest-xray", NOTHING, "unknown"),
    "antihypertensives stopped": ("antihypertensives", history(antihypertensives_stopped=True), "met"),
    "antihypertensives not stopped": (
        "antihypertensives",
        history(antihypertensives_stopped=False),
        "not-met",
    ),
    "antihypertensives unrecorded": ("antihypertensives", NOTHING, "unknown"),
    "no organ disease": ("organ-disease", history(major_organ_disease=False), "met"),
    "organ disease": ("organ-disease", history(major_organ_disease=True), "not-met"),
    "organ disease unrecorded": ("organ-disease", NOTHING, "unknown"),
    "stress test not due": ("stress-test", history(49, family_history_cardiac=False), "met"),
    "stress test due at 50, unrecorded": (
        "stress-test",
        history(50, family_history_cardiac=False),
        "unknown",
    ),
    "stress test due at 50, normal": ("stress-test", history(50, stress_test_normal=True), "met"),
    "stress test due at 50, not normal": ("stress-test", history(50, stress_test_normal=False), "not-met"),
    "stress test due by family history": (
        "stress-test",
        history(30, family_history_cardiac=True, stress_test_normal=False),
        "not-met",
    ),
    "stress test not due, not normal": (
        "stress-test",
        history(30, family_history_cardiac=False, stress_test_normal=False),
        "met",
    ),
    "no age": ("stress-test", history(None, family_history_cardiac=False), "unknown"),
    "no age, normal": ("stress-test", history(None, stress_test_normal=True), "met"),
    "no age, family history, not normal": (
        "stress-test",
        history(None, family_history_cardiac=True, stress_test_normal=False),
        "not-met",
    ),
    "young, family history unrecorded": ("stress-test", history(30), "unknown"),
    "pulmonary function not due": (
        "pulmonary-function",
        history(heavy_smoker=False, heavy_lung_burden=False),
        "met",
    ),
    "pulmonary function due by smoking, unrecorded": (
        "pulmonary-function",
        history(heavy_smoker=True),
        "unknown",
    ),
    "pulmonary function due by smoking, adequate": (
        "pulmonary-function",
        history(heavy_smoker=True, pft_adequate=True),
        "met",
    ),
    "pulmonary function due by burden, not adequate": (
        "pulmonary-function",
        history(heavy_lung_burden=True, pft_adequate=False),
        "not-met",
    ),
    "pulmonary function, condition unrecorded": ("pulmonary-function", history(), "unknown"),
    "pulmonary function, half the condition unrecorded": (
        "pulmonary-function",
        history(heavy_smoker=False),
        "unknown",
    ),
    "pulmonary function adequate, condition unrecorded": (
        "pulmonary-function",
        history(pft_adequate=True),
        "met",
    ),
}


@table(ITEMS, "item course expected")
def test_an_item_of_the_pretherapy_assessment(item: str, course: Course, expected: str) -> None:
    """criteria.md section 7: met, not-met or unknown; unrecorded is unknown."""
    assert states_at(course, "01:00")["eligibility"][item] == expected


def based(at: str = "00:00", **readings: float) -> Course:
    return Course().baseline(at, readings=readings)


LABS = {
    "creatinine never measured": ("creatinine", NOTHING, "unknown"),
    "creatinine 1.6": ("creatinine", Course().labs("00:00", creatinine=1.6), "met"),
    "creatinine just over": ("creatinine", Course().labs("00:00", creatinine=1.61), "not-met"),
    "creatinine of the baseline": ("creatinine", based(creatinine=1.7), "not-met"),
    "bilirubin never measured": ("bilirubin", NOTHING, "unknown"),
    "bilirubin 2": ("bilirubin", Course().labs("00:00", bilirubin=2), "met"),
    "bilirubin just over": ("bilirubin", Course().labs("00:00", bilirubin=2.01), "not-met"),
    "bilirubin of the baseline": ("bilirubin", based(bilirubin=2), "met"),
    "the lab after the baseline decides": (
        "creatinine",
        based("-02:00", creatinine=1.7).labs("-01:00", creatinine=1.0),
        "met",
    ),
    "the baseline after the lab decides": (
        "creatinine",
        based("-01:00", creatinine=1.7).labs("-02:00", creatinine=1.0),
        "not-met",
    ),
    "however old": ("creatinine", Course().labs("-99:00", creatinine=1.0), "met"),
}


@table(LABS, "item course expected")
def test_creatinine_and_bilirubin_by_the_latest_lab_or_baseline_reading(
    item: str, course: Course, expected: str
) -> None:
    """criteria.md section 7: creatinine <=1.6, bilirubin <=2: the latest lab or baseline reading."""
    assert states_at(course, "01:00")["eligibility"][item] == expected


def test_the_baseline_creatinine_is_no_lab_of_the_course() -> None:
    """criteria.md section 2 and 3: the criterion's input was never seen."""
    assert states_at(based(creatinine=3.5), "01:00")["criteria"]["creatinine"]["state"] == "indeterminate"


def test_the_items_stand_in_the_order_of_the_text() -> None:
    """criteria.md section 7."""
    assert list(states_at(NOTHING, "01:00")["eligibility"]) == [
        "creatinine", "bilirubin", "ecg", "steroid", "infection", "stress-test", "chest-xray", "pulmonary-function",
        "antihypertensives", "organ-disease", "exercise-echo",
    ]  # fmt: skip


def myocarditis(at: str, **baseline: Any) -> Course:
    """A cycle from midnight with a troponin above its limit at `at`, ended at 20:00."""
    drawn = Course().start("00:00", **baseline)
    return drawn.labs(at, troponin_t={"value": 0.2, "high": 0.05}).end("20:00")


ECHO = {
    "none in an earlier cycle": (Course().start("00:00").encounter("cycle-start", "40:00"), "41:00", "met"),
    "one in an earlier cycle": (myocarditis("08:00").encounter("cycle-start", "40:00"), "41:00", "unknown"),
    "one in this cycle": (myocarditis("08:00"), "19:00", "met"),
    "one from before the first cycle, absolute in it": (
        Course()
        .labs("-02:00", troponin_t={"value": 0.2, "high": 0.05})
        .start("00:00")
        .encounter("cycle-start", "40:00"),
        "41:00",
        "unknown",
    ),
    "one that was normal again when the first cycle began": (
        Course()
        .labs("-02:00", troponin_t={"value": 0.2, "high": 0.05})
        .labs("00:00", troponin_t={"value": 0.05, "high": 0.05})
        .start("00:00")
        .encounter("cycle-start", "40:00"),
        "41:00",
        "met",
    ),
    "one from before it, kept absolute by a result without a limit": (
        Course()
        .labs("-04:00", troponin_t={"value": 0.2, "high": 0.05})
        .labs("-02:00", troponin_t={"value": 0.02})
        .start("00:00")
        .encounter("cycle-start", "40:00"),
        "41:00",
        "unknown",
    ),
    "one at its limit": (
        Course()
        .start("00:00")
        .labs("08:00", troponin_t={"value": 0.05, "high": 0.05})
        .encounter("cycle-start", "40:00"),
        "41:00",
        "met",
    ),
    "said by a baseline": (history(earlier_myocarditis=True), "01:00", "unknown"),
    "the echocardiogram was normal": (
        history(earlier_myocarditis=True, exercise_echo_normal=True),
        "01:00",
        "met",
    ),
    "it was not": (history(earlier_myocarditis=True, exercise_echo_normal=False), "01:00", "not-met"),
    "not needed, not normal": (history(exercise_echo_normal=False), "01:00", "met"),
}


@table(ECHO)
def test_an_exercise_echocardiogram_after_myocarditis(course: Course, at: str, expected: str) -> None:
    """criteria.md section 7.4: normal if cardiac-enzymes was absolute in an earlier cycle of the stay or a baseline
    says so.
    """
    assert states_at(course, at)["eligibility"]["exercise-echo"] == expected


READ = {
    "a result all below is met": (Course().labs("00:00", creatinine={"value": "<1.5"}), "met"),
    "one that may be above is unknown": (Course().labs("00:00", creatinine={"value": "<2"}), "unknown"),
    "one all above is not met": (Course().labs("00:00", creatinine={"value": ">1.7"}), "not-met"),
}


@table(READ, "course expected")
def test_a_result_with_a_comparator(course: Course, expected: str) -> None:
    """criteria.md section 8: it stands for every value it allows."""
    assert states_at(course, "01:00")["eligibility"]["creatinine"] == expected


UNREAD = {"value": 1.0, "unit": "mmol/kg"}
UNREADABLE = {
    "a newer one that cannot be read: it may no longer be met": (
        Course().labs("00:00", bilirubin=1.0).labs("00:30", bilirubin=UNREAD).unreadable(),
        "unknown",
    ),
    "of one time, the later in the log decides": (
        Course().labs("00:00", bilirubin=UNREAD).unreadable().labs("00:00", bilirubin=1.0),
        "met",
    ),
    "which may be the one that cannot be read": (
        Course().labs("00:00", bilirubin=1.0).labs("00:00", bilirubin=UNREAD).unreadable(),
        "unknown",
    ),
    "of one time, one known later": (
        Course().labs("00:00", known="00:30", bilirubin=1.0).labs("00:00", bilirubin=UNREAD).unreadable(),
        "met",
    ),
    "of one time, a baseline that is later in the log": (
        Course().labs("00:00", bilirubin=1.0).baseline("00:00", readings={"bilirubin": 2.1}),
        "not-met",
    ),
}


@table(UNREADABLE, "course expected")
def test_the_latest_of_results_that_cannot_all_be_read(course: Course, expected: str) -> None:
    """criteria.md sections 1, 2 and 7.4: in order of `at`; ties: later `known`, then later in the log."""
    assert states_at(course, "01:00")["eligibility"]["bilirubin"] == expected


FIT = {
    "ecg_normal": True,
    "recent_steroid": False,
    "recent_infection": False,
    "family_history_cardiac": False,
    "chest_xray_clear": True,
    "heavy_smoker": False,
    "heavy_lung_burden": False,
    "antihypertensives_stopped": True,
    "major_organ_disease": False,
}


def fit(**changed: bool) -> Course:
    """All that a baseline can say of a patient who is fit, but for what is named; both labs are good."""
    return history(**{**FIT, **changed}).labs("00:00", creatinine=1.0, bilirubin=1.0)


ALERTS = {
    "from cycle-start until dose 1": (
        fit(ecg_normal=False).encounter("cycle-start", "02:00").dose("03:00"),
        ["opened advisory 02:00", "resolved clear 03:00"],
    ),
    "until all are met": (
        fit(ecg_normal=False)
        .encounter("cycle-start", "02:00")
        .encounter("baseline", "02:30", findings={"ecg-normal": True}),
        ["opened advisory 02:00", "resolved clear 02:30"],
    ),
    "nothing where all are met": (fit().encounter("cycle-start", "02:00"), []),
    "again in the next cycle": (
        fit(ecg_normal=False)
        .encounter("cycle-start", "02:00")
        .dose("03:00")
        .encounter("cycle-start", "40:00"),
        ["opened advisory 02:00", "resolved clear 03:00", "opened advisory 40:00"],
    ),
}


@table(ALERTS, "course expected")
def test_what_is_said_of_eligibility(course: Course, expected: list[str]) -> None:
    """criteria.md section 7.4: the advice names what is not met."""
    assert timed(course, "eligibility") == expected


def test_it_names_what_is_not_met_first() -> None:
    """criteria.md section 7.4."""
    drawn = history(recent_steroid=True, ecg_normal=True).encounter("cycle-start", "00:30")
    text = states_at(drawn, "01:00")["advice"]["eligibility"]["text"]
    assert text.startswith(
        "Conditions not met: no steroid for 1-2 weeks; Not recorded: creatinine at most 1.6 mg/dL"
    )
    assert "ECG" not in text
