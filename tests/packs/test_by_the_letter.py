"""Rules of editions.md section 3 at their edges, each as it stands there."""

from __future__ import annotations

import pytest

from tests.packs.moments import LAST, NOW, Course, at
from tests.packs.support import alerts_of, assessed, folded, site, states

LABEL, TIL, PAPER_2014 = "proleukin-us-label/2024-12", "til-2024/1", "dutcher-2014/1"
STOOL, NONE = {"specimen": "stool"}, dict[str, str]()


def begun(target: float = 85.0) -> Course:
    made = Course("p1")
    made.baseline(target=target)
    made.record("encounter", NOW - 40, event="cycle-start", location="ward")
    return made


BLOOD: dict[str, tuple[tuple[tuple[float, bool, dict[str, str]], ...], str]] = {
    "stool positive, stool negative": (((2, True, STOOL), (3, False, STOOL)), "clear"),
    "stool positive, negative of a specimen nobody named": (((2, True, STOOL), (3, False, NONE)), "relative"),
    "a specimen nobody named, stool negative": (((2, True, NONE), (3, False, STOOL)), "relative"),
    "a specimen nobody named, negative likewise": (((2, True, NONE), (3, False, NONE)), "clear"),
    "both positive, both negative": (
        ((2, True, STOOL), (3, True, NONE), (4, False, STOOL), (5, False, NONE)),
        "clear",
    ),
    "emesis": (((2, True, {"specimen": "emesis"}),), "clear"),
}


@pytest.mark.parametrize("name", BLOOD)
def test_a_negative_test_is_of_its_own_specimen(name: str) -> None:
    signs, expected = BLOOD[name]
    made = begun()
    for hour, present, specimen in signs:
        made.finding(hour, "guaiac-positive", present, **specimen)
    assert states(assessed(made.events, site(LABEL), 8))["stool-blood"] == expected


MENTAL_STATUS: dict[str, tuple[tuple[tuple[float, str, object], ...], str]] = {
    "normal after hallucination was denied": (
        ((2, "hallucination", True), (3, "hallucination", False), (4, "mental-status", "normal")),
        "clear",
    ),
    "denied before the status changed, and normal after it": (
        (
            (2, "hallucination", True),
            (3, "hallucination", False),
            (4, "mental-status", "changed"),
            (5, "mental-status", "normal"),
        ),
        "absolute",
    ),
    "denied again": (
        (
            (2, "hallucination", True),
            (3, "hallucination", False),
            (4, "mental-status", "changed"),
            (5, "mental-status", "normal"),
            (6, "hallucination", False),
        ),
        "clear",
    ),
    "what never was there needs no denial": (
        ((2, "mental-status", "changed"), (3, "mental-status", "normal")),
        "clear",
    ),
}


@pytest.mark.parametrize("name", MENTAL_STATUS)
def test_each_finding_that_held_is_denied_at_or_after_the_latest_that_trips(name: str) -> None:
    signs, expected = MENTAL_STATUS[name]
    made = begun()
    for hour, code, value in signs:
        if isinstance(value, bool):
            made.finding(hour, code, value)
        else:
            made.finding(hour, code, value=value)
    assert states(assessed(made.events, site(LABEL), 8))["mental-status"] == expected


@pytest.mark.parametrize(("known", "expected"), [(19.9, "clear"), (20, "absolute")])
def test_a_mental_status_stale_when_it_became_known_lifts_no_hold(known: float, expected: str) -> None:
    """criteria.md section 1: it neither trips nor clears anything; stale after 16 h."""
    made = begun()
    made.finding(2, "mental-status", value="changed")
    made.finding(4, "mental-status", value="normal", known=at(known))
    made.finding(known - 1, "agitation", False)
    assert states(assessed(made.events, site(LABEL), known))["mental-status"] == expected


@pytest.mark.parametrize(("known", "expected"), [(17.9, "absolute"), (18, "indeterminate")])
def test_a_changed_status_stale_when_it_became_known_trips_no_hold(known: float, expected: str) -> None:
    made = begun()
    made.finding(2, "mental-status", value="changed", known=at(known))
    assert states(assessed(made.events, site(LABEL), known))["mental-status"] == expected


