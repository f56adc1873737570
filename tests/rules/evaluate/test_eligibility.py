"""Before therapy: who may start (criteria.md section 7)."""

from __future__ import annotations

from typing import Any

from tests.rules.courses import Course, states_at, table


def history(age: float | None = 40, **findings: bool) -> Course:
    said = {name.replace("_", "-"): value for name, value in findings.items()}
    return Course().encounter("baseline", "00:00", age=age, findings=said)


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
    """criteria.md section 7, before therapy: met, not-met or unknown; unrecorded is unknown."""
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
