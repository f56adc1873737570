"""On the stays of MIMIC-IV, charted by real nurses, the monitor pages no more than it may."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from rules.wire.alerts import Alert
from rules.wire.events import Event
from rules.wire.instants import DAY, MINUTE
from tests.simulators.mimic_iv.pages_of_stays import Burden, burden, stays
from tests.simulators.mimic_iv.source import DEMO

pytestmark = [
    pytest.mark.skipif(not DEMO.is_dir(), reason="needs the MIMIC-IV demo"),
    pytest.mark.slow,
    pytest.mark.xdist_group("mimic-demo"),
]

REMINDING = ("criterion", "blood-pressure", "recommendation")


@cache
def charted() -> list[list[Event]]:
    return list(stays(DEMO).values())


@cache
def burden_of(answered: bool) -> Burden:
    return burden(charted(), answered)


def test_the_stays_are_as_long_as_they_were_charted() -> None:
    assert burden_of(answered=False).days == pytest.approx(225.4, abs=0.1)
    assert burden_of(answered=False).in_unit_ms / DAY == pytest.approx(211.7, abs=0.1)


@pytest.mark.parametrize(("answered", "most"), [(False, 19), (True, 11)])
def test_real_charting_pages_no_more_than_it_may(answered: bool, most: float) -> None:
    """Nobody answers; or each absolute page is answered 10 min later by an `ack` of all that is absolute."""
    assert 0 < burden_of(answered).a_day <= most


def test_unanswered_reminders_come_15_75_195_minutes_after_the_last_that_became_absolute_and_so_on() -> None:
    counts: Counter[int] = Counter()
    for patient in {alert.patient for alert in burden_of(answered=False).alerts}:
        counts += after_the_last([one for one in burden_of(answered=False).alerts if one.patient == patient])
    assert {15, 75, 195} <= counts.keys()
    assert {minutes for minutes in counts if (minutes - 75) % 120 and minutes != 15} == set()


def after_the_last(alerts: list[Alert]) -> Counter[int]:
    """Reminders by the minutes since an episode last became absolute."""
    levels: dict[str, str] = {}
    since, found = 0, Counter[int]()
    for alert in alerts:
        if alert.transition == "reminder" and alert.kind in REMINDING:
            assert (alert.decided - since) % MINUTE == 0
            found[(alert.decided - since) // MINUTE] += 1
        elif alert.kind in REMINDING:
            if alert.level == "absolute" != levels.get(alert.id):
                since = alert.decided
            levels[alert.id] = alert.level
    return found


def test_urine_that_is_charted_late_is_not_paged_each_time_it_lapses() -> None:
    """Edition 1 paged it 7.4 times a patient-day."""
    urine = burden_of(answered=False).pages["monitoring", "monitoring/intake-output", "technical"]
    assert 0 < urine / burden_of(answered=False).days < 1


def test_whoever_answers_is_reminded_less_and_hears_of_no_fewer_things() -> None:
    nobody, somebody = burden_of(answered=False), burden_of(answered=True)
    assert 0 < somebody.reminders.total() < nobody.reminders.total() / 2
    assert paged_subjects(nobody) == paged_subjects(somebody)


def paged_subjects(one: Burden) -> set[tuple[str, str]]:
    return {(kind, subject) for kind, subject, _ in +Counter(one.pages)}