OVER: dict[str, tuple[float, float | None, float, str]] = {
    "before the dose is judged": (1, None, 3, "clear"),
    "judged from half an hour before it is due": (1, None, 7.5, "relative"),
    "therapy has ended: no dose is to come": (1, 2, 3, "relative"),
    "seen after therapy has ended": (4, 2, 4, "relative"),
}


@pytest.mark.parametrize("name", OVER)
def test_a_relative_row_waits_for_a_dose_only_while_one_is_to_come(name: str) -> None:
    """editions.md section 3, At-dosing."""
    seen, end, now, expected = OVER[name]
    made = begun()
    made.doses(0)
    made.finding(seen, "dyspnea-at-rest")
    if end is not None:
        made.record("encounter", end, event="therapy-end")
    found = {row.code: row for row in assessed(made.events, site(PAPER_2014), now).criteria}["dyspnea"]
    assert (found.state, found.now) == (expected, "relative")


@pytest.mark.parametrize(("begun_at", "expected"), [(-1, "relative"), (0, "relative"), (0.1, "clear")])
def test_what_a_late_rate_shows_of_the_last_dose_counts(begun_at: float, expected: str) -> None:
    """criteria.md section 1: arrival order does not matter."""
    made = begun()
    made.doses(0)
    rate = {"agent": "phenylephrine", "rate": 1.2, "unit": "ug/kg/min", "known": at(2)}
    made.record("infusion", begun_at, **rate)
    assert states(assessed(made.events, site(PAPER_2014), 3))["phenylephrine-maximum"] == expected


def test_a_row_that_was_not_judged_is_told_when_therapy_ends() -> None:
    made = begun()
    made.doses(0)
    made.finding(1, "dyspnea-at-rest")
    made.record("encounter", 2, event="therapy-end")
    assert alerts_of(folded(made.events, site(PAPER_2014), 20), "dyspnea") == [("opened", "relative", 2.0)]


def second_cycle(*signs: tuple[float, str]) -> Course:
    """A cycle, findings in it, and another cycle from hour 20 on."""
    made = begun()
    for hour, code in signs:
        made.finding(hour, code)
    made.record("encounter", 20, event="cycle-start", location="ward")
    return made


@pytest.mark.parametrize(("pack", "expected"), [(PAPER_2014, "indeterminate"), (LABEL, "absolute")])
def test_what_implies_a_changed_mind_is_of_its_cycle_but_a_hold_outlasts_it(pack: str, expected: str) -> None:
    made = second_cycle((2, "coma"))
    assert states(assessed(made.events, site(pack), 19))["mental-status"] == "absolute"
    assert states(assessed(made.events, site(pack), 21))["mental-status"] == expected


@pytest.mark.parametrize(("hourly", "expected"), [(34, "absolute"), (35, "clear")])
def test_a_volume_of_unknown_start_covers_no_time_and_is_not_scaled(hourly: int, expected: str) -> None:
    """80 kg, 4 mL/kg: 40 mL of which nobody knows the start, then four hours that stand for eight."""
    made = begun()
    made.record("io", 0, direction="out", kind="urine", volume=40, unit="mL")
    for hour in range(1, 5):
        made.record("io", hour, direction="out", kind="urine", volume=hourly, unit="mL")
    assert states(assessed(made.events, site(TIL), 4.1))["urine-kg"] == expected


@pytest.mark.parametrize(("code", "missing"), [("systolic-bp", False), ("mean-bp", True)])
def test_a_mean_pressure_is_no_systolic_before_a_dose(code: str, missing: bool) -> None:
    made = begun()
    made.doses(LAST)
    made.urine()
    made.record("vitals", NOW - 0.5, readings=[{"code": code, "value": 100, "unit": "mm[Hg]"}])
    found = assessed(made.events, site(TIL), NOW)
    assert ("pre-dose-assessment" in found.dose.blockers) is missing


