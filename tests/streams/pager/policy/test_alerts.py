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
from tests.streams.pager.policy.telling import PAGING, START, Desk, ack, alert, silence


def test_an_opening_pages_the_first_rung() -> None:
    desk = Desk()
    assert desk.tell(alert("opened", "absolute")) == ["trigger e1:absolute nurse"]


def test_the_same_alert_again_changes_nothing() -> None:
    desk = Desk()
    desk.tell(alert("opened", "relative"))
    book = desk.book
    assert desk.tell(alert("opened", "relative")) == []
    assert desk.book == book


def test_an_alert_repeated_after_its_episode_is_over_changes_nothing() -> None:
    desk = Desk()
    desk.tell(alert("opened", "relative", seq=1))
    desk.tell(alert("resolved", "clear", seq=2))
    book = desk.book
    assert desk.tell(alert("opened", "relative", seq=1)) == desk.tell(alert("resolved", "clear", seq=2)) == []
    assert desk.book == book


def test_a_worsening_is_a_new_incident_and_closes_the_one_before_after_it() -> None:
    desk = Desk()
    desk.tell(alert("opened", "relative", seq=1))
    desk.deliver()
    assert desk.tell(alert("worsened", "absolute", seq=2)) == [
        "trigger e1:absolute nurse",
        "resolve e1:relative nurse",
    ]


def test_an_absolute_masks_its_own_relative_that_was_not_sent_yet() -> None:
    desk = Desk()
    desk.tell(alert("opened", "relative", seq=1))
    desk.tell(alert("worsened", "absolute", seq=2))
    assert desk.deliver() == ["trigger e1:absolute nurse"]
    assert "masked" in desk.said()


def test_what_may_have_left_is_sent_to_its_end_before_the_one_that_masks_it() -> None:
    desk = Desk()
    desk.tell(alert("opened", "relative", seq=1))
    desk.start(1)
    desk.tell(alert("worsened", "absolute", seq=2))
    assert desk.deliver() == [
        "trigger e1:relative nurse",
        "trigger e1:absolute nurse",
        "resolve e1:relative nurse",
    ]


def test_a_worsening_of_an_acknowledged_episode_pages_and_takes_the_acknowledgement_away() -> None:
    desk = Desk()
    desk.tell(alert("opened", "relative", seq=1))
    desk.tell(ack(START + MINUTE))
    assert (
        desk.tell(alert("worsened", "absolute", START + 2 * MINUTE, seq=2))[0] == "trigger e1:absolute nurse"
    )
    assert desk.book.episodes["e1"].acked is None
    assert desk.wait(START + 12 * MINUTE) == ["trigger e1:absolute doctor"]


def test_delay_that_becomes_stop_is_a_new_incident_though_both_are_absolute() -> None:
    desk = Desk()
    desk.tell(alert("opened", "absolute", seq=1, subject="recommendation"))
    desk.tell(ack(START))
    desk.deliver()
    said = desk.tell(alert("worsened", "absolute", START + 1, seq=2, subject="recommendation"))
    assert said == ["trigger e1:absolute+2 nurse", "resolve e1:absolute nurse"]


def test_a_second_worsening_to_a_level_is_a_key_of_its_own() -> None:
    desk = Desk()
    desk.tell(alert("opened", "relative", seq=1))
    desk.tell(alert("worsened", "absolute", seq=2))
    desk.tell(alert("improved", "relative", seq=3))
    desk.deliver()
    assert desk.tell(alert("worsened", "absolute", seq=4)) == ["trigger e1:absolute+2 nurse"]


def test_an_improvement_closes_the_page_of_the_level_before_and_pages_nobody() -> None:
    desk = Desk()
    desk.tell(alert("opened", "absolute", seq=1))
    desk.deliver()
    assert desk.tell(alert("improved", "relative", seq=2)) == ["resolve e1:absolute nurse"]
    assert desk.tell(alert("resolved", "clear", seq=3)) == []


