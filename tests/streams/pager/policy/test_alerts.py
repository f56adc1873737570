"""What an alert comes to be owed: one page an episode and level, and never a worsening swallowed (criteria.md
section 9).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import structs
from msgspec.structs import replace

from rules.wire.alerts import NotAnAlert
from rules.wire.instants import HOUR, MINUTE
from streams.pager.policy.escalation import started
from streams.pager.policy.routes import Paging, WorkingHours
from streams.pager.policy.state import UnknownPagingState, decode_alert, pack, unpack
from tests.streams.pager.policy.telling import PAGING, START, PatientPager, ack, alert, silence


def test_an_opening_pages_the_first_rung() -> None:
    pager = PatientPager()
    assert pager.tell(alert("opened", "absolute")) == ["trigger e1:absolute nurse"]


def test_the_same_alert_again_changes_nothing() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative"))
    state = pager.state
    assert pager.tell(alert("opened", "relative")) == []
    assert pager.state == state


def test_an_alert_repeated_after_its_episode_is_over_changes_nothing() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.tell(alert("resolved", "clear", seq=2))
    state = pager.state
    assert (
        pager.tell(alert("opened", "relative", seq=1)) == pager.tell(alert("resolved", "clear", seq=2)) == []
    )
    assert pager.state == state


def test_a_worsening_is_a_new_incident_and_closes_the_one_before_after_it() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.deliver()
    assert pager.tell(alert("worsened", "absolute", seq=2)) == [
        "trigger e1:absolute nurse",
        "resolve e1:relative nurse",
    ]


def test_an_absolute_masks_its_own_relative_that_was_not_sent_yet() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.tell(alert("worsened", "absolute", seq=2))
    assert pager.deliver() == ["trigger e1:absolute nurse"]
    assert "masked" in pager.outcomes()


def test_what_may_have_left_is_sent_to_its_end_before_the_one_that_masks_it() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.start(1)
    pager.tell(alert("worsened", "absolute", seq=2))
    assert pager.deliver() == [
        "trigger e1:relative nurse",
        "trigger e1:absolute nurse",
        "resolve e1:relative nurse",
    ]


def test_a_worsening_of_an_acknowledged_episode_pages_and_takes_the_acknowledgement_away() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.tell(ack(START + MINUTE))
    assert (
        pager.tell(alert("worsened", "absolute", START + 2 * MINUTE, seq=2))[0] == "trigger e1:absolute nurse"
    )
    assert pager.state.episodes["e1"].acked is None
    assert pager.wait(START + 12 * MINUTE) == ["trigger e1:absolute doctor"]


def test_delay_that_becomes_stop_is_a_new_incident_though_both_are_absolute() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute", seq=1, subject="recommendation"))
    pager.tell(ack(START))
    pager.deliver()
    notifications = pager.tell(alert("worsened", "absolute", START + 1, seq=2, subject="recommendation"))
    assert notifications == ["trigger e1:absolute+2 nurse", "resolve e1:absolute nurse"]


def test_a_second_worsening_to_a_level_is_a_key_of_its_own() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.tell(alert("worsened", "absolute", seq=2))
    pager.tell(alert("improved", "relative", seq=3))
    pager.deliver()
    assert pager.tell(alert("worsened", "absolute", seq=4)) == ["trigger e1:absolute+2 nurse"]


def test_an_improvement_closes_the_page_of_the_level_before_and_pages_nobody() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute", seq=1))
    pager.deliver()
    assert pager.tell(alert("improved", "relative", seq=2)) == ["resolve e1:absolute nurse"]
    assert pager.tell(alert("resolved", "clear", seq=3)) == []


@pytest.mark.parametrize("transition", ["resolved", "amended"])
def test_the_end_of_an_episode_closes_its_page_wherever_it_was_told(transition: str) -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute", seq=1))
    pager.wait(START + 10 * MINUTE)
    pager.deliver()
    assert pager.tell(alert(transition, "clear", seq=2)) == [
        "resolve e1:absolute nurse",
        "resolve e1:absolute doctor",
    ]


def test_an_end_before_the_page_was_sent_goes_after_it() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "relative", seq=1))
    pager.tell(alert("resolved", "clear", seq=2))
    assert pager.deliver() == ["trigger e1:relative nurse", "resolve e1:relative nurse"]


def test_a_reminder_goes_to_all_who_were_told() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute", seq=1))
    pager.wait(START + 10 * MINUTE)
    pager.deliver()
    assert pager.tell(alert("reminder", "absolute", START + 15 * MINUTE, seq=2)) == [
        "trigger e1:absolute nurse",
        "trigger e1:absolute doctor",
    ]


def test_a_reminder_of_what_was_not_sent_yet_takes_its_place() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute", seq=1))
    pager.tell(alert("reminder", "absolute", START + 15 * MINUTE, seq=2))
    assert [one.body for one in pager.state.pending] == [
        alert("reminder", "absolute", START + 15 * MINUTE, seq=2).raw
    ]
    assert pager.state.pending[0].since == START


def test_a_transition_of_an_episode_that_is_not_known_opens_it() -> None:
    assert PatientPager().tell(alert("worsened", "absolute", seq=7)) == ["trigger e1:absolute nurse"]


def test_an_advice_waits_for_the_digest() -> None:
    pager = PatientPager()
    assert pager.tell(alert("opened", "advisory", subject="hypokalemia")) == []
    assert pager.tell(alert("opened", "advisory", START + HOUR, id="e2", subject="fever")) == []
    (digest,) = pager.wait(START + 8 * HOUR)
    assert digest.startswith("trigger ")
    assert digest.endswith(":advisory nurse")
    assert (
        json.loads(pager.state.pending[-1].body)["message"]
        == "2 in 480 min: hypokalemia advisory; fever advisory"
    )
    pager.deliver()
    (closed,) = pager.wait(START + 16 * HOUR)
    assert closed == digest.replace("trigger", "resolve")
    assert pager.state.digests == {}


def test_a_system_alarm_goes_its_own_way() -> None:
    assert PatientPager().tell(alert("opened", "technical", kind="system", subject="dead-letters")) == [
        "trigger e1:technical operations"
    ]


def test_what_no_route_takes_is_said_so() -> None:
    pager = PatientPager(replace(PAGING, clinical=PAGING.clinical[:1]))
    assert pager.tell(alert("opened", "relative")) == []
    assert pager.outcomes() == ["unrouted"]


def test_outside_working_hours_it_waits_for_them() -> None:
    weekdays = WorkingHours(frozenset(range(5)), 7 * 60, 15 * 60)
    ward = replace(PAGING.clinical[1], hours=weekdays)
    pager = PatientPager(replace(PAGING, clinical=(PAGING.clinical[0], ward)))
    late = START + 6 * HOUR  # 16:00, a Monday
    assert pager.tell(alert("opened", "relative", late)) == []
    assert pager.wait(late + 14 * HOUR) == []
    assert pager.wait(late + 15 * HOUR) == ["trigger e1:relative nurse"]


def test_a_silence_holds_a_page_back_until_it_ends() -> None:
    pager = PatientPager()
    pager.tell(silence("relative", START + HOUR))
    assert pager.tell(alert("opened", "relative", START + MINUTE)) == []
    assert pager.outcomes() == ["silence", "silenced"]
    assert pager.wait(START + HOUR) == ["trigger e1:relative nurse"]


def test_a_book_survives_its_bytes() -> None:
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    pager.tell(silence("absolute", START + HOUR))
    assert unpack(pack(pager.state)) == pager.state
    with pytest.raises(UnknownPagingState):
        unpack(b"no book")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"id":"e1"}', b"\xff"])
def test_what_is_no_alert_is_unreadable(raw: bytes) -> None:
    with pytest.raises(NotAnAlert):
        decode_alert(raw)


def test_a_recommendation_that_its_cause_tells_is_no_page_of_its_own() -> None:
    """criteria.md section 9: one problem, one page."""
    pager = PatientPager()
    assert pager.tell(alert("opened", "absolute")) == ["trigger e1:absolute nurse"]
    carried = {"id": "r1", "seq": 2, "subject": "recommendation", "kind": "recommendation"}
    assert pager.tell(alert("opened", "absolute", **carried, context={"carried": True})) == []
    assert pager.outcomes()[-1] == "carried"


def test_what_is_carried_closes_the_page_of_the_level_before() -> None:
    pager = PatientPager()
    recommendation = {"id": "r1", "subject": "recommendation", "kind": "recommendation"}
    assert pager.tell(alert("opened", "relative", **recommendation)) == ["trigger r1:relative nurse"]
    pager.deliver()
    notifications = pager.tell(
        alert("worsened", "absolute", START + 1, seq=2, **recommendation, context={"carried": True})
    )
    assert notifications == ["resolve r1:relative nurse"]


@pytest.mark.parametrize("context", [None, {}, {"carried": False}, {"carried": "yes"}, [], 7])
def test_anything_else_in_its_context_does_not_keep_an_alert_from_being_paged(context: Any) -> None:
    assert PatientPager().tell(alert("opened", "absolute", context=context)) == ["trigger e1:absolute nurse"]


@pytest.mark.parametrize(("decided", "again"), [(0, False), (1, False), (2, True)])
def test_a_reminder_decided_after_the_acknowledgement_says_that_it_has_run_out(
    decided: int, again: bool
) -> None:
    """criteria.md section 9: when it runs out the episode counts as unacknowledged."""
    pager = PatientPager()
    pager.tell(alert("opened", "absolute"))
    pager.deliver()
    pager.tell(ack(START + 1))
    pager.deliver()
    notifications = pager.tell(alert("reminder", "absolute", START + decided, seq=2))
    assert notifications == (["trigger e1:absolute+2 nurse", "resolve e1:absolute nurse"] if again else [])
    assert ("ack-expired" if again else "acknowledged-already") in pager.outcomes()


def moved_to(paging: Paging, unit: str, key: str) -> Paging:
    return structs.replace(paging, unit=unit, identities={"nurse": {"routing-key": key}})


def identities(pager: PatientPager) -> list[tuple[str, str, str]]:
    return [(one.action, one.identity["unit"], one.identity["routing-key"]) for one in pager.state.pending]


def test_an_incident_ends_under_what_it_was_opened_with_whatever_is_configured_by_then() -> None:
    """The end of an incident under other labels, or another routing key, finds nothing at its receiver."""
    pager = PatientPager(moved_to(PAGING, "4 West", "old"))
    pager.tell(alert("opened", "absolute"))
    pager.deliver()
    pager.paging = moved_to(PAGING, "5 East", "new")
    pager.tell(alert("resolved", "clear", START + HOUR, seq=2))
    assert identities(pager) == [("resolve", "4 West", "old")]


def test_what_was_never_sent_is_opened_as_it_is_configured_when_it_is() -> None:
    pager = PatientPager(moved_to(PAGING, "4 West", "wrong"))
    pager.tell(alert("opened", "absolute"))
    pager.paging = moved_to(PAGING, "5 East", "right")
    pager.state = started(pager.state, 1, START + 1, pager.paging).state
    pager.tell(alert("resolved", "clear", START + HOUR, seq=2))
    assert identities(pager) == [("trigger", "5 East", "right"), ("resolve", "5 East", "right")]
