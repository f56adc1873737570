"""Plausibility: what is an artefact, counted and not used (criteria.md section 8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.courses import Course, folded, seen, states_at, table

VITALS = {
    "heart-rate": ("hr", 20, 300, 0.1),
    "systolic-bp": ("sbp", 30, 260, 0.1),
    "diastolic-bp": ("diastolic_bp", 10, 200, 0.1),
    "mean-bp": ("mean_bp", 20, 220, 0.1),
    "spo2": ("spo2", 40, 100, 0.1),
    "temperature": ("temp", 30, 44, 0.1),
    "respiratory-rate": ("respiratory_rate", 2, 80, 0.1),
    "o2-flow": ("flow", 0, 80, 0.1),
    "fio2": ("fio2", 21, 100, 0.1),
    "weight": ("weight", 25, 350, 0.1),
}
LABS = {
    "creatinine": (0.1, 30, 0.01),
    "platelets": (1, 2000, 0.1),
    "bilirubin": (0, 60, 0.1),
    "potassium": (1, 10, 0.1),
    "bicarbonate": (2, 60, 0.1),
    "sodium": (90, 200, 0.1),
    "calcium": (2, 20, 0.1),
    "magnesium": (0.3, 15, 0.1),
    "phosphate": (0.2, 25, 0.1),
    "glucose": (5, 2500, 1),
    "urea": (1, 300, 0.1),
    "hematocrit": (5, 75, 0.1),
    "hemoglobin": (2, 25, 0.1),
    "albumin": (0.5, 8, 0.1),
    "ck": (0, 200_000, 1),
    "alt": (0, 200_000, 1),
    "ast": (0, 200_000, 1),
    "inr": (0.5, 25, 0.1),
    "wbc": (0, 500, 0.1),
}
SIDES = ("at its lowest", "below it", "at its highest", "above it")


def sides(low: float, high: float, step: float) -> list[tuple[float, int]]:
    return list(zip((low, round(low - step, 4), high, round(high + step, 4)), (0, 1, 0, 1), strict=True))


RANGES = [
    pytest.param(Course().vitals("08:00", **{name: value}), code, count, id=f"{code} {side}")
    for code, (name, low, high, step) in VITALS.items()
    for side, (value, count) in zip(SIDES, sides(low, high, step), strict=True)
]
RANGES += [
    pytest.param(Course().labs("08:00", **{code: value}), code, count, id=f"{code} {side}")
    for code, (low, high, step) in LABS.items()
    for side, (value, count) in zip(SIDES, sides(low, high, step), strict=True)
]
RANGES += [
    pytest.param(Course().urine("08:00", 0, start="07:00"), "urine", 0, id="urine of 0 mL"),
    pytest.param(Course().urine("08:00", 3000, start="07:00"), "urine", 0, id="urine of 3000 mL"),
    pytest.param(Course().urine("08:00", 3000.1, start="07:00"), "urine", 1, id="urine of more"),
    pytest.param(Course().phenylephrine("08:00", 20), "phenylephrine", 0, id="phenylephrine at 20"),
    pytest.param(Course().phenylephrine("08:00", 20.1), "phenylephrine", 1, id="phenylephrine above 20"),
    pytest.param(Course().phenylephrine("08:00", -0.1), "phenylephrine", 1, id="phenylephrine below 0"),
    pytest.param(
        Course().baseline("08:00", weight=50).phenylephrine("09:00", 1001, "ug/min"),
        "phenylephrine",
        1,
        id="phenylephrine above 20 by weight",
    ),
    pytest.param(
        Course().baseline("08:00", weight=50).phenylephrine("09:00", 1000, "ug/min"),
        "phenylephrine",
        0,
        id="phenylephrine at 20 by weight",
    ),
    *(
        pytest.param(Course().infusion(agent, "08:00", rate, unit), agent, count, id=f"{agent} {rate}")
        for agent, unit, high in (
            ("norepinephrine", "ug/kg/min", 5),
            ("epinephrine", "ug/kg/min", 5),
            ("dopamine", "ug/kg/min", 50),
            ("vasopressin", "U/min", 1),
        )
        for rate, count in ((high, 0), (high + 0.1, 1), (-0.1, 1))
    ),
    pytest.param(Course().dose("08:00", amount=0.1), "dose", 0, id="a dose of a little"),
    pytest.param(Course().dose("08:00", amount=0), "dose", 1, id="a dose of nothing"),
    pytest.param(Course().dose("08:00", amount=-600_000), "dose", 1, id="a dose of less than nothing"),
    pytest.param(Course().baseline("08:00", sbp=261), "systolic-bp", 1, id="a baseline pressure above 260"),
]


@pytest.mark.parametrize(("course", "code", "count"), RANGES)
def test_a_reading_outside_its_range_is_counted(course: Course, code: str, count: int) -> None:
    """criteria.md section 8: counted as `implausible`."""
    counts = folded(course).counts
    assert (counts["implausible"], counts[f"implausible:{code}"]) == (count, count)


def start(**baseline: Any) -> Course:
    return Course().start("00:00", **baseline)


NOT_USED = {
    "a heart rate of 301": (
        start().vitals("08:00", hr=301),
        "sinus-tachycardia",
        "indeterminate missing heart-rate",
    ),
    "a saturation of 39": (
        start().vitals("08:00", spo2=39),
        "oxygen-requirement",
        "indeterminate missing spo2",
    ),
    "a flow of 81": (
        start().vitals("08:00", spo2=98, flow=81),
        "oxygen-requirement",
        "indeterminate missing o2-flow.unreadable",
    ),
    "creatinine of 31": (
        start().labs("08:00", creatinine=31),
        "creatinine",
        "indeterminate missing creatinine.unreadable",
    ),
    "platelets of 0.5": (
        start().labs("08:00", platelets=0.5),
        "platelets",
        "indeterminate missing platelets.unreadable",
    ),
    "bilirubin of 61": (
        start().labs("08:00", bilirubin=61),
        "bilirubin",
        "indeterminate missing bilirubin.unreadable",
    ),
    "3001 mL of urine": (
        start().urine("08:00", 3001, start="00:00"),
        "urine-hour",
        "indeterminate missing urine.unreadable",
    ),
    "21 ug/kg/min of phenylephrine": (
        start().phenylephrine("08:00", 21),
        "phenylephrine-maximum",
        "indeterminate missing phenylephrine.unreadable",
    ),
    "a weight of 24 kg": (
        start().vitals("08:00", weight=24),
        "weight-gain",
        "indeterminate missing weight.unreadable",
    ),
    "an artefact between two readings does not break their run": (
        start().vitals("08:00", hr=125).vitals("08:15", hr=5).vitals("08:30", hr=125),
        "sinus-tachycardia",
        "relative",
    ),
    "a correction to an artefact leaves nothing": (
        start().labs("07:00", "l", creatinine=3.5).correct("l", "08:00", creatinine=31),
        "creatinine",
        "indeterminate missing creatinine.unreadable",
    ),
    "its neighbours in the record count": (
        start().vitals("08:00", hr=400, spo2=98),
        "oxygen-requirement",
        "clear",
    ),
}


@table(NOT_USED, "course code expected")
def test_an_artefact_is_not_used(course: Course, code: str, expected: str) -> None:
    """criteria.md section 8: kept in the log, counted, not used."""
    assert seen(course, "09:00", code) == expected


def test_an_artefact_moves_the_clock() -> None:
    """criteria.md section 1: an implausible or unknown code moves the clock."""
    (patient,) = folded(start().vitals("08:00", hr=400)).patients.values()
    assert patient.now == folded(start().tick("08:00")).patients["p1"].now


def gain(*weights: tuple[str, float], baseline: float | None = 80) -> Course:
    drawn = start(weight=baseline)
    for time, kg in weights:
        drawn.vitals(time, id=time, weight=kg)
    return drawn


def latest(course: Course) -> float | None:
    """kg, from the gain over the baseline of 80."""
    value = states_at(course, "20:00")["criteria"]["weight-gain"]["value"]
    return None if value is None else round(80 * (1 + value / 100), 4)


WEIGHTS = {
    "25 % over the baseline is accepted": (gain(("08:00", 100)), 100),
    "more is not": (gain(("08:00", 100.1)), None),
    "25 % under the baseline is accepted": (gain(("08:00", 60)), 60),
    "less is not": (gain(("08:00", 59.9)), None),
    "25 % over the latest accepted is": (gain(("08:00", 100), ("09:00", 125)), 125),
    "more than that is not": (gain(("08:00", 100), ("09:00", 125.1)), 100),
    "the next, refused and within 5 % of it, makes both accepted": (
        gain(("08:00", 110), ("09:00", 115.5)),
        115.5,
    ),
    "not beyond 5 % of it": (gain(("08:00", 110), ("09:00", 115.6)), None),
    "not when an accepted one lies between": (gain(("08:00", 110), ("09:00", 81), ("10:00", 110)), 81),
    "by at, whatever the order of knowing": (
        gain(("09:00", 110)).vitals("08:00", known="10:00", weight=111),
        110,
    ),
    "with the first withdrawn the second stands alone": (
        gain(("08:00", 110), ("09:00", 112)).withdraw("08:00", "10:00"),
        None,
    ),
}


@table(WEIGHTS, "course expected")
def test_a_weight_that_jumps_is_an_artefact_until_the_next_agrees(
    course: Course, expected: float | None
) -> None:
    """criteria.md section 8: within 25 % of the latest accepted one by `at`, else the baseline; or confirmed
    within 5 %.
    """
    assert latest(course) == expected


def test_without_a_baseline_the_first_weight_is_accepted() -> None:
    """criteria.md section 8: there is nothing to compare it with."""
    assert (
        seen(gain(("08:00", 300), baseline=None), "09:00", "weight-gain")
        == "indeterminate missing baseline-weight"
    )


def test_a_weight_that_jumps_is_counted() -> None:
    """criteria.md section 8: a reading outside these is counted (`implausible`): within 25 % of the latest
    accepted one is one of these.
    """
    assert folded(gain(("08:00", 110))).counts["implausible:weight"] == 1