@pytest.mark.parametrize("transition", ["resolved", "amended"])
def test_the_end_of_an_episode_closes_its_page_wherever_it_was_told(transition: str) -> None:
    desk = Desk()
    desk.tell(alert("opened", "absolute", seq=1))
    desk.wait(START + 10 * MINUTE)
    desk.deliver()
    assert desk.tell(alert(transition, "clear", seq=2)) == [
        "resolve e1:absolute nurse",
        "resolve e1:absolute doctor",
    ]


def test_an_end_before_the_page_was_sent_goes_after_it() -> None:
    desk = Desk()
    desk.tell(alert("opened", "relative", seq=1))
    desk.tell(alert("resolved", "clear", seq=2))
    assert desk.deliver() == ["trigger e1:relative nurse", "resolve e1:relative nurse"]


def test_a_reminder_goes_to_all_who_were_told() -> None:
    desk = Desk()
    desk.tell(alert("opened", "absolute", seq=1))
    desk.wait(START + 10 * MINUTE)
    desk.deliver()
    assert desk.tell(alert("reminder", "absolute", START + 15 * MINUTE, seq=2)) == [
        "trigger e1:absolute nurse",
        "trigger e1:absolute doctor",
    ]


def test_a_reminder_of_what_was_not_sent_yet_takes_its_place() -> None:
    desk = Desk()
    desk.tell(alert("opened", "absolute", seq=1))
    desk.tell(alert("reminder", "absolute", START + 15 * MINUTE, seq=2))
    assert [one.body for one in desk.book.pending] == [
        alert("reminder", "absolute", START + 15 * MINUTE, seq=2).raw
    ]
    assert desk.book.pending[0].since == START


def test_a_transition_of_an_episode_that_is_not_known_opens_it() -> None:
    assert Desk().tell(alert("worsened", "absolute", seq=7)) == ["trigger e1:absolute nurse"]


def test_an_advice_waits_for_the_digest() -> None:
    desk = Desk()
    assert desk.tell(alert("opened", "advisory", subject="hypokalemia")) == []
    assert desk.tell(alert("opened", "advisory", START + HOUR, id="e2", subject="fever")) == []
    (told,) = desk.wait(START + 8 * HOUR)
    assert told.startswith("trigger ")
    assert told.endswith(":advisory nurse")
    assert (
        json.loads(desk.book.pending[-1].body)["message"]
        == "2 in 480 min: hypokalemia advisory; fever advisory"
    )
    desk.deliver()
    (closed,) = desk.wait(START + 16 * HOUR)
    assert closed == told.replace("trigger", "resolve")
    assert desk.book.digests == {}


def test_a_system_alarm_goes_its_own_way() -> None:
    assert Desk().tell(alert("opened", "technical", kind="system", subject="dead-letters")) == [
        "trigger e1:technical operations"
    ]


def test_what_no_route_takes_is_said_so() -> None:
    desk = Desk(replace(PAGING, clinical=PAGING.clinical[:1]))
    assert desk.tell(alert("opened", "relative")) == []
    assert desk.said() == ["unrouted"]


def test_outside_working_hours_it_waits_for_them() -> None:
    weekdays = WorkingHours(frozenset(range(5)), 7 * 60, 15 * 60)
    ward = replace(PAGING.clinical[1], hours=weekdays)
    desk = Desk(replace(PAGING, clinical=(PAGING.clinical[0], ward)))
    late = START + 6 * HOUR  # 16:00, a Monday
    assert desk.tell(alert("opened", "relative", late)) == []
    assert desk.wait(late + 14 * HOUR) == []
    assert desk.wait(late + 15 * HOUR) == ["trigger e1:relative nurse"]


def test_a_silence_holds_a_page_back_until_it_ends() -> None:
    desk = Desk()
    desk.tell(silence("relative", START + HOUR))
    assert desk.tell(alert("opened", "relative", START + MINUTE)) == []
    assert desk.said() == ["silence", "silenced"]
    assert desk.wait(START + HOUR) == ["trigger e1:relative nurse"]


