"""What was read of the worker's topics: each alert once, the latest assessment of each patient."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.wire import pages
from rules.wire.pages import Audit
from streams.demo.overview import MOST_ALERTS, DemoOverview
from streams.demo.run import Throughput
from streams.times import instant
from tests.streams.samples import alert, alert_record, assessment

OPENS = "2026-03-02T10:00:00Z"


def value(**fields: Any) -> bytes:
    return json.dumps(alert(**fields)).encode()


def seen() -> DemoOverview:
    return DemoOverview(instant(OPENS))


def test_an_alert_decided_at_the_opening_is_live_and_one_before_it_is_history() -> None:
    found = seen()
    assert found.alert(value(seq=2, decided=OPENS)) == alert_record(seq=2, decided=OPENS)
    assert found.alert(value(id="of p2", patient="p2", seq=1, decided="2026-03-02T09:59:00Z")) is None
    assert (found.live, found.history) == (1, 1)
    assert [one.seq for one in found.newest] == [1, 2]


def test_an_alert_published_twice_counts_once() -> None:
    found = seen()
    assert found.alert(value()) is not None
    assert found.alert(value()) is None
    assert (found.live, found.applied, len(found.newest)) == (1, 2, 1)


def test_only_the_newest_are_kept() -> None:
    found = seen()
    for seq in range(MOST_ALERTS + 5):
        found.alert(value(seq=seq))
    assert [one.seq for one in found.newest] == list(range(5, MOST_ALERTS + 5))


def test_the_latest_assessment_stands_and_a_tombstone_takes_it_away() -> None:
    found = seen()
    assert not found.joined
    found.assessment("p1", json.dumps(assessment("p1", recommendation="correct")).encode())
    found.assessment("p1", json.dumps(assessment("p1", recommendation="stop")).encode())
    assert found.assessments["p1"].recommendation == "stop"
    found.assessment("p1", None)
    assert found.assessments == {}
    assert found.gone == {"p1"}
    assert found.joined
    found.assessment("p1", json.dumps(assessment("p1")).encode())
    assert found.gone == set()


def test_an_assessment_that_cannot_be_read_takes_the_one_before_away() -> None:
    found = seen()
    found.assessment("p1", json.dumps(assessment("p1", recommendation="stop")).encode())
    found.assessment("p1", b'{"patient":"p1"')
    assert found.assessments == {}
    assert (found.latest.unread, found.applied) == (1, 2)


def test_an_alarm_of_the_machine_goes_by_another_clock_and_is_not_among_the_ward_s() -> None:
    found = seen()
    assert found.alert(value(kind="system", patient="*", decided="2030-01-01T00:00:00Z")) is None
    assert (found.live, found.newest) == (0, [])


@pytest.mark.parametrize(("patient", "shown"), [("p1", True), ("il2watch-test-1", False)])
def test_a_qualification_s_test_patient_is_nowhere_on_the_screen(patient: str, shown: bool) -> None:
    found = seen()
    assert (found.alert(value(patient=patient, decided=OPENS)) is not None) is shown
    found.assessment(patient, json.dumps(assessment(patient)).encode())
    for outcome in (pages.ACCEPTED, pages.ACKNOWLEDGED):
        found.page(page(patient, outcome))
    counts = (
        found.live,
        len(found.newest),
        len(found.assessments),
        found.pages.sent,
        found.pages.acknowledged,
    )
    assert counts == ((1, 1, 1, 1, 1) if shown else (0, 0, 0, 0, 0))
    found.assessment(patient, None)
    assert bool(found.gone) is shown
    assert found.applied == 5


def page(patient: str, outcome: str) -> bytes:
    audit = Audit(
        when=instant(OPENS), outcome=outcome, patient=patient, alert="a1", action="trigger", channel="x"
    )
    return pages.encode(audit)


def test_the_latest_message_of_an_episode_is_kept_for_its_page() -> None:
    found = seen()
    found.alert(value(message="first"))
    found.alert(value(seq=2, message="second"))
    assert found.messages == {"0123456789abcdef": "second"}


def test_a_rate_is_that_of_the_last_seconds() -> None:
    rate = Throughput(over=5)
    assert [rate.at(now, count) for now, count in ((0, 0), (1, 1000), (5, 1000), (6, 1010), (10, 1050))] == [
        0,
        1000,
        200,
        2,
        10,
    ]
