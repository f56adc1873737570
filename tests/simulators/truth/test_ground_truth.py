"""What the witness tells beside the intervals: which were distinct, what else was possible, and when nobody
charted.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from simulators.charting.writer import Vitals
from simulators.physiology.clinical_events import ClinicalEvent
from simulators.physiology.latent_state import Act
from simulators.truth import file
from simulators.truth.file import Truth
from tests.simulators.truth.lived import ORIGIN, START, dose, levels, lived, minute, patient, spans

DAY = 1440


def distinct(truth: Truth, code: str) -> list[bool]:
    return [interval.distinct for interval in truth.criteria.get(code, [])]


@pytest.mark.parametrize(
    ("creatinine", "days", "found"),
    [(2.7, 1.5, [True]), (2.7, 0.9, [False]), (2.55, 1.5, [False])],
    ids=["far enough and long enough", "shorter than a day", "within the laboratory's noise"],
)
def test_an_interval_is_distinct_when_it_exceeds_the_noise_for_longer_than_a_routine_look(
    creatinine: float, days: float, found: list[bool]
) -> None:
    course = [(0, 1.0), (60, creatinine), (60 + round(days * DAY), 1.0)]
    assert distinct(lived(2 * DAY, {"creatinine": course}), "creatinine") == found


def test_in_intensive_care_the_laboratory_looks_twice_a_day() -> None:
    course = {"creatinine": [(0, 1.0), (60, 2.7), (60 + 13 * 60, 1.0)]}
    assert distinct(lived(DAY, course), "creatinine") == [False]
    assert distinct(lived(DAY, course, {"icu": 1.0}), "creatinine") == [True]
    assert distinct(lived(DAY, course, {"phenylephrine": 0.2}), "creatinine") == [True]


@pytest.mark.parametrize(("hours", "found"), [(1, True), (5, True)])
def test_a_deep_fall_on_a_monitor_is_distinct_within_minutes_and_by_hand_within_hours(
    hours: int, found: bool
) -> None:
    course = {"systolic-bp": [(0, 120), (60, 70), (60 + hours * 60, 120)]}
    assert distinct(lived(DAY, course), "hypotension")[0] is found
    assert distinct(lived(DAY, course, charting="hourly"), "hypotension")[0] is (hours > 2)


def test_urine_that_is_scant_for_hours_is_measured_by_the_hour() -> None:
    short = {"urine-rate": [(0, 60), (600, 5), (840, 60)]}
    scant_before = {"urine-rate": [(0, 60), (300, 22), (600, 5), (840, 60)]}
    assert distinct(lived(DAY, short), "urine-hour") == [False] * len(levels(lived(DAY, short), "urine-hour"))
    assert True in distinct(lived(DAY, scant_before), "urine-hour")


def test_what_the_noise_alone_could_bring_about_is_possible_and_not_true() -> None:
    truth = lived(120, {"creatinine": 2.46})
    assert levels(truth, "creatinine") == []
    assert [(minute(one.start), minute(one.end), one.level) for one in truth.possible["creatinine"]] == [
        (1, 120, "relative")
    ]


def test_what_is_true_is_possible() -> None:
    truth = lived(
        600,
        {"heart-rate": [(0, 80), (60, 140), (300, 80)], "urine-rate": [(0, 60), (100, 8)], "platelets": 20},
    )
    for code, intervals in truth.criteria.items():
        for one in intervals:
            overlapping = [
                other for other in truth.possible[code] if other.start < one.end and other.end > one.start
            ]
            assert min(other.start for other in overlapping) <= one.start
            assert max(other.end for other in overlapping) >= one.end


def test_noise_that_could_explain_a_fast_pulse_by_fever_makes_it_less_than_distinct() -> None:
    hot, cool = ({"heart-rate": 145.0, "temperature": degrees} for degrees in (37.9, 37.0))
    dosed = (START, dose(0))
    assert levels(lived(300, hot, acts=dosed), "sinus-tachycardia") == ["absolute"]
    assert distinct(lived(300, hot, acts=dosed), "sinus-tachycardia") == [False]
    assert distinct(lived(300, cool, acts=dosed), "sinus-tachycardia") == [True]


def test_while_nobody_charts_nothing_is_looked_at() -> None:
    silence = ClinicalEvent(0, "missed-charting", 30, 200)
    course = {"systolic-bp": [(0, 120), (60, 70), (180, 120)]}
    truth = lived(300, course, happenings=[silence])
    assert [(minute(start), minute(end)) for start, end in truth.uncharted] == [(30, 200)]
    assert distinct(truth, "hypotension")[0] is False


def test_criteria_hold_from_cycle_start_to_discharge_alone() -> None:
    turns = (Act(100, 0, "cycle-start", {}), Act(200, 0, "discharge", {}))
    assert spans(lived(300, {"platelets": 20}, acts=turns), "platelets") == [(101, 201, "absolute")]
    assert lived(300, {"platelets": 20}, acts=()).criteria == {}


def accepted(minute: int, level: str = "absolute", criterion: str = "bleeding") -> Act:
    return Act(minute, 0, "accept", {"criterion": criterion, "level": level})


def test_an_accepted_criterion_is_no_longer_true_and_the_others_are() -> None:
    body = {"bleeding": 2.0, "infection": 1.0}
    truth = lived(300, body, acts=(START, accepted(60)))
    assert spans(truth, "bleeding") == [(1, 61, "absolute")]
    assert spans(truth, "infection") == [(1, 300, "absolute")]


def test_a_level_above_the_accepted_one_ends_the_acceptance_for_good() -> None:
    course = {"bleeding": [(0, 1.0), (120, 2.0), (180, 1.0)]}
    assert spans(lived(300, course, acts=(START, accepted(15, "relative"))), "bleeding") == [
        (1, 16, "relative"),
        (121, 181, "absolute"),
        (181, 300, "relative"),
    ]


def test_what_is_certain_is_true_whatever_the_noise() -> None:
    truth = lived(300, {"creatinine": [(0, 1.0), (60, 3.05), (120, 3.5)]})
    found = [(minute(one.start), one.level) for one in truth.certain["creatinine"]]
    assert found == [(61, "relative"), (121, "absolute")]


def test_intensive_care_and_four_hours_after_a_pressor_are_told() -> None:
    truth = lived(900, {}, {"icu": [(0, 0), (60, 1), (120, 0)], "dopamine": [(0, 0), (300, 2), (330, 0)]})
    assert [(minute(since), minute(until)) for since, until in truth.intensive] == [(61, 121), (301, 570)]


@pytest.mark.parametrize(("charting", "hours"), [("hourly", 2), ("4-hourly", 8)])
def test_by_hand_a_fall_is_distinct_once_two_sets_must_have_shown_it(charting: Vitals, hours: int) -> None:
    for lasts, found in ((hours * 60 - 5, False), (hours * 60 + 5, True)):
        course = {"systolic-bp": [(0, 120), (60, 70), (60 + lasts, 120)]}
        assert distinct(lived(DAY, course, charting=charting), "hypotension")[0] is found


def test_doses_and_turns_are_told() -> None:
    truth = lived(
        1000, acts=(START, dose(0), dose(480, given=False), dose(600), Act(900, 0, "therapy-end", {}))
    )
    assert [(minute(one.at), one.given) for one in truth.doses] == [(0, True), (480, False), (600, True)]
    assert truth.cycle_start == ORIGIN
    assert truth.therapy_end == ORIGIN + timedelta(minutes=900)
    assert truth.discharge is None


def test_the_latent_course_is_kept_every_ten_minutes() -> None:
    truth = lived(60, {"heart-rate": [(0, 80), (20, 90)]}, {"phenylephrine": [(0, 0), (35, 0.5)]})
    assert truth.latent.every_min == 10
    assert truth.latent.codes["heart-rate"] == [80, 80, 90, 90, 90, 90]
    assert truth.latent.codes["phenylephrine"] == [0, 0, 0, 0.5, 0.5, 0.5]


@pytest.mark.parametrize("name", ["truth.jsonl", "truth.jsonl.gz"])
def test_a_truth_file_is_read_as_it_was_written_and_the_same_truth_gives_the_same_bytes(
    name: str, tmp_path: Path
) -> None:
    truths = [
        lived(200, {"platelets": 20, "heart-rate": 140}, acts=(START, dose(0)), who=patient(weight=weight))
        for weight in (60.0, 80.0)
    ]
    (tmp_path / "again").mkdir()
    for folder in (tmp_path, tmp_path / "again"):
        file.write(folder / name, truths)
    assert list(file.load_truth(tmp_path / name)) == truths
    assert (tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
