"""Unsafe readiness: what could have been known against a dose that was called ready."""

from __future__ import annotations

import pytest

from rules.wire.events import IO, Event, Finding, Infusion, Labs, Vitals
from simulators.score.readiness import Danger, ReadinessScore, observed, shown
from simulators.score.true_spans import LevelSpan, TrueCourse
from tests.simulators.score.timelines import minute, stretches

LOW = "......rrrrrr......"
"""Hypotension from 60 to 120 min."""


def course(true: str = LOW, certain: str = LOW, code: str = "hypotension", close: bool = False) -> TrueCourse:
    held: dict[str, list[LevelSpan]] = {code: stretches(true)}
    intensive = ((minute(0), minute(2000)),) if close else ()
    return TrueCourse("p1", minute(0), minute(2000), held, {}, {code: stretches(certain)}, intensive)


def pressure(at: float, value: float = 80.0, late: float = 0.0) -> Vitals:
    return Vitals("v", "p1", minute(at), minute(at + late), "final", (("systolic-bp", value),))


def unsafe(found: ReadinessScore, *ready: tuple[float, float]) -> tuple[float, float, float]:
    for start, end in ready:
        found.ready(minute(start), minute(end))
    return found.minutes.ready, found.minutes.latent, found.minutes.unsafe


@pytest.mark.parametrize(
    ("seen", "ready", "minutes"),
    [
        ((), (60, 120), (60, 60, 0)),
        ((50,), (60, 120), (60, 60, 0)),
        ((56,), (60, 120), (60, 60, 59)),
        ((70,), (60, 120), (60, 60, 45)),
        ((70,), (60, 74), (14, 14, 0)),
        ((70,), (130, 140), (10, 0, 0)),
    ],
)
def test_minutes_count_once_an_observation_was_charted_and_the_five_minutes_were_over(
    seen: tuple[int, ...], ready: tuple[int, int], minutes: tuple[int, int, int]
) -> None:
    found = ReadinessScore(course())
    for at in seen:
        found.saw(pressure(at))
    assert unsafe(found, ready) == minutes


def test_an_observation_counts_from_when_it_was_charted() -> None:
    found = ReadinessScore(course())
    found.saw(pressure(70, late=20))
    assert unsafe(found, (60, 120)) == (60, 60, 30)


def test_an_artefact_or_what_noise_may_hide_is_no_observation() -> None:
    found = ReadinessScore(course(certain="........rr........"))
    found.saw(pressure(66))
    found.saw(pressure(85, value=300.0))
    assert unsafe(found, (60, 120))[2] == 0


@pytest.mark.parametrize(("close", "since"), [(False, 480), (True, 120)])
def test_nothing_seen_for_twice_the_interval_is_unsafe_too(close: bool, since: int) -> None:
    found = ReadinessScore(course("." * 6 + "r" * 100, "", close=close))
    found.saw(pressure(0, value=120.0))
    assert unsafe(found, (since - 10, since), (since, since + 10)) == (20, 20, 10)


@pytest.mark.parametrize(("switch", "since"), [(0, 120), (100, 220), (361, 480), (479, 480)])
def test_the_shorter_interval_counts_from_the_switch_of_mode(switch: int, since: int) -> None:
    held = course("." * 6 + "r" * 100, "")._replace(intensive=((minute(switch), minute(2000)),))
    found = ReadinessScore(held)
    found.saw(pressure(0, value=120.0))
    assert unsafe(found, (since - 1, since), (since, since + 10)) == (11, 11, 10)


def test_a_relative_criterion_is_no_danger_but_an_absolute_one_is() -> None:
    for true, minutes in ((LOW, 0), (LOW.replace("r", "A"), 60)):
        assert unsafe(ReadinessScore(course(true, true, "creatinine")), (60, 120))[1] == minutes


def test_a_minute_with_two_dangers_counts_once() -> None:
    both = course()._replace(
        true={"hypotension": stretches(LOW), "creatinine": stretches(LOW.replace("r", "A"))}
    )
    assert unsafe(ReadinessScore(both), (60, 120)) == (60, 60, 0)


def test_a_collection_shows_only_a_time_that_it_covers() -> None:
    danger = Danger("urine-hour", minute(60), minute(400), [LevelSpan(minute(60), minute(400))])
    danger.see(minute(-60), minute(180), minute(181))
    assert danger.seen is None
    danger.see(minute(0), minute(180), minute(181))
    assert danger.seen == minute(240)


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (pressure(1), ["systolic-bp"]),
        (pressure(1, value=261.0), []),
        (Labs("l", "p1", 1, 2, "final", (("creatinine", 3.0, None, None, "mg/dL", None),)), ["creatinine"]),
        (IO("o", "p1", 9, 9, "final", "out", "urine", 20.0, 1), ["urine"]),
        (Infusion("i", "p1", 1, 1, "final", "phenylephrine", "", 0.5, True), ["infusion"]),
        (Finding("f", "p1", 1, 1, "final", "infection", True, None), ["infection"]),
    ],
)
def test_a_record_shows_what_is_in_it(event: Event, names: list[str]) -> None:
    assert [name for name, _, _ in shown(event)] == names


def test_a_finding_is_observed_by_its_own_name() -> None:
    assert observed("infection").inputs == ("infection",)