@pytest.mark.parametrize(("code", "expected"), [("systolic-bp", "clear"), ("mean-bp", "absolute")])
def test_a_mean_that_stands_in_does_not_resume_and_counts_among_the_readings(
    code: str, expected: str
) -> None:
    """editions.md section 3, Value: at least 80 % of the readings of a run meet the limit."""
    made = begun()
    for hour, of, value in (
        (2, "systolic-bp", 89),
        (2.02, "systolic-bp", 118),
        (2.5, code, 95),
        (3, "systolic-bp", 96),
    ):
        made.record("vitals", hour, readings=[{"code": of, "value": value, "unit": "mm[Hg]"}])
    assert states(assessed(made.events, site(LABEL), 3))["systolic-90"] == expected


def refractory(*later: tuple[float, float], again: float | None = None) -> Course:
    made = begun(target=90.0)
    made.vitals(2, systolic_bp=84)
    made.bolus(2.5, 500)
    made.bolus(3, 250)
    made.vitals(4, systolic_bp=84)
    for hour, value in later:
        made.vitals(hour, systolic_bp=value)
    if again is not None:
        made.record("encounter", again, event="cycle-start", location="ward")
    return made


REFRACTORY = {
    "the pressure has not recovered": (refractory(), "absolute"),
    "it has: the cycle's effect lasts longer": (refractory((5, 100), (5.1, 100)), "absolute"),
    "it has, and another cycle has begun": (refractory((5, 100), (5.1, 100), again=6), "clear"),
    "it has not, and another cycle has begun": (refractory(again=6), "absolute"),
}


@pytest.mark.parametrize("name", REFRACTORY)
def test_refractory_pressure_ends_with_its_condition_unless_the_cycle_lasts_longer(name: str) -> None:
    made, expected = REFRACTORY[name]
    assert states(assessed(made.events, site(TIL), 7))["sbp-refractory"] == expected


Collected = tuple[float, float, float, float]


def dry(*later: Collected) -> Course:
    """80 kg, 20 mL/h for five hours, two boluses of 500 mL; then collections: start, end, mL, hours to know."""
    made = begun()
    hourly: list[Collected] = [(hour - 1, hour, 20, 0) for hour in range(1, 6)]
    for start, end, volume, late in (*hourly, *later):
        times = {"start": at(start), "known": at(end + late)}
        made.record("io", end, direction="out", kind="urine", volume=volume, unit="mL", **times)
    made.bolus(5.2, 500)
    made.bolus(5.4, 500)
    made.record("tick", 20)
    return made


DRY: dict[str, tuple[Course, str]] = {
    "less for an hour after them": (dry((6, 7, 39, 0)), "absolute"),
    "as much as is asked for": (dry((6, 7, 40, 0)), "clear"),
    "less, and later an hour that says too little": (dry((6, 7, 39, 0), (18, 19, 100, 0)), "absolute"),
    "less, known before it is stale": (dry((6, 7, 39, 7.9)), "absolute"),
    "less, known when it is stale": (dry((6, 7, 39, 8)), "clear"),
    "less in two half hours, 4 h apart": (dry((6, 6.5, 19, 0), (10.5, 11, 19, 0)), "absolute"),
    "less in two half hours, longer apart": (dry((6, 6.5, 19, 0), (10.6, 11.1, 19, 0)), "clear"),
}


@pytest.mark.parametrize("name", DRY)
def test_a_refractory_stretch_is_one_of_urine_hour_and_its_condition_may_be_kept(name: str) -> None:
    made, expected = DRY[name]
    assert states(assessed(made.events, site(TIL), 20))["urine-refractory"] == expected


@pytest.mark.parametrize("hours", [10, 16, 17, 40])
def test_urine_that_stays_low_forgets_no_bolus_however_often_it_is_charted(hours: int) -> None:
    quarters = [7 + quarter / 4 for quarter in range(4 * hours)]
    made = dry((6, 7, 39, 0), *((start, start + 0.25, 5, 0) for start in quarters))
    opened = [("opened", "absolute", 7.0)]
    assert alerts_of(folded(made.events, site(TIL), 7 + hours), "urine-refractory") == opened


@pytest.mark.parametrize(("second", "expected"), [(12.0, "clear"), (12.1, "absolute")])
def test_a_hole_ends_the_stretch_that_gives_again(second: float, expected: str) -> None:
    made = dry((7, 8, 60, 0), (second, second + 1, 60, 0))
    assert states(assessed(made.events, site(TIL), 14))["urine-kg"] == expected
