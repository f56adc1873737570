"""In every scenario what it promises truly happens, and the engine alerts on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rules.wire.alerts import Alert
from simulators.scenarios import OF_PACKS, SCENARIOS
from simulators.scenarios.scenario import Expected
from simulators.truth.file import Interval
from tests.simulators.scenarios.rehearsed import EACH, LEVELS, NAMES, Rehearsal, rehearsals

AFTER = "monitoring/after-discharge"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("rehearsals")]

EXPECTED = [(scenario.name, expected) for scenario in SCENARIOS.values() for expected in scenario.expected]
ALERTS = [(scenario.name, subject) for scenario in SCENARIOS.values() for subject in scenario.alerts]


def test_each_scenario_is_played_by_as_many() -> None:
    found = {name: len(played) for name, played in rehearsals().items()}
    assert found == dict.fromkeys(NAMES, EACH) | dict.fromkeys(OF_PACKS, 1)


@pytest.mark.parametrize(
    ("name", "expected"),
    EXPECTED,
    ids=[f"{name}: {expected.code} {expected.level}" for name, expected in EXPECTED],
)
def test_what_a_scenario_expects_truly_occurs_and_the_engine_alerts_on_it(
    name: str, expected: Expected
) -> None:
    for one in rehearsals()[name]:
        true = [LEVELS[interval.level] for interval in one.truth.criteria.get(expected.code, [])]
        assert max(true, default=0) >= LEVELS[expected.level], f"{one.truth.patient}: it did not occur"
        assert one.worst(expected.code) >= LEVELS[expected.level], f"{one.truth.patient}: no alert"


@pytest.mark.parametrize(("name", "subject"), ALERTS)
def test_the_engine_says_what_a_scenario_rehearses(name: str, subject: str) -> None:
    assert [one.truth.patient for one in rehearsals()[name] if subject not in one.subjects()] == []


def test_the_uneventful_course_meets_no_absolute_criterion_and_pages_nobody_for_one() -> None:
    for one in rehearsals()["uneventful"]:
        assert "absolute" not in {
            interval.level for found in one.truth.criteria.values() for interval in found
        }
        assert "absolute" not in {alert.level for alert in one.alerts}


def test_a_fever_excuses_the_fast_pulse_but_not_while_a_dose_is_due_nor_over_150() -> None:
    for one in rehearsals()["tachycardia-with-fever"]:
        found = one.truth.criteria["sinus-tachycardia"]
        assert "relative" in {interval.level for interval in found}
        fastest = max(one.truth.latent.codes["heart-rate"])
        for interval in (interval for interval in found if interval.level == "absolute"):
            given = max(dose.at for dose in one.truth.doses if dose.given and dose.at <= interval.start)
            assert fastest > 150 or interval.start - given >= timedelta(hours=8)


def test_no_charting_leaves_a_gap_that_truth_tells_of() -> None:
    for one in rehearsals()["missed-charting"]:
        (start, end), *more = one.truth.uncharted
        assert not more
        assert 10 <= (end - start).total_seconds() / 3600 <= 14


def pages(one: Rehearsal, subject: str) -> list[Alert]:
    return [
        alert
        for alert in one.alerts
        if alert.subject == subject and alert.transition in ("opened", "worsened")
    ]


def test_an_accepted_fibrillation_is_told_by_nobody_and_stands_in_no_doses_way() -> None:
    for one in rehearsals()["chronic-fibrillation"]:
        assert pages(one, "atrial-fibrillation") == []
        assert "stop-rule:arrhythmia" not in one.subjects()
        assert sum(dose.given for dose in one.truth.doses) >= 8


def test_norepinephrine_is_a_pressor_like_another() -> None:
    for one in rehearsals()["norepinephrine"]:
        assert max(one.truth.latent.codes["phenylephrine"]) == 0
        assert pages(one, "phenylephrine-maximum")


def test_a_bag_that_is_changed_is_no_weaning() -> None:
    for one in rehearsals()["bag-change"]:
        ends = [
            alert.at
            for alert in one.alerts
            if alert.subject == "phenylephrine-minimum" and alert.level == "clear"
        ]
        assert len(ends) <= len(pages(one, "phenylephrine-minimum"))
        assert one.worst("phenylephrine-minimum") == LEVELS["absolute"]


def test_each_bad_reading_is_one_page_at_most() -> None:
    for one in rehearsals()["single-bad-readings"]:
        for subject in ("sinus-tachycardia", "hypotension", "oxygen-requirement"):
            assert len(pages(one, subject)) <= 1
            assert not one.truth.criteria.get(subject)


def test_urine_about_the_limit_is_one_episode_and_not_one_an_hour() -> None:
    for one in rehearsals()["urine-at-the-limit"]:
        assert len(pages(one, "urine-hour")) <= len(one.truth.criteria["urine-hour"])


def test_after_a_discharge_in_error_is_taken_back_alerts_go_on() -> None:
    for one in rehearsals()["discharge-in-error"]:
        (opened, *_), ended = (
            [
                alert.decided
                for alert in one.alerts
                if alert.subject == AFTER and alert.transition == transition
            ]
            for transition in ("opened", "amended")
        )
        assert ended
        others = [alert.decided for alert in one.alerts if alert.subject != AFTER]
        assert [at for at in others if opened < at < ended[0]] == []
        assert max(others) > ended[0]


@pytest.mark.parametrize("name", [*NAMES, *OF_PACKS])
def test_the_engine_misses_nothing_that_was_distinct(name: str) -> None:
    missed = [
        (one.truth.patient, code, interval)
        for one in rehearsals()[name]
        for code, intervals in one.truth.criteria.items()
        for interval in intervals
        if interval.distinct and worst_within(one, code, interval) < LEVELS[interval.level]
    ]
    assert missed == []


def worst_within(one: Rehearsal, code: str, interval: Interval) -> int:
    """The worst state the engine gave the criterion for some time of the interval."""
    mine = [alert for alert in one.alerts if alert.subject == code and alert.level in LEVELS]
    until = [at(alert) for alert in mine[1:]] + [datetime.max.replace(tzinfo=UTC)]
    return max(
        (
            LEVELS[alert.level]
            for alert, end in zip(mine, until, strict=True)
            if at(alert) < interval.end and end > interval.start
        ),
        default=0,
    )


def at(alert: Alert) -> datetime:
    return datetime.fromtimestamp(alert.at / 1000, UTC)
