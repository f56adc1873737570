"""When a true episode counts as detected, and how late. Drawings: see timelines."""

from __future__ import annotations

import pytest

from simulators.score.detection import FOREVER, AlertTransition, Detection, alarms, detect
from simulators.score.true_spans import ABSOLUTE, RELATIVE, at_least
from tests.simulators.score.timelines import drawn_transitions, minute, stretches

MISSED = None


def detections(true: str, alarm: str, level: int, late: float = 0) -> list[Detection]:
    return detect(
        at_least(stretches(true), level), alarms(drawn_transitions("creatinine", alarm, late), level)
    )


def delays(true: str, alarm: str, level: int, late: float = 0) -> list[float | None]:
    return [None if one.delay is None else one.delay / 60_000 for one in detections(true, alarm, level, late)]


@pytest.mark.parametrize(
    ("true", "alarm", "relative", "absolute"),
    [
        # at once, later, in the last of its moments, never
        (".rrr.", ".rrr.", [0], []),
        (".rrr.", "..rr.", [10], []),
        (".rrr.", "...rrr", [20], []),
        (".rrr.", ".....", [MISSED], []),
        # an alarm that begins as the truth ends, or ends as it begins, says of another time
        (".rrr.", "....rr", [MISSED], []),
        ("..rr.", "rr...", [MISSED], []),
        ("..rr.", "rrr..", [0], []),
        # of its own level or worse
        (".AAA.", ".rrr.", [0], [MISSED]),
        (".AAA.", "..AAA", [10], [10]),
        (".rrr.", ".AAA.", [0], []),
        (".rAr.", ".rrA.", [0], [MISSED]),
        (".rAr.", ".rAr.", [0], [0]),
        # one alarm for two episodes, the second without delay; and one episode with two alarms
        (".rr.rr.", ".rrrrr.", [0, 0], []),
        (".rr.rr.", ".rr....", [0, MISSED], []),
        (".rrrrr.", "..r.rr.", [10], []),
        # an alarm that still stands at the end
        ("....rr", "..rrrr", [0], []),
        # borderline is true too
        (".bbb.", "..b..".replace("b", "r"), [10], []),
        (".BBB.", ".....", [MISSED], [MISSED]),
    ],
)
def test_an_episode_is_detected_by_an_alarm_of_its_level_that_stood_while_it_held(
    true: str, alarm: str, relative: list[float | None], absolute: list[float | None]
) -> None:
    assert delays(true, alarm, RELATIVE) == relative
    assert delays(true, alarm, ABSOLUTE) == absolute


@pytest.mark.parametrize(
    ("late", "delay", "afterwards"),
    [(0, 10, False), (10, 20, False), (20, 30, False), (20.5, 30.5, True), (600, 610, True)],
)
def test_the_delay_runs_to_the_decision_and_a_late_one_still_detects(
    late: float, delay: float, afterwards: bool
) -> None:
    (found,) = detections(".rrr....", "..rr....", RELATIVE, late)
    assert found == Detection(stretches(".rrr")[0], round(delay * 60_000), afterwards)


def test_the_earliest_decision_counts_though_another_alarm_was_true_before() -> None:
    late = AlertTransition(
        "p1", "criterion", "creatinine", "relative", "opened", minute(10), minute(90), "e1"
    )
    over = late._replace(level="clear", transition="resolved", at=minute(20), decided=minute(91))
    again = AlertTransition(
        "p1", "criterion", "creatinine", "relative", "opened", minute(30), minute(31), "e2"
    )
    (found,) = detect(at_least(stretches(".rrrrr"), RELATIVE), alarms([late, over, again], RELATIVE))
    assert found.delay == minute(31) - minute(10)


def test_reminders_neither_begin_nor_end_an_alarm() -> None:
    transitions = drawn_transitions("creatinine", ".A")
    reminder = transitions[0]._replace(transition="reminder", at=minute(40), decided=minute(40))
    assert alarms([*transitions, reminder], ABSOLUTE) == alarms(transitions, ABSOLUTE)
    assert alarms([*transitions, reminder], ABSOLUTE)[0].until == FOREVER


@pytest.mark.parametrize(
    ("drawn", "relative", "absolute"),
    [(".rAAr.", [(10, 50)], [(20, 40)]), ("A.A.", [(0, 10), (20, 30)], [(0, 10), (20, 30)])],
)
def test_an_alarm_lasts_while_its_level_or_worse_stands(
    drawn: str, relative: list[tuple[int, int]], absolute: list[tuple[int, int]]
) -> None:
    for level, expected in ((RELATIVE, relative), (ABSOLUTE, absolute)):
        found = alarms(drawn_transitions("creatinine", drawn, late=3), level)
        assert [(one.at, one.until) for one in found] == [
            (minute(start), minute(end)) for start, end in expected
        ]
        assert [(one.decided, one.cleared) for one in found] == [
            (minute(start + 3), minute(end + 3)) for start, end in expected
        ]


def test_what_is_amended_to_clear_ends_the_alarm() -> None:
    opened, over = drawn_transitions("creatinine", "r..A.")[0:2]
    assert len(alarms([opened, over._replace(transition="amended")], RELATIVE)) == 1
    assert alarms([opened, over._replace(transition="amended")], RELATIVE)[0].until == over.at
