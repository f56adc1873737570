from __future__ import annotations

import json

import pytest

from rules.wire.assessments import decode, encode
from rules.wire.topics import ALERTS, ASSESSMENTS, COMMANDS, PAGES
from streams.projections.patients import Patients, TopicRecord
from tests.streams.board.wards import (
    GUIDE,
    at,
    cycle,
    key,
    ms,
    oliguria,
    projection,
    published,
    record,
    vitals,
    ward,
)


def test_every_state_on_the_board_is_the_workers() -> None:
    found = projection(oliguria())
    assessment = next(
        decode(one.value) for one in published(oliguria()) if one.topic == ASSESSMENTS and one.value
    )
    assert found.assessment == assessment
    assert found.assessment.recommendation == "delay"


def test_an_assessment_does_not_change_by_what_the_board_reads_after_it() -> None:
    made = ward(oliguria())
    made.apply(record(vitals("v99", 130, hr=104, sbp=140)))
    assert made.patients["p1"].assessment.blood_pressure.latest == 86


def test_the_same_ward_comes_of_any_order_of_the_topics() -> None:
    forward, backward = Patients(GUIDE, key), Patients(GUIDE, key)
    records = published(oliguria())
    by_topic = sorted(records, key=lambda one: one.topic, reverse=True)
    for one in records:
        forward.apply(one)
    for one in by_topic:
        backward.apply(one)
    ours, theirs = forward.patients["p1"], backward.patients["p1"]
    assert ours.assessment == theirs.assessment
    assert list(ours.episodes.open) == list(theirs.episodes.open)
    assert {code: one.between(0, 1 << 50) for code, one in ours.facts.signals.items()} == {
        code: one.between(0, 1 << 50) for code, one in theirs.facts.signals.items()
    }


def test_a_patient_whom_nobody_assessed_is_shown() -> None:
    made = Patients(GUIDE, key)
    for event in cycle():
        made.apply(record(event))
    assert [one.name for one in made] == ["p1"]
    assert made.patients["p1"].assessment is None


def test_a_tombstone_takes_the_patient_off_the_board_and_a_late_fact_does_not_bring_them_back() -> None:
    made = ward(oliguria())
    made.apply(TopicRecord(ASSESSMENTS, b"p1", None, ms(200)))
    made.apply(record(vitals("late", 90, hr=100)))
    assert list(made) == []
    made.apply(record(vitals("new", 2000, hr=90)))
    assert [one.name for one in made] == ["p1"]


def test_those_of_whom_only_old_alerts_were_read_are_forgotten() -> None:
    made = Patients(GUIDE, key)
    for one in published(oliguria()):
        if one.topic == ALERTS:
            made.apply(one)
    made.prune()
    assert len(made.patients) == 1, "the assessment may be on its way"
    made.prune()
    assert (made.patients, made.by_key) == ({}, {})


def test_an_acknowledgement_of_any_source_is_shown_and_its_withdrawal_too() -> None:
    made = ward(oliguria())
    alert = made.patients["p1"].episodes.unseen()[0].id
    ack = {
        "type": "ack",
        "id": "c1",
        "patient": "p1",
        "at": at(200),
        "alert": alert,
        "by": "rn-14",
        "reason": "seen",
    }
    assert made.apply(record(ack)) is made.patients["p1"]
    assert alert not in [one.id for one in made.patients["p1"].episodes.unseen()]
    made.apply(record({**ack, "status": "entered-in-error"}))
    assert alert in [one.id for one in made.patients["p1"].episodes.unseen()]


def test_a_silence_is_in_force_until_its_end_and_no_longer_than_its_level_allows() -> None:
    made = ward(oliguria())
    silence = {
        "type": "silence",
        "id": "s1",
        "patient": "p1",
        "at": at(200),
        "subject": "urine-hour",
        "level": "absolute",
    }
    made.apply(record({**silence, "until": at(2000), "by": "rn-14", "reason": "known"}))
    orders = made.patients["p1"].commands
    assert [one.until for one in orders.quiet(ms(201))] == [ms(260)]
    assert orders.quiet(ms(260)) == []


def test_an_alarm_of_the_machine_is_nobodys_row() -> None:
    alarm = {
        "id": "x",
        "seq": 1,
        "patient": "*",
        "subject": "dead-letters",
        "kind": "system",
        "level": "technical",
        "transition": "opened",
    }
    alarm["priority"] = "medium"
    made = Patients(GUIDE, key)
    made.apply(
        TopicRecord(
            ALERTS,
            b"*",
            json.dumps({**alarm, "at": at(0), "decided": at(0), "message": "7 % refused"}).encode(),
            0,
        )
    )
    assert [one.message for one in made.alarms.values()] == ["7 % refused"]
    made.apply(
        TopicRecord(
            ALERTS,
            b"*",
            json.dumps(
                {**alarm, "seq": 2, "level": "clear", "at": at(1), "decided": at(1), "message": "over"}
            ).encode(),
            0,
        )
    )
    assert made.alarms == {}
    assert made.patients == {}


def test_the_heartbeats_made_up_patients_are_not_shown() -> None:
    made = Patients(GUIDE, key)
    beat = vitals("v1", 1, "il2watch-heartbeat-0", hr=80)
    assert made.apply(record(beat)) is None
    assert made.patients == {}


def test_what_cannot_be_read_is_counted_and_changes_nothing() -> None:
    made = Patients(GUIDE, key)
    for topic in (ALERTS, PAGES, COMMANDS, "il2.vitals"):
        assert made.apply(TopicRecord(topic, b"p1", b"\xff nonsense", 1)) is None
    assert made.unread == {"alert": 1, "event": 1}
    assert list(made) == []


def test_a_patient_of_whom_only_an_unreadable_assessment_is_known_is_shown() -> None:
    made = Patients(GUIDE, key)
    made.apply(TopicRecord(ASSESSMENTS, b"p1", b"\xff nonsense", 1))
    assert [(one.name, one.assessment, one.unreadable) for one in made] == [("p1", None, True)]


@pytest.mark.parametrize("value", [b'{"mode":', b'{"patient":"p1"}', b"[]"])
def test_what_is_no_assessment_takes_the_one_before_away_until_the_next(value: bytes) -> None:
    made = ward(oliguria())
    found = made.patients["p1"]
    before = found.assessment
    assert before is not None
    assert made.apply(TopicRecord(ASSESSMENTS, b"p1", value, ms(200))) is found
    assert (made.unread["assessment"], found.assessment, found.unreadable) == (1, None, True)
    made.apply(TopicRecord(ASSESSMENTS, b"p1", encode(before), ms(201)))
    assert (found.assessment, found.unreadable) == (before, False)