def test_a_book_survives_its_bytes() -> None:
    desk = Desk()
    desk.tell(alert("opened", "absolute"))
    desk.tell(silence("absolute", START + HOUR))
    assert unpack(pack(desk.book)) == desk.book
    with pytest.raises(UnknownPagingState):
        unpack(b"no book")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"id":"e1"}', b"\xff"])
def test_what_is_no_alert_is_unreadable(raw: bytes) -> None:
    with pytest.raises(NotAnAlert):
        decode_alert(raw)


def test_a_recommendation_that_its_cause_tells_is_no_page_of_its_own() -> None:
    """criteria.md section 9: one problem, one page."""
    desk = Desk()
    assert desk.tell(alert("opened", "absolute")) == ["trigger e1:absolute nurse"]
    carried = {"id": "r1", "seq": 2, "subject": "recommendation", "kind": "recommendation"}
    assert desk.tell(alert("opened", "absolute", **carried, context={"carried": True})) == []
    assert desk.said()[-1] == "carried"


def test_what_is_carried_closes_the_page_of_the_level_before() -> None:
    desk = Desk()
    told = {"id": "r1", "subject": "recommendation", "kind": "recommendation"}
    assert desk.tell(alert("opened", "relative", **told)) == ["trigger r1:relative nurse"]
    desk.deliver()
    said = desk.tell(alert("worsened", "absolute", START + 1, seq=2, **told, context={"carried": True}))
    assert said == ["resolve r1:relative nurse"]


@pytest.mark.parametrize("context", [None, {}, {"carried": False}, {"carried": "yes"}, [], 7])
def test_anything_else_in_its_context_does_not_keep_an_alert_from_being_paged(context: Any) -> None:
    assert Desk().tell(alert("opened", "absolute", context=context)) == ["trigger e1:absolute nurse"]


@pytest.mark.parametrize(("decided", "again"), [(0, False), (1, False), (2, True)])
def test_a_reminder_decided_after_the_acknowledgement_says_that_it_has_run_out(
    decided: int, again: bool
) -> None:
    """criteria.md section 9: when it runs out the episode counts as unacknowledged."""
    desk = Desk()
    desk.tell(alert("opened", "absolute"))
    desk.deliver()
    desk.tell(ack(START + 1))
    desk.deliver()
    said = desk.tell(alert("reminder", "absolute", START + decided, seq=2))
    assert said == (["trigger e1:absolute+2 nurse", "resolve e1:absolute nurse"] if again else [])
    assert ("ack-expired" if again else "acknowledged-already") in desk.said()


def moved_to(paging: Paging, unit: str, key: str) -> Paging:
    return structs.replace(paging, unit=unit, identities={"nurse": {"routing-key": key}})


def identities(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one.action, one.identity["unit"], one.identity["routing-key"]) for one in desk.book.pending]


def test_an_incident_ends_under_what_it_was_opened_with_whatever_is_configured_by_then() -> None:
    """The end of an incident under other labels, or another routing key, finds nothing at its receiver."""
    desk = Desk(moved_to(PAGING, "4 West", "old"))
    desk.tell(alert("opened", "absolute"))
    desk.deliver()
    desk.paging = moved_to(PAGING, "5 East", "new")
    desk.tell(alert("resolved", "clear", START + HOUR, seq=2))
    assert identities(desk) == [("resolve", "4 West", "old")]


def test_what_was_never_sent_is_opened_as_it_is_configured_when_it_is() -> None:
    desk = Desk(moved_to(PAGING, "4 West", "wrong"))
    desk.tell(alert("opened", "absolute"))
    desk.paging = moved_to(PAGING, "5 East", "right")
    desk.book = started(desk.book, 1, START + 1, desk.paging).state
    desk.tell(alert("resolved", "clear", START + HOUR, seq=2))
    assert identities(desk) == [("trigger", "5 East", "right"), ("resolve", "5 East", "right")]
